"""A tolerance that was measured: ``pytest --repro-calibrate`` printed the marker, and this is where it was pasted.

On one machine the fit is the same bit for bit (``tol=0``). Another BLAS kernel adds in another order: 2e-16 was
measured under the one that was tried, and the marker leaves room for others.
"""

import numpy as np
import pytest


def ridge(x: np.ndarray, y: np.ndarray, alpha: float) -> np.ndarray:
    """Coefficients of a ridge regression, by its normal equations."""
    return np.linalg.solve(x.T @ x + alpha * np.eye(x.shape[1]), x.T @ y)


@pytest.mark.replay(tol=0, under={"blas": 1e-13})
def test_ridge(repro_rng) -> None:
    """``pytest --repro-vary=blas`` compares it under the older kernel, within the tolerance."""
    x = repro_rng.normal(size=(200, 10))
    coef = ridge(x, x @ np.arange(10.0), 0.1)
    assert np.allclose(coef, np.arange(10.0), atol=0.1)
