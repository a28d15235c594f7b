"""The reproducibility map: a row a test, a column a condition, each cell the distance from an unchanged run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.controls.counting import counted
from pytest_repro.report import table
from pytest_repro.report.matrix import shown
from pytest_repro.report.table import filled
from pytest_repro.values.entry import cut
from pytest_repro.variations.condition import COMBINED, FRESH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.controls.matrix import Cell

SIMULATED = "simulated"
"""Heads the columns of hardware that this machine only pretends to be."""

EQUAL, DRIFT, IDLE = "=", "DRIFT", "no effect"
ALWAYS = (FRESH.label, COMBINED)
"""Columns that are there whatever they tell: what everything else is compared with, and what is split."""

LONGEST = 60
NARROWEST = 9
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
    return DRIFT if cell.state == "drift" else shown(cell)


def lines(columns: Sequence[Column], rows: Sequence[tuple[str, Mapping[str, str]]], *, whole: bool) -> list[str]:
    """The map.

    Args:
        columns: In the order in which conditions were tried; simulated ones are moved behind the others.
        rows: Tests and their cells by label.
        whole: Whether tests and conditions are shown as well that have nothing to tell.
    """
    told = sorted((row for row in rows if whole or any(map(_tells, row[1].values()))), key=_rank)
    kept = told if whole else told[:MOST]
    visible = [
        one for one in columns if whole or one.label in ALWAYS or any(_tells(row[1].get(one.label)) for row in told)
    ]
    ordered = [*(one for one in visible if not one.simulated), *(one for one in visible if one.simulated)]
    found = [line for part in _parts(ordered) for line in _block(part, kept)] if kept else []
    if len(told) > len(kept):
        found.append(f"  and {counted(len(told) - len(kept), 'test')} more, with -v")
    equal = [words for _, words in rows if not any(map(_tells, words.values()))]
    if equal and not whole:
        tried = [
            one.label for one in columns if one.label != FRESH.label and any(words.get(one.label) for words in equal)
        ]
        found += filled("  ", f"{counted(len(equal), 'test')} the same {_under(tried)}", 4)
    silent = [one.label for one in columns if one not in visible]
    if silent and kept:
        found += filled("  ", f"nothing seen under {', '.join(silent)} alone", 4)
    return [*found, f"  {LEGEND}"] if kept else found


def _under(tried: Sequence[str]) -> str:
    """What tests ran under that show nothing."""
    return f"under {', '.join(tried)}" if tried else "in a fresh process"


def _tells(text: str | None) -> bool:
    return text not in (None, "", EQUAL)


def _block(columns: Sequence[Column], rows: Sequence[tuple[str, Mapping[str, str]]]) -> list[str]:
    """Columns beside one another, with the names of the tests."""
    widths = [max(NARROWEST, len(one.label)) for one in columns]
    name = min(LONGEST, max([4, *(len(test) for test, _ in rows)]))
    found = []
    first = next((at for at, one in enumerate(columns) if one.simulated), None)
    if first is not None:
        start = name + 4 + sum(width + 2 for width in widths[:first])
        span = sum(width + 2 for width in widths[first:]) - 2
        found.append(" " * start + f"{SIMULATED} ".ljust(span, "-").rstrip())
    cells = [("test", [one.label for one in columns])]
    cells += [(_middle(test, name), [words.get(one.label, "") for one in columns]) for test, words in rows]
    for head, texts in cells:
        row = "  ".join(cut(text, width).ljust(width) for text, width in zip(texts, widths, strict=True))
        found.append(f"  {head:<{name}}  {row}".rstrip())
    return found


def _rank(row: tuple[str, Mapping[str, str]]) -> tuple[int, float, str]:
    """Drifts first, then the largest differences; what has no size is larger than all."""
    words = row[1].values()
    return -sum(text == DRIFT for text in words), -max(map(_size, words), default=0.0), row[0]


def _size(text: str) -> float:
    if not _tells(text) or text == "-":
        return 0.0
    number, _, unit = text.partition(" ")
    try:
        return float(number) * (2.0**-52 if unit == "ulp" else 1.0)
    except ValueError:
        return 0.0 if text == IDLE else float("inf")


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
