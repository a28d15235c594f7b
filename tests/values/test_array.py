"""Arrays: one leaf of every dtype, copied, spilled or digested, and what they survive."""

from __future__ import annotations

import array
import gc
import pathlib

import numpy as np
import pytest

from pytest_repro.values.array import Array
from pytest_repro.values.budget import Budget
from pytest_repro.values.difference import Difference
from pytest_repro.values.registry import Freezer, from_dict, measure
from pytest_repro.values.tolerance import EXACT, Tolerance


class Derived(np.ndarray):
    """A user's array."""


def frozen(value, **settings):
    return Freezer(**settings).freeze("x", value)


def kept(value, **settings):
    (leaf,) = frozen(value, **settings).values()
    return leaf


@pytest.mark.parametrize(
    ("value", "label"),
    [
        pytest.param(np.arange(3.0), "array", id="array"),
        pytest.param(np.float32(1.5), "numpy.float32", id="scalar"),
        pytest.param(np.array(1.5), "array", id="zero dimensions"),
        pytest.param(np.arange(3).view(Derived), f"{__name__}.Derived", id="subclass"),
        pytest.param([0.5] * 17, "list[float]", id="long list of floats"),
        pytest.param((5,) * 17, "tuple[int]", id="long tuple of integers"),
        pytest.param(array.array("d", [1.0]), "array.array", id="array.array"),
        pytest.param(np.zeros(2, "V3"), "array", id="void"),
        pytest.param(np.zeros((0, 3)), "array", id="empty"),
    ],
)
def test_numbers_become_one_leaf_that_says_what_they_were(value, label, through_json):
    leaf = kept(value)
    assert isinstance(leaf, Array)
    assert leaf.label == label
    assert through_json(leaf) == leaf
    assert measure(leaf, through_json(leaf), EXACT).identical


def test_list_tuple_and_array_of_the_same_numbers_differ_structurally():
    numbers = [0.5] * 17
    found = measure(kept(numbers), kept(tuple(numbers)), EXACT)
    assert found == Difference(structural="list[float], then tuple[float]")
    assert measure(kept(numbers), kept(np.array(numbers)), EXACT).structural == "list[float], then array"
    assert measure(kept(1.5), kept(np.float64(1.5)), EXACT).structural == "float, then numpy.float64"


@pytest.mark.parametrize(
    ("before", "after", "structural"),
    [
        (np.zeros(3), np.zeros(4), "shape (3,), then (4,)"),
        (np.zeros((2, 3)), np.zeros((3, 2)), "shape (2, 3), then (3, 2)"),
        (np.zeros(3, "f4"), np.zeros(3), "dtype float32, then float64"),
        (np.zeros(3, "<f8"), np.zeros(3, ">f8"), "dtype float64, then >f8"),
        (np.zeros(3, "M8[s]"), np.zeros(3, "M8[ns]"), "dtype datetime64[s], then datetime64[ns]"),
    ],
)
def test_shape_and_dtype_are_exact_under_any_tolerance(before, after, structural):
    assert measure(kept(before), kept(after), Tolerance(atol=1.0)) == Difference(structural=structural)


def test_integers_beyond_64_bits_are_kept_one_by_one():
    assert len(frozen([2**70] * 17)) == 18


def test_a_change_after_freezing_changes_nothing():
    value = np.arange(4.0)
    leaf = kept(value)
    value[:] = 9
    assert measure(leaf, kept(np.arange(4.0)), EXACT).identical
    with pytest.raises(ValueError, match="read-only"):
        leaf.values[0] = 1


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(np.arange(10.0)[::2], id="strided"),
        pytest.param(np.arange(6.0).reshape(2, 3).T, id="transposed"),
        pytest.param(np.arange(6.0)[::-1], id="reversed"),
        pytest.param(np.broadcast_to(1.5, (3, 2)), id="broadcast"),
        pytest.param(np.frombuffer(b"\0" * 17, "u1")[1:].view("f8"), id="unaligned"),
    ],
)
def test_layout_in_memory_is_no_part_of_the_value(value):
    assert measure(kept(value), kept(np.array(value, order="C")), EXACT).identical


def test_padding_of_long_doubles_is_no_part_of_the_value():
    dirty = np.frombuffer(b"\xff" * 32, "u1").copy().view(np.longdouble)
    dirty[:] = 1.5
    assert kept(dirty).to_dict() == kept(np.full(2, 1.5, np.longdouble)).to_dict()


