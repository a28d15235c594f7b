"""A table as plain text: columns as wide as what stands in them, narrowed where the whole would not fit."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from pytest_repro.values.entry import cut, line
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 120
"""Columns that a terminal is expected to have."""

NARROW = 12
"""Columns to which the widest ones are narrowed, and no further."""

GAP = 2


def lines(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, details: Sequence[str] = (), indent: int = 2
) -> list[str]:
    """The lines of a table.

    Args:
        head: Names of the columns; an empty sequence for a table without.
        rows: Their cells, as many in each.
        details: What is said of each row, behind it where it fits, else beneath it; none by default.
        indent: Blanks in front.
    """
    cells = [[mask(cell) for cell in row] for row in ([head, *rows] if head else rows)]
    if not cells:
        return []
    widths = _widths(cells, WIDTH - indent)
    said = [*([""] if head else []), *(details or [""] * len(rows))]
    found = []
    for row, detail in zip(cells, said, strict=True):
        shown = (cut(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True))
        plain = (" " * indent + (" " * GAP).join(shown)).rstrip()
        told = cut(mask(detail), WIDTH - indent - GAP - 2)
        if not told:
            found.append(plain)
        elif len(plain) + 3 + len(told) <= WIDTH:
            found.append(f"{plain}   {told}")
        else:
            found += [plain, f"{'':<{indent + GAP + 2}}{told}"]
    return found


def _widths(cells: Sequence[Sequence[str]], room: int) -> list[int]:
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    while sum(widths) + GAP * (len(widths) - 1) > room and max(widths) > NARROW:
        widths[widths.index(max(widths))] -= 1
    return widths


def labelled(heading: str, told: str, label: int = 14, indent: int = 0) -> str:
    """A heading and what it says, in one line of the width of a terminal."""
    return f"{'':<{indent}}{heading:<{label}}{cut(mask(told), WIDTH - label - indent)}".rstrip()


def filled(first: str, told: str, indent: int) -> list[str]:
    """A sentence in as many lines as it takes.

    Args:
        first: What stands in front of it.
        told: The sentence.
        indent: Blanks in front of the lines after the first.
    """
    return textwrap.wrap(
        mask(line(told)), WIDTH, initial_indent=first, subsequent_indent=" " * indent, break_on_hyphens=False
    )
