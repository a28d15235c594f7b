"""Whether a value can be a time of its run."""

from __future__ import annotations

import time

import pytest

from pytest_repro.diagnose.moment import is_time
from pytest_repro.values.registry import Freezer

NOW = time.time()
WINDOW = (NOW - 2.0, NOW)


def frozen(value):
    return Freezer().freeze("x", value)["x"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(0.5, True, id="seconds"),
        pytest.param(1500.0, True, id="milliseconds"),
        pytest.param(1_500_000_000, True, id="nanoseconds"),
        pytest.param(NOW, True, id="the wall clock"),
        pytest.param(int(NOW * 1e9), True, id="the wall clock in nanoseconds"),
        pytest.param(time.monotonic(), True, id="the clock from boot"),
        pytest.param([0.1, 0.2], True, id="durations"),
        pytest.param("fitted in 0.1 s", True, id="a text"),
        pytest.param(-0.5, False, id="negative"),
        pytest.param([0.1, -0.2], False, id="one negative"),
        pytest.param(1e13, False, id="too long"),
        pytest.param([True, False], True, id="no numbers"),
    ],
)
def test_numbers_are_times_within_the_run_or_near_a_reading(value, expected):
    assert is_time(next(iter(Freezer().freeze("x", value).values())), WINDOW) == expected


def test_readings_alone_leave_out_durations_and_texts():
    assert is_time(frozen(NOW), WINDOW, durations=False)
    assert not is_time(frozen(0.5), WINDOW, durations=False)
    assert not is_time(frozen("a"), WINDOW, durations=False)
