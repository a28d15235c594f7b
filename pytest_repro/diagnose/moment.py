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

SLACK = 3600.0
"""Seconds that a reading may lie before the run: when the module was imported, when the session began."""


def is_time(value: Frozen | None, window: tuple[float, float], *, durations: bool = True) -> bool:
    """Whether a value is a text, or numbers that can all be times of a run.

    Args:
        value: What was observed.
        window: Wall-clock start and end of the run, in seconds since the epoch.
        durations: Whether times between two readings count, and texts; else readings alone.
    """
    if value is None or value.kind not in ("float", "int", "array"):
        return durations
    held: Any = getattr(value, "values", None) if value.kind == "array" else getattr(value, "value", None)
    if held is None or (value.kind == "array" and (held.dtype.kind not in "iuf" or not held.size)):
        return False
    low, high = (float(held), float(held)) if value.kind != "array" else (float(held.min()), float(held.max()))
    elapsed = window[1] - window[0] if durations else -1.0
    units = UNITS if value.kind == "int" or (value.kind == "array" and held.dtype.kind != "f") else UNITS[:2]
    return any(_within(low, high, unit, elapsed, window[1]) for unit in units)


def _within(low: float, high: float, unit: float, elapsed: float, end: float) -> bool:
    """As durations within the run, or as readings of the wall clock or of the one that counts from boot."""
    spans = [(0.0, elapsed), *((now - SLACK, now + SLACK) for now in (end, time.monotonic()) if now > SLACK)]
    return any(first * unit <= low and high <= last * unit for first, last in spans)
