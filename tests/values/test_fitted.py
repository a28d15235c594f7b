"""Interpolators, rotations and trees of scipy."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_repro.values.registry import Freezer

pytest.importorskip("scipy", reason="fitted objects are those of scipy")

from scipy import interpolate, spatial
from scipy.spatial.transform import Rotation

GRID = np.arange(5.0)


def squares(last):
    return np.array([0.0, 1.0, 4.0, 9.0, last])


def own(last):
    class Own(interpolate.CubicSpline):
        def __call__(self, *_, **__):
            raise AssertionError

    return Own(GRID, squares(last))


MAKERS = {
    "cubic": (lambda last: interpolate.CubicSpline(GRID, squares(last)), "f.c"),
    "derived": (own, "f.c"),
    "linear": (lambda last: interpolate.interp1d(GRID, squares(last)), "f.y"),
    "basis": (lambda last: interpolate.make_interp_spline(GRID, squares(last)), "f.c"),
    "smooth": (lambda last: interpolate.UnivariateSpline(GRID, squares(last)), "f.c"),
    "grid": (lambda last: interpolate.RegularGridInterpolator((GRID,), squares(last)), "f.values"),
    "rotation": (lambda last: Rotation.from_euler("x", last), "f.as_quat()"),
    "tree": (lambda last: spatial.KDTree(squares(last)[:, None]), "f.data"),
    "ctree": (lambda last: spatial.cKDTree(squares(last)[:, None]), "f.data"),
}


@pytest.mark.parametrize("name", MAKERS)
def test_the_numbers_of_a_fit_are_seen(name):
    make, address = MAKERS[name]
    leaves, same, other = (Freezer().freeze("f", make(last)) for last in (16.0, 16.0, 16.5))
    assert leaves == same
    assert leaves[address] != other[address]
    assert not [leaf for leaf in leaves.values() if leaf.kind == "opaque"]
