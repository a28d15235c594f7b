"""Memoised functions: which caches filled, and emptying these alone."""

from __future__ import annotations

import functools

from pytest_repro.observe.memo import Caches


@functools.lru_cache(maxsize=4)
def square(number):
    return number * number


@functools.cache
def cube(number):
    return number**3


def test_caches_that_filled_since_are_named_and_emptied_one_by_one():
    square(1)
    caches = Caches()
    square(1)
    assert not {name for name in caches.grown() if name.startswith(__name__)}
    square(2)
    cube(2)
    made = functools.cache(len)
    made("abc")
    names = {f"{__name__}.square", f"{__name__}.cube", "builtins.len"}
    assert names <= set(caches.grown())
    caches.empty([f"{__name__}.square"])
    assert [one.cache_info().currsize for one in (square, cube, made)] == [0, 1, 1]
    caches.empty(caches.grown())
    assert [one.cache_info().currsize for one in (square, cube, made)] == [0, 0, 0]
