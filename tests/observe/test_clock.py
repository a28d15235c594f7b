"""The clock of a run, recorded and served again."""

from __future__ import annotations

import threading
import time
from time import perf_counter as bound_elsewhere

from pytest_repro.observe.clock import NAMES, Clock


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
    before = [getattr(time, name) for name in NAMES]
    clock = Clock()
    with clock.recording():
        assert [getattr(time, name) for name in NAMES] != before
    assert [getattr(time, name) for name in NAMES] == before
    assert bound_elsewhere is time.perf_counter


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
