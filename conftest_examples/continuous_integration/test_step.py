"""One marked test, and beside it the files that run it on GitHub (github.yml) and on GitLab (gitlab.yml)."""

import numpy as np
import pytest


@pytest.mark.replay(tol=1e-12)
def test_step(repro_rng: np.random.Generator) -> None:
    """A step against the sign of each weight."""
    weights = repro_rng.normal(size=8)
    step = weights - 0.1 * np.sign(weights)
    assert abs(step).sum() < abs(weights).sum() + 1
