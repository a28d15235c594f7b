"""A training of a few steps in keras: weights are compared layer by layer, ``model.layers[0].kernel``.

Needs tensorflow; without it the tests are skipped.
"""

import pytest


@pytest.fixture
def tf():
    """The library, or a skip."""
    return pytest.importorskip("tensorflow", reason="the lesson is about tensorflow")


@pytest.mark.replay(tol=1e-6)
def test_training(tf) -> None:
    """Data, initial weights and dropout come from generators that are pinned."""
    data = tf.random.normal((32, 3))
    model = tf.keras.Sequential([tf.keras.layers.Dense(4), tf.keras.layers.Dropout(0.2), tf.keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    model.fit(data, tf.reduce_sum(data, axis=1, keepdims=True), epochs=2, shuffle=True, verbose=0)
    assert len(model.layers) == 3


@pytest.mark.replay
def test_order(tf, repro_seed: int) -> None:
    """A generator of one's own needs a seed."""
    generator = tf.random.Generator.from_seed(repro_seed)
    assert generator.normal((3,)).shape == (3,)
