"""A scorecard as text for a terminal of 120 columns, and as JSON."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from pytest_repro.controls.control import FAMILIES
from pytest_repro.controls.counting import counted
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_repro.controls.audit import Row, Said, Scorecard

WIDTH = 120
SHOWN = 5
"""Findings of one control that are told; the others are counted."""

COLUMNS = (11, 4, 32, 34, 6, 19)
"""Widths: state, code, title, what was measured, action, owner; two blanks between."""


def text(card: Scorecard, context: Mapping[str, str] | None = None) -> str:
    """All controls by family, what is wrong below each, and a summary.

    Args:
        card: The scorecard.
        context: Headings and lines that only the caller knows: ``hardware``, ``environment``, ``lock``.

    Returns:
        Lines joined by newlines, none at the end; none wider than 120 characters but for ids of tests.
    """
    lines = [part for heading, line in (context or {}).items() if line for part in _filled(f"{heading:<13}", line, 13)]
    lines += [part for note in card.notes for part in _filled(f"{'note':<13}", note, 13)]
    for _, family in FAMILIES:
        rows = [row for row in card.rows if row.control.family == family]
        lines += ["", family] if rows else []
        for row in rows:
            lines += [_line(row), *_findings(row)]
    lines += ["", summary(card)]
    return "\n".join(lines).strip("\n")


def to_json(card: Scorecard) -> str:
    """The scorecard's plain values, sorted; secrets are masked."""
    return json.dumps(_masked(card.to_dict()), indent=2, sort_keys=True, ensure_ascii=False)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: _masked(part) for key, part in value.items()}
    return [_masked(part) for part in value] if isinstance(value, list) else value


def summary(card: Scorecard) -> str:
    """The scorecard in one line: ``audit passes: 30 controls hold, 2 broken (1 warns, 1 accepted), 5 not checked``."""
    counts = card.counts()
    broken = [row.action for row in card.rows if row.state == "broken"]
    actions = [
        f"{broken.count(action)} {words}"
        for action, words in (("fail", "to fail"), ("warn", "to warn"), ("accept", "accepted"))
        if action in broken
    ]
    parts = [f"{counted(counts['holds'], 'control')} {'holds' if counts['holds'] == 1 else 'hold'}"]
    parts += [f"{counts['broken']} broken ({', '.join(actions)})"] if broken else []
    parts += [f"{counts[state]} {state}" for state in ("waived", "not checked") if counts[state]]
    return f"audit {'fails' if card.exit_status else 'passes'}: {', '.join(parts)}"


def _line(row: Row) -> str:
    cells = (row.state, row.control.code, row.control.title, row.measured, row.action, row.owner)
    shown = (_cut(mask(cell), width).ljust(width) for cell, width in zip(cells, COLUMNS, strict=True))
    return f"  {'  '.join(shown)}".rstrip()


def _findings(row: Row) -> Iterator[str]:
    indent = 2 + COLUMNS[0] + 2
    for said in row.findings[:SHOWN]:
        yield from _said(said, indent)
    if len(row.findings) > SHOWN:
        yield f"{'':<{indent}}and {counted(len(row.findings) - SHOWN, 'finding')} more"


def _said(said: Said, indent: int) -> Iterator[str]:
    yield from _filled(" " * indent, f"{said.test}: {said.sentence}" if said.test else said.sentence, indent + 2)
    for reason in said.reasons:
        yield f"{'':<{indent + 2}}{mask(reason)}"
    if not said.waived:
        for step in said.steps:
            yield from _filled(" " * indent + "next  ", step, indent + 6)


def _filled(first: str, line: str, indent: int) -> list[str]:
    filled = textwrap.wrap(
        mask(line),
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled or [first.rstrip()]


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"{cell[: width - 3]}..."
