"""The recorder: how much of what it sees it keeps, and that nothing of it reaches the test."""

from __future__ import annotations

import gc
import sys
import threading
import weakref

import pytest

from pytest_repro.observe.recorder import UNRECORDED, Recorder
from pytest_repro.observe.sites import Site

PLACE = Site("asserted.f(x)", 3, "f(x)")


class Leaf:
    kind = "leaf"

    def __init__(self, value):
        self.value = repr(value)

    def to_dict(self):
        return {"kind": self.kind, "value": self.value}


def leaf(address, value):
    return {address: Leaf(value)}


def shown(values, **options):
    recorder = Recorder(options.pop("freeze", leaf), **options)
    (eye,) = recorder.eyes([PLACE])
    for value in values:
        assert eye.saw(value) is value
    return recorder


def test_hits_have_an_index_and_the_first_has_none():
    assert list(shown("abc").leaves) == ["asserted.f(x)", "asserted.f(x)@1", "asserted.f(x)@2"]


def test_a_value_is_frozen_when_it_is_seen():
    values = []
    recorder = Recorder(leaf)
    (eye,) = recorder.eyes([PLACE])
    eye.saw(values)
    values.append(1)
    assert recorder.leaves["asserted.f(x)"].value == "[]"


def test_hits_beyond_those_kept_go_into_a_digest():
    recorder = shown(range(5), kept=2)
    assert list(recorder.leaves) == ["asserted.f(x)", "asserted.f(x)@1"]
    assert {address: tail.hits for address, tail in recorder.tails.items()} == {"asserted.f(x)@2": 3}
    assert recorder.dropped == 0
    assert recorder.tails == shown(range(5), kept=2).tails
    assert recorder.tails != shown([0, 1, 2, 3, 5], kept=2).tails


def test_hits_beyond_the_budget_of_the_digest_are_counted():
    recorder = shown(range(9), kept=2, tail=3)
    assert recorder.tails["asserted.f(x)@2"].hits == 3
    assert recorder.dropped == 4


def test_without_a_digest_later_hits_are_only_counted():
    recorder = shown(range(9), kept=2, tail=0)
    assert recorder.tails == {}
    assert recorder.dropped == 7


def test_what_only_goes_into_a_digest_may_be_frozen_by_another():
    frozen = []
    recorder = shown(range(4), kept=1, freeze_tail=lambda address, value: frozen.append(value) or leaf(address, value))
    assert frozen == [1, 2, 3]
    assert list(recorder.leaves) == ["asserted.f(x)"]


def coroutine():
    async def made():
        pass

    made = made()
    made.close()
    return made


CODE = [len, leaf, "".join, str, sys, coroutine(), (x for x in ()), leaf.__code__, "".__add__, str.join, ValueError]


@pytest.mark.parametrize("value", CODE, ids=lambda value: type(value).__name__)
def test_code_is_no_value(value):
    assert shown([value]).leaves == {}


def test_the_class_that_a_value_claims_is_not_asked():
    class Proxy:
        @property
        def __class__(self):
            raise AssertionError("asked")

    assert issubclass(Proxy, UNRECORDED) is False
    assert list(shown([Proxy.__new__(Proxy)], freeze=lambda address, _value: {address: Leaf(0)}).leaves) == [
        "asserted.f(x)"
    ]


def test_an_error_inside_never_reaches_the_test():
    def failing(_address, value):
        raise KeyError(value)

    recorder = shown("ab", freeze=failing)
    assert recorder.fault == "asserted.f(x): KeyError: 'a'"
    assert recorder.leaves == {}


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, pytest.fail.Exception])
def test_an_interrupt_or_a_timeout_travels_on(error):
    def interrupted(_address, _value):
        raise error

    with pytest.raises(error):
        shown("a", freeze=interrupted)


def test_an_error_keeps_nothing_alive():
    class Thing:
        pass

    def failing(_address, value):
        kept = value  # noqa: F841  # in the frame of the error's traceback
        raise KeyError

    thing = Thing()
    seen = weakref.ref(thing)
    recorder = shown([thing], freeze=failing)
    del thing
    gc.collect()
    assert seen() is None
    assert recorder.fault


def test_freezing_that_runs_the_test_again_is_counted():
    eyes = []

    def recursive(address, value):
        eyes[0].saw(9)
        return leaf(address, value)

    recorder = Recorder(recursive)
    eyes += recorder.eyes([PLACE])
    eyes[0].saw(1)
    assert [kept.value for kept in recorder.leaves.values()] == ["1"]
    assert recorder.dropped == 1


def test_threads_lose_no_hit():
    recorder = Recorder(leaf, kept=10_000)
    (eye,) = recorder.eyes([PLACE])
    threads = [threading.Thread(target=lambda: [eye.saw(number) for number in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recorder.leaves) == 2000
    assert sorted(int(kept.value) for kept in recorder.leaves.values()) == sorted([*range(500)] * 4)


def test_sites_of_one_address_share_their_hits():
    recorder = Recorder(leaf)
    first, second = recorder.eyes([Site("return", 2, "return"), Site("return", 5, "return")])
    assert first is second
    assert recorder.sites == {"return": Site("return", 2, "return")}
