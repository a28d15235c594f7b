"""Whether a value can be a time of its run."""

from __future__ import annotations

import datetime as dt
import time

import numpy as np
import pytest

from pytest_repro.diagnose.moment import is_coarse, is_now, is_time, moves
from pytest_repro.values.registry import Freezer

NOW = time.time()
WINDOW = (NOW - 2.0, NOW)


def frozen(value):
    return Freezer().freeze("x", value)["x"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(NOW, True, id="seconds from the epoch"),
        pytest.param(NOW - 2.5, True, id="the coarser clock of a file system"),
        pytest.param(NOW - 60, False, id="of before the run"),
        pytest.param(int(NOW * 1e9), True, id="nanoseconds"),
        pytest.param([int(NOW * 1e3)] * 3, True, id="an array of milliseconds"),
        pytest.param(np.array([NOW, 1.0]), False, id="an array of more than times"),
        pytest.param(np.array([np.datetime64(int(NOW * 1e6), "us")]), True, id="an array of dates"),
        pytest.param(np.array(["NaT"], "M8[s]"), False, id="no date"),
        pytest.param(time.monotonic(), False, id="the clock from boot, which any number may be"),
        pytest.param(0.5, False, id="a duration"),
        pytest.param(10**400, False, id="too large for a float"),
        pytest.param(float("nan"), False, id="no number"),
        pytest.param("now", False, id="a text"),
        pytest.param(np.array([], float), False, id="nothing"),
    ],
)
def test_moments_of_the_run_itself_need_no_proof(value, expected):
    assert is_now(next(iter(Freezer().freeze("x", value).values())), WINDOW) == expected
    assert not is_now(None, WINDOW)


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
        pytest.param(10**400, False, id="too large for a float"),
        pytest.param(np.array([np.datetime64(int(NOW * 1e6), "us")]), True, id="dates"),
        pytest.param(np.array([1500], "m8[ms]"), True, id="durations with their unit"),
        pytest.param(np.array([10**8], "m8[s]"), False, id="longer than the run"),
    ],
)
def test_numbers_are_times_within_the_run_or_near_a_reading(value, expected):
    assert is_time(next(iter(Freezer().freeze("x", value).values())), WINDOW) == expected


def test_readings_alone_leave_out_durations_and_texts():
    assert is_time(frozen(NOW), WINDOW, durations=False)
    assert not is_time(frozen(0.5), WINDOW, durations=False)
    assert not is_time(frozen("a"), WINDOW, durations=False)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(0.25, 0.25, True, id="a duration"),
        pytest.param(0.25, 0.2503, True, id="a duration, rounded"),
        pytest.param(0.25, 0.75, False, id="a draw"),
        pytest.param(NOW, NOW + 60, True, id="a moment"),
        pytest.param(1e3 * NOW, 1e3 * NOW + 6e4, True, id="a moment in milliseconds"),
        pytest.param(17, 17, True, id="a whole number"),
        pytest.param(17, 18, False, id="another"),
        pytest.param(int(NOW * 1e9), int(NOW * 1e9) + 60 * 10**9, True, id="nanoseconds"),
        pytest.param(np.array([0.1, 0.2]), np.array([0.1, 0.2]), True, id="durations"),
        pytest.param(np.array([0.1, 0.2]), np.array([0.1, 0.3]), False, id="draws"),
        pytest.param(np.array([0.1, 0.2]), np.array(["a"]), False, id="no numbers any more"),
        pytest.param("a", "b", True, id="texts, of which nothing is known"),
        pytest.param(0.25, 1, False, id="another kind"),
        pytest.param(10**400, 3 * 10**400, False, id="too large for a float"),
    ],
)
def test_a_time_stays_or_moves_with_the_clock_and_a_draw_goes_elsewhere(before, after, expected):
    assert moves(frozen(before), frozen(after), 60) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(dt.timedelta(microseconds=144), True, id="a difference of dates"),
        pytest.param(0.000144, True, id="its seconds"),
        pytest.param(0.00014412345, False, id="a finer clock's"),
        pytest.param(5e12, False, id="longer than the run"),
        pytest.param(144, False, id="a whole number"),
    ],
)
def test_a_duration_in_whole_microseconds_is_coarse(value, expected):
    assert is_coarse(frozen(value), WINDOW) == expected
