"""A page as plain text for a terminal: a table, then headings with their lines."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_repro.report.page import Page, Row, Table

LABEL = 14
"""Columns that a heading takes, so that all lines begin below one another."""

ROOM = 112
"""Columns up to which a row's detail stays on its line; beyond, it moves to the next."""


def text(page: Page) -> str:
    """The whole page, lines joined by newlines, none at the end."""
    lines = list(page.headlines)
    for table in page.tables:
        lines += ["", *_lines(table)]
        if table.hidden:
            lines.append(f"  and {table.hidden} more")
    lines.append("")
    for heading, told in page.sections:
        if heading in ("hardware", "run again") and lines[-1]:
            lines.append("")
        folded = [part for line in told for part in _folded(line)] if heading == "why" else told
        lines += [f"  {heading if not number else '':<{LABEL}}{line}" for number, line in enumerate(folded)]
    return "\n".join(lines)


def _folded(line: str) -> list[str]:
    """A reason with its proof may be too long for one line; the others are pasted, or stay short."""
    return textwrap.wrap(line, ROOM - LABEL, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _lines(table: Table) -> list[str]:
    head = ("value", *table.columns, "abs", "rel", "ulp", "tol", "")
    cells = [head, *(_cells(row) for row in table.rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    widths[0] = max(widths[0], LABEL - 2)
    lines = []
    for line, detail in zip(cells, ["", *(row.detail for row in table.rows)], strict=True):
        cut = "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        if detail and len(cut) + 3 + len(detail) <= ROOM:
            lines.append(f"{cut}   {detail}")
        else:
            lines += [cut, *([f"{'':<{widths[0] + 4}}{detail}"] if detail else [])]
    return lines


def _cells(row: Row) -> tuple[str, ...]:
    return (row.value, row.before, row.after, row.absolute, row.relative, row.ulp, row.tolerance, row.judgement)
