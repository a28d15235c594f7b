"""Tables and arrays of polars, arrow, xarray and jax: each where it is installed."""

from __future__ import annotations

import dataclasses

import pytest

from pytest_repro.values.registry import Freezer


def shown(value):
    return {address: leaf.show(60) for address, leaf in Freezer().freeze("x", value).items()}


def test_a_frame_of_polars_is_its_columns_with_nulls_apart():
    polars = pytest.importorskip("polars")
    leaves = shown(polars.DataFrame({"a": [1, None], "s": ["x", "y"], "b": [True, False]}))
    assert leaves["x.columns"] == "['a', 's', 'b'] (3,)"
    assert (leaves['x["a"].dtype'], leaves['x["a"].mask']) == ("Series Int64 (2,)", "[False, True] (2,) bool")
    assert leaves['x["a"]'] == "[1, 0] (2,) int64"
    assert leaves['x["b"]'] == "[True, False] (2,) bool"
    assert leaves['x["s"][0]'] == "'x'"


def test_what_polars_has_not_computed_is_opaque():
    polars = pytest.importorskip("polars")
    assert shown(polars.DataFrame({"a": [1]}).lazy()) == {"x": "<polars.lazyframe.frame.LazyFrame>"}


def test_a_table_of_arrow_is_its_columns_whatever_their_chunks():
    arrow = pytest.importorskip("pyarrow")
    whole = arrow.table({"a": [1.5, None], "s": ["x", "y"]})
    parts = arrow.concat_tables([whole.slice(0, 1), whole.slice(1)])
    assert shown(whole) == shown(parts)
    assert shown(whole)['x["a"]'] == "[1.5, 0] (2,) float64"
    assert shown(whole)['x["a"].mask'] == "[False, True] (2,) bool"


def test_a_labelled_array_is_its_values_and_coordinates():
    xarray = pytest.importorskip("xarray")
    leaves = shown(xarray.DataArray([1.5, 2.5], dims=["t"], coords={"t": [1, 2]}, attrs={"unit": "m"}))
    assert leaves["x"] == "[1.5, 2.5] (2,) float64"
    assert leaves['x.coords["t"]'] == "[1, 2] (2,) int64"
    assert leaves['x.attrs["unit"]'] == "'m'"


def test_what_is_noted_of_a_coordinate_is_part_of_it():
    xarray = pytest.importorskip("xarray")

    def measured(unit):
        array = xarray.DataArray([1.5, 2.5], dims=["t"], coords={"t": ("t", [1, 2], {"unit": unit})})
        return shown(array), shown(array.to_dataset(name="height"))

    for array in measured("s"):
        assert array['x.coords["t"].attrs["unit"]'] == "'s'"
    assert measured("s") != measured("h")


def test_an_array_of_jax_is_its_values_and_a_key_its_data():
    jax = pytest.importorskip("jax")
    assert shown(jax.numpy.ones(2)) == {"x.type": "jax.Array float32 (2,)", "x": "[1, 1] (2,) float32"}
    assert shown(jax.random.key(0))["x"] == "[0, 0] (2,) uint32"
    assert shown(jax.numpy.ones(2, dtype="bfloat16"))["x"] == "[1, 1] (2,) bfloat16"


JAX = "bool_ int2 int4 int8 int16 int32 uint2 uint4 uint8 uint16 uint32 float16 float32 bfloat16 complex64 "
JAX += "float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e4m3b11fnuz float8_e3m4 float8_e4m3"


@pytest.mark.parametrize("name", JAX.split())
def test_an_array_of_every_dtype_of_jax_is_kept_and_told_apart(name, through_json):
    jax = pytest.importorskip("jax")
    dtype = getattr(jax.numpy, name)
    leaves = Freezer().freeze("x", jax.numpy.array([1, 0, 1], dtype=dtype))
    assert leaves["x.type"].show(60) == f"jax.Array {name.rstrip('_')} (3,)"
    assert leaves["x"].values.real.tolist() == [1, 0, 1]
    assert all(through_json(leaf) == leaf for leaf in leaves.values())
    assert leaves != Freezer().freeze("x", jax.numpy.array([1, 0, 0], dtype=dtype))


def test_keys_of_jax_tell_their_generator_and_raw_ones_are_plain():
    jax = pytest.importorskip("jax")
    assert shown(jax.random.key(3))["x.type"] == "jax.Array key<fry> ()"
    assert shown(jax.random.key(3, impl="rbg"))["x.type"] == "jax.Array key<rbg> ()"
    assert shown(jax.random.PRNGKey(3)) == {"x.type": "jax.Array uint32 (2,)", "x": "[0, 3] (2,) uint32"}


def test_a_tree_of_jax_is_addressed_by_its_own_names():
    jax = pytest.importorskip("jax")

    @jax.tree_util.register_dataclass
    @dataclasses.dataclass
    class Layer:
        w: object

    leaves = shown({"net": (Layer(jax.numpy.ones(2)), [jax.numpy.zeros(1)])})
    assert leaves['x["net"][0].w'] == "[1, 1] (2,) float32"
    assert leaves['x["net"][1][0]'] == "[0] (1,) float32"


def test_parameters_of_flax_are_their_values():
    nnx = pytest.importorskip("flax.nnx", exc_type=ImportError)
    leaves = shown(nnx.Linear(2, 3, rngs=nnx.Rngs(0)))
    assert leaves["x.bias"] == "[0, 0, 0] (3,) float32"
    assert leaves["x.kernel.sort"] == "flax.nnx.variablelib.Param"


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
    assert shown(chunked)["x"] == "<array>"
