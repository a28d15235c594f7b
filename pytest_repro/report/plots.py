"""Plots of drifted values as a few numbers: two series one above the other, an image of differences, a spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_repro.report.document import Plot
from pytest_repro.report.page import display
from pytest_repro.values.veil import veiled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_repro.compare import Gap

MOST = 3
"""Values of one test that are drawn: the first are those that its table shows first."""

POINTS = 200
"""Points of a series; a longer one is thinned out."""

SIDE = 40
"""Rows and columns of an image; the largest difference of each block stands for it."""

LEAST = 8
"""Elements below which a table says all."""

DECADES = range(-17, 2)
"""Powers of ten of a spread."""


def plots(compared: Sequence[tuple[tuple[str, str], Sequence[Gap]]]) -> tuple[Plot, ...]:
    """What can be drawn of the drifted values, the first of them.

    Args:
        compared: What two runs are called, and where they part; of a pair that occurs twice a value is drawn once.
    """
    found: dict[tuple[str, tuple[str, str]], list[Plot]] = {}
    for runs, gaps in compared:
        for gap in sorted(gaps, key=lambda gap: not gap.difference.drifted):
            if len(found) < MOST and (gap.address, runs) not in found:
                made = list(_of(gap, runs))
                if made:
                    found[gap.address, runs] = made
    return tuple(plot for made in found.values() for plot in made)


def _of(gap: Gap, runs: tuple[str, str]) -> Iterator[Plot]:
    before, after = (getattr(leaf, "values", None) for leaf in (gap.before, gap.after))
    if not isinstance(before, np.ndarray) or not isinstance(after, np.ndarray) or before.shape != after.shape:
        return
    secret = any(leaf is not None and veiled(gap.address, leaf) for leaf in (gap.before, gap.after))
    if before.dtype.kind not in "fiu" or before.size < LEAST or secret:
        return
    name = display(gap.address)
    one, other = before.astype(float), after.astype(float)
    with np.errstate(all="ignore"):
        relative = np.abs(one - other) / np.maximum(np.abs(one), np.abs(other))
    relative = np.where(one == other, 0.0, relative)
    if one.ndim == 1:
        yield Plot(value=name, runs=runs, kind="series", data=(_thin(one), _thin(other)))
    elif one.ndim == 2:  # noqa: PLR2004  # rows and columns
        yield Plot(value=name, runs=runs, kind="image", data=tuple(_blocks(relative)))
    yield Plot(value=name, runs=runs, kind="spread", data=tuple(_spread(relative)))


def _thin(values: np.ndarray[Any, Any]) -> list[float | None]:
    step = max(1, -(-values.size // POINTS))
    return [float(value) if np.isfinite(value) else None for value in values[::step]]


def _blocks(relative: np.ndarray[Any, Any]) -> list[list[float]]:
    """The largest of each block; what has no size counts as 1."""
    filled = np.nan_to_num(relative, nan=1.0, posinf=1.0)
    for axis in (0, 1):
        step = max(1, -(-filled.shape[axis] // SIDE))
        starts = np.arange(0, filled.shape[axis], step)
        filled = np.maximum.reduceat(filled, starts, axis=axis)
    return [[float(f"{value:.2g}") for value in row] for row in filled.tolist()]


def _spread(relative: np.ndarray[Any, Any]) -> list[int]:
    """How many elements are equal, then how many differ by each power of ten."""
    filled = np.nan_to_num(relative, nan=1.0, posinf=1.0).ravel()
    equal = int((filled == 0).sum())
    powers = np.floor(np.log10(filled[filled > 0])).clip(DECADES[0], DECADES[-1]).astype(int)
    return [equal, *(int((powers == power).sum()) for power in DECADES)]
