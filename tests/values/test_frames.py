"""Tables and arrays of polars, arrow, xarray and jax: each where it is installed."""

from __future__ import annotations

import pytest

from pytest_repro.values.registry import Freezer


def shown(value):
    return {address: leaf.show(60) for address, leaf in Freezer().freeze("x", value).items()}


def test_a_frame_of_polars_is_its_columns_with_nulls_apart():
    polars = pytest.importorskip("polars")
    leaves = shown(polars.DataFrame({"a": [1, None], "s": ["x", "y"], "b": [True, False]}))
    assert leaves["x.columns"] == "['a', 's', 'b'] (3,)"
    assert (leaves['x["a"].dtype'], leaves['x["a"].mask']) == ("Series Int64 (2,)", "[False, True] (2,) bool")
    assert leaves['x["a"].values'] == "[1, 0] (2,) int64"
    assert leaves['x["b"].values'] == "[True, False] (2,) bool"
    assert leaves['x["s"].values[0]'] == "'x'"


def test_what_polars_has_not_computed_is_opaque():
    polars = pytest.importorskip("polars")
    assert shown(polars.DataFrame({"a": [1]}).lazy()) == {"x": "<polars.lazyframe.frame.LazyFrame>"}


def test_a_table_of_arrow_is_its_columns_whatever_their_chunks():
    arrow = pytest.importorskip("pyarrow")
    whole = arrow.table({"a": [1.5, None], "s": ["x", "y"]})
    parts = arrow.concat_tables([whole.slice(0, 1), whole.slice(1)])
    assert shown(whole) == shown(parts)
    assert shown(whole)['x["a"].values'] == "[1.5, 0] (2,) float64"
    assert shown(whole)['x["a"].mask'] == "[False, True] (2,) bool"


def test_a_labelled_array_is_its_values_and_coordinates():
    xarray = pytest.importorskip("xarray")
    leaves = shown(xarray.DataArray([1.5, 2.5], dims=["t"], coords={"t": [1, 2]}, attrs={"unit": "m"}))
    assert leaves["x.values"] == "[1.5, 2.5] (2,) float64"
    assert leaves['x.coords["t"]'] == "[1, 2] (2,) int64"
    assert leaves['x.attrs["unit"]'] == "'m'"


def test_an_array_of_jax_is_its_values_and_a_key_its_data():
    jax = pytest.importorskip("jax")
    assert shown(jax.numpy.ones(2)) == {"x.type": "jax.Array float32 (2,)", "x": "[1, 1] (2,) float32"}
    assert shown(jax.random.key(0))["x"] == "[0, 0] (2,) uint32"
    assert shown(jax.numpy.ones(2, dtype="bfloat16"))["x"] == "[1, 1] (2,) bfloat16"


def test_a_scalar_a_buffer_and_a_tensor_of_arrow_are_their_values():
    arrow = pytest.importorskip("pyarrow")
    assert shown(arrow.scalar(1.5))["x"] == "1.5"
    assert shown(arrow.py_buffer(b"ab"))["x"] == "b'ab'"
    array = pytest.importorskip("numpy").array([1.5])
    assert shown(arrow.Tensor.from_numpy(array))["x"] == "[1.5] (1,) float64"
    noted = arrow.table({"a": [1]}).replace_schema_metadata({"unit": "m", "pandas": "{}"})
    assert shown(noted)["x.schema.metadata.keys"] == "{b'unit'}"


def test_an_expression_of_polars_is_its_text():
    polars = pytest.importorskip("polars")
    assert 'col("a")' in shown(polars.col("a") + 1.5)["x"]
    assert shown(polars.col("a") + 1.5) != shown(polars.col("a") + 2.5)


def test_a_labelled_array_has_its_name_and_is_not_computed_for_the_comparison():
    xarray = pytest.importorskip("xarray")
    assert shown(xarray.DataArray([1.5], name="heat"))["x.name"] == '"heat"'
    pytest.importorskip("dask")
    chunked = xarray.DataArray([1.5], dims=["t"]).chunk()
    assert shown(chunked)["x.values"] == "<array>"
