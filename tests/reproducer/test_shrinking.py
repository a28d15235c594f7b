"""Shrinking: what comes out still drifts, and is no larger than what went in."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.reproducer.recipe import Array, Call, Drawn, Items, Literal, Name, walked
from pytest_repro.reproducer.shrinking import shrunk


def smallest(call: Call, drifts) -> tuple[Call, list[Call]]:
    tried: list[Call] = []
    attempts = shrunk(call)
    try:
        now = next(attempts)
        while True:
            tried.append(now)
            now = attempts.send(drifts(now))
    except StopIteration as end:
        return end.value, tried


def numbers(call: Call) -> list[tuple[int, ...]]:
    shapes = [call.arrays[one.number].shape for one in walked(call.recipes) if isinstance(one, Array)]
    return shapes + [one.shape for one in walked(call.recipes) if isinstance(one, Drawn)]


def of_arrays(*arrays) -> Call:
    function = Name("numpy", "matmul")
    return Call(function=function, arguments=tuple(map(Array, range(len(arrays)))), arrays=list(arrays))


def test_axes_of_one_length_are_cut_together():
    call = of_arrays(np.full((40, 60), 0.3), np.full((60, 9), 0.3))
    found, _ = smallest(call, lambda one: numbers(one)[0][1] == numbers(one)[1][0] and numbers(one)[0][1] >= 10)
    left, right = numbers(found)
    assert left == (1, right[0])
    assert 10 <= right[0] <= 13
    assert right[1] == 1


def test_numbers_that_do_not_matter_are_drawn_from_a_seed():
    found, tried = smallest(of_arrays(np.zeros((3, 3))), lambda _one: True)
    assert isinstance(tried[0].arguments[0], Drawn)
    assert numbers(found) == [(1, 1)]


def test_numbers_that_matter_are_kept_with_as_few_digits_as_do():
    values = np.array([1.23456789, 2.3456789, 3.456789, 4.56789, 5.6789])

    def drifts(one: Call) -> bool:
        return bool(one.arrays) and any(isinstance(part, Array) for part in one.arguments) and one.arrays[0][0] > 1.21

    found, _ = smallest(of_arrays(values), drifts)
    assert found.arrays[0].tolist() == [1.23]


@given(st.lists(st.integers(0, 99).map(lambda number: Literal(str(number))), max_size=40), st.integers(0, 99))
def test_of_a_list_the_items_are_left_that_matter(items, wanted):
    target = Literal(str(wanted))
    call = Call(function=Name("builtins", "list"), arguments=(Items("list", (*items, target)),))
    found, tried = smallest(call, lambda one: target in one.arguments[0].items)
    assert target in found.arguments[0].items
    assert len(found.arguments[0].items) <= 4
    assert len(tried) < 200


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=3), st.integers(0, 2**32))
def test_whatever_drifts_what_comes_out_was_tried_and_drifted(shapes, seed):
    call = of_arrays(*(np.arange(float(np.prod(shape))).reshape(shape) / 7 for shape in shapes))
    known: dict[str, bool] = {}
    coin = np.random.default_rng(seed)

    def drifts(one: Call) -> bool:
        key = f"{one.arguments}{[array.tolist() for array in one.arrays]}"
        return known.setdefault(key, bool(coin.integers(2)))

    found, tried = smallest(call, drifts)
    assert found is call or any(found is one and drifts(one) for one in tried)
    size = sum(int(np.prod(shape)) for shape in numbers(found))
    assert size <= sum(int(np.prod(shape)) for shape in shapes)


def test_what_has_nothing_to_shrink_is_given_back():
    call = Call(function=Name("uuid", "uuid4"), arguments=())
    assert smallest(call, lambda _one: True) == (call, [])
