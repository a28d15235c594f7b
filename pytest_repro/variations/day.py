"""Another day: whatever asks for the date gets one that is more than a year ahead."""

from __future__ import annotations

import importlib.util
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pytest_repro.variations.numbers import whole
from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Iterator

AHEAD = "400"  # another year, month, weekday and side of daylight saving


def _missing() -> str:
    found = importlib.util.find_spec("time_machine")
    return "" if found is not None else "time-machine is not installed: pip install 'pytest-repro[variations]'"


@contextmanager
def _inside(value: str) -> Iterator[None]:
    if not value:
        yield
        return
    import time_machine  # noqa: PLC0415  # optional, and there where this variation is made

    with time_machine.travel(datetime.now(UTC) + timedelta(days=int(value)), tick=True):
        yield


TIME = Variation(
    name="time",
    kind="behaviour",
    changes="the date is 400 days ahead",
    stands_for="the same test, next year",
    proof="today's date",
    mend="hand the date in, or fix it in the test: time_machine.travel(...)",
    nightly=True,
    usual=lambda: (AHEAD,),
    missing=_missing,
    check=lambda value: whole(value, 1, 36500, "a number of days"),
    inside=_inside,
    read=lambda _value: datetime.now(UTC).strftime("%Y-%m-%d"),
)
