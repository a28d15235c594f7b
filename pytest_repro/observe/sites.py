"""Sites: the places in a test's own body where a value is looked at, and how they are addressed.

An address is made of source text and survives inserted lines: ``asserted.f(x)``, ``asserted.f(x)#2`` for the second place
with that text, ``asserted.f(x)@3`` when the line runs a fourth time. Line numbers are kept for display alone.
"""

from __future__ import annotations

import ast
from hashlib import sha256
from typing import NamedTuple

LONGEST = 80
"""Characters of source text in an address; a longer one ends in a digest of the whole."""

RETURN = "return"
"""The address of the value that a test returns."""


class Site(NamedTuple):
    """One place.

    Attributes:
        address: Without the number of the hit.
        line: Of the file, for display only.
    """

    address: str
    line: int


class Sites:
    """The sites of one function, numbered as they are found, in source order.

    Args:
        lines: Of the whole file.
    """

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._texts: dict[str, int] = {}
        self.found: list[Site] = []

    def number(self, node: ast.expr) -> int:
        """A new site for an expression."""
        text = self._text(node)
        ordinal = self._texts[text] = self._texts.get(text, 0) + 1
        return self._add(f"asserted.{text}#{ordinal}" if ordinal > 1 else f"asserted.{text}", node.lineno)

    def returned(self, node: ast.Return) -> int:
        """A new site for a returned value; all returns of a test share one address, since only one is taken."""
        return self._add(RETURN, node.lineno)

    def _add(self, address: str, line: int) -> int:
        self.found.append(Site(address, line))
        return len(self.found) - 1

    def _text(self, node: ast.expr) -> str:
        """The source of an expression, blanks squeezed."""
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        lines = self._lines[first : last + 1]
        if not lines:
            return ast.unparse(node)
        lines[-1] = _cut(lines[-1], 0, node.end_col_offset)
        lines[0] = _cut(lines[0], node.col_offset, None)
        text = " ".join(" ".join(lines).split())
        if len(text) <= LONGEST:
            return text
        return f"{text[: LONGEST - 10]}...{sha256(text.encode()).hexdigest()[:6]}"


def _cut(line: str, start: int, end: int | None) -> str:
    """Part of a line by offsets that count bytes of UTF-8, as the parser counts."""
    return line[start:end] if line.isascii() else line.encode()[start:end].decode(errors="replace")
