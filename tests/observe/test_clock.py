"""The clock of a run, recorded and served again."""

# ruff: noqa: DTZ001, DTZ002, DTZ003, DTZ005, DTZ011  # most tests know no zones

from __future__ import annotations

import datetime as dt
import pickle
import sys
import threading
import time
from calendar import timegm
from datetime import date, datetime
from time import perf_counter as bound_elsewhere
from unittest.mock import create_autospec

import pytest

from pytest_repro.observe import today
from pytest_repro.observe.clock import BEYOND, CONVERTERS, NAMES, Clock
from pytest_repro.values.registry import Freezer


def readings():
    return [time.time(), bound_elsewhere(), time.monotonic_ns(), time.time()]


def test_readings_are_served_in_their_order_wherever_the_function_is_bound():
    clock = Clock()
    with clock.recording():
        first = readings()
    assert clock.count >= 4
    with clock.serving():
        assert readings() == first


def test_the_real_clock_follows_when_the_readings_end():
    clock = Clock()
    with clock.recording():
        first = bound_elsewhere()
    with clock.serving():
        assert bound_elsewhere() == first
        assert bound_elsewhere() > first


def test_every_name_is_bound_to_its_own_function_afterwards():
    before = [getattr(time, name) for name in (*NAMES, *CONVERTERS)]
    clock = Clock()
    with clock.recording():
        assert [getattr(time, name) for name in (*NAMES, *CONVERTERS)] != before
    assert [getattr(time, name) for name in (*NAMES, *CONVERTERS)] == before
    assert bound_elsewhere is time.perf_counter
    assert type(datetime.now) is type(datetime.utcnow) is type(len)


def test_other_threads_read_the_real_clock():
    clock = Clock()
    with clock.recording():
        first = time.time()
    seen = []
    with clock.serving():
        thread = threading.Thread(target=lambda: seen.append(time.time_ns()))
        thread.start()
        thread.join()
        assert time.time() == first
    assert seen[0] / 1e9 >= first


def test_what_a_test_binds_meanwhile_stays_its_own(monkeypatch):
    clock = Clock()
    with clock.recording():
        monkeypatch.setattr(time, "time", lambda: 1.0)
    assert time.time() == 1.0


def presents():
    return [datetime.now(dt.UTC), dt.datetime.now(), datetime.today(), date.today(), dt.datetime.utcnow()]


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_the_present_of_dates_is_served_again():
    clock = Clock()
    with clock.recording():
        first = presents()
    assert presents() != first
    with clock.serving():
        assert presents() == first
        assert datetime.now() > first[1]


def test_what_turns_a_moment_into_words_is_served_where_it_reads_the_clock_itself():
    def words():
        return [time.localtime(), time.gmtime(None), time.ctime(), time.strftime("%H:%M:%S")]

    clock = Clock()
    with clock.recording():
        first = words()
        time.sleep(1.01)
    assert words() != first
    with clock.serving():
        assert time.localtime(0.0).tm_year in (1969, 1970)
        assert time.strftime("%Y", time.gmtime(86400.0)) == "1970"
        assert words() == first


def test_the_class_of_dates_stays_what_it_is():
    moment = datetime(2020, 5, 17, 12)
    with Clock().recording():
        assert type(moment) is datetime is dt.datetime
        assert issubclass(datetime, date)
        assert pickle.loads(pickle.dumps((datetime, moment))) == (datetime, moment)  # noqa: S301  # written just now
        assert isinstance(create_autospec(datetime), datetime)

        class Stamp(datetime):
            def __new__(cls, *args):
                return datetime.__new__(cls, *args)

        assert type(Stamp.now()) is Stamp
        assert Stamp(2020, 1, 1) < moment


def test_a_shifted_clock_moves_what_tells_the_time_and_no_timer():
    def readings():
        return [time.time(), time.time_ns(), datetime.now(), time.localtime(), time.gmtime()]

    clock, begun = Clock(), time.monotonic()
    with clock.recording():
        first = readings()
        words = time.ctime()
    with clock.serving(86_400):
        later = readings()
        assert time.ctime() == words
        assert abs(time.monotonic() - begun) < 3600
        beyond = [time.time() for _ in range(BEYOND + 1)]
    assert [beyond[0] > first[0] + 86_000, beyond[-1] > first[0] + 86_000] == [True, False]
    assert later[0] - first[0] == 86_400
    assert later[1] - first[1] == 86_400 * 10**9
    assert later[2] - first[2] == dt.timedelta(days=1)
    assert [time.mktime(later[3]) - time.mktime(first[3]), timegm(later[4]) - timegm(first[4])] == [86_400, 86_400]


def test_what_a_test_kept_of_a_reader_reads_the_real_clock_afterwards():
    class Kept:
        pass

    clock = Clock()
    with clock.recording():
        Kept.convert, Kept.now, Kept.time = time.gmtime, datetime.now, time.time
        first = Kept.time()
    with clock.serving():
        pass
    assert Kept().convert(0.0).tm_year == 1970
    assert Kept().time() > first
    assert type(Kept().now()) is datetime
    assert clock.count == 1


def test_a_wrapper_is_frozen_as_what_it_stands_for():
    def seen():
        return Freezer().freeze("x", {"a": time.gmtime, "b": datetime.now, "c": time.time})

    before = seen()
    with Clock().recording():
        assert seen() == before


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="classes of other interpreters are kept otherwise")
def test_where_no_table_is_behind_a_class_its_methods_are_left_alone(monkeypatch):
    monkeypatch.setattr(today, "_table", lambda _cls: None)
    with Clock().recording():
        assert type(datetime.now) is type(len)
