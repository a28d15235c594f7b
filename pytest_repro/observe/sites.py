"""The places in a test function where a value is looked at, and their addresses.

An address survives edits elsewhere: it is the source text of the expression, an ordinal if the text stands in the
function more than once, and an index if the line runs again. Line numbers are for display only.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 80
"""Characters of a text that stand in an address; what is longer ends in a digest of the whole."""

RETURN = "return"
"""The address of the return value."""


class Site(NamedTuple):
    """One place where values are recorded.

    Attributes:
        address: ``asserted.f(x)``, ``asserted.f(x)#2`` for the second place with this text, or ``return``.
        line: Line in the source file; of ``return`` the first, where a function has several.
        text: The whole source text on one line, for display.
    """

    address: str
    line: int
    text: str


class Mark(NamedTuple):
    """A node that is to be recorded, before it has an address.

    Attributes:
        text: Source text, on one line; ``return`` for the function's value.
        line: Line in the source file.
        column: Offset in the line, to bring marks into source order.
    """

    text: str
    line: int
    column: int


def sites(marks: Sequence[Mark]) -> tuple[Site, ...]:
    """The site of each mark, in the same order."""
    found: dict[int, Site] = {}
    met: Counter[str] = Counter()
    for number, mark in sorted(enumerate(marks), key=lambda pair: (pair[1].line, pair[1].column, pair[0])):
        if mark.text == RETURN:  # a keyword: no expression has this text
            found[number] = Site(RETURN, mark.line, RETURN)
            continue
        short = shortened(mark.text)
        met[short] += 1
        ordinal = f"#{met[short]}" if met[short] > 1 else ""
        found[number] = Site(f"asserted.{short}{ordinal}", mark.line, mark.text)
    return tuple(found[number] for number in range(len(marks)))


def shortened(text: str) -> str:
    """At most ``LONGEST`` characters; two texts that part later still differ."""
    if len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{text[: LONGEST - 11]}...{digest}"


def one_line(node: ast.expr, lines: Sequence[str], *, exact: bool = True) -> str:
    """The source text of a node with every run of blanks as one space.

    Args:
        node: An expression that was parsed from ``lines``.
        lines: The source, a line each.
        exact: False where the node's position cannot be trusted: inside f-strings, before 3.12.
    """
    end_line, end_column = node.end_lineno, node.end_col_offset
    if not exact or end_line is None or end_column is None:
        return " ".join(ast.unparse(node).split())
    first, last = node.lineno - 1, end_line - 1
    if first == last:  # columns count bytes of UTF-8
        line = lines[first]
        raw = line[node.col_offset : end_column] if line.isascii() else _bytes(line, node.col_offset, end_column)
        return " ".join(raw.split())
    parts = [_bytes(lines[first], node.col_offset, None), *lines[first + 1 : last], _bytes(lines[last], 0, end_column)]
    text = " ".join(" ".join(parts).split())
    # A comment between the lines is no part of what is computed, and may hold anything.
    return " ".join(ast.unparse(node).split()) if "#" in text else text


def _bytes(line: str, start: int, end: int | None) -> str:
    return line.encode("utf-8")[start:end].decode("utf-8", "replace")
