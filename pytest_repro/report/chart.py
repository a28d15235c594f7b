"""The reproducibility map: a row a test, a column a condition, each cell the distance from an unchanged run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.controls.counting import counted
from pytest_repro.report import table
from pytest_repro.report.matrix import shown
from pytest_repro.values.entry import cut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.controls.matrix import Cell

SIMULATED = "simulated"
"""Heads the columns of hardware that this machine only pretends to be."""

EQUAL = "="
NARROWEST = 8
MOST = 40
"""Rows that are shown unless everything is asked for; the worst come first."""

LEGEND = "= the same bit for bit   3 ulp, 2e-09 largest relative difference   - not compared   blank: not run apart"


class Column(NamedTuple):
    """One condition.

    Attributes:
        label: Its name.
        simulated: Whether it stands for hardware that is not here.
    """

    label: str
    simulated: bool


def word(cell: Cell) -> str:
    """A cell as the map shows it: ``=``, ``3 ulp``, ``2e-09``, ``DRIFT``, ``-``."""
    return "DRIFT" if cell.state == "drift" else shown(cell)


def lines(columns: Sequence[Column], rows: Sequence[tuple[str, Mapping[str, str]]], *, whole: bool) -> list[str]:
    """The map.

    Args:
        columns: In the order in which conditions were tried; simulated ones are moved behind the others.
        rows: Tests and their cells by label.
        whole: Whether tests that are the same everywhere are shown as well.
    """
    ordered = [*(one for one in columns if not one.simulated), *(one for one in columns if one.simulated)]
    told = [row for row in rows if whole or any(text not in ("", EQUAL) for text in row[1].values())]
    told.sort(key=_rank)
    kept = told if whole else told[:MOST]
    found: list[str] = []
    for part in _parts(ordered):
        labels = [one.label for one in part]
        widths = [max(NARROWEST, len(one.label)) for one in part]
        name = min(60, max([4, *(len(test) for test, _ in kept)]))
        head = "  ".join(label.ljust(width) for label, width in zip(labels, widths, strict=True))
        first = next((at for at, one in enumerate(part) if one.simulated), None)
        if first is not None and kept:
            start = name + 4 + sum(width + 2 for width in widths[:first])
            span = sum(width + 2 for width in widths[first:]) - 2
            found.append(" " * start + f"{SIMULATED} ".ljust(span, "-"))
        if kept:
            found.append(f"  {'test':<{name}}  {head}".rstrip())
        for test, cells in kept:
            words = [cut(cells.get(label, ""), width) for label, width in zip(labels, widths, strict=True)]
            row = "  ".join(text.ljust(width) for text, width in zip(words, widths, strict=True))
            found.append(f"  {_middle(test, name):<{name}}  {row}".rstrip())
    left = len(told) - len(kept)
    if left:
        found.append(f"  and {counted(left, 'test')} more, with -v")
    equal = len(rows) - len(told)
    if equal:
        found.append(f"  {counted(equal, 'test')} the same under all conditions")
    return [*found, f"  {LEGEND}"] if kept else found


def _rank(row: tuple[str, Mapping[str, str]]) -> tuple[int, str]:
    drifts = sum(text == "DRIFT" for text in row[1].values())
    return -drifts, row[0]


def _parts(columns: Sequence[Column]) -> list[list[Column]]:
    """Columns that fit beside one another, below a name of a test of usual length."""
    parts: list[list[Column]] = [[]]
    used = 0
    for one in columns:
        width = max(NARROWEST, len(one.label)) + 2
        if used + width > table.WIDTH - 44 and parts[-1]:
            parts.append([])
            used = 0
        parts[-1].append(one)
        used += width
    return parts


def _middle(text: str, width: int) -> str:
    """A test's id cut in its middle: modules begin alike, tests end differently."""
    if len(text) <= width:
        return text
    return f"{text[: width // 2 - 2]}...{text[-(width - width // 2 - 1) :]}"
