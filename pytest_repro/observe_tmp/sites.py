"""Sites (temporary)."""

from __future__ import annotations

import ast
from hashlib import sha256
from typing import NamedTuple

LONGEST = 80
RETURN = "return"


class Site(NamedTuple):
    address: str
    line: int


class Sites:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._texts: dict[str, int] = {}
        self.found: list[Site] = []

    def number(self, node: ast.expr) -> int:
        text = self._text(node)
        ordinal = self._texts[text] = self._texts.get(text, 0) + 1
        return self._add(f"asserted.{text}#{ordinal}" if ordinal > 1 else f"asserted.{text}", node.lineno)

    def returned(self, node: ast.Return) -> int:
        return self._add(RETURN, node.lineno)

    def _add(self, address: str, line: int) -> int:
        self.found.append(Site(address, line))
        return len(self.found) - 1

    def _text(self, node: ast.expr) -> str:
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
    return line[start:end] if line.isascii() else line.encode()[start:end].decode(errors="replace")
