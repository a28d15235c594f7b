"""Why two runs parted: state that outlives the test, entropy, the clock, or none of them.

A generator that yields the experiment it wants and is sent what that showed. Who runs it knows pytest; this room knows
what to conclude.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.compare import addresses_of, compare
from pytest_repro.diagnose.drawing import Drawn, drawn
from pytest_repro.diagnose.experiment import Experiment, Trial
from pytest_repro.diagnose.moment import NUMBERS, is_coarse, is_time, moves

if TYPE_CHECKING:
    from pytest_repro.compare import Comparison
    from pytest_repro.envelope import Envelope
    from pytest_repro.values.tolerance import Tolerances


class Cause(NamedTuple):
    """What the experiments concluded.

    Attributes:
        changed: What the test leaves changed, by name.
        state: Addresses whose drift comes from that.
        proved: Whether putting it back removed the drift; otherwise it is likely.
        counted: Addresses of a count that goes on from run to run, kept somewhere that was not looked at.
        settled: Addresses at which the first run differs from all later ones, and these agree: something was kept.
        clock: Addresses whose drift comes from the clock; always proved.
        drawn: Of these the numbers that go elsewhere when the clock does: drawn from what was seeded with the time.
        entropy: The sites whose draws of entropy make values drift.
    """

    changed: tuple[str, ...] = ()
    state: frozenset[str] = frozenset()
    proved: bool = False
    counted: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
    clock: frozenset[str] = frozenset()
    drawn: frozenset[str] = frozenset()
    entropy: tuple[Drawn, ...] = ()

    @property
    def outliving(self) -> frozenset[str]:
        """Addresses whose drift comes from what an earlier run left, known by name or not."""
        return self.state | self.counted | self.settled


Inquiry = Generator[Experiment, Trial, Cause]


def cause(runs: Sequence[Envelope], comparison: Comparison, tolerances: Tolerances, ignore: Sequence[str]) -> Inquiry:
    """Experiments that tell a test that is not idempotent, and clock values, from nondeterminism.

    Args:
        runs: The runs made so far, at least two, in order.
        comparison: The one that drifted.
        tolerances: Of the test.
        ignore: Patterns of the test.
    """

    def drifted(before: Envelope, after: Envelope) -> frozenset[str]:
        return addresses_of(compare(before, after, tolerances, ignore).drifts)

    left = addresses_of(comparison.drifts)
    again = yield Experiment()
    found = Cause()
    if again.changed:
        held = yield Experiment(restore=True)
        still = drifted(again.envelope, held.envelope)
        state = left - still if again.restorable else left
        found = found._replace(
            changed=again.changed if state else (), state=state, proved=bool(state) and not left & still
        )
        left -= state
    counted = frozenset(
        address
        for address in left
        if is_count([*runs, *again.prepared, again.envelope], address)
        and not is_time(runs[0].observations[address], runs[0].window, durations=False)
    )
    left -= counted
    # a racy value may agree by luck; one that entropy or the clock made differs in every pair of runs
    every = drifted(runs[0], again.envelope) & drifted(runs[-1], again.envelope)
    if left and again.draws:
        found = found._replace(entropy=(yield from drawn(again, left, every, drifted)))
        left -= frozenset().union(*(one.addresses for one in found.entropy))
    settled = left - drifted(runs[-1], again.envelope)
    if settled:  # values of few kinds agree by luck: once more
        settled -= drifted(again.envelope, (yield Experiment()).envelope)
    found = found._replace(counted=counted, settled=settled)
    left -= settled
    first, window = runs[0].observations, runs[0].window
    timed = left & every | frozenset(each for each in left if each in first and is_coarse(first[each], window))
    if timed and again.readings:
        clock = yield from _clock(again, timed, drifted)
        found = found._replace(clock=clock, drawn=(yield from _drawn(again, clock)))
    return found


def _clock(
    again: Trial, left: frozenset[str], drifted: Callable[[Envelope, Envelope], frozenset[str]]
) -> Generator[Experiment, Trial, frozenset[str]]:
    """Of values that differ in every pair of runs those that the clock makes."""
    draws = tuple(again.draws)
    left &= again.envelope.observations.keys()  # what is missing there would be missing again, and prove nothing
    for _ in range(2):  # the order in which threads end agrees by luck once
        if left:
            served = yield Experiment(restore=True, serve=True, entropy=draws)
            left -= drifted(again.envelope, served.envelope)
    if left and draws:  # entropy is served along with the clock: alone it must not be enough
        left &= drifted(again.envelope, (yield Experiment(restore=True, entropy=draws)).envelope)
    return left


SHIFT = -86_400
"""Seconds by which the clock is moved: of a time of day nothing changes, and floats take them without rounding. Back,
so that the deadline that a thread is given has passed."""


def _drawn(again: Trial, clock: frozenset[str]) -> Generator[Experiment, Trial, frozenset[str]]:
    """Of values that the clock makes those that are no times: they neither stay nor move with it.

    A number between 0 and 1 may be the seconds that something took, and a draw as well.
    """
    seen, window = again.envelope.observations, again.envelope.window
    doubtful = [each for each in clock if not is_time(seen[each], window, durations=False)]
    if not any(seen[each].kind in NUMBERS for each in doubtful):
        return frozenset()
    later = yield Experiment(restore=True, serve=True, shift=SHIFT, entropy=tuple(again.draws))
    moved = later.envelope.observations
    return frozenset(each for each in doubtful if each in moved and not moves(seen[each], moved[each], SHIFT))


SLOW = 1e-3
"""A count that stands high grows by less than this part of itself in a few runs; draws do not."""

MOST = 1_000_000
"""A count grows by less than this in a few runs; three draws behind a large constant go up one time in six."""


def is_count(runs: Sequence[Envelope], address: str) -> bool:
    """Whether a value is a whole number, or a text with numbers in it, that goes up from run to run like a count.

    By the same step each time, or by small ones: sympy numbers its dummies, Qt its objects, so that each run of a test
    finds the next number.
    """
    seen = [_numbers(run.observations.get(address)) for run in runs]
    if any(found is None or found[0] != seen[0][0] for found in seen if seen[0] is not None) or seen[0] is None:
        return False
    columns = list(zip(*(found[1] for found in seen if found is not None), strict=True))
    moving = [column for column in columns if len(set(column)) > 1]
    return bool(moving) and all(_goes_up(column) for column in moving)


def _numbers(value: object) -> tuple[str, tuple[int, ...]] | None:
    """A value as the text around its numbers, and the numbers."""
    held = getattr(value, "value", None)
    if getattr(value, "kind", "") == "int" and isinstance(held, int):
        return "", (held,)
    if getattr(value, "kind", "") == "text" and isinstance(held, str):
        return re.sub(r"\d+", "0", held), tuple(map(int, re.findall(r"\d{1,18}", held)))
    return None


def _goes_up(column: Sequence[int]) -> bool:
    steps = [after - before for before, after in itertools.pairwise(column)]
    grown = column[-1] - column[0]
    return all(step > 0 for step in steps) and (len(set(steps)) == 1 or grown < min(SLOW * column[0], MOST))
