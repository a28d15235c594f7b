"""A kind of value, and its test: what a library keeps in private attributes becomes leaves that are compared.

``grid.py`` is the room that the how-to puts into ``pytest_repro/values/``; here it is tried before it moves in.
"""

import grid
import gridlib
import numpy as np
import pytest


class Steep(gridlib.Grid):
    """A grid of a user's own."""


@pytest.fixture
def parts(repro_rng):
    """Parts of a grid whose heights are drawn."""
    made = Steep(0.5, repro_rng.normal(size=(2, 3)))
    return grid.freeze(made, keeping=None)  # what a run may keep; this room never asks


@pytest.mark.replay
def test_spacing_and_heights_are_seen(parts) -> None:
    """The type is a leaf, what the grid holds are children, which the registry freezes in their turn."""
    names = [name for name, _ in (*parts.leaves, *parts.children)]
    heights = dict(parts.children)[".heights"]
    assert names == [".type", ".spacing", ".heights"]
    assert heights.shape == (2, 3)


def test_a_derived_class_is_a_grid_and_nothing_else_is() -> None:
    """The type alone decides."""
    assert grid.owns(Steep(1.0, np.zeros((1, 1))))
    assert not grid.owns(np.zeros((1, 1)))
