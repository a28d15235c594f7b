"""The shape of a difference: what the change from one value to the other looks like, decided from the numbers alone.

A report proposes by it what to do: a tolerance only for rounding, a seed for unrelated draws, a stable sort for another
order, a sign convention for flips. Where no law holds, the answer is the plain "values differ".
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pytest_repro.values.difference import Shape

ROUNDING = {2: 3e-2, 4: 3.5e-4, 8: 1e-6}
"""Bytes of one number -> scaled difference below which it is called rounding. About half of the digits (the root of
epsilon); a float64 gets ten float32 roundings, since it so often holds what float32 computed (``loss.item()``)."""

SMALLEST = sys.float_info.min
"""The smallest double with all its digits, 2.2e-308; an address of memory that is read as a double is below it."""

_NOISE = 1e4 * math.ulp(0.0)  # so far apart, doubles without all their digits are no rounding

NAMED = 6  # columns that a detail names
FEW = 8  # below it a correlation says nothing
SAMPLE = 1 << 16
SORTABLE = 1 << 20
_CALM = 0.5  # |correlation| of unrelated draws stays well below from FEW elements on
_MOST = 0.9
_FAR = 0.1  # of the median magnitude


def of_numbers(before: float, after: float) -> Shape:
    """The shape of two single floats that differ."""
    if math.isnan(before) != math.isnan(after):
        return "NaN appeared"
    if math.isinf(before) or math.isinf(after) or math.isnan(before):
        return "values differ"
    absolute, largest = abs(before - after), max(abs(before), abs(after))
    if leftover(absolute, absolute / (largest or 1.0)):
        return "leftover memory"
    limit = ROUNDING[8] * largest
    if absolute <= limit:
        return "rounding-like"
    return "sign flip" if abs(before + after) <= limit else "values differ"


def leftover(absolute: float, relative: float) -> bool:
    """Whether doubles that differ look like what was in memory before: addresses, which as numbers are below 1e-307.

    Args:
        absolute: How far they are apart.
        relative: The same, over the larger of the two.
    """
    return _NOISE < absolute < relative * SMALLEST


def limit(dtype: np.dtype[Any]) -> float:
    """The scaled difference below which two numbers of a dtype are called rounding; 0 for integers."""
    if dtype.kind == "c":
        return ROUNDING.get(dtype.itemsize // 2, ROUNDING[8])
    return ROUNDING.get(dtype.itemsize, ROUNDING[8]) if dtype.kind == "f" else 0.0


class Gap(NamedTuple):
    """How far two arrays are apart.

    Attributes:
        relative: Largest relative difference of an element.
        absolute: Largest absolute difference of an element.
        largest: Largest finite magnitude of both; may be 0 where the relative difference alone decides.
        rounding: The scaled difference below which it is called rounding; 0 for integers.
    """

    relative: float
    absolute: float
    largest: float
    rounding: float


def of_arrays(before: NDArray[Any], after: NDArray[Any], gap: Gap, *, nans: int) -> tuple[Shape, str]:
    """The shape of two arrays of one dtype and shape that differ, and a phrase of detail.

    Args:
        before: Numbers, contiguous.
        after: Numbers of the same shape and dtype.
        gap: How far they are apart.
        nans: Elements that are NaN on one side only.
    """
    if nans:
        return "NaN appeared", f"{nans} of {before.size} elements are NaN on one side only"
    relative, absolute, largest, rounding = gap
    if before.dtype.kind in "fc" and rounding == ROUNDING[8] and leftover(absolute, relative):
        return "leftover memory", ""
    if rounding and (relative <= rounding or absolute <= rounding * largest):
        return "rounding-like", ""
    # A flip has a relative difference of 2: reading one number spares a pass over both arrays.
    if relative >= 2 - 2 * rounding - 1e-12:
        flipped = _flips(before, after, rounding * largest)
        if flipped is not None:
            return "sign flip", flipped
    if before.size > 1 and reordered(before, after):
        return "same values in other order", ""
    return ("unrelated draws" if _unrelated(before, after) else "values differ"), ""


def _flips(before: NDArray[Any], after: NDArray[Any], slack: float) -> str | None:
    """Which columns (or rows) changed their sign as a whole while the others stayed; None if it is not that."""
    if before.dtype.kind not in "fci":
        return None
    if before.ndim <= 1:
        a, b = before.reshape(-1, 1), after.reshape(-1, 1)
        return "all elements" if _columns(a, b, slack) == [0] else None
    tables = (
        ("column", before.reshape(-1, before.shape[-1]), after.reshape(-1, before.shape[-1])),
        ("row", before.reshape(before.shape[0], -1).T, after.reshape(before.shape[0], -1).T),
    )
    for name, a, b in tables:
        which = _columns(a, b, slack)
        if which:
            listed = ", ".join(map(str, which[:NAMED])) + (", ..." if len(which) > NAMED else "")
            return f"{name}{'s' if len(which) > 1 else ''} {listed}"
    return None


def _columns(before: NDArray[Any], after: NDArray[Any], slack: float) -> list[int]:
    """The columns of two tables that are negatives of one another; empty unless all others stayed."""
    width = before.shape[1]
    flips, stays = np.ones(width, bool), np.ones(width, bool)
    step = max(1, SAMPLE // width)
    with np.errstate(all="ignore"):
        for start in range(0, before.shape[0], step):
            a, b = before[start : start + step], after[start : start + step]
            if a.dtype.kind == "i":
                a, b = a.astype(np.float64), b.astype(np.float64)
            flips &= (np.abs(a + b) <= slack).all(axis=0)
            stays &= (np.abs(a - b) <= slack).all(axis=0)
            if not (flips | stays).all():
                return []
    return [int(at) for at in np.flatnonzero(flips & ~stays)]


def reordered(before: NDArray[Any], after: NDArray[Any]) -> bool:
    """Whether two arrays hold the same values, each as often, in another order."""
    if before.dtype.kind in "fciumMb" and before.dtype.itemsize <= 8:  # noqa: PLR2004
        words = f"u{before.dtype.itemsize}"
        a, b = before.reshape(-1).view(words), after.reshape(-1).view(words)
        # The sum of all bit patterns does not depend on their order, and costs one pass where sorting costs twenty.
        if int(a.sum(dtype=np.uint64)) != int(b.sum(dtype=np.uint64)):
            return False
    else:
        a, b = before.reshape(-1), after.reshape(-1)
    if a.size > SORTABLE:
        return a.dtype.kind == "u" and _mixed(a) == _mixed(b)
    return bool(np.array_equal(np.sort(a), np.sort(b)))


def _mixed(words: NDArray[Any]) -> int:
    total = 0
    for start in range(0, words.size, SAMPLE):
        mixed = words[start : start + SAMPLE].astype(np.uint64)
        mixed ^= mixed >> np.uint64(30)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)  # splitmix64: spreads every bit before the sum
        mixed ^= mixed >> np.uint64(27)
        mixed *= np.uint64(0x94D049BB133111EB)
        total = (total + int((mixed ^ (mixed >> np.uint64(31))).sum(dtype=np.uint64))) & 0xFFFFFFFFFFFFFFFF
    return total


def _unrelated(before: NDArray[Any], after: NDArray[Any]) -> bool:
    if before.size < FEW or before.dtype.kind not in "fciu":
        return False
    step = max(1, before.size // SAMPLE)
    wide = np.complex128 if before.dtype.kind == "c" else np.float64
    a, b = before.reshape(-1)[::step].astype(wide), after.reshape(-1)[::step].astype(wide)
    finite = np.isfinite(a) & np.isfinite(b)
    a, b = a[finite], b[finite]
    if a.size < FEW:
        return False
    with np.errstate(all="ignore"):
        a, b = a - a.mean(), b - b.mean()
        gap = np.abs(a - b)
        far = np.median(gap) > _FAR * np.median(np.maximum(np.abs(a), np.abs(b)))
        norm = float(np.linalg.norm(a) * np.linalg.norm(b))
        correlation = abs(complex(np.vdot(a, b))) / norm if norm and math.isfinite(norm) else 1.0
    return bool(far) and float(np.mean(gap > 0)) >= _MOST and correlation < _CALM
