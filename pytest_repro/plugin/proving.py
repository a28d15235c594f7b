"""Proof of what parts a run from its record: the recorded condition is made again here, in a fresh process.

Where the recorded values come back under it and stay away beside it, unchanged, the condition is the cause; the lines
at which the two processes part are where the difference of the machines begins, and so is the first call of a library.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_repro.compare import addresses_of
from pytest_repro.diagnose.matching import matching
from pytest_repro.diagnose.splitting import Errand, Pair, Split
from pytest_repro.environment.snapshot import Snapshot
from pytest_repro.errors import ReproError
from pytest_repro.plugin.aside import Aside
from pytest_repro.plugin.conditions import Conditions
from pytest_repro.plugin.judging import started_from
from pytest_repro.plugin.laboratory import telling
from pytest_repro.plugin.watching import to_blame
from pytest_repro.report import where
from pytest_repro.values.tolerance import Tolerances
from pytest_repro.variations.condition import FRESH

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from pytest_repro.controls.baseline import Baseline
    from pytest_repro.controls.verdict import Finding
    from pytest_repro.diagnose.splitting import Brought
    from pytest_repro.plugin.campaign import Campaign
    from pytest_repro.plugin.premises import Premises
    from pytest_repro.variations.condition import Condition

MOST = 3
"""Tests of a session for which it is tried: what parts one test from its record parts the others as well."""

SECONDS = 60.0
"""After which no further proof of a session is begun."""


class Proving:
    """Tries recorded conditions.

    Args:
        config: Of the session.
        premises: Of the session.
    """

    def __init__(self, config: pytest.Config, premises: Premises) -> None:
        self._aside = Aside(config, premises, tests=MOST, seconds=SECONDS)

    def proved(self, item: pytest.Item, baseline: Baseline, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """The findings with what was proved of their cause.

        Args:
            item: The test.
            baseline: What it drifted from.
            findings: Of the comparison.
        """
        told = [one for one in findings if one.gaps and one.action != "accept"]
        conditions = self._matching(baseline) if told else ()
        if not conditions or not self._aside.open:
            return findings
        with self._aside.campaign(item) as campaign:
            reasons, lines = _tried(campaign, item, baseline, told, conditions)
        return tuple(
            replace(one, reasons=(*reasons, *one.reasons), where=(*one.where, *lines)) if one in told else one
            for one in findings
        )

    def _matching(self, baseline: Baseline) -> tuple[Condition, ...]:
        try:
            recorded = Snapshot.from_dict(baseline.recorded.environment)
        except ReproError:  # told by the findings already
            return ()
        return matching(recorded, baseline.snapshot())


def _tried(
    campaign: Campaign,
    item: pytest.Item,
    baseline: Baseline,
    findings: Sequence[Finding],
    conditions: Sequence[Condition],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Reasons, and the lines at which the two processes part."""
    ids = (item.nodeid,)
    drifted = addresses_of(gap for one in findings for gap in one.gaps if gap.difference.drifted)
    control, *brought = campaign.carry_out([Errand(FRESH, ids), *(Errand(one, ids) for one in conditions)])
    if not _apart(control, item.nodeid, baseline, drifted):
        return ("a fresh process with nothing changed computes what is recorded: this one ran other tests before",), ()
    for one, condition in zip(brought, conditions, strict=True):
        if item.nodeid in one.ended and not _apart(one, item.nodeid, baseline, drifted):
            said = f"{_words(condition)}: simulated here, the recorded values come back (proved)"
            return (said,), _lines(campaign, item, condition, sorted(drifted))
    tried = _words(conditions[-1])  # the last is the single one, or all together
    return (f"{tried}: simulated here, the recorded values do not come back: it is not that alone",), ()


def _words(condition: Condition) -> str:
    return " ".join(f"{name}={value}" for name, value in condition.members)


def _apart(brought: Brought, nodeid: str, baseline: Baseline, addresses: frozenset[str]) -> bool:
    """Whether a fresh process differs from the record in a value that drifted; one that brought nothing does."""
    ended = brought.ended.get(nodeid)
    if ended is None:
        return True
    exact = replace(baseline, terms=replace(baseline.terms, tolerances=Tolerances(), under={}))
    found = exact.compared(ended.envelope(brought.errand.condition.label))
    return not addresses.isdisjoint(addresses_of(found.drifts))


def _lines(campaign: Campaign, item: pytest.Item, condition: Condition, addresses: Sequence[str]) -> tuple[str, ...]:
    """Where the two processes part: the lines, and the first call whose arguments agree and whose result does not."""
    ids = (item.nodeid,)
    now, then = campaign.carry_out([Errand(FRESH, ids, traced=ids), Errand(condition, ids, traced=ids)])
    conditions = Conditions(split=Split(traced=(Pair(then, now),)))  # what is recorded stands first in the table, too
    way = conditions.way(item.nodeid, FRESH.label, telling(addresses))
    if way is None:
        return ()
    lines = where.lines(way.steps, way.producers, started_from(item))
    first = way.steps[0]
    place = (first.file, first.line, first.function)
    pair = campaign.carry_out([Errand(FRESH, ids, watched=place), Errand(condition, ids, watched=place)])
    call = to_blame(pair, item.nodeid, place)
    if isinstance(call, str):
        return lines
    return (*lines, f"first call with the same arguments and another result: {' '.join(call.text.split())[:80]}")
