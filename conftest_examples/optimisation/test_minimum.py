"""The result of an optimiser of scipy, field by field: where it ended, and by which way it went there.

Needs scipy. The place of the minimum is known to some digits and has a tolerance; the counts of steps and calls are
exact, since the same start takes the same way. From a start that nobody chose another way leads to the same minimum:
``found.x`` is within its tolerance then, and ``found.nfev`` drifts.
"""

import pytest

pytest.importorskip("scipy", reason="the lesson is about scipy")

from scipy.optimize import minimize, rosen, rosen_der


@pytest.mark.replay(tol={"*": 0, "found.x": 1e-6, "found.fun": {"atol": 1e-12}})
def test_minimum(repro_rng) -> None:
    """Local minimum of a curved valley, from a start that is drawn and seeded."""
    start = repro_rng.uniform(0.5, 1.5, size=4)
    found = minimize(rosen, start, jac=rosen_der, method="BFGS")
    assert found.success
    assert found.fun < 1e-6
