"""Why two runs parted: state that outlives the test, the clock, or neither.

A generator that yields the experiment it wants and is sent what that showed. Who runs it knows pytest; this room knows
what to conclude.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.compare import compare

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pytest_repro.compare import Comparison
    from pytest_repro.envelope import Envelope
    from pytest_repro.values.tolerance import Tolerances


class Experiment(NamedTuple):
    """One more run that is wanted.

    Attributes:
        restore: Put what outlives the test back to where it was before the first experiment.
        serve: Serve the clock readings of the first experiment again.
    """

    restore: bool = False
    serve: bool = False


class Trial(NamedTuple):
    """What an experiment showed.

    Attributes:
        envelope: The run.
        changed: Names of what outlives the test and was changed by the run.
        readings: How often the clock was read.
        restorable: Whether all that changed could be put back.
    """

    envelope: Envelope
    changed: tuple[str, ...] = ()
    readings: int = 0
    restorable: bool = True


class Cause(NamedTuple):
    """What the experiments concluded.

    Attributes:
        changed: What the test leaves changed, by name.
        state: Addresses whose drift comes from that.
        proved: Whether putting it back removed the drift; otherwise it is likely.
        clock: Addresses whose drift comes from the clock; always proved.
    """

    changed: tuple[str, ...] = ()
    state: frozenset[str] = frozenset()
    proved: bool = False
    clock: frozenset[str] = frozenset()


def cause(
    runs: Sequence[Envelope], comparison: Comparison, tolerances: Tolerances, ignore: Sequence[str]
) -> Generator[Experiment, Trial, Cause]:
    """Experiments that tell a test that is not idempotent, and clock values, from nondeterminism.

    Args:
        runs: The runs made so far, at least two.
        comparison: The one that drifted.
        tolerances: Of the test.
        ignore: Patterns of the test.
    """
    drifted = frozenset(gap.address for gap in comparison.drifts)
    again = yield Experiment()
    state: frozenset[str] = frozenset()
    proved = False
    if again.changed:
        held = yield Experiment(restore=True)
        still = _drifted(again.envelope, held.envelope, tolerances, ignore)
        proved = not drifted & still
        state = drifted if not again.restorable else drifted - still
    left = drifted - state
    clock: frozenset[str] = frozenset()
    if left and again.readings:
        served = yield Experiment(restore=True, serve=True)
        still = _drifted(again.envelope, served.envelope, tolerances, ignore)
        # a racy value may agree by luck; one that the clock made differs in every pair of runs
        third = _drifted(runs[0], again.envelope, tolerances, ignore) & _drifted(
            runs[-1], again.envelope, tolerances, ignore
        )
        clock = (left - still) & third
    return Cause(changed=again.changed if state else (), state=state, proved=proved and bool(state), clock=clock)


def _drifted(before: Envelope, after: Envelope, tolerances: Tolerances, ignore: Sequence[str]) -> frozenset[str]:
    return frozenset(gap.address for gap in compare(before, after, tolerances, ignore).drifts)
