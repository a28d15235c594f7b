"""The clock of a run, recorded and served again."""

# ruff: noqa: DTZ001, DTZ002, DTZ003, DTZ005, DTZ007, DTZ011, DTZ901  # most tests know no zones

from __future__ import annotations

import copy
import datetime as dt
import operator
import pickle
import threading
import time
from datetime import date, datetime
from time import perf_counter as bound_elsewhere

import pytest

from pytest_repro.observe.clock import CONVERTERS, NAMES, Clock


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
    assert type(datetime) is type(date) is type
    assert dt.datetime is datetime


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


def test_a_stand_in_does_all_that_its_class_does():
    moment = datetime(2020, 5, 17, 12)
    with Clock().recording():
        assert isinstance(moment, datetime)
        assert not isinstance(moment.date(), datetime)
        assert isinstance(moment, dt.date)
        assert issubclass(type(moment), date)
        assert operator.eq(type(moment), datetime)
        assert {datetime: 1}[type(moment)] == 1
        assert isinstance(None, datetime | None)
        assert isinstance(moment, str | datetime)
        assert type(datetime.fromisoformat("2020-05-17")) is type(datetime(2020, 5, 17)) is type(moment)
        assert datetime.min < moment < datetime.strptime("2021", "%Y")
        assert repr(datetime) == "<class 'datetime.datetime'>"
        assert operator.eq(copy.copy(datetime), type(moment))
        assert pickle.loads(pickle.dumps(moment)) == moment  # noqa: S301  # written a moment ago

        match moment:
            case datetime():
                matched = True
        assert matched

        class Stamp(datetime):
            def isoformat(self):
                return super().isoformat().replace("T", " ")

        assert Stamp(2020, 1, 1) < moment
        assert Stamp(2020, 1, 1).isoformat() == "2020-01-01 00:00:00"
        assert type(Stamp) is type
        assert not hasattr(datetime, "tomorrow")
