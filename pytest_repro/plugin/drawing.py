"""The verdict of a test that is meant to be random: its runs drew under different seeds, and distributions count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.controls import distributions
from pytest_repro.controls.counting import counted
from pytest_repro.controls.verdict import Finding, Verdict, action_of
from pytest_repro.report.page import display

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.plugin.replay import Replay

SHOWN = 6
"""Values that are told of one test."""


def verdict_of(replay: Replay, policy: Mapping[str, Action]) -> Verdict:
    """The verdict of one test's runs."""
    runs, plan = replay.envelopes(), replay.plan
    findings: list[Finding] = []
    ends = {tuple(sorted(run.outcomes.items())) for run in runs}
    if len(ends) > 1:
        sentence = f"{counted(len(ends), 'end')} in {len(runs)} runs under different seeds"
        findings.append(Finding(code="R102", sentence=sentence, action=action_of("R102", policy)))
    found = distributions.Drawn((), 0)
    try:
        found = distributions.compared(runs, plan.alpha, _kolmogorov_smirnov)
    except ModuleNotFoundError:
        step = ("pip install scipy",)
        findings.append(
            Finding(
                code="R104",
                sentence="distributions are compared by scipy, which is not installed",
                action=action_of("R104", policy),
                steps=step,
            )
        )
    else:
        if found.apart:
            findings.append(_apart(found, runs=len(runs), alpha=plan.alpha, policy=policy))
        elif not found.compared:
            findings.append(Finding(code="R104", sentence="the test shows no number", action=action_of("R104", policy)))
    return Verdict(
        nodeid=replay.item.nodeid,
        owner=plan.owner,
        labels=("first half", "second half"),
        findings=tuple(findings),
        compared=found.compared,
        against=f"{len(runs)} runs in the same process, each under a seed of its own",
    )


def _apart(found: distributions.Drawn, *, runs: int, alpha: float, policy: Mapping[str, Action]) -> Finding:
    half = f"in the first {runs // 2} runs"
    lines = [
        f"{display(one.address)}: median {one.before:.3g} {half}, then {one.after:.3g}, p {one.p:.1g}"
        for one in found.apart[:SHOWN]
    ]
    more = len(found.apart) - SHOWN
    return Finding(
        code="R109",
        sentence=f"{len(found.apart)} of {found.compared} numbers are distributed otherwise in later runs",
        action=action_of("R109", policy),
        reasons=(*lines, *([f"and {more} more"] if more > 0 else [])),
        confidence=f"after correction, alpha {alpha:g}",
        steps=("look for state that grows from run to run: a cache, a shared generator, a module's list",),
        about=tuple(one.address for one in found.apart),
    )


def _kolmogorov_smirnov(first: Sequence[float], second: Sequence[float]) -> float:
    from scipy.stats import ks_2samp  # noqa: PLC0415  # slow to import, and only tests meant to be random need it

    return float(ks_2samp(first, second).pvalue)
