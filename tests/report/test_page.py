"""The page of a verdict: rows, sections, advice, and its text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pytest_repro.compare import Gap
from pytest_repro.controls.verdict import Finding, Verdict
from pytest_repro.report import terminal
from pytest_repro.report.advice import steps_for
from pytest_repro.report.page import SHOWN_ROWS, display, page, row
from pytest_repro.values.difference import Difference
from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import EXACT, tolerances_from

CONTEXT = {"condition": "same process", "hardware": "a CPU", "environment": "CPython", "run again": "pytest t.py"}


def gap(before, after, address="locals.x", tolerance=EXACT):
    a, b = (next(iter(Freezer().freeze(address, value).values())) for value in (before, after))
    return Gap(address=address, before=a, after=b, difference=measure(a, b, tolerance), tolerance=tolerance)


def text(*gaps, **finding):
    found = Finding(code="R101", sentence="1 of 2 observed values differ", action="fail", gaps=gaps, **finding)
    return terminal.text(page(Verdict(nodeid="t.py::t", findings=(found,)), CONTEXT))


def test_a_report_reads_from_what_to_what_next():
    assert text(gap(1.0, 3.0), steps=("do this",), reasons=("it leaks",), confidence="proved") == (
        "RPR-R101 value drift: 1 of 2 observed values differ\n"
        "\n"
        "  value         run 1  run 2  abs  rel   ulp  tol\n"
        "  x             1.0    3.0    2    0.67  -    exact  drift\n"
        "\n"
        "  why           it leaks (proved)\n"
        "  condition     same process\n"
        "\n"
        "  hardware      a CPU\n"
        "  environment   CPython\n"
        "\n"
        "  run again     pytest t.py\n"
        "  next          do this"
    )


def test_drifted_rows_come_first_and_too_many_are_counted():
    drifted = [gap(number, number + 1, f"locals.x{number}") for number in range(SHOWN_ROWS + 3)]
    shown = text(*drifted)
    assert "  and 3 more" in shown
    assert f"x{SHOWN_ROWS}" not in shown


def test_a_value_that_is_missing_has_a_dash_and_says_so():
    lost = Gap(
        address="locals.x",
        before=gap(1, 2).before,
        after=None,
        difference=Difference(structural="missing"),
        tolerance=EXACT,
    )
    assert "  x             1      -      -    -    -    exact  drift   missing" in text(lost)


def test_further_names_of_a_value_are_told_where_they_are_other_names():
    x = gap(1, 2, "record.x")
    assert "also" not in text(replace(x, also=("locals.x",)))
    assert "drift   also f(a)" in text(replace(x, also=("locals.x", "asserted.f(a)")))
    assert "drift   also f(a) and 1 more" in text(replace(x, also=("locals.x", "asserted.f(a)", "locals.y")))


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        ([0.1, 0.2, 0.3, 0.4] * 5, [9.1, -3.0, 0.7, 55.0] * 5, "pass a seeded generator in"),
        ([1, 2, 3, 4], [4, 3, 2, 1], "sort before using"),
        ([1.0, 2.0, 3.0], [-1.0, -2.0, -3.0], "fix a sign convention"),
        (1.0, float("nan"), 'numpy.errstate(all="raise")'),
        (0.3, 0.1 + 0.2, "if rounding is expected here, state it: @pytest.mark.replay(tol=1e-14)"),
        (1.0, 3.0, "if it draws at random, pass a seeded generator in"),
        (1.0, "a", "the runs took different paths"),
    ],
)
def test_what_next_follows_the_shape_and_a_tolerance_is_for_rounding_alone(before, after, step):
    (first, *_) = steps_for([gap(before, after)])
    assert step in first
    assert ("tol=" in first) == ("rounding" in first)


def test_a_long_name_is_cut_in_the_middle_and_a_category_stays_where_it_tells():
    assert display("locals.model.coef_") == "model.coef_"
    assert display("asserted.f(x)") == "f(x)"
    assert display("rng.numpy.state") == "rng.numpy.state"
    assert display("return") == "return"
    long = display("locals." + "a" * 40 + "b" * 40)
    assert len(long) == 48
    assert long.startswith("aaa")
    assert long.endswith("bbb")


def test_a_stated_tolerance_is_shown_where_it_is_asked_alone():
    stated = tolerances_from(1e-6).at("locals.x")
    pairs = [(1.0, 2.0), ("a", "b"), (1, 2), (1.0, "b"), (np.ones(2), np.zeros(2))]
    assert [row(gap(before, after, tolerance=stated)).tolerance for before, after in pairs] == [
        "1e-06",
        "exact",
        "exact",
        "exact",
        "1e-06",
    ]