def test_a_structured_array_is_frozen_field_by_field(through_json):
    value = np.zeros(2, dtype=np.dtype([("a", "i1"), ("b", "f8", (2,)), ("c", [("d", "S3")])], align=True))
    leaves = frozen(value)
    assert list(leaves) == ["x.dtype", 'x["a"]', 'x["b"]', 'x["c"].dtype', 'x["c"]["d"]']
    assert leaves['x["b"]'].shape == (2, 2)
    assert list(frozen(value[0])) == list(leaves)
    assert all(through_json(leaf) == leaf for leaf in leaves.values())


def test_what_lies_under_a_mask_is_no_part_of_the_value_and_the_mask_is():
    before = frozen(np.ma.array([1.0, 2.0], mask=[False, True]))
    after = frozen(np.ma.array([1.0, 9.0], mask=[False, True]))
    assert list(before) == ["x.mask", "x.data"]
    assert before == after
    assert before != frozen(np.ma.array([1.0, 2.0], mask=[False, False]))
    assert frozen(np.ma.masked) == frozen(np.ma.masked)


def test_masked_structured_arrays_mask_each_field():
    value = np.ma.array([(1, 2.0)], mask=[(True, False)], dtype=[("a", "i4"), ("b", "f4")])
    assert list(frozen(value)) == ["x.dtype", 'x["a"].mask', 'x["a"].data', 'x["b"].mask', 'x["b"].data']


def test_elements_of_an_object_array_are_frozen_each_by_its_own_law():
    leaves = frozen(np.array([[1, "a"], [None, 2.5]], dtype=object))
    assert {address: leaf.show() for address, leaf in leaves.items()} == {
        "x.dtype": "array(2, 2) object",
        "x[0,0]": "1",
        "x[0,1]": "'a'",
        "x[1,0]": "None",
        "x[1,1]": "2.5",
    }
    assert list(frozen(np.array(3, dtype=object))) == ["x.dtype", "x[()]"]


def test_a_long_object_array_of_texts_is_one_leaf():
    assert kept(np.array(["a", None] * 10, dtype=object)).show() == "['a', None, ...] (20,)"


@pytest.mark.skipif(not hasattr(np.dtypes, "StringDType"), reason="numpy before 2.0")
def test_text_of_variable_width_is_one_leaf():
    leaf = kept(np.array(["a", "bc"], dtype=np.dtypes.StringDType()))
    assert (leaf.kind, leaf.values) == ("texts", ("a", "bc"))


SMALL = Budget(spill=1 << 14, nbytes=1 << 15)


def test_floats_above_the_budget_are_spilled_and_still_compared_with_their_tolerance(tmp_path, through_json):
    value = np.arange(4096.0)
    before, after = kept(value, budget=SMALL, spill_to=tmp_path), kept(value * (1 + 1e-9), budget=SMALL)
    assert isinstance(before.values, np.memmap)
    assert len(list(tmp_path.iterdir())) == 1
    found = measure(before, after, Tolerance(rtol=1e-6))
    assert (found.beyond, found.differing, found.shape) == (0, 4095, "rounding-like")
    assert measure(before, kept(value), EXACT).identical
    assert through_json(before) == before


def test_a_temporary_home_vanishes_with_its_last_leaf():
    leaf = kept(np.arange(4096.0), budget=SMALL)
    home = pathlib.Path(leaf.home.path)
    assert home.is_dir()
    del leaf
    gc.collect()
    assert not home.exists()


def test_exact_arrays_above_the_budget_become_a_digest(through_json):
    value = np.arange(4096)
    leaf = kept(value, budget=SMALL)
    assert (leaf.values, leaf.shape, len(leaf.digest)) == (None, (4096,), 64)
    assert leaf == kept(value) == through_json(leaf)
    assert measure(leaf, kept(value), EXACT).identical
    found = measure(leaf, kept(value + 1), EXACT)
    assert found == Difference(count=4096, shape="values differ", detail="too large to keep: digests differ")


def test_the_budget_of_bytes_is_one_for_all_values_of_a_run():
    freezer = Freezer(budget=SMALL)
    homes = [freezer.freeze("x", np.ones(1500))["x"].home for _ in range(4)]
    assert [home is None for home in homes] == [True, True, False, False]


