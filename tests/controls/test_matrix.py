"""Recorded tests side by side, and the tolerances that their differences allow for."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from pytest_repro.controls.limit import limits, rounded
from pytest_repro.controls.matrix import Column, matrix
from pytest_repro.store.recorded import Recorded
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import tolerances_from


def column(name, hardware="", runs=2, **tests):
    """A column of tests, each a mapping of recorded values."""
    made = {}
    for test, values in tests.items():
        leaves = {}
        for key, value in values.items():
            leaves |= Freezer().freeze(f"record.{key}", value, masked=False)
        made[test] = Recorded(
            seed=0,
            session_seed=0,
            outcomes={"call": "passed"},
            observations=leaves,
            recorded=dt.datetime(2026, 1, 31, tzinfo=dt.UTC),
            runs=runs,
        )
    return Column(name=name, tests=made, hardware=hardware)


def test_each_cell_tells_how_far_it_is_from_the_first():
    found = matrix(
        [
            column("py311", fit={"loss": 1.0, "n": 3}, only={"x": 1}),
            column("py312", fit={"loss": 1.0, "n": 3}),
            column("py313", fit={"loss": 1.0 + 1e-12, "n": 3}),
            column("arm", fit={"loss": 1.5, "n": 3}, late={"x": 1}),
            column("odd", fit={"loss": 1.0, "n": "3"}, late={"x": 1}),
        ],
        tolerances_from(1e-9),
    )
    assert found.columns == ("py311", "py312", "py313", "arm", "odd")
    assert [row.test for row in found.rows] == ["fit", "late", "only"]
    fit, late, only = found.rows
    assert [cell.state for cell in fit.cells] == ["reference", "same", "within", "drift", "drift"]
    assert [cell.state for cell in late.cells] == ["missing", "missing", "missing", "reference", "same"]
    assert [cell.state for cell in only.cells] == ["reference", *["missing"] * 4]
    assert fit.cells[2].worst.difference.relative == pytest.approx(1e-12, rel=1e-3)
    assert fit.cells[3].worst.difference.relative == pytest.approx(1 / 3)
    assert (fit.cells[4].worst.address, fit.cells[4].gaps) == ("record.n", 1)
    assert fit.clusters == (("py311", "py312"), ("py313",), ("arm",), ("odd",))


def test_columns_with_the_same_results_of_the_same_tests_are_one_cluster():
    found = matrix(
        [
            column("a", t={"x": 1.0}, u={"x": 2.0}),
            column("b", t={"x": 1.0}, u={"x": 3.0}),
            column("c", t={"x": 1.0}, u={"x": 2.0}),
            column("d", t={"x": 1.0}),
        ]
    )
    assert found.clusters == (("a", "c"), ("b",), ("d",))


def test_the_worst_gap_of_a_cell_is_a_drift_before_all_and_a_structural_one_first():
    base = column("a", t={"big": 1.0, "small": 1.0, "kind": 1})
    other = column("b", t={"big": 1.2, "small": 1.001, "kind": 1})
    (row,) = matrix([base, other], tolerances_from({"big": 1.0})).rows
    assert row.cells[1].worst.address == "record.small"
    (row,) = matrix([base, column("b", t={"big": 1.2, "kind": 1})]).rows
    assert (row.cells[1].worst.address, row.cells[1].worst.difference.structural) == ("record.small", "missing")


def test_what_is_ignored_parts_no_columns():
    (row,) = matrix([column("a", t={"x": 1}), column("b", t={"x": 2})], ignore=("x",)).rows
    assert (row.cells[1].state, row.clusters) == ("same", (("a", "b"),))


def test_a_limit_is_the_largest_difference_across_classes_with_its_margin():
    columns = [
        column("one", "haswell", t={"w": np.array([1e-9, 100.0])}),
        column("two", "skylake", runs=3, t={"w": np.array([3e-9, 100.0])}),
        column("three", "zen", t={"w": np.array([1e-9, 100.0])}),
        column("unknown", "", t={"w": np.array([5.0, 100.0])}),
    ]
    (limit,) = limits(columns, wanted=("arm",))
    assert (limit.test, limit.address, limit.runs) == ("t", "record.w", 7)
    assert limit.scaled == pytest.approx(2e-11)
    assert limit.relative == pytest.approx(2 / 3)
    assert limit.between == ("one", "two")
    assert (limit.classes, limit.missing) == (("haswell", "skylake", "zen"), ("arm",))
    assert (limit.tolerance, limit.margin, limit.shape) == (1e-10, 4.0, "rounding-like")


def test_the_tolerance_that_a_limit_proposes_holds():
    columns = [column(name, name, t={"w": np.array([1.0, 2.0]) * (1 + at * 3e-12)}) for at, name in enumerate("abc")]
    (limit,) = limits(columns)
    (row,) = matrix(columns, tolerances_from(limit.tolerance)).rows
    assert [cell.state for cell in row.cells] == ["reference", "within", "within"]


@pytest.mark.parametrize(
    ("others", "tolerance", "shape"),
    [
        pytest.param([("b", 1.0)], 0.0, "", id="bit for bit"),
        pytest.param([("a", 1.0)], None, "", id="one class"),
        pytest.param([("b", -1.0)], None, "sign flip", id="no rounding"),
        pytest.param([("b", math.nan)], None, "NaN appeared", id="nan"),
        pytest.param([("b", 1)], None, "float, then int", id="another kind"),
        pytest.param([("b", 1.0), ("a", 1.0 + 1e-12)], None, "rounding-like", id="apart within one class as well"),
    ],
)
def test_a_tolerance_is_proposed_only_where_it_is_honest(others, tolerance, shape):
    columns = [column("0", "a", t={"x": 1.0})]
    columns += [column(str(at), hardware, t={"x": value}) for at, (hardware, value) in enumerate(others, 1)]
    if shape == "rounding-like":  # more apart within one class than across: it is not the hardware
        columns = [column("0", "a", t={"x": 1.0}), column("1", "a", t={"x": 1.0 + 1e-9}), columns[1]]
        columns[2] = column("2", "b", t={"x": 1.0 + 5e-10})
    (limit,) = limits(columns)
    assert (limit.tolerance, limit.shape) == (tolerance, shape)


def test_only_floating_numbers_have_a_limit():
    values = {"n": 1, "t": "a", "i": np.arange(3), "s": np.array(["a"]), "c": 1j, "f": np.float32(1)}
    found = limits([column("x", "a", t=values), column("y", "b", t=values)])
    assert [limit.address for limit in found] == ["record.c", "record.f"]


@pytest.mark.parametrize(
    ("number", "above"), [(0.0, 0.0), (1.0, 1.0), (1.1, 2.0), (3e-12, 5e-12), (6e-9, 1e-8), (99.0, 100.0)]
)
def test_a_tolerance_is_a_round_number_not_below(number, above):
    assert rounded(number) == above
