"""Three tests that compute the same thing twice, and one that does not.

Run it: pytest conftest_examples/quickstart
"""

import random

import numpy as np
import pytest


def fit(data: np.ndarray, rng: np.random.Generator, steps: int = 50) -> tuple[np.ndarray, float]:
    """Least squares by gradient descent from a random start."""
    x, y = data[:, :-1], data[:, -1]
    weights = rng.normal(size=x.shape[1])
    for _ in range(steps):
        weights -= 0.1 * x.T @ (x @ weights - y) / len(x)
    return weights, float(np.mean((x @ weights - y) ** 2))


@pytest.fixture
def data() -> np.ndarray:
    """Forty rows of three features and a target; the global generator is pinned while a test is replayed."""
    x = np.random.normal(size=(40, 3))  # noqa: NPY002  # the legacy generator is what most suites use
    return np.column_stack([x, x @ [1.0, -2.0, 0.5]])


@pytest.mark.replay
def test_shuffle_holds() -> None:
    """The standard library's generator is pinned: both runs shuffle alike, bit for bit."""
    order = list(range(10))
    random.shuffle(order)
    assert sorted(order) == list(range(10))


@pytest.mark.replay(tol=1e-9)
def test_fit_holds(data: np.ndarray, repro_rng: np.random.Generator) -> None:
    """A generator that belongs to this test: weights and loss agree within 1e-9."""
    weights, loss = fit(data, repro_rng)
    assert loss < 1.0
    assert weights.shape == (3,)


@pytest.mark.replay(tol={"*": 1e-9, "loss": {"rtol": 1e-6}})
def test_recorded_values_hold(data: np.ndarray, repro) -> None:
    """A test that records is judged on what it records."""
    weights, loss = fit(data, repro.rng)
    repro.record(weights=weights, loss=loss)


@pytest.mark.replay(tol=1e-9)
def test_fit_drifts(data: np.ndarray) -> None:
    """It passes every time, and computes something else every time: the generator is not seeded."""
    rng = np.random.default_rng()
    weights, loss = fit(data, rng, steps=5)
    assert loss < 50
    assert weights.shape == (3,)
