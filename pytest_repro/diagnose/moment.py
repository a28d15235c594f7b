"""Moments and durations: whether a value can be a reading of the clock, or the time between two.

Serving the clock again proves that a value depends on it. It may be a time; it may as well be a number drawn from a
generator that was seeded with the time, and that is a drift.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pytest_repro.values.frozen import Frozen

UNITS = (1.0, 1e3, 1e6, 1e9)
"""Seconds to milli-, micro- and nanoseconds: how times are counted."""

NUMBERS = ("float", "int", "array")
"""Kinds of values that can be read as numbers."""

PAST = 1.0
"""Seconds around a run in which a moment is its own: file systems write their stamps by a coarser clock."""

ROUNDED = 5e-4
"""How far two durations of floats may be apart for rounding: milliseconds since the epoch have no more digits."""

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
    found = None if value is None else _range(value)
    return found is not None and any(
        (window[0] - PAST) * unit <= found.low and found.high <= (window[1] + PAST) * unit for unit in UNITS
    )


def is_time(value: Frozen | None, window: tuple[float, float], *, durations: bool = True) -> bool:
    """Whether a value is a text, or numbers that can all be times of a run.

    Args:
        value: What was observed.
        window: Wall-clock start and end of the run, in seconds since the epoch.
        durations: Whether times between two readings count, and texts, and readings of before the run; else those
            of the run alone.
    """
    if value is None or value.kind not in NUMBERS:
        return durations
    found = _range(value)
    if found is None:
        return False
    elapsed = window[1] - window[0]
    slack = SLACK if durations else elapsed + 1.0
    spans = [(now - slack, now + slack) for now in (window[1], time.monotonic())]
    if durations:
        spans.append((0.0, elapsed))
    units = UNITS if found.whole else UNITS[:2]
    return any(
        max(0.0, first) * unit <= found.low and found.high <= last * unit for first, last in spans for unit in units
    )


def is_coarse(value: Frozen, window: tuple[float, float]) -> bool:
    """Whether a value may be a duration in whole microseconds, as ``datetime`` counts them: two agree by luck.

    Args:
        value: What was observed.
        window: Wall-clock start and end of the run, in seconds since the epoch.
    """
    if value.kind == "timedelta":
        return True
    seconds: Any = getattr(value, "value", None)
    return value.kind == "float" and is_time(value, window) and round(seconds, 6) == seconds


def moves(before: Frozen, after: Frozen, seconds: int) -> bool:
    """Whether a value is as a time is when the clock was moved: as it was, or moved as well.

    Of what is no number nothing can be said, and True is.

    Args:
        before: Observed as the clock was.
        after: Observed when it was moved.
        seconds: By how much.
    """
    if before.kind not in NUMBERS:
        return True
    one, other = _range(before), _range(after) if after.kind == before.kind else None
    if one is None or other is None:
        return one is None
    gaps = (other.low - one.low, other.high - one.high)
    slack = 0 if one.whole else ROUNDED
    ways = [by * int(unit) for by in (0, seconds) for unit in UNITS]  # whole: some gaps are too large for a float
    return any(all(abs(gap - way) <= slack for gap in gaps) for way in ways)


class _Range(NamedTuple):
    """Smallest and largest number of a value, and whether it counts whole ones: nanoseconds are never anything else."""

    low: float
    high: float
    whole: bool


def _range(value: Frozen) -> _Range | None:
    """The numbers that a value spans, dates and durations in nanoseconds; None for what holds no numbers."""
    held: Any = getattr(value, "values" if value.kind == "array" else "value", None)
    if held is None or value.kind not in NUMBERS:
        return None
    if value.kind != "array":
        return _Range(held, held, value.kind == "int")  # as it is: some whole numbers are too large for a float
    if held.dtype.kind not in "iufMm" or not held.size:
        return None
    if held.dtype.kind in "Mm":
        held = held.astype(f"{held.dtype.kind}8[ns]").astype("i8")
    return _Range(float(held.min()), float(held.max()), held.dtype.kind != "f")
