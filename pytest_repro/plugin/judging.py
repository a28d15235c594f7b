"""From the runs of one test to its verdict, and from the verdict to what its reports say."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pytest_repro.compare import Comparison, Gap, addresses_of, compare, within, without
from pytest_repro.controls.counting import counted
from pytest_repro.controls.verdict import Finding, Verdict, action_of, outcome_words, split
from pytest_repro.diagnose.moment import is_now, is_time
from pytest_repro.plugin.target import function_of
from pytest_repro.report import draws, where
from pytest_repro.report.advice import STEPS, steps_for
from pytest_repro.report.page import display
from pytest_repro.values.address import category, rest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.diagnose.cause import Cause
    from pytest_repro.envelope import Envelope
    from pytest_repro.observe.draw import Site
    from pytest_repro.plugin.laboratory import Traced
    from pytest_repro.plugin.marks import Plan
    from pytest_repro.plugin.replay import Replay


LEFT = "an earlier run left something"
"""How the sentence begins about state that nobody could name."""

_NAME = re.compile(r"\w+")

SHOWN_NAMES = 3
"""Names of changed state in one sentence."""


class Drift(AssertionError):  # noqa: N818  # its name stands in reports
    """Raised nowhere but to give a drift the form in which pytest tells failures."""


def verdict_of(replay: Replay, policy: Mapping[str, Action]) -> Verdict:
    """The verdict of one test's runs; a drift calls for further runs that look for its cause."""
    plan = replay.plan
    if plan.statistical:
        from pytest_repro.plugin import drawing  # noqa: PLC0415  # only for tests that are meant to be random

        return drawing.verdict_of(replay, policy)
    runs = replay.envelopes()
    before, after, comparison = widest(runs, plan)
    outcomes, values, notes = split(comparison)
    findings: list[Finding] = []
    if outcomes:  # a run that ended early shows less, which says nothing beyond how it ended
        values = tuple(gap for gap in values if gap.before is not None and gap.after is not None)
    if outcomes or values:
        findings = _drifts(replay, (before, after, comparison), outcomes, values, policy)
    sites = [*replay.entropy.sites] if replay.entropy is not None else []
    if sites and not any(finding.code in ("R101", "R102") for finding in findings):
        findings.append(_unpinned(sites, started_from(replay.item), policy))
    if notes and not findings:
        findings.append(
            Finding(
                code="S202", sentence="the runs drew different amounts", action=action_of("S202", policy), gaps=notes
            )
        )
    if plan.marked and not comparison.compared and not _skipped(after):
        sentence = "the test shows no value beside its outcome"
        steps = ("bind what it computes to a name, assert on it, return it, or repro.record(value=...)",)
        findings.append(Finding(code="R104", sentence=sentence, action=action_of("R104", policy), steps=steps))
    return Verdict(
        nodeid=replay.item.nodeid,
        owner=plan.owner,
        labels=(before.label, after.label),
        findings=tuple(findings),
        compared=comparison.compared,
        opaque=comparison.opaque,
        ignored=comparison.ignored,
        cut=max(before.cut, after.cut),
        found=comparison.found,
        notes=tuple(dict.fromkeys([*before.notes, *after.notes])),
        largest=max((gap.difference.relative or 0.0 for gap in comparison.gaps), default=0.0),
    )


def _drifts(
    replay: Replay,
    pair: tuple[Envelope, Envelope, Comparison],
    outcomes: Sequence[Gap],
    values: Sequence[Gap],
    policy: Mapping[str, Action],
) -> list[Finding]:
    """What drifted, with its cause and its place."""
    before, after, comparison = pair
    gaps = [*outcomes, *values]

    def times_in(cause: Cause) -> frozenset[str]:
        served = within(gaps, cause.clock - cause.drawn)
        times = [gap for gap in served if is_time(gap.before, before.window) and is_time(gap.after, after.window)]
        times += [gap for gap in gaps if is_now(gap.before, before.window) and is_now(gap.after, after.window)]
        return addresses_of(times)

    told = action_of("R106", policy) != "accept"
    quiet = (lambda _cause: frozenset[str]()) if told else times_in
    found, traced = replay.diagnosis(replay.envelopes(), comparison, quiet)
    total = comparison.compared + sum(gap.before is None or gap.after is None for gap in values)
    between = f"{total} observed values differ between {before.label} and {after.label} of this test"
    made = _made_unwritten(replay, values) if traced.way is None else ""
    reasons = _Reasons(found, traced, times_in(found), started_from(replay.item), made)
    return _drift_findings(outcomes, values, reasons, between, policy)


