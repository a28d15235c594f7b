"""Threads that take turns far more often: updates that are not guarded by a lock get lost."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Iterator

OFTEN_S = 1e-6  # lost updates went from none to half of them


def _check(value: str) -> str:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    return "" if 0.0 < seconds <= 1.0 else f"thread_switching is a time in seconds up to 1, not {value!r:.40}"


@contextmanager
def _inside(value: str) -> Iterator[None]:
    if not value:
        yield
        return
    before = sys.getswitchinterval()
    sys.setswitchinterval(float(value))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


THREAD_SWITCHING = Variation(
    name="thread_switching",
    kind="behaviour",
    changes="threads of Python take turns every microsecond",
    stands_for="a busier machine",
    proof="the interpreter's switch interval",
    mend="guard what threads share by a lock, or hand results over by a queue, in the order submitted",
    nightly=True,
    usual=lambda: (f"{OFTEN_S:g}",),
    check=_check,
    inside=_inside,
    read=lambda _value: f"{sys.getswitchinterval():g} s",
)
