"""The shape of a difference: each law on the change that it was made for, and silence elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_repro.values.distance import compare
from pytest_repro.values.shape import SORTABLE, of_numbers, reordered
from pytest_repro.values.tolerance import EXACT

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=(40, 5))
FLIPPED = NORMAL * np.array([1, -1, 1, 1, -1])
MEMORY = np.array([0x7FA3_5C01_8B10, 0x55D1_22F0_4A50], np.uint64).view(np.float64)
LARGE = RNG.normal(size=SORTABLE + 1)


@pytest.mark.parametrize(
    ("before", "after", "shape", "detail"),
    [
        pytest.param(NORMAL, NORMAL * (1 + 1e-9), "rounding-like", "", id="rounding"),
        pytest.param(
            np.array([1.0, 1e-20]), np.array([1.0, 3e-20]), "rounding-like", "", id="cancellation is rounding at scale"
        ),
        pytest.param(NORMAL.astype("f4"), NORMAL.astype("f4") * np.float32(1.0001), "rounding-like", "", id="float32"),
        pytest.param(NORMAL, NORMAL * 1.0001, "values differ", "", id="too much for rounding in float64"),
        pytest.param(NORMAL, FLIPPED, "sign flip", "columns 1, 4", id="columns"),
        pytest.param(NORMAL, FLIPPED * (1 + 1e-12), "sign flip", "columns 1, 4", id="columns up to rounding"),
        pytest.param(NORMAL.T.copy(), FLIPPED.T.copy(), "sign flip", "rows 1, 4", id="rows"),
        pytest.param(NORMAL[:, 0].copy(), -NORMAL[:, 0], "sign flip", "all elements", id="a vector"),
        pytest.param(np.arange(1, 9), -np.arange(1, 9), "sign flip", "all elements", id="integers"),
        pytest.param(np.array(2.5), np.array(-2.5), "sign flip", "all elements", id="a number"),
        pytest.param(
            np.array([1.0, -1, 1, 1]), np.array([1.0, 1, 1, -1]), "same values in other order", "", id="signs"
        ),
        pytest.param(NORMAL, NORMAL[::-1].copy(), "same values in other order", "", id="order"),
        pytest.param(np.arange(9), np.roll(np.arange(9), 1), "same values in other order", "", id="order of integers"),
        pytest.param(np.array(["a", "b"]), np.array(["b", "a"]), "same values in other order", "", id="order of texts"),
        pytest.param(LARGE, LARGE[::-1].copy(), "same values in other order", "", id="order of many"),
        pytest.param(NORMAL, RNG.normal(size=(40, 5)), "unrelated draws", "", id="draws"),
        pytest.param(RNG.random(64), RNG.random(64), "unrelated draws", "", id="uniform draws"),
        pytest.param(RNG.integers(0, 99, 64), RNG.integers(0, 99, 64), "unrelated draws", "", id="integer draws"),
        pytest.param(MEMORY, MEMORY * (1 + 1e-6), "leftover memory", "", id="addresses read as numbers"),
        pytest.param(np.append(MEMORY, 1.0), np.append(MEMORY[::-1], 1.0), "leftover memory", "", id="beside others"),
        pytest.param(np.append(MEMORY, 1.0), np.append(MEMORY * 2, 1.1), "values differ", "", id="and others differ"),
        pytest.param(np.array(0.0), MEMORY[0], "leftover memory", "", id="an address where nothing was"),
        pytest.param(np.array(5e-324), np.array(1e-323), "values differ", "", id="the smallest doubles that there are"),
        pytest.param(MEMORY.astype("f4"), np.float32(1e-41) + MEMORY.astype("f4"), "values differ", "", id="singles"),
        pytest.param(NORMAL, NORMAL + 0.1, "values differ", "", id="a shift"),
        pytest.param(np.arange(3.0), np.array([5.0, 7.0, 1.0]), "values differ", "", id="too few to call draws"),
    ],
)
def test_a_difference_has_the_shape_of_what_changed(before, after, shape, detail):
    found = compare(before, after, EXACT)
    assert (found.shape, found.detail) == (shape, detail)
    assert compare(after, before, EXACT).shape == shape


def test_infinity_where_a_number_was_is_told():
    found = compare(np.array([1.0, 2.0]), np.array([1.0, np.inf]), EXACT)
    assert (found.shape, found.detail) == ("values differ", "1 of 2 elements became infinite or finite")


def test_a_sum_of_bits_that_agrees_by_chance_is_no_reordering():
    assert not reordered(np.array([0, 3]), np.array([1, 2]))
    many = np.zeros(SORTABLE + 1, np.int64)
    other = many.copy()
    many[:2], other[:2] = (0, 3), (1, 2)
    assert not reordered(many, other)


@pytest.mark.parametrize(
    ("before", "after", "shape"),
    [
        (1.0, 1.0 + 1e-9, "rounding-like"),
        (1.0, -1.0, "sign flip"),
        (1.0, float("nan"), "NaN appeared"),
        (1.0, 2.0, "values differ"),
        (6.9e-310, 4.6e-310, "leftover memory"),
        (0.0, 6.9e-310, "leftover memory"),
        (1e-320, 2e-320, "values differ"),
        (1e-300, 1.0000001e-300, "rounding-like"),
        (1.0, float("inf"), "values differ"),
    ],
)
def test_a_single_number_has_a_shape_too(before, after, shape):
    assert of_numbers(before, after) == of_numbers(after, before) == shape


@pytest.mark.parametrize(
    ("before", "after", "detail"),
    [
        (np.array(["NaT", 1], "M8[s]"), np.array([0, 1], "M8[s]"), "1 of 2 elements are NaT on one side only"),
        (np.array([3, 1], "m8[D]"), np.array(["NaT", 1], "m8[D]"), "1 of 2 elements are NaT on one side only"),
        (
            np.array([complex(np.nan, 1), 1]),
            np.array([complex(np.nan, 2), 1]),
            "1 of 2 elements have an infinite or NaN part",
        ),
        (np.array([complex(np.inf, 1), 1]), np.array([1j, 1]), "1 of 2 elements have an infinite or NaN part"),
    ],
)
def test_what_is_not_finite_is_told_in_the_words_of_its_dtype(before, after, detail):
    assert compare(before, after, EXACT).detail == detail
