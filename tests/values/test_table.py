"""Tables of pandas: columns each by its own law, and what is missing apart from what is there."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import EXACT, Tolerance

pd = pytest.importorskip("pandas")


class Derived(pd.DataFrame):
    """A user's frame that answers nothing."""

    @property
    def columns(self):
        raise AssertionError


def frozen(value):
    return Freezer().freeze("x", value)


def shown(value):
    return {address: leaf.show(60) for address, leaf in frozen(value).items()}


def test_a_frame_is_its_index_and_its_columns_in_their_order():
    frame = pd.DataFrame({"b": [1.5, 2.0], "a": [1, 2]}, index=[5, 6])
    assert shown(frame) == {
        "x.type": "pandas.DataFrame (2, 2)"
        if pd.DataFrame.__module__ == "pandas"
        else "pandas.core.frame.DataFrame (2, 2)",
        "x.columns": "['\"b\"', '\"a\"'] (2,)",
        "x.index.dtype": "Index int64",
        "x.index.names": "None",
        "x.index": "[5, 6] (2,) int64",
        'x["b"]': "[1.5, 2] (2,) float64",
        'x["a"]': "[1, 2] (2,) int64",
    }


def test_a_column_of_floats_is_compared_with_its_tolerance():
    before, after = frozen(pd.Series([1.0, 2.0])), frozen(pd.Series([1.0, 2.0 + 1e-9]))
    found = measure(before["x"], after["x"], Tolerance(rtol=1e-6))
    assert (found.differing, found.beyond, found.shape) == (1, 0, "rounding-like")


COLUMNS = {
    "texts": ["x", None],
    "categories": pd.Categorical(["u", "v"]),
    "moments": pd.to_datetime(["2020-01-01", None]),
    "zoned": pd.to_datetime(["2020-01-01", "2021-01-01"]).tz_localize("UTC"),
    "gaps": pd.array([1, None], dtype="Int64"),
    "bools": pd.array([True, None], dtype="boolean"),
    "objects": pd.Series([1, "a"], dtype=object),
    "intervals": pd.interval_range(0, 2),
    "periods": pd.period_range("2020", periods=2, freq="M"),
    "sparse": pd.arrays.SparseArray([0.0, 1.0]),
    "spans": pd.to_timedelta([1, 2], unit="s"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_dtype_of_a_column_is_kept(name, through_json):
    leaves = frozen(pd.DataFrame({name: COLUMNS[name]}))
    assert leaves == frozen(pd.DataFrame({name: COLUMNS[name]}))
    assert leaves != frozen(pd.DataFrame({name: COLUMNS[name][::-1]}).reset_index(drop=True))
    assert not [leaf for leaf in leaves.values() if leaf.kind == "opaque"]
    assert all(through_json(leaf) == leaf for leaf in leaves.values())


def test_what_is_missing_is_a_mask_of_its_own():
    leaves = shown(pd.Series(pd.array([1, None], dtype="Int64")))
    assert (leaves["x.mask"], leaves["x"]) == ("[False, True] (2,) bool", "[1, 0] (2,) int64")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (pd.RangeIndex(3), "RangeIndex(0, 3, 1), name None"),
        (pd.Timestamp("2020-01-01"), "2020-01-01T00:00:00"),
        (pd.Timestamp.now(), "<time>"),
        (pd.Timedelta("1D"), "P1DT0H0M0S"),
    ],
)
def test_a_single_value_is_its_canonical_text(value, line):
    assert shown(value) == {"x": line}


def test_an_index_of_several_levels_is_its_levels():
    leaves = shown(pd.MultiIndex.from_product([[1, 2], ["a"]], names=["n", None]))
    assert leaves["x.names"] == '"n", None'
    assert leaves["x.levels[0]"] == "[1, 2] (2,) int64"


def test_a_users_override_is_not_called():
    leaves = frozen(Derived({"a": [1]}))
    assert leaves["x.type"].show(60) == f"{__name__}.Derived (1, 1)"
    assert leaves['x["a"]'].show() == "[1] (1,) int64"


def test_a_change_after_freezing_changes_nothing():
    frame = pd.DataFrame({"a": np.arange(3.0)})
    leaves = frozen(frame)
    frame.loc[0, "a"] = 9.0
    found = measure(leaves['x["a"]'], frozen(pd.DataFrame({"a": np.arange(3.0)}))['x["a"]'], EXACT)
    assert found.identical


def test_the_sides_of_an_interval_are_numbers():
    leaves = shown(pd.Series(pd.interval_range(0.0, 2.0)))
    assert (leaves["x.left"], leaves["x.right"]) == ("[0, 1] (2,) float64", "[1, 2] (2,) float64")
    assert shown(pd.Interval(0.5, 1.5)) == {"x.closed": "right", "x.left": "0.5", "x.right": "1.5"}


def test_numbers_that_arrow_holds_are_one_array():
    pytest.importorskip("pyarrow")
    leaves = shown(pd.DataFrame({"a": pd.Series([1.5, None], dtype="float64[pyarrow]")}))
    assert (leaves['x["a"].mask'], leaves['x["a"]']) == ("[False, True] (2,) bool", "[1.5, 0] (2,) float64")


def test_what_stands_beside_the_values_is_kept():
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["unit"] = "m"
    assert shown(frame)['x.attrs["unit"]'] == "'m'"


def test_a_style_is_its_frame_whatever_random_name_it_draws_under():
    pytest.importorskip("jinja2")
    frame = pd.DataFrame({"a": [1]})
    assert shown(frame.style) == shown(frame.style)
    assert shown(frame.style)['x.data["a"]'] == "[1] (1,) int64"
