"""Seeds derive from a test's id, so workers change nothing: pytest -n 2 conftest_examples/xdist_workers."""

import numpy as np
import pytest


@pytest.mark.replay
@pytest.mark.parametrize("size", [10, 100, 1000, 10000])
def test_mean(size: int) -> None:
    """Each parameter has a seed of its own."""
    sample = np.random.normal(size=size)  # noqa: NPY002  # the global generator is pinned
    mean = sample.mean()
    assert abs(mean) < 2
