"""Weighing: what the fresh processes of a session add to the verdict of one test."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.compare import addresses_of
from pytest_repro.controls.catalogue import ACTIONS
from pytest_repro.controls.conditions import Terms, judged, process, unrepeatable
from pytest_repro.controls.matrix import Cell
from pytest_repro.controls.unwritten import unwritten
from pytest_repro.controls.verdict import Finding, action_of
from pytest_repro.controls.waiving import REPLAY
from pytest_repro.plugin.judging import started_from
from pytest_repro.plugin.laboratory import telling
from pytest_repro.report import where
from pytest_repro.report.chart import IDLE, word
from pytest_repro.variations.condition import FRESH
from pytest_repro.variations.hashseed import HASHSEED
from pytest_repro.variations.registry import same_hash_seed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.controls.verdict import Verdict
    from pytest_repro.plugin.conditions import Conditions
    from pytest_repro.plugin.replay import Replay

DRIFTS = ("R101", "R102")
"""Codes of what drifts between runs of one process, with nothing changed."""


class Weighed(NamedTuple):
    """One test after its conditions were weighed.

    Attributes:
        verdict: With what the conditions add to it.
        cells: Of the reproducibility map, words by label.
        budget: Whether there was no time for one of its conditions.
        shares: The part of the tolerance that is used, by label, where one is stated.
    """

    verdict: Verdict
    cells: Mapping[str, str]
    budget: bool
    shares: Mapping[str, float]


def weighed(
    replay: Replay, verdict: Verdict, conditions: Conditions | str, policy: Mapping[str, Action], *, apart: bool
) -> Weighed:
    """The verdict with what the fresh processes add.

    Args:
        replay: Of the test; its first run stands for this process.
        verdict: Of its runs in this process, and of what was recorded.
        conditions: Results of the fresh processes, or why they are out of reach.
        policy: Actions by code; the catalogue's where it is silent.
        apart: Whether this process ran other tests than the fresh one did, as xdist's workers do.
    """
    nodeid, plan = replay.item.nodeid, replay.plan
    if isinstance(conditions, str):
        told = _absent((("all conditions", conditions),), policy)
        return Weighed(replace(verdict, findings=(*verdict.findings, told)), {}, budget=False, shares={})
    terms = Terms(plan.tolerances, plan.under, plan.ignore)
    known = addresses_of(gap for finding in verdict.findings for gap in finding.gaps)
    varied = conditions.of(nodeid)
    filled = unwritten(varied, terms) - known
    twins = conditions.twins(nodeid)
    drifting = verdict.condition == REPLAY and any(one.code in DRIFTS for one in verdict.findings)
    again = twins and unrepeatable(*twins, terms, explained=known | filled, drifting=drifting, policy=policy)
    unstable = known | _addresses(again)
    judgement = judged(
        varied,
        terms,
        unstable=unstable,
        confirmed=conditions.confirmed(nodeid),
        unwritten=filled,
        shaky=again is not None or drifting,
        policy=policy,
    )
    judgement = replace(judgement, findings=tuple(_placed(one, conditions, replay) for one in judgement.findings))
    again = None if again is None else _placed(again, conditions, replay)
    explained = unstable.union(*map(_addresses, judgement.findings))
    fresh = conditions.unchanged(nodeid)
    beside, cells = None, dict[str, Cell]()
    if fresh is not None and fresh.after is not None:
        first = replay.envelopes()[0]
        hashed = any(HASHSEED.name in one.condition for one in judgement.findings)
        if hashed and not same_hash_seed(os.environ):  # told already, at other places of the same sets
            explained |= {*first.observations, *fresh.after.observations}
        beside, cell = process(first, fresh.after, terms, explained=explained, informs=apart, policy=policy)
        cells[FRESH.label] = replace(cell, state="drift") if again is not None and again.action == "fail" else cell
    cells |= judgement.cells or {}
    absent = [*([(FRESH.label, fresh.absent)] if fresh is not None and fresh.absent else []), *judgement.absent]
    budget = bool(judgement.budget) or (fresh is not None and fresh.budget)
    findings = [*verdict.findings, *judgement.findings, *(one for one in (again, beside) if one is not None)]
    findings += [_absent(absent, policy)] if absent else []
    if budget:
        findings.append(Finding(code="R116", sentence="no time was left", action=action_of("R116", policy)))
    findings.sort(key=lambda one: -ACTIONS.index(one.action))  # a report's first line is what fails the test
    words = {label: word(cell) for label, cell in cells.items()}
    words |= {one.condition.label: IDLE for one in varied if one.idle and cells[one.condition.label].worst is None}
    found = verdict.found | judgement.found
    shares = {label: cell.share for label, cell in cells.items() if cell.share is not None}
    return Weighed(replace(verdict, findings=tuple(findings), found=found), words, budget=budget, shares=shares)


def _placed(finding: Finding, conditions: Conditions, replay: Replay) -> Finding:
    """With the lines at which the two processes part, where that was traced."""
    addresses = [address for gap in finding.gaps for address in gap.addresses]
    if finding.labels is None or not addresses:
        return finding
    way = conditions.way(replay.item.nodeid, finding.condition, telling(addresses))
    if way is None:
        return finding
    return replace(finding, where=where.lines(way.steps, way.producers, started_from(replay.item)))


def _addresses(finding: Finding | None) -> frozenset[str]:
    return addresses_of(finding.gaps) if finding is not None else frozenset()


def _absent(absent: Sequence[tuple[str, str]], policy: Mapping[str, Action]) -> Finding:
    reasons: dict[str, list[str]] = {}
    for label, why in absent:
        reasons.setdefault(why, []).append(label)
    told = "; ".join(f"under {', '.join(labels)}: {why}" for why, labels in reasons.items())
    shared = "own failure" in told
    return Finding(
        code="R114",
        sentence=told,
        action=action_of("R114", policy),
        condition=FRESH.label,
        against="fresh processes",
        steps=("--repro-jobs=1, and no fixed port or file: another process may hold what the test needs",) * shared,
    )
