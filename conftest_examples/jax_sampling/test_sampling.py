"""jax has no global generator: a key made from the test's seed is the same in each run.

Needs jax; without it the test is skipped.
"""

import pytest


@pytest.fixture
def jax():
    """The library, or a skip."""
    return pytest.importorskip("jax", reason="the lesson is about jax")


@pytest.mark.replay(tol=1e-6)
def test_sampling(jax, repro_seed: int) -> None:
    """The sample is compared, and the key by its data."""
    key = jax.random.key(repro_seed)
    sample = jax.random.normal(key, (1000,))
    mean = sample.mean()
    assert abs(mean) < 1