def widest(runs: Sequence[Envelope], plan: Plan) -> tuple[Envelope, Envelope, Comparison]:
    """Run 1 against the run that drifts from it most; against the last where none does."""
    others = runs[1:] or runs  # one run alone, which is compared with a recorded one
    compared = [(run, compare(runs[0], run, plan.tolerances, plan.ignore)) for run in others]
    run, comparison = max(reversed(compared), key=lambda pair: len(pair[1].drifts))
    return runs[0], run, comparison


def _skipped(run: Envelope) -> bool:
    return run.outcomes.get("call", run.outcomes.get("setup")) != "passed"


def started_from(item: pytest.Item) -> Path:
    """From where places are told: where pytest was started, as what it prints is pasted there."""
    started = Path(item.config.invocation_params.dir)
    return started if item.path.is_relative_to(started) else item.config.rootpath


class _Reasons(NamedTuple):
    """What is known of why values drift.

    Attributes:
        found: By experiments.
        traced: Where they part.
        times: Addresses of readings of the clock.
        root: Of the project; places are told from there.
        made: The line of the test that makes one of them and writes nothing into it, where no trace shows any.
    """

    found: Cause
    traced: Traced
    times: frozenset[str]
    root: Path
    made: str = ""

    def of(self, gaps: Sequence[Gap]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Reasons of some drifts, and what to do next where that is known."""
        addresses = addresses_of(gaps)
        guilty = [one for one in self.found.entropy if addresses & one.addresses]
        lines = tuple(draws.reason(one.site, one.times, self.root, proved=one.proved) for one in guilty)
        if addresses & self.found.clock:
            lines += ("the clock decides it (proved: serving the same readings removes the drift)",)
        if not lines and self.traced.way is not None and self.traced.way.threads:
            return ("threads run side by side there, and end in another order (likely)",), ()
        if not lines and (sure := self._leftover(gaps)):
            told = f"memory is read that nothing wrote to: it holds what was there before ({sure})"
            return (told,), (STEPS["leftover memory"],)
        left = without(gaps, self.found.clock.union(*(one.addresses for one in guilty)))
        if lines and left:
            named = ", ".join(sorted(display(gap.address) for gap in left)[:SHOWN_NAMES])
            more = f" and {len(left) - SHOWN_NAMES} more" if len(left) > SHOWN_NAMES else ""
            lines += (f"nothing that was tried explains {named}{more}",)
        return lines, draws.steps([one.site for one in guilty])

    def _leftover(self, gaps: Sequence[Gap]) -> str:
        """How sure it is that memory held them before: by the numbers, the line they part at, or the test."""
        way = self.traced.way
        if any(gap.difference.shape == "leftover memory" for gap in gaps):
            return "likely"
        if way is not None:
            return "likely" if where.unwritten(way.steps[0]) else ""
        return "perhaps: no trace tells" if self.made else ""

    def where(self) -> tuple[str, ...]:
        """Source lines, or why there are none."""
        way = self.traced.way
        if way is not None:
            return where.lines(way.steps, way.producers, self.root, way.changed)
        if self.found.entropy:
            sites = [one.site for one in self.found.entropy]
            return tuple(dict.fromkeys(where.source(site.file, site.line, self.root) for site in sites))
        if self.traced.refused:
            return (f"not traced: {self.traced.refused}",)
        if self.made:
            return (self.made,)
        cut = ", as far as they were traced" if self.traced.cut else ""
        return (f"not seen under tracing: two more runs, line by line, agree{cut}",)


def _made_unwritten(replay: Replay, values: Sequence[Gap]) -> str:
    """The line of the test that makes a drifted array and writes nothing into it; empty where there is none."""
    function = function_of(replay.item)
    names = {_NAME.match(rest(address)) for gap in values for address in gap.addresses if category(address) == "locals"}
    if function is None or not names:
        return ""
    root = started_from(replay.item)
    return where.unwritten_in(function.__code__, {name[0] for name in names if name is not None}, root)


def _drift_findings(
    outcomes: Sequence[Gap], values: Sequence[Gap], reasons: _Reasons, between: str, policy: Mapping[str, Action]
) -> list[Finding]:
    findings: list[Finding] = []
    found = reasons.found
    explained = found.outliving | reasons.times
    for code, gaps in (("R102", outcomes), ("R101", values)):
        left = without(gaps, explained)
        if left:
            told = "; ".join(outcome_words(gap) for gap in left[:2])
            sentence = f"{len(left)} of {between}" if code == "R101" else told
            action = action_of(code, policy)
            why, steps = reasons.of(left)
            steps = steps or steps_for(left)
            made = Finding(code=code, sentence=sentence, action=action, gaps=left, reasons=why, steps=steps)
            findings.append(replace(made, where=reasons.where()))
    moved = within(without((*outcomes, *values), reasons.times), found.outliving)
    if moved:
        made = _not_idempotent(moved, found, policy)
        seen = reasons.traced.way is not None  # a cache that is filled by now shows no difference any more
        findings.append(replace(made, where=reasons.where()) if seen else made)
    clocked = within((*outcomes, *values), reasons.times)
    if clocked:
        sentence = f"{counted(len(clocked), 'value')} {'comes' if len(clocked) == 1 else 'come'} from the clock"
        made = Finding(code="R106", sentence=sentence, action=action_of("R106", policy), gaps=clocked)
        findings.append(made if made.action == "accept" else replace(made, where=reasons.where()))
    return findings


def _unpinned(sites: Sequence[Site], root: Path, policy: Mapping[str, Action]) -> Finding:
    """Entropy that was drawn, whether or not anything drifted yet."""
    return Finding(
        code="S201",
        sentence=f"the test draws operating-system entropy at {counted(len(sites), 'place')}",
        action=action_of("S201", policy),
        reasons=tuple(draws.sentence(site, root) for site in sites),
        steps=draws.steps(sites),
        about=tuple(draws.at(site.file, site.line, root) for site in sites),
    )


def _not_idempotent(moved: tuple[Gap, ...], found: Cause, policy: Mapping[str, Action]) -> Finding:
    named = ", ".join(found.changed[:SHOWN_NAMES])
    if len(found.changed) > SHOWN_NAMES:
        named += f" and {len(found.changed) - SHOWN_NAMES} more"
    shown = f"{counted(len(moved), 'value')} of the second run {'shows' if len(moved) == 1 else 'show'} it"
    reasons = [f"state outlives the test: {named}"] if named else []
    if found.counted:
        reasons.append("a count goes on from run to run")
    if found.settled:
        reasons.append("the first run differs from all later ones, which agree: it left a cache or other state behind")
    sentence = f"{named} changed by the test; {shown}" if named else f"{LEFT}; {shown}"
    return Finding(
        code="R105",
        sentence=sentence,
        action=action_of("R105", policy),
        gaps=moved,
        reasons=tuple(reasons),
        confidence="proved: put back, the drift is gone" if found.proved else "likely",
        steps=("give each run its own: a function-scoped fixture, a copy, or a reset in teardown",),
    )


def longrepr_of(text: str, item: pytest.Item) -> Any:
    """A failure representation whose text is the whole report and whose crash line is its first line."""
    try:
        raise Drift(text)  # noqa: TRY301  # raised for the traceback that the next line reads
    except Drift:
        shown: Any = pytest.ExceptionInfo.from_current().getrepr(style="value")
    path, line, _ = item.location
    crash = shown.reprcrash
    if crash is not None:
        crash.path, crash.lineno, crash.message = path, (line or 0) + 1, text.partition("\n")[0]
    return shown
