"""Arrays of xarray with their names: a tolerance is of one variable, coordinates and attributes stay exact.

Needs xarray. The variables of a dataset are told by name, ``climate["warmer"]``, and coordinates as well: a mean over
another month is another coordinate, and no tolerance hides it.
"""

import numpy as np
import pytest

xr = pytest.importorskip("xarray", reason="the lesson is about xarray")


@pytest.mark.replay(tol={"*": 0, 'climate*["warmer"]': 1e-9})
def test_anomaly(repro_rng) -> None:
    """How much warmer each place is than the mean of all."""
    climate = xr.Dataset(
        {"degrees": (("month", "place"), 10 + repro_rng.normal(size=(12, 3)), {"units": "degC"})},
        coords={"month": np.arange(1, 13), "place": ["Bern", "Graz", "Lund"]},
    )
    climate["warmer"] = climate["degrees"] - climate["degrees"].mean("place")
    assert float(abs(climate["warmer"].mean("place")).max()) < 1e-12
