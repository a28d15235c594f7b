"""Sparse matrices: entries in one order, the format apart."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_repro.values.difference import Difference
from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import EXACT

sparse = pytest.importorskip("scipy.sparse")
DENSE = np.array([[0, 1.5, 0], [2.5, 0, 3.5]])
FORMATS = ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")


@pytest.mark.parametrize("name", FORMATS)
def test_entries_are_the_same_in_every_format_and_the_format_is_a_leaf(name, through_json):
    leaves = Freezer().freeze("x", sparse.csr_matrix(DENSE).asformat(name))
    assert leaves["x.format"].show() == name
    assert {address: leaves[address].values.tolist() for address in ("x.coords[0]", "x.coords[1]")} == {
        "x.coords[0]": [0, 1, 1],
        "x.coords[1]": [1, 0, 2],
    }
    assert all(through_json(leaf) == leaf for leaf in leaves.values())


def test_the_order_in_which_entries_were_made_is_no_part_of_the_value():
    one = sparse.coo_array(([1.0, 2.0], ([0, 1], [1, 0])), shape=(2, 2))
    other = sparse.coo_array(([2.0, 0.5, 0.5], ([1, 0, 0], [0, 1, 1])), shape=(2, 2))
    assert Freezer().freeze("x", one) == Freezer().freeze("x", other)
    assert other.nnz == 3


def test_another_format_is_told():
    before, after = (Freezer().freeze("x", sparse.csr_matrix(DENSE).asformat(name)) for name in ("csr", "csc"))
    assert measure(before["x.format"], after["x.format"], EXACT) == Difference(shape="values differ")
