"""Values of tensorflow and keras: every dtype, variables, ragged and sparse tensors, models by their layers."""

from __future__ import annotations

import pytest

from pytest_repro.values.registry import Freezer, from_dict, measure
from pytest_repro.values.tolerance import EXACT

tf = pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")

DTYPES = [name for name in dir(tf.dtypes) if isinstance(getattr(tf.dtypes, name), tf.DType)]


def shown(value):
    return {address.removeprefix("locals."): leaf for address, leaf in Freezer().freeze("locals.x", value).items()}


def drifted(one, other):
    first, second = shown(one), shown(other)
    assert first.keys() == second.keys()
    return [address for address in first if measure(first[address], second[address], EXACT).drifted]


@pytest.mark.parametrize("name", DTYPES)
def test_a_tensor_of_any_dtype_is_itself_and_comes_back_from_a_file(name):
    dtype = getattr(tf.dtypes, name)
    try:
        made = tf.constant(["a", "b"]) if dtype == tf.string else tf.cast(tf.constant([0, 1]), dtype)
    except (TypeError, ValueError, NotImplementedError, tf.errors.OpError):
        pytest.skip("no tensor of it can be made here")
    found = shown(made)
    assert not drifted(made, tf.identity(made))
    assert f"tf.Tensor {dtype.name} (2,)" in found["x.type"].show(60)
    for leaf in found.values():
        assert from_dict(leaf.to_dict()) == leaf


def test_what_differs_is_told_with_its_place():
    assert drifted(tf.constant([1.0, 2.0]), tf.constant([1.0, 3.0])) == ["x"]
    assert drifted(tf.Variable([1.0]), tf.Variable([2.0])) == ["x"]
    assert drifted(tf.ragged.constant([[1], [2, 3]]), tf.ragged.constant([[1], [2, 4]])) == ["x.flat_values"]
    assert drifted(tf.ragged.constant([[1], [2, 3]]), tf.ragged.constant([[1, 2], [3]])) == ["x.nested_row_splits[0]"]
    one, other = (tf.sparse.from_dense([[0, 1], [last, 0]]) for last in (2, 3))
    assert drifted(one, other) == ["x.values"]


def test_entries_of_a_sparse_tensor_that_came_in_another_order_are_the_same():
    one = tf.SparseTensor([[0, 1], [1, 0]], [1, 2], [2, 2])
    other = tf.SparseTensor([[1, 0], [0, 1]], [2, 1], [2, 2])
    assert not drifted(one, other)


def model(shift: float = 0.0):
    made = keras.Sequential(
        [keras.layers.Dense(3, name="first"), keras.layers.Dropout(0.5, seed=1), keras.layers.Dense(1)]
    )
    made.build((None, 2))
    made.set_weights([tf.ones(weight.shape) for weight in made.weights])
    made.layers[2].kernel.assign_add([[0.0], [shift], [0.0]])
    return made


def test_weights_of_a_model_are_told_by_their_layer():
    assert not drifted(model(), model())
    assert drifted(model(), model(1.0)) == ["x.layers[2].kernel"]


def test_a_training_step_moves_the_weights_and_the_optimiser():
    def trained(rate: float):
        made = model()
        made.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
        made.train_on_batch(tf.ones((4, 2)), tf.zeros((4, 1)))
        return made

    moved = drifted(trained(0.1), trained(0.2))
    assert "x.layers[0].kernel" in moved
    assert any(address.startswith("x.optimizer.") for address in moved)


def test_a_generator_is_its_state():
    one, other = (tf.random.Generator.from_seed(3) for _ in range(2))
    assert not drifted(one, other)
    other.normal([2])
    assert drifted(one, other) == ["x.state"] or drifted(one, other) == ["x"]


def test_what_is_only_traced_is_opaque():
    seen = []

    @tf.function
    def step(x):
        seen.append(shown(x))
        return x

    step(tf.constant(1.0))
    assert [leaf.kind for leaf in seen[0].values()] == ["opaque"]
