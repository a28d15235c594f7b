"""Which condition is guilty: fresh processes beside a control, then what drifted split until each value has its cause.

A generator that yields the errands it wants and is sent what they brought. A run is only ever compared with one that
ran the same tests in the same order in a process of the same age: a module-level generator makes every other comparison
differ. Two unchanged processes that part prove that no condition is to blame.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.variations.condition import COMBINED, FRESH

if TYPE_CHECKING:
    from pytest_repro.store.stream import Ended
    from pytest_repro.variations.condition import Condition


class Errand(NamedTuple):
    """One fresh process that is wanted.

    Attributes:
        condition: What is changed in it.
        ids: The tests that it runs, in this order.
        traced: Of these the tests that leave traces, line by line, beside what they show.
        watched: File, line and function of the statement whose calls it keeps; empty for none.
        between: What is undone between two runs of each test; empty where each runs once.
    """

    condition: Condition
    ids: tuple[str, ...]
    traced: tuple[str, ...] = ()
    watched: tuple[str, int, str] | tuple[()] = ()
    between: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What an errand brought.

    Attributes:
        errand: What was wanted.
        ended: Tests that ran to their end, by id.
        lost: How a test brought its process down, by id: a crash, a hang.
        readings: What was read of each changed thing, by name.
        seconds: Wall-clock time.
        failure: Why the process as a whole brought nothing; empty where it ran.
        cut: Whether there was no time for all of it.
    """

    errand: Errand
    ended: Mapping[str, Ended] = field(default_factory=dict)
    lost: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    failure: str = ""
    cut: bool = False


class Pair(NamedTuple):
    """A process under a condition, and the unchanged one that ran the same tests."""

    control: Brought
    varied: Brought


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What the errands showed.

    Attributes:
        pairs: To be compared test by test, in the order in which they were made.
        twins: Two unchanged processes that ran the same tests: where they part no condition is to blame.
        traced: The same for the guilty conditions, once more and line by line.
    """

    pairs: tuple[Pair, ...] = ()
    twins: tuple[Pair, ...] = ()
    traced: tuple[Pair, ...] = ()


class Group(NamedTuple):
    """Tests that want the same conditions."""

    conditions: tuple[Condition, ...]
    ids: tuple[str, ...]


Drifted = Callable[["Ended", "Ended", "Condition"], frozenset[str]]
"""Addresses at which two runs of one test are beyond what a condition allows."""

MOST_TRACED = 24
"""Tests of a session that are traced under conditions: each takes some seconds more."""

Told = Callable[["Ended", "Condition"], bool]
"""Whether anybody is told of a drift of a test under a condition; a number that only informs has no place."""

Splitting = Generator[tuple[Errand, ...], tuple[Brought, ...], Split]


def split(groups: Sequence[Group], drifted: Drifted, told: Told) -> Splitting:
    """Errands for all groups, one group after the other.

    Args:
        groups: Tests and the conditions they want; the control is not named among these.
        drifted: Compares two runs.
        told: Tells what is worth to be traced.
    """
    pairs: list[Pair] = []
    twins: list[Pair] = []
    traced: list[Pair] = []
    for group in groups:
        found = yield from _split(group, drifted)
        pairs += found.pairs
        twins += found.twins
        room = MOST_TRACED - len({nodeid for pair in traced for nodeid in pair.varied.errand.ids})
        traced += yield from _traced(found, drifted, told, room)
    return Split(pairs=tuple(pairs), twins=tuple(twins), traced=tuple(traced))


def _traced(
    found: Split, drifted: Drifted, told: Told, room: int
) -> Generator[tuple[Errand, ...], tuple[Brought, ...], list[Pair]]:
    """What drifts under a condition alone runs there once more, and beside it unchanged, traced line by line.

    Where only the combination drifts it is traced under that, where two unchanged processes part in two of these.
    """
    unstable = {nodeid: there for pair in found.twins for nodeid, there in _parted(*pair, drifted).items()}
    guilty: dict[Condition, list[str]] = {}
    for pair in sorted(found.pairs, key=lambda pair: pair.varied.errand.condition.label == COMBINED):
        condition = pair.varied.errand.condition
        alone = {nodeid for ids in guilty.values() for nodeid in ids} if condition.label == COMBINED else set()
        for nodeid, addresses in _parted(pair.control, pair.varied, drifted).items():
            ended = pair.control.ended[nodeid]
            new = addresses - unstable.get(nodeid, frozenset()) and nodeid not in alone
            if new and nodeid in pair.varied.ended and told(ended, condition):
                guilty.setdefault(condition, []).append(nodeid)
    guilty |= {FRESH: [*unstable]} if unstable else {}
    ids = tuple(dict.fromkeys(nodeid for those in guilty.values() for nodeid in those))[: max(0, room)]
    if not ids:
        return []
    wanted = {condition: tuple(one for one in ids if one in those) for condition, those in guilty.items()}
    control, *brought = yield (  # all run, as what ran before a test is part of what it finds
        Errand(FRESH, ids, traced=ids),
        *(Errand(condition, ids, traced=those) for condition, those in wanted.items() if those),
    )
    return [Pair(control, one) for one in brought]


def _split(group: Group, drifted: Drifted) -> Splitting:
    wanted = [condition for condition in group.conditions if condition.members]
    control, *brought = yield (Errand(FRESH, group.ids), *(Errand(one, group.ids) for one in wanted))
    pairs = [Pair(control, control), *(Pair(control, one) for one in brought)]
    parted = {one.errand.condition.label: _parted(control, one, drifted) for one in brought}
    suspects = tuple(nodeid for nodeid in group.ids if any(nodeid in found for found in parted.values()))
    if not suspects:
        return Split(pairs=tuple(pairs))
    # twice the same, so that what differs from process to process anyhow is blamed on no condition
    first, second = yield (Errand(FRESH, suspects), Errand(FRESH, suspects))
    unstable = _parted(first, second, drifted)
    together = next((condition for condition in wanted if condition.label == COMBINED), None)
    if together is not None:
        left = parted[COMBINED]
        ids = tuple(nodeid for nodeid in suspects if left.get(nodeid, frozenset()) - unstable.get(nodeid, frozenset()))
        singles = [one for one in together.singles() if one not in wanted]
        if ids and singles:
            errands = [Errand(one, ids) for one in singles]
            if ids == suspects:
                beside, alone = first, (yield tuple(errands))
            else:
                beside, *rest = yield (Errand(FRESH, ids), *errands)
                alone = tuple(rest)
            pairs += [Pair(beside, one) for one in alone]
    return Split(pairs=tuple(pairs), twins=(Pair(first, second),))


def _parted(control: Brought, varied: Brought, drifted: Drifted) -> dict[str, frozenset[str]]:
    """The tests of two errands that drifted, and where."""
    found: dict[str, frozenset[str]] = {}
    for nodeid, after in varied.ended.items():
        before = control.ended.get(nodeid)
        if before is None or before.digest == after.digest:
            continue
        addresses = drifted(before, after, varied.errand.condition)
        if addresses:
            found[nodeid] = addresses
    for nodeid in varied.lost.keys() & control.ended.keys():
        found[nodeid] = frozenset({"outcome.call"})  # it ended in one and not in the other
    return found
