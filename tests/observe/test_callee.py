"""The function that runs in the end."""

from __future__ import annotations

import functools

import pytest

from pytest_repro.observe.callee import enclosed, innermost


def target():
    pass


@functools.wraps(target)
def wrapper():
    pass


class Room:
    def method(self):
        pass

    @staticmethod
    def static():
        pass

    @classmethod
    def made(cls):
        pass


CASES = [
    pytest.param(target, target, id="function"),
    pytest.param(wrapper, target, id="wraps"),
    pytest.param(Room().method, Room.method, id="bound-method"),
    pytest.param(Room.static, Room.static, id="staticmethod"),
    pytest.param(vars(Room)["static"], Room.static, id="staticmethod-object"),
    pytest.param(Room.made, vars(Room)["made"].__func__, id="classmethod"),
    pytest.param(functools.partial(functools.partial(wrapper)), target, id="partial"),
    pytest.param(functools.lru_cache(target), target, id="cache"),
    pytest.param(len, None, id="builtin"),
    pytest.param(Room, None, id="class"),
    pytest.param(None, None, id="nothing"),
]


@pytest.mark.parametrize(("found", "expected"), CASES)
def test_wrappers_are_taken_off(found, expected):
    assert innermost(found) is expected


def test_wrappers_in_a_circle_have_no_end():
    def one():
        pass

    one.__wrapped__ = one
    assert innermost(one) is None


def plain_wrapper_of(test):
    def around(*words):
        return test(*words)

    return around


def test_what_a_plain_wrapper_closes_over_is_found_by_its_name():
    assert enclosed(plain_wrapper_of(target), "target") is target
    assert enclosed(plain_wrapper_of(plain_wrapper_of(Room().method)), "method") is Room.method
    assert enclosed(plain_wrapper_of(target), "another") is None
    assert enclosed(target, "target") is None  # it closes over nothing


def test_a_circle_and_an_unbound_name_end_the_search():
    def one():
        return two, later

    def two():
        return one

    assert enclosed(one, "target") is None
    later = 1
