"""The reproducibility map: what has something to tell, the worst first, simulated hardware apart."""

from __future__ import annotations

from pytest_repro.controls.matrix import Cell
from pytest_repro.report.chart import LEGEND, Column, lines, word

COLUMNS = (
    Column("fresh", simulated=False),
    Column("blas", simulated=True),
    Column("hashseed", simulated=False),
    Column("simd", simulated=True),
)


def chart(*rows, whole=False, columns=COLUMNS):
    return lines(columns, [(f"t.py::{name}", cells) for name, cells in rows], whole=whole)


def test_tests_and_conditions_without_news_are_counted_and_not_shown():
    assert chart(
        ("a", {"fresh": "=", "blas": "=", "hashseed": "=", "simd": "="}),
        ("b", {"fresh": "=", "blas": "2.0e-09", "hashseed": "=", "simd": "="}),
    ) == [
        "                      simulated",
        "  test     fresh      blas",
        "  t.py::b  =          2.0e-09",
        "  1 test the same under blas, hashseed, simd",
        "  nothing seen under hashseed, simd alone",
        f"  {LEGEND}",
    ]


def test_everything_is_shown_where_it_is_asked_for_and_hardware_stands_behind():
    shown = chart(("a", {"fresh": "=", "blas": "=", "hashseed": "=", "simd": "="}), whole=True)
    assert shown[:3] == [
        "                                 simulated ----------",
        "  test     fresh      hashseed   blas       simd",
        "  t.py::a  =          =          =          =",
    ]


def test_drifts_come_first_then_the_largest_differences():
    words = ("=", "3 ulp", "2.0e-09", "DRIFT", "1.0e+00", "differs", "-", "no effect")
    shown = chart(*((f"t{at}", {"fresh": "=", "blas": text}) for at, text in enumerate(words)))
    assert [line.split()[0] for line in shown if "::" in line] == [f"t.py::t{at}" for at in (3, 5, 4, 2, 1, 6, 7)]


def test_where_nothing_tells_anything_one_line_says_so():
    assert chart(("a", {"fresh": "=", "blas": "="}), ("b", {"fresh": "="})) == ["  2 tests the same under blas"]
    assert chart(("b", {"fresh": "="})) == ["  1 test the same in a fresh process"]
    assert chart() == []


def test_long_names_are_cut_in_the_middle_and_many_rows_are_counted():
    shown = chart(*((f"test_{'x' * 90}[{at}]", {"fresh": "DRIFT"}) for at in range(50)))
    assert all(len(line) <= 120 for line in shown)
    assert "..." in shown[1]
    assert "  and 10 tests more, with -v" in shown


def test_many_conditions_stand_in_blocks_that_fit_a_terminal():
    columns = tuple(Column(f"condition_{at}", simulated=at > 6) for at in range(14))
    cells = {one.label: "DRIFT" for one in columns}
    shown = lines(columns, [("t.py::a", cells)], whole=False)
    assert all(len(line) <= 120 for line in shown)
    assert sum(line.startswith("  test ") for line in shown) == 3
    assert sum(line.count("DRIFT") for line in shown) == 14


def test_a_cell_is_a_word():
    assert word(Cell(state="same")) == "="
    assert word(Cell(state="missing")) == "-"
    assert word(Cell(state="drift")) == "DRIFT"
