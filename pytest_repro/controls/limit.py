"""A replay limit: how far a value was apart across real classes of hardware, and the tolerance that this allows for."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pytest_repro.values import distance, registry
from pytest_repro.values.address import category
from pytest_repro.values.tolerance import EXACT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pytest_repro.controls.matrix import Column
    from pytest_repro.values.difference import Difference
    from pytest_repro.values.frozen import Frozen

MARGIN = 4.0
"""How much wider than what was seen a tolerance is made: the next class of hardware was not among those seen."""

APART = frozenset({"outcome", "rng"})
"""Categories that hold no number of the test's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How far one value of one test was apart.

    Attributes:
        test: The test.
        address: Where the value stands.
        scaled: Largest ``|a-b|`` over the value's largest finite magnitude, without unit: what ``tol=`` must reach;
            None where no two classes were compared.
        relative: Largest relative difference of an element.
        between: Names of the two columns that were farthest apart; empty where all are the same.
        classes: Classes of hardware that hold the value.
        missing: Classes that do not.
        runs: Runs that stand behind it, those of each recording added up.
        same: Largest scaled difference within one class: what is no matter of hardware.
        margin: By how much the tolerance is wider than what was seen.
        tolerance: To be written into ``tol=``; 0.0 where all classes agree bit for bit; None where no tolerance is
            honest: one class alone, or a difference that does not look like rounding.
        shape: What the largest difference looks like, or what parts structurally.
    """

    test: str
    address: str
    scaled: float | None
    relative: float
    between: tuple[str, ...]
    classes: tuple[str, ...]
    missing: tuple[str, ...]
    runs: int
    same: float
    margin: float
    tolerance: float | None
    shape: str


def limits(columns: Sequence[Column], *, wanted: Collection[str] = (), margin: float = MARGIN) -> tuple[Limit, ...]:
    """The limit of every number that was recorded, by test and address.

    Args:
        columns: Recorded tests, each with its class of hardware; those of an unknown class are left out.
        wanted: Classes that ought to be covered, besides those that occur.
        margin: How much wider than what was seen a tolerance is made, >= 1.

    Raises:
        ReproError: ``B602``, an array's file is not what was recorded.
    """
    known = [column for column in columns if column.hardware]
    classes = frozenset(column.hardware for column in known) | frozenset(wanted)
    found: list[Limit] = []
    for test in sorted({name for column in known for name in column.tests}):
        holders = [column for column in known if test in column.tests]
        addresses = {address for column in holders for address in column.tests[test].observations}
        for address in sorted(addresses):
            if category(address) not in APART:
                found += _limit(test, address, holders, classes, margin)
    return tuple(found)


def _limit(
    test: str, address: str, holders: Sequence[Column], classes: frozenset[str], margin: float
) -> Iterator[Limit]:
    held = [(column, column.tests[test]) for column in holders if address in column.tests[test].observations]
    if not any(is_number(recorded.observations[address]) for _, recorded in held):
        return
    seen = frozenset(column.hardware for column, _ in held)
    worst: tuple[float, Difference, tuple[str, str]] | None = None
    same = 0.0
    for (one, before), (other, after) in itertools.combinations(held, 2):
        a, b = before.observations[address], after.observations[address]
        difference = registry.measure(a, b, EXACT)
        size = scaled_distance(difference, a, b)
        if one.hardware == other.hardware:
            same = max(same, size)
        elif worst is None or size > worst[0]:
            worst = size, difference, (one.name, other.name)
    scaled = worst[0] if worst else None
    far = worst[1] if worst and worst[1].differing else None
    honest = scaled is not None and (far is None or far.shape == "rounding-like") and same <= scaled
    yield Limit(
        test=test,
        address=address,
        scaled=scaled,
        relative=(far.relative or 0.0) if far else 0.0,
        between=worst[2] if worst and far else (),
        classes=tuple(sorted(seen)),
        missing=tuple(sorted(classes - seen)),
        runs=sum(recorded.runs for _, recorded in held),
        same=same,
        margin=margin,
        tolerance=rounded(scaled * margin) if honest and scaled is not None else None,
        shape=(far.structural or far.shape) if far else "",
    )


def rounded(number: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50... times a power of ten that is not smaller."""
    if not number or math.isinf(number):
        return number
    power = math.floor(math.log10(number))
    for exponent in (power - 1, power, power + 1):
        for step in (1, 2, 5):
            found = float(f"{step}e{exponent}")
            if found >= number:
                return found
    return number


def scaled_distance(difference: Difference, before: Frozen, after: Frozen) -> float:
    """The largest distance over the largest magnitude; infinite where there is no such distance."""
    if not difference.differing and not difference.structural:
        return 0.0
    if difference.structural or difference.absolute is None or difference.nonfinite:
        return math.inf
    largest = max(_magnitude(before), _magnitude(after))
    return difference.absolute / largest if largest else 0.0


def is_number(leaf: Frozen) -> bool:
    """Whether a leaf is made of floats or complex numbers: of all others no tolerance is spoken."""
    dtype = getattr(leaf, "dtype", None)
    return leaf.kind in ("float", "complex") or (isinstance(dtype, np.dtype) and dtype.kind in "fc")


def _magnitude(leaf: Frozen) -> float:
    values = getattr(leaf, "values", None)
    if isinstance(values, np.ndarray):
        return float(distance.magnitude(values))
    return abs(complex(getattr(leaf, "value", 0.0))) if leaf.kind == "float" else abs(complex(*leaf))  # type: ignore[misc]
