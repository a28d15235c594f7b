"""The end of the tutorial: a slope that is the same in both runs, since the generator comes from the test's own seed.

Run it: pytest conftest_examples/first_replay
"""

import numpy as np
import pytest


def noisy_line(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Points beside a line of slope 3."""
    x = np.linspace(0, 1, n)
    return x, 3 * x + 1 + rng.normal(scale=0.1, size=n)


@pytest.mark.replay
def test_slope(repro_rng: np.random.Generator) -> None:
    """With ``default_rng()`` inside of ``noisy_line`` it would pass as well, and drift."""
    x, y = noisy_line(100, repro_rng)
    slope, _intercept = np.polyfit(x, y, 1)
    assert 2.5 < slope < 3.5
