"""Moments and durations: whether a value can be a reading of the clock, or the time between two.

Serving the clock again proves that a value depends on it. It may be a time; it may as well be a number drawn from a
generator that was seeded with the time, and that is a drift.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_repro.values.frozen import Frozen

UNITS = (1.0, 1e3, 1e6, 1e9)
"""Seconds to milli-, micro- and nanoseconds: how times are counted."""

PAST = 1.0
"""Seconds around a run in which a moment is its own: file systems write their stamps by a coarser clock."""

SLACK = 3600.0
"""Seconds that a reading may lie before the run: when the module was imported, when the session began."""


def is_now(value: Frozen | None, window: tuple[float, float]) -> bool:
    """Whether a value holds moments of a run itself, counted from the epoch: when a file was written, a time stamp.

    Nothing has to prove that: a number of some thousand millions that lies within a second of each of two runs is no
    draw.

    Args:
        value: What was observed.
        window: Wall-clock start and end of the run, in seconds since the epoch.
    """
    if value is None or value.kind not in ("float", "int", "array"):
        return False
    held: Any = getattr(value, "values" if value.kind == "array" else "value", None)
    low = high = held  # a whole number as it is: some are too large for a float
    if value.kind == "array":
        if held is None or held.dtype.kind not in "iufM" or not held.size:
            return False
        if held.dtype.kind == "M":
            held = held.astype("M8[ns]").astype("i8")
        low, high = float(held.min()), float(held.max())
    return held is not None and any(
        (window[0] - PAST) * unit <= low and high <= (window[1] + PAST) * unit for unit in UNITS
    )


def is_time(value: Frozen | None, window: tuple[float, float], *, durations: bool = True) -> bool:
    """Whether a value is a text, or numbers that can all be times of a run.

    Args:
        value: What was observed.
        window: Wall-clock start and end of the run, in seconds since the epoch.
        durations: Whether times between two readings count, and texts, and readings of before the run; else those
            of the run alone.
    """
    if value is None or value.kind not in ("float", "int", "array"):
        return durations
    held: Any = getattr(value, "values", None) if value.kind == "array" else getattr(value, "value", None)
    if held is None or (value.kind == "array" and (held.dtype.kind not in "iuf" or not held.size)):
        return False
    low, high = (float(held), float(held)) if value.kind != "array" else (float(held.min()), float(held.max()))
    elapsed = window[1] - window[0]
    slack = SLACK if durations else elapsed + 1.0
    spans = [(now - slack, now + slack) for now in (window[1], time.monotonic())]
    if durations:
        spans.append((0.0, elapsed))
    units = UNITS if value.kind == "int" or (value.kind == "array" and held.dtype.kind != "f") else UNITS[:2]
    return any(max(0.0, first) * unit <= low and high <= last * unit for first, last in spans for unit in units)
