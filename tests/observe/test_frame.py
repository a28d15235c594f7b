"""The frame of a function, held from its start, read after its end."""

from __future__ import annotations

import asyncio
import sys
import threading
import weakref

import pytest

from pytest_repro.observe.frame import FrameHold


class Thing:
    pass


def plain(a):
    b = [a]
    b.append(len(b))

    def inner():
        return a

    c = inner()
    a = 9
    return c


def raising():
    a = 5
    raise ValueError(a)


def generating():
    a = 1
    yield a
    a = 2
    yield a
    b = a + 1  # noqa: F841


async def awaiting():
    a = 1
    await asyncio.sleep(0)
    b = a + 1  # noqa: F841


def forgetting():
    thing = Thing()
    seen = weakref.ref(thing)
    assert seen() is thing
    del thing
    return seen() is None


def calling_itself(n):
    return n and calling_itself(n - 1)


def held(function, call):
    with FrameHold(function.__code__) as hold:
        call()
    return hold


def test_the_final_locals_are_there_after_the_call():
    found = held(plain, lambda: plain(3)).locals()
    assert callable(found.pop("inner"))
    assert found == {"a": 9, "b": [3, 1], "c": 3}


def test_they_are_there_after_an_error():
    hold = FrameHold(raising.__code__)
    with pytest.raises(ValueError, match=r"^5$"), hold:
        raising()
    assert hold.locals() == {"a": 5}


def test_they_are_there_after_a_generator():
    assert held(generating, lambda: list(generating())).locals() == {"a": 2, "b": 3}


def test_they_are_there_after_a_coroutine():
    assert held(awaiting, lambda: asyncio.run(awaiting())).locals() == {"a": 1, "b": 2}


def test_names_that_no_source_can_spell_are_left_out():
    def compared(x):
        assert abs(x) == 3

    assert held(compared, lambda: compared(3)).locals() == {"x": 3}


def test_objects_die_when_the_function_lets_them_go():
    results = []
    hold = held(forgetting, lambda: results.append(forgetting()))
    assert results == [True]
    hold.drop()


def test_dropping_the_frame_lets_its_objects_go():
    def making():
        thing = Thing()
        return weakref.ref(thing)

    found = []
    hold = held(making, lambda: found.append(making()))
    assert found[0]() is not None
    hold.drop()
    assert found[0]() is None
    assert hold.locals() == {}
    assert hold.entered


def test_the_outermost_call_of_a_recursion_is_held():
    assert held(calling_itself, lambda: calling_itself(3)).locals() == {"n": 3}


def test_what_was_never_entered_says_so():
    hold = held(plain, lambda: None)
    assert not hold.entered
    assert hold.locals() == {}
    assert sys.getprofile() is None


def test_another_thread_is_not_entered():
    def run():
        thread = threading.Thread(target=plain, args=(1,))
        thread.start()
        thread.join()

    assert not held(plain, run).entered


def test_no_profiler_is_left_once_the_body_runs():
    def looking():
        return sys.getprofile()

    found = []
    hold = held(looking, lambda: found.append(looking()))
    assert found == [None]
    assert hold.entered


def test_a_profiler_that_was_there_misses_nothing():
    events = []

    def profiler(frame, event, _argument):
        if frame.f_code.co_name in ("before", "looking") and event in ("call", "return"):
            events.append((frame.f_code.co_name, event))

    def before():
        pass

    def looking():
        return sys.getprofile()

    def run():
        before()
        assert looking() is profiler

    sys.setprofile(profiler)
    try:
        hold = held(looking, run)
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
    assert hold.entered
    assert events == [(name, event) for name in ("before", "looking") for event in ("call", "return")]


def test_a_profiler_of_the_test_stays():
    def mine(*_event):
        pass

    with FrameHold(plain.__code__):
        sys.setprofile(mine)
    try:
        assert sys.getprofile() is mine
    finally:
        sys.setprofile(None)


def test_tracing_is_never_touched():
    trace = sys.gettrace()
    found = []

    def looking():
        found.append(sys.gettrace())

    held(looking, looking)
    assert found == [trace]
    assert sys.gettrace() is trace
