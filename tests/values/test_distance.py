"""The distance of two arrays: counts, places and the largest gaps, against the plain formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pytest_repro.values import bits
from pytest_repro.values.difference import Difference
from pytest_repro.values.distance import compare
from pytest_repro.values.tolerance import EXACT, Tolerance


def test_every_field_of_a_difference_is_filled():
    before = np.array([[1.0, 2.0], [3.0, 0.0]])
    after = np.array([[1.0, 2.5], [3.0000001, -0.0]])
    assert compare(before, after, Tolerance(rtol=1e-3)) == Difference(
        count=4,
        differing=3,
        beyond=1,
        absolute=0.5,
        relative=0.2,
        ulp=2.0**50,
        first=(0, 1),
        worst=(0, 1),
        nonfinite=0,
        shape="values differ",
    )


def test_without_anything_beyond_the_first_that_differs_is_told():
    found = compare(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0 + 1e-15, 3.0]), Tolerance(rtol=1e-9))
    assert (found.beyond, found.first, found.worst, found.shape) == (0, (1,), (1,), "rounding-like")


def test_nothing_stated_tells_the_two_zeros_apart_and_a_stated_zero_does_not():
    before, after = np.zeros(3), np.array([0.0, -0.0, 0.0])
    assert compare(before, after, EXACT).beyond == 1
    assert compare(before, after, Tolerance()).beyond == 0
    assert compare(before, after, Tolerance()).differing == 1


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "g", "F", "D", "G", ">f8"])
def test_nan_equals_nan_whatever_its_payload_and_infinity_only_itself(dtype):
    before = np.array([np.nan, np.inf, -np.inf, 1.0, 2.0], dtype)
    assert compare(before, before.copy(), EXACT).identical
    after = np.array([np.nan, np.inf, np.inf, np.nan, 2.0], dtype)
    found = compare(before, after, Tolerance(rtol=1.0, atol=1e9))
    assert (found.differing, found.beyond, found.nonfinite, found.first) == (2, 2, 2, (2,))
    assert (found.absolute, found.relative, found.ulp, found.shape) == (None, None, None, "NaN appeared")
    assert found.detail == "1 of 5 elements are NaN on one side only"


def test_nan_of_another_payload_is_the_same():
    before = np.array([np.nan, 1.0])
    after = before.copy()
    after.view("u8")[0] |= np.uint64(1)  # numpy 1.26 mixes no signs
    assert before.tobytes() != after.tobytes()
    assert compare(before, after, EXACT).identical


def test_tol_takes_its_absolute_part_from_the_largest_finite_magnitude_of_both():
    before = np.array([1000.0, 1e-9, np.inf])
    after = np.array([1000.0, 5e-7, np.inf])
    assert compare(before, after, Tolerance(rtol=1e-9, scale=1e-9)).beyond == 0
    assert compare(before, after, Tolerance(rtol=1e-10, scale=1e-10)).beyond == 1


def test_ulp_allows_what_the_other_parts_refuse():
    before = np.array([1.0, 2.0], "f4")
    after = np.nextafter(before, np.float32(3), dtype="f4")
    assert compare(before, after, Tolerance(ulp=1)).beyond == 0
    assert compare(before, after, Tolerance()).beyond == 2
    assert compare(before, after, Tolerance()).ulp == 1


@pytest.mark.parametrize(
    ("before", "after", "absolute", "relative", "nonfinite"),
    [
        pytest.param(np.array([2**62], "i8"), np.array([2**62 + 1], "i8"), 1.0, 2.0**-62, 0, id="i8"),
        pytest.param(np.array([-(2**63)], "i8"), np.array([2**63 - 1], "i8"), 2.0**64, 2.0, 0, id="i8 over all"),
        pytest.param(np.array([2**64 - 1], "u8"), np.array([0], "u8"), 2.0**64, 1.0, 0, id="u8"),
        pytest.param(np.array([200], "u1"), np.array([100], "u1"), 100.0, 0.5, 0, id="u1"),
        pytest.param(np.array([True]), np.array([False]), None, None, 0, id="bool"),
        pytest.param(np.array(["a"]), np.array(["b"]), None, None, 0, id="U"),
        pytest.param(np.array([b"a"]), np.array([b"b"]), None, None, 0, id="S"),
        pytest.param(np.array([b"abc"], "V3"), np.array([b"abd"], "V3"), None, None, 0, id="V"),
        pytest.param(np.array([3], "m8[s]"), np.array([6], "m8[s]"), 3.0, 0.5, 0, id="m8"),
        pytest.param(np.array([3], "M8[s]"), np.array([6], ">M8[s]").astype("M8[s]"), 3.0, None, 0, id="M8"),
        pytest.param(np.array(["NaT"], "M8[s]"), np.array([6], "M8[s]"), None, None, 1, id="NaT"),
        pytest.param(np.array([3], ">i4"), np.array([6], ">i4"), 3.0, 0.5, 0, id="big-endian"),
        pytest.param(np.array([3], ">m8[s]"), np.array([6], ">m8[s]"), 3.0, 0.5, 0, id="big-endian m8"),
    ],
)
def test_what_is_no_float_is_exact_and_tells_how_far_it_is(before, after, absolute, relative, nonfinite):
    found = compare(before, after, Tolerance(rtol=10.0, atol=1e30))
    assert (found.differing, found.beyond, found.first, found.worst) == (1, 1, (0,), (0,))
    assert (found.absolute, found.relative, found.ulp, found.nonfinite) == (absolute, relative, None, nonfinite)


def test_nat_equals_nat():
    values = np.array(["NaT", "2020-01-01"], "M8[D]")
    assert compare(values, values.copy(), EXACT).identical


def test_a_single_number_has_no_index():
    found = compare(np.array(1.0), np.array(2.0), EXACT)
    assert (found.count, found.first, found.worst) == (1, None, None)


@pytest.mark.parametrize("dtype", ["f4", "f8", "F", "D"])
def test_differences_that_overflow_keep_their_ratio(dtype):
    top = np.finfo(dtype).max
    found = compare(np.array([top], dtype), np.array([-top], dtype), Tolerance(rtol=1.0))
    assert (found.relative, found.beyond) == (2.0, 1)


FLOATS = st.sampled_from(["f2", "f4", "f8", ">f8", "F", "D"])
SPECIALS = [0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, 5e-324]


@st.composite
def pairs(draw):
    """Two arrays of one floating dtype and shape, some elements of the second taken from the first."""
    dtype = np.dtype(draw(FLOATS))
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, max_side=5))
    before, after = (draw(hnp.arrays(dtype, shape)) for _ in range(2))
    keep = draw(hnp.arrays(bool, shape))
    return before, np.where(keep, before, after).astype(dtype)


def plainly_beyond(before, after, rtol, atol):
    """The law of the tolerance, element by element in Python."""
    number = 0
    for a, b in zip(before.reshape(-1).tolist(), after.reshape(-1).tolist(), strict=True):
        if a == b:
            continue
        if all(x == y or (math.isnan(x) and math.isnan(y)) for x, y in ((a.real, b.real), (a.imag, b.imag))):
            continue
        finite = all(map(math.isfinite, (a.real, a.imag, b.real, b.imag)))
        number += not finite or abs(a - b) > max(atol, rtol * max(abs(a), abs(b)))
    return number


def borderline(before, after, rtol, atol):
    """Whether the last bit of a complex magnitude decides: Python's and numpy's hypot may differ in it."""
    with np.errstate(all="ignore"):
        apart, a, b = (np.abs(values) for values in (before - after, before, after))
        limit = np.maximum(atol, rtol * np.maximum(a, b))
        return bool((np.abs(apart - limit) <= 8 * np.spacing(np.maximum(apart, limit))).any())


@given(pairs(), st.floats(0, 1), st.floats(0, 1e3))
def test_an_element_is_beyond_if_and_only_if_the_formula_says_so(pair, rtol, atol):
    before, after = pair
    if before.dtype.kind == "c":  # Python's abs raises where a magnitude overflows
        assume(not (np.abs(before.astype("D")) > 1e300).any() and not (np.abs(after.astype("D")) > 1e300).any())
        assume(not borderline(before, after, rtol, atol))
    found = compare(before, after, Tolerance(rtol=rtol, atol=atol))
    assert found.beyond == plainly_beyond(before, after, rtol, atol)
    assert found.beyond <= found.differing <= found.count


@given(pairs())
def test_a_distance_is_symmetric(pair):
    before, after = pair
    for tolerance in (EXACT, Tolerance(rtol=1e-3, scale=1e-3), Tolerance(ulp=1 << 20)):
        there, back = compare(before, after, tolerance), compare(after, before, tolerance)
        for name in ("differing", "beyond", "absolute", "relative", "ulp", "nonfinite", "first", "worst", "shape"):
            assert getattr(there, name) == getattr(back, name), name


@given(
    hnp.arrays(st.sampled_from(["f2", "f4", "f8", ">f8"]), 5, elements={"allow_nan": False, "allow_infinity": False})
)
def test_the_next_number_is_one_ulp_away(values):
    after = np.nextafter(values, np.array(0 if (values > 1).any() else np.inf, values.dtype))
    assume((values != after).all())
    assert (bits.ulp(values, after) == 1).all()
    assert (bits.ulp(values, values) == 0).all()


@settings(max_examples=20)
@given(st.integers(0, 3 * bits.BLOCK), st.integers(1, 3 * bits.BLOCK), st.sampled_from(["f8", "f4", "i8", "D", "U3"]))
def test_one_change_anywhere_in_a_long_array_is_found_at_its_place(place, size, dtype):
    before = np.zeros(max(size, place + 1), dtype)
    after = before.copy()
    after[place] = 1
    found = compare(before, after, EXACT)
    assert (found.differing, found.beyond, found.first, found.worst) == (1, 1, (place,), (place,))


def test_padding_of_long_doubles_makes_no_difference():
    before, after = (np.frombuffer(byte * 32, "u1").copy().view(np.longdouble) for byte in (b"\xff", b"\x00"))
    before[:] = after[:] = 1.5
    assert compare(before, after, EXACT).identical