@pytest.mark.parametrize(
    ("value", "width", "line"),
    [
        (np.array([0.418, -1.2] * 32), 40, "[0.418, -1.2, 0.418, ...] (64,) float64"),
        (np.array([0.418, -1.2] * 32), 24, "[0.418, -1.2, ...] (64,)"),
        (np.array([0.418, -1.2] * 32), 12, "[0.418, ...]"),
        (np.array([0.418, -1.2] * 32), 5, "(64,…"),
        (np.float64(0.6931471805599453), 24, "0.6931471805599453"),
        (np.float32(0.1), 24, "0.1"),
        (np.array([1, 2, 3]), 24, "[1, 2, 3] (3,) int64"),
        (np.zeros((0, 2)), 24, "(0, 2) float64"),
        (np.array(["a", "b"]), 24, "['a', 'b'] (2,) <U1"),
    ],
)
def test_an_array_is_shown_by_its_first_numbers_shape_and_dtype(value, width, line):
    assert kept(value).show(width) == line
    assert len(line) <= width


ENTRY = {"kind": "array", "label": "array", "dtype": "<f8", "shape": [1], "base64": "AAAAAAAA8D8="}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dtype": "O"}, "unexpected dtype 'O' in 'dtype'"),
        ({"dtype": "|O"}, "unexpected dtype '|O' in 'dtype'"),
        ({"dtype": "f8,f8"}, "unexpected dtype 'f8,f8' in 'dtype'"),
        ({"dtype": "float64"}, "unexpected dtype 'float64' in 'dtype'"),
        ({"dtype": "nonsense"}, "unknown dtype 'nonsense' in 'dtype'"),
        ({"shape": [2]}, "unexpected length 8 (expected 16 bytes) in 'base64'"),
        ({"shape": [10**30]}, "a length beyond every array in 'shape[0]'"),
        ({"shape": [-1]}, "unexpected value -1 (expected >= 0) in 'shape[0]'"),
        ({"shape": [1.0]}, "unexpected type float (expected int) in 'shape[0]'"),
        ({"shape": "1"}, "unexpected type str (expected list) in 'shape'"),
        ({"base64": "AAAA"}, "unexpected length 3 (expected 8 bytes) in 'base64'"),
        ({"label": 1}, "unexpected type int (expected str) in 'label'"),
    ],
)
def test_a_malformed_array_is_named_with_its_place(change, message, refused):
    assert from_dict(ENTRY) == kept(np.ones(1))
    assert refused(from_dict, ENTRY | change) == f"{message}  [RPR-B602]\n  mend: pytest --repro-record-all"


def test_an_entry_that_claims_a_shape_beyond_memory_is_refused(refused):
    entry = ENTRY | {"dtype": "|S0", "shape": [2**62], "base64": ""}
    assert (
        refused(from_dict, entry) == "unexpected dtype '|S0' in 'dtype'  [RPR-B602]\n  mend: pytest --repro-record-all"
    )


def test_a_text_of_no_width_is_dtype_and_shape_alone(through_json):
    leaf = frozen(np.zeros(2, [("a", "U0")]))['x["a"]']
    assert (leaf.dtype.itemsize, leaf.shape) == (0, (2,))
    assert through_json(leaf) == leaf


@pytest.mark.parametrize("change", [{"shape": [10**4000] * 3}, {"shape": [1] * 65}, {"dtype": "a8"}, {"dtype": "1f8"}])
def test_what_numpy_cannot_make_or_warns_of_is_an_error_of_ours(change, refused):
    assert "[RPR-B602]" in refused(from_dict, ENTRY | change)


@pytest.mark.parametrize("order", "<>")
def test_what_numpy_takes_for_characters_and_no_text_has_is_shown_as_numbers(order):
    points = np.array([97, 0x110000 + 5, 98, 0], dtype=f"{order}u4")
    kept = Freezer().freeze("locals.x", points.view(f"{order}U2"))["locals.x"]
    assert kept.show(60).startswith("[97, 1114117, 98, 0] (2,) ")
    assert from_dict(kept.to_dict()) == kept
    first = Freezer().freeze("locals.x", points[:2].view(f"{order}U2").reshape(()))["locals.x"]
    assert first.show(60) == "97"
    other = Freezer().freeze("locals.x", np.array(["ab", "c"], dtype=f"{order}U2"))["locals.x"]
    assert measure(kept, other, EXACT).drifted


@pytest.mark.parametrize("dtype", ["M8", ">M8"])
def test_moments_without_a_unit_are_shown_as_numbers(dtype):
    (leaf,) = Freezer().freeze("x", np.array([7, -1], "i8").astype(dtype)).values()
    assert leaf.show(60) == f"[7, -1] (2,) {leaf.dtype}"
    (leaf,) = Freezer().freeze("x", np.array([np.iinfo("i8").min]).astype(dtype)).values()
    assert leaf.show(60) == f"[NaT] (1,) {leaf.dtype}"
