"""Calibration: how far each number of a test is apart from run to run here, and under each condition.

What is suggested covers what was seen times a margin, and only where a difference looks like rounding: a sign that
flips or another order of the same values is no matter of a tolerance.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.controls.limit import APART, MARGIN, is_number, rounded, scaled_distance
from pytest_repro.controls.verdict import Finding, action_of
from pytest_repro.values import registry
from pytest_repro.values.address import category
from pytest_repro.values.tolerance import EXACT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.controls.conditions import Terms, Varied
    from pytest_repro.envelope import Envelope

REPLAY = "replay"
"""Label of what was measured between runs of one process."""

ROUNDING = ("", "rounding-like")
"""Shapes that a tolerance may cover; the empty one is that of equal values."""

WIDE = 1e4
"""Times that a stated tolerance may be wider than what was measured; real machines differ more than simulated ones."""

LEAST = 1e-14
"""Below this nobody measures: a tolerance of some ulp is no wide one."""

NARROW = 2.0
"""Times that it has to be wider: the next machine is not among those that were measured."""


class Reach(NamedTuple):
    """How far one value was apart.

    Attributes:
        scaled: Largest ``|a-b|`` over the value's largest finite magnitude; infinite where there is no such distance.
        shape: What the largest difference looks like; empty where there is none.
    """

    scaled: float = 0.0
    shape: str = ""


class Measured(NamedTuple):
    """One number of a test.

    Attributes:
        address: Where it stands.
        reaches: By label: ``replay``, then the conditions.
    """

    address: str
    reaches: Mapping[str, Reach]

    @property
    def digits(self) -> float:
        """Significant decimal digits that all runs share; infinite where they are the same bit for bit."""
        worst = max((reach.scaled for reach in self.reaches.values()), default=0.0)
        return math.inf if not worst else max(0.0, -math.log10(worst)) if math.isfinite(worst) else 0.0


class Suggestion(NamedTuple):
    """What is honest to write.

    Attributes:
        tol: Between runs of one process; 0.0 for bit for bit, None where no tolerance is honest.
        under: By condition that needs more.
        unfit: Value, condition and shape where no tolerance is honest.
    """

    tol: float | None
    under: Mapping[str, float]
    unfit: tuple[tuple[str, str, str], ...]


def calibrated(runs: Sequence[Envelope], varied: Iterable[Varied]) -> tuple[Measured, ...]:
    """How far every number was apart, by address.

    Args:
        runs: Of one process, the first of which all others are compared with.
        varied: The test under its conditions; those that were not compared or took no effect tell nothing.
    """
    found: dict[str, dict[str, Reach]] = {}
    for address, leaf in runs[0].observations.items():
        if category(address) not in APART and is_number(leaf):
            found[address] = {REPLAY: Reach()}
    for run in runs[1:]:
        _take(found, REPLAY, runs[0], run)
    for one in varied:
        if one.absent or one.budget or one.idle:
            continue
        for reaches in found.values():
            reaches[one.condition.label] = Reach()
        if one.before is not None and one.after is not None:
            _take(found, one.condition.label, one.before, one.after)
    return tuple(Measured(address, reaches) for address, reaches in sorted(found.items()))


def _take(found: Mapping[str, dict[str, Reach]], label: str, before: Envelope, after: Envelope) -> None:
    for address, reaches in found.items():
        one, other = before.observations.get(address), after.observations.get(address)
        if one is None or other is None:
            reaches[label] = Reach(math.inf, "missing in a run")
            continue
        difference = registry.measure(one, other, EXACT)
        scaled = scaled_distance(difference, one, other)
        if scaled > reaches[label].scaled:
            reaches[label] = Reach(scaled, difference.structural or difference.shape or "values differ")


def evidence(measured: Sequence[Measured]) -> dict[str, float]:
    """The largest distance of any value by label: what stays of a calibration beside a recorded test."""
    found: dict[str, float] = {}
    for one in measured:
        for label, reach in one.reaches.items():
            found[label] = max(found.get(label, 0.0), reach.scaled)
    return found


def fit(measured: Sequence[Measured], terms: Terms, policy: Mapping[str, Action]) -> Finding | None:
    """Stated tolerances that are far from what was measured; None where all fit.

    Args:
        measured: Numbers of the test.
        terms: What it allows.
        policy: Actions by code.
    """
    told: dict[str, str] = {}
    for one in measured:
        for label, reach in one.reaches.items():
            allowed = terms.tolerances if label == REPLAY else terms.under.get(label, terms.tolerances)
            rule = allowed.at(one.address)
            stated = max(rule.rtol, rule.scale)
            named = f"{one.address} under {label}: {stated:g} stated, {reach.scaled:.0e} measured"
            if label in (REPLAY, *terms.under) and stated > WIDE * max(reach.scaled, LEAST):
                told.setdefault(label, f"wide: {named}")
            elif 0 < reach.scaled <= stated < NARROW * reach.scaled:
                told[label] = f"narrow: {named}"
    if not told:
        return None
    return Finding(
        code="R302",
        sentence=", ".join(told),
        action=action_of("R302", policy),
        reasons=tuple(told.values()),
        steps=("state what was measured: the line to paste stands beneath the replay limits",),
        against="measured here, in more runs and under conditions",
        about=tuple(told),
    )


def suggested(measured: Sequence[Measured], margin: float = MARGIN) -> Suggestion:
    """The tolerances that cover what was seen, times a margin, rounded up to 1, 2 or 5 times a power of ten."""
    unfit = [
        (one.address, label, reach.shape)
        for one in measured
        for label, reach in one.reaches.items()
        if reach.shape not in ROUNDING or not math.isfinite(reach.scaled)
    ]
    widest: dict[str, float] = {}
    for one in measured:
        for label, reach in one.reaches.items():
            if reach.shape in ROUNDING:
                widest[label] = max(widest.get(label, 0.0), reach.scaled)
    bad = {label for _, label, _ in unfit}
    tol = rounded(widest.get(REPLAY, 0.0) * margin)
    under = {
        label: wide
        for label, reach in widest.items()
        if label != REPLAY and label not in bad and (wide := rounded(reach * margin)) > tol
    }
    return Suggestion(None if REPLAY in bad else tol, under, tuple(unfit))
