"""Laws that hold of every value: itself is identical, JSON keeps it, a distance has no direction."""

from __future__ import annotations

import copy
import datetime as dt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pytest_repro.values.difference import IDENTICAL
from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import EXACT, Tolerance

ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(),
    st.binary(),
    st.decimals(),
    st.fractions(),
    st.dates(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.uuids(),
)
KEYS = st.one_of(st.text(), st.integers(), st.tuples(st.integers(), st.text()), st.none(), st.booleans())
DTYPES = st.one_of(
    hnp.scalar_dtypes(),
    hnp.unicode_string_dtypes(max_len=4),
    hnp.byte_string_dtypes(max_len=4),
    hnp.array_dtypes(max_size=3),
    st.sampled_from([np.dtype("g"), np.dtype("G"), np.dtype("V3")]),
)


@st.composite
def arrays(draw):
    """An array of any dtype, long doubles and voids included."""
    dtype = draw(DTYPES)
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, max_side=4))
    if dtype.kind == "V" and dtype.names is None:
        return np.frombuffer(draw(st.binary(min_size=3 * 24, max_size=3 * 24)), dtype)
    if dtype.char in "gG":
        values = draw(hnp.arrays(np.float64 if dtype.char == "g" else np.complex128, shape)).astype(dtype)
        with np.errstate(all="ignore"):
            return values / 3
    return draw(hnp.arrays(dtype, shape))


VALUES = st.recursive(
    st.one_of(ATOMS, arrays()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(st.floats(), min_size=17, max_size=20),
        st.dictionaries(KEYS, inner, max_size=4),
        st.tuples(inner, inner),
        st.sets(st.integers(), max_size=4),
    ),
    max_leaves=8,
)
TOLERANCES = st.sampled_from(
    [EXACT, Tolerance(), Tolerance(rtol=1e-3, scale=1e-3), Tolerance(atol=1.0), Tolerance(ulp=8)]
)
SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


@SLOW
@given(VALUES, TOLERANCES)
def test_a_value_frozen_twice_is_identical_under_any_tolerance(value, tolerance):
    before, after = Freezer().freeze("x", value), Freezer().freeze("x", copy.deepcopy(value))
    assert before.keys() == after.keys()
    for address, leaf in before.items():
        found = measure(leaf, after[address], tolerance)
        assert found.identical
        assert not found.drifted


@SLOW
@given(VALUES)
def test_every_leaf_survives_the_way_through_strict_json(through_json, value):
    for leaf in Freezer().freeze("x", value).values():
        again = through_json(leaf)
        assert again == leaf
        assert again.kind == leaf.kind
        assert again.show(60) == leaf.show(60)
        assert measure(leaf, again, EXACT).identical


@SLOW
@given(st.data(), TOLERANCES)
def test_a_distance_has_no_direction(data, tolerance):
    one = data.draw(st.one_of(ATOMS, arrays()))
    other = (
        data.draw(hnp.arrays(one.dtype, one.shape))
        if isinstance(one, np.ndarray) and one.dtype.kind in "fciu" and one.dtype.char not in "gG"
        else data.draw(ATOMS)
    )
    before, after = Freezer().freeze("x", one), Freezer().freeze("x", other)
    for address in before.keys() & after.keys():
        there, back = (
            measure(before[address], after[address], tolerance),
            measure(after[address], before[address], tolerance),
        )
        names = ("count", "differing", "beyond", "absolute", "relative", "ulp", "nonfinite", "shape", "first", "worst")
        assert [getattr(there, name) for name in names] == [getattr(back, name) for name in names]


@SLOW
@given(VALUES, VALUES)
def test_leaves_are_unequal_where_they_are_not_equal(one, other):
    leaves = [*Freezer().freeze("x", one).values(), *Freezer().freeze("x", other).values()][:8]
    again = Freezer().freeze("x", copy.deepcopy(one))
    for leaf in leaves:
        for another in [*leaves, *again.values()]:
            assert (leaf != another) is not (leaf == another)


@SLOW
@given(VALUES, st.integers(1, 40))
def test_a_value_is_shown_in_one_line_of_the_width_asked_for(value, width):
    for leaf in Freezer().freeze("x", value).values():
        line = leaf.show(width)
        assert len(line) <= max(width, 3)
        assert line.isprintable()


@given(arrays())
def test_a_change_after_freezing_changes_nothing(value):
    value = np.array(value)
    leaves = Freezer().freeze("x", value)
    before = {address: leaf.to_dict() for address, leaf in leaves.items()}
    value[...] = np.zeros((), value.dtype)
    assert {address: leaf.to_dict() for address, leaf in leaves.items()} == before


@given(st.floats(allow_nan=False), TOLERANCES)
def test_a_number_and_itself_have_no_distance(value, tolerance):
    (leaf,) = Freezer().freeze("x", value).values()
    assert measure(leaf, leaf, tolerance) is IDENTICAL


@pytest.mark.parametrize(
    "dtype", [*np.typecodes["All"].replace("O", ""), ">f8", ">i4", "M8[ns]", "m8[D]", "S5", "U5", "V5"]
)
def test_every_dtype_of_numpy_is_kept_exactly(dtype, through_json):
    value = np.zeros(3, dtype)
    for leaf in Freezer().freeze("x", value).values():
        assert leaf.dtype == value.dtype
        assert through_json(leaf) == leaf
        assert measure(leaf, through_json(leaf), EXACT).identical
