"""The figures: their page names every row and only commands that exist; what is missing is told."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAMS = ROOT / "benchmarks"
PAGE = (ROOT / "docs/reference/figures.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"(?:^|`)(python benchmarks/[^`\n]+|nox -s [^`\n]+)", PAGE, re.MULTILINE)))


@pytest.fixture(scope="module")
def figures():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PROGRAMS)
        yield importlib.import_module("figures")


@pytest.fixture(scope="module")
def rounds(figures):
    return importlib.import_module(figures.BrokenError.__module__)


@pytest.fixture(scope="module")
def spread(rounds):
    return lambda *values, of="ours": rounds.Spread(values, of)


def test_the_page_has_every_row_of_the_table_with_its_work_and_goal(figures):
    told = re.findall(r"^\| ([\w-]+) \| (.+) \| .+ \| .+ \| .+ \| .+ \| (.+) \| .+ \|$", PAGE, re.MULTILINE)
    expected = [figures.cells(row, figures.Filled()) for row in figures.ROWS]
    assert told[1:] == [(name, work, goal) for name, work, *_, goal, _ in expected]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_exists_with_its_options(command):
    program, *words = command.split()
    if program == "nox":
        assert f"def {words[1]}(session" in (ROOT / "noxfile.py").read_text(encoding="utf-8")
        words = words[2:]
        path = PROGRAMS / "figures.py"
    else:
        path = ROOT / words.pop(0)
    source = path.read_text(encoding="utf-8")
    options = [word for word in words if word.startswith("--") and word != "--"]
    assert [option for option in options if f'"{option}"' not in source] == []
    if "--only" in words:
        known = source + (PROGRAMS / "rows.py").read_text(encoding="utf-8")
        assert f'"{words[words.index("--only") + 1]}"' in known


def test_every_program_that_measures_stands_on_the_page():
    programs = [path.name for path in PROGRAMS.glob("*.py") if "__main__" in path.read_text(encoding="utf-8")]
    assert [name for name in programs if name not in PAGE] == ["lock_exports.py"]  # nox -s locks runs that one


def test_every_measurement_is_where_the_table_looks_for_it(figures):
    assert {row.measure for row in figures.ROWS} == set(figures.MEASURES)
    for place in figures.MEASURES.values():
        module, name = place.split(".")
        assert f"def {name}(" in (PROGRAMS / f"{module}.py").read_text(encoding="utf-8")


def test_a_row_is_measured_printed_and_put_where_a_page_marks_the_place(figures, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{figures.BEGIN}\nold\n{figures.END}\nafter\n", encoding="utf-8")
    command = [sys.executable, PROGRAMS / "figures.py", "--only", "seeds", "--rounds", "2", f"--output={page}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert re.search(r"^seeds  seeds pinned for a test  [\d.]+ \[[\d.]+, [\d.]+\] us  ", done.stdout, re.MULTILINE)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{figures.BEGIN}\n* ")
    assert text.endswith(f"{figures.END}\nafter\n")
    assert "| seeds | seeds pinned for a test | " in text
    assert "old" not in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((1.0, 1.01, 1.015), "met"),
        ((1.0, 1.01, 1.2), "met, within the spread"),
        ((1.0, 1.03, 1.04), "missed, within the spread; met by the least"),
        ((1.01, 1.05, 1.06), "missed; met by the least"),
        ((1.05, 1.06, 1.07), "missed"),
    ],
)
def test_a_verdict_is_of_the_median_and_says_where_the_goal_lies_within_the_quartiles(figures, spread, values, said):
    row = next(row for row in figures.ROWS if row.name == "idle")
    assert figures.cells(row, figures.Filled(spread(*values)))[-1] == said


def test_the_least_of_what_is_made_of_several_works_is_made_of_the_least_of_each(rounds, spread):
    ours, bare = spread(5.0, 9.0, 6.0), spread(3.0, 2.0, 4.0)
    assert ours.less(bare, 2) == rounds.Spread((-1.0, 5.0, -2.0), "ours", 1.0)
    assert ours.over(bare).least == 2.5
    taken = {"ours 2": [3.0, 1.0], "ours 4": [4.0, 5.0]}
    assert rounds.each(taken, "ours", 2, 4) == rounds.Spread((500.0, 2000.0), "ours", 1500.0)


def test_the_best_peer_is_the_one_that_takes_least_and_ratios_are_of_pairs(figures, spread):
    row = next(row for row in figures.ROWS if row.name == "snapshot")
    filled = figures.Filled(spread(2.0, 3.0), [spread(9.0, 9.0, of="slow"), spread(4.0, 5.0, of="quick")])
    _, _, ours, least, theirs, ratio, goal, verdict = figures.cells(row, filled)
    assert (ours, least, theirs) == ("2.50 [2.25, 2.75] ms", "2.00 ms", "quick 4.50 [4.25, 4.75] ms")
    assert (ratio, goal, verdict) == ("0.550 [0.525, 0.575] x", "<= 10 ms", "met")


def test_what_is_missing_is_told_and_its_row_stays(figures):
    row = figures.ROWS[0]
    filled = figures.Filled(missing=["syrupy is not installed"])
    assert figures.cells(row, filled)[2:6] == ("not measured", "-", "not measured", "-")
    assert figures.remarks({row.name: filled}) == ["Not measured: syrupy is not installed."]


def test_a_measurement_that_breaks_is_told_and_the_others_go_on(figures, rounds, spread, monkeypatch):
    def broken(_rounds):
        raise rounds.BrokenError("pytest ended with status 4:\nusage")

    monkeypatch.setattr(importlib.import_module("trivial"), "idle", broken)
    monkeypatch.setattr(importlib.import_module("seeding"), "seeds", lambda _: {"seeds": figures.Filled(spread(1.0))})
    rows = [row for row in figures.ROWS if row.name in ("idle", "seeds")]
    found = figures.filled(rows, 1)
    assert found["idle"].missing == ["idle: pytest ended with status 4:"]
    assert found["seeds"].ours == spread(1.0)


def test_rounds_take_turns_and_the_first_is_thrown_away(rounds):
    order = []

    def work(name):
        return lambda: order.append(name) or float(len(order))

    taken = rounds.interleaved({"ours": work("ours"), "theirs": work("theirs")}, 2)
    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert taken == {"ours": [4.0, 5.0], "theirs": [3.0, 6.0]}
