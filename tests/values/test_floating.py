"""Floats and complex numbers: the three distances, and when a tolerance allows them."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.values.difference import IDENTICAL, Difference
from pytest_repro.values.floating import Complex, Float, ulp
from pytest_repro.values.registry import Freezer, from_dict
from pytest_repro.values.tolerance import EXACT, Tolerance

ZERO = Tolerance()
PAYLOAD = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000001))[0]


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        pytest.param(0.3, 0.1 + 0.2, 1, id="one rounding"),
        pytest.param(5e-324, -5e-324, 2, id="across zero"),
        pytest.param(0.0, -0.0, 0, id="the two zeros"),
        pytest.param(1.0, 2.0, 2**52, id="one binade"),
    ],
)
def test_ulp_counts_the_doubles_between(before, after, steps):
    assert ulp(before, after) == steps == ulp(after, before)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        pytest.param(0.1, 0.1, IDENTICAL, id="same"),
        pytest.param(math.nan, PAYLOAD, IDENTICAL, id="NaN is NaN whatever its payload"),
        pytest.param(math.inf, math.inf, IDENTICAL, id="infinity is itself"),
        pytest.param(0.0, -0.0, Difference(absolute=0.0, relative=0.0, ulp=0.0, shape="rounding-like"), id="zeros"),
        pytest.param(
            0.3,
            0.1 + 0.2,
            Difference(absolute=2**-54, relative=2**-54 / (0.1 + 0.2), ulp=1.0, shape="rounding-like"),
            id="rounding",
        ),
        pytest.param(
            1.5, -1.5, Difference(absolute=3.0, relative=2.0, ulp=ulp(1.5, -1.5), shape="sign flip"), id="sign"
        ),
        pytest.param(1.0, math.nan, Difference(nonfinite=1, shape="NaN appeared"), id="NaN"),
        pytest.param(1.0, math.inf, Difference(nonfinite=1, shape="values differ"), id="infinity"),
        pytest.param(-math.inf, math.inf, Difference(nonfinite=1, shape="values differ"), id="infinities"),
        pytest.param(
            1.0, 3.0, Difference(absolute=2.0, relative=2 / 3, ulp=ulp(1.0, 3.0), shape="values differ"), id="values"
        ),
        pytest.param(
            1e308,
            -1e308,
            Difference(absolute=math.inf, relative=2.0, ulp=ulp(1e308, -1e308), shape="sign flip"),
            id="the ratio survives an overflow",
        ),
    ],
)
def test_a_float_is_measured_bit_for_bit_unless_a_tolerance_is_stated(before, after, found):
    assert Float(before).measure(Float(after), EXACT) == found


@pytest.mark.parametrize(
    ("tolerance", "allowed"),
    [
        pytest.param(EXACT, False, id="exact"),
        pytest.param(ZERO, False, id="zero"),
        pytest.param(Tolerance(atol=1.0), True, id="atol"),
        pytest.param(Tolerance(rtol=0.5), True, id="rtol of the larger"),
        pytest.param(Tolerance(rtol=0.49), False, id="rtol too small"),
        pytest.param(Tolerance(ulp=2**52), True, id="ulp"),
        pytest.param(Tolerance(ulp=2**52 - 1), False, id="ulp too small"),
        pytest.param(Tolerance(rtol=0.5, scale=0.5), True, id="tol"),
        pytest.param(Tolerance(rtol=1e-6, scale=1e-6), False, id="tol too small"),
    ],
)
def test_any_part_of_a_tolerance_allows_a_difference(tolerance, allowed):
    found = Float(1.0).measure(Float(2.0), tolerance)
    assert (found.beyond, found.differing) == (0 if allowed else 1, 1)


def test_a_stated_zero_lets_the_two_zeros_pass_and_nothing_stated_does_not():
    assert not Float(0.0).measure(Float(-0.0), ZERO).drifted
    assert Float(0.0).measure(Float(-0.0), EXACT).drifted


@given(st.floats(), st.floats(), st.floats(0, 2), st.floats(0, 1e3))
def test_a_difference_is_allowed_if_and_only_if_the_formula_holds(before, after, rtol, atol):
    found = Float(before).measure(Float(after), Tolerance(rtol=rtol, atol=atol))
    if math.isfinite(before) and math.isfinite(after):
        assert found.drifted == (abs(before - after) > max(atol, rtol * max(abs(before), abs(after))))
    else:
        assert found.drifted == (not (before == after or (math.isnan(before) and math.isnan(after))))


@given(
    st.complex_numbers(allow_nan=False, allow_infinity=False), st.complex_numbers(allow_nan=False, allow_infinity=False)
)
def test_complex_numbers_are_measured_in_the_plane_and_symmetric(before, after):
    a, b = Complex(before.real, before.imag), Complex(after.real, after.imag)
    there, back = a.measure(b, ZERO), b.measure(a, ZERO)
    assert (there.absolute, there.relative, there.ulp) == (back.absolute, back.relative, back.ulp)
    assert there.differing == (repr(a) != repr(b))  # the two zeros are one number and two bit patterns
    assert there.absolute == math.hypot(before.real - after.real, before.imag - after.imag)


@pytest.mark.parametrize(
    ("before", "after", "shape", "nonfinite"),
    [
        (1 + 2j, -1 - 2j, "sign flip", 0),
        (1 + 2j, 1 + 2.0000000001j, "rounding-like", 0),
        (1 + 2j, 2 + 1j, "values differ", 0),
        (1 + 2j, complex(1, math.nan), "NaN appeared", 1),
        (1 + 2j, complex(1, math.inf), "values differ", 1),
    ],
)
def test_a_complex_difference_has_a_shape(before, after, shape, nonfinite):
    found = Complex(before.real, before.imag).measure(Complex(after.real, after.imag), EXACT)
    assert (found.shape, found.nonfinite) == (shape, nonfinite)


@pytest.mark.parametrize(
    ("value", "width", "line"),
    [
        (0.6931471805599453, 24, "0.6931471805599453"),
        (0.6931471805599453, 8, "0.69315…"),
        (-0.0, 24, "-0.0"),
        (math.nan, 24, "nan"),
        (5e-324, 24, "5e-324"),
        (1 + 2j, 24, "1+2j"),
    ],
)
def test_a_number_is_shown_as_it_reads_back_or_rounded_and_told_so(value, width, line):
    (leaf,) = Freezer().freeze("x", value).values()
    assert leaf.show(width) == line


@given(st.one_of(st.floats(), st.complex_numbers()))
def test_every_number_survives_the_way_through_json(through_json, value):
    (leaf,) = Freezer().freeze("x", value).values()
    again = through_json(leaf)
    assert again == leaf
    assert hash(again) == hash(leaf)


def test_json_gets_the_shortest_text_and_names_for_what_it_cannot_say():
    values = [0.1, math.nan, math.inf, -math.inf, -0.0]
    assert [Float(value).to_dict()["value"] for value in values] == [0.1, "nan", "inf", "-inf", "-0.0"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "float", "value": 1}, "unexpected type int (expected float) in 'value'"),
        ({"kind": "float", "value": "NaN"}, "unexpected text (expected nan, inf, -inf or -0.0) in 'value'"),
        ({"kind": "float", "value": math.nan}, "unexpected number (expected the text nan) in 'value'"),
        ({"kind": "float"}, "missing field in 'value'"),
        ({"kind": "complex", "real": 1.0}, "missing field in 'imag'"),
    ],
)
def test_a_malformed_number_is_named_with_its_place(entry, message, refused):
    assert refused(from_dict, entry) == f"{message}  [RPR-B602]\n  mend: pytest --repro-record-all"


def test_complex_numbers_whose_magnitude_overflows_keep_their_ratio():
    found = Complex(1.5e308, 1.5e308).measure(Complex(1.5e308, -1.5e308), Tolerance(rtol=1.0))
    assert (found.absolute, found.relative, found.beyond) == (math.inf, pytest.approx(math.sqrt(2)), 1)
