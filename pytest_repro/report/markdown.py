"""A document as Markdown, for a comment on a pull request and for the summary of a CI step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_repro.controls.counting import counted
from pytest_repro.report import terminal
from pytest_repro.report.document import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_repro.report.document import Document, Test

MOST = 20
"""Tests that are told in full; the others get a line each."""

LINES = 200
"""Tests that get a line."""

LIMIT = 900_000
"""Bytes: GitHub refuses a summary of more than a MiB."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~:/$])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}
_TOO = {character: f"&#{ord(character)};" for character in "`*_[]"}


def text(document: Document) -> str:
    """The whole text; cut where it would be too large, and saying so."""
    parts: list[str] = []
    size = 0
    for part in _parts(document):
        written = part.encode("utf-8", "backslashreplace")  # half of a surrogate pair cannot be written
        size += len(written) + 1
        if size > LIMIT:
            parts.append("\nThe rest was left out: it would be too large. The JSON report has all of it.\n")
            break
        parts.append(written.decode("utf-8"))
    return "\n".join(parts) + "\n"


def _parts(document: Document) -> Iterator[str]:
    counts = ", ".join(f"{number} {STATES[state]}" for state, number in document.counts.items() if number)
    yield f"### Reproducibility: {counts or 'nothing replayed'}\n"
    yield f"{escaped(document.summary)}\n"
    told = document.telling
    full = [test for test in told if test.page is not None and test.state != "noted"][:MOST]
    for test in full:
        yield from _full(test)
    rest = [test for test in told if test not in full]
    if rest:
        yield "| test | finding |\n|---|---|"
        yield from (f"| {escaped(test.nodeid)} | {escaped(_sentence(test))} |" for test in rest[:LINES])
        yield ""
    if len(rest) > LINES:
        yield f"and {counted(len(rest) - LINES, 'test')} more\n"
    yield from _map(document)
    for said in document.session:
        if said.action != "accept":
            yield fenced(said.sentence)
    yield f"{escaped(document.hardware)}\n\n{escaped(document.environment)}"


def _full(test: Test) -> Iterator[str]:
    """A test's report as the terminal has it, folded away under its first line."""
    page = test.page
    if page is None:
        return
    job = f"{test.job}: " if test.job else ""
    yield f"<details><summary><code>{html_text(job + test.nodeid)}</code> {html_text(_sentence(test))}</summary>\n"
    yield fenced(terminal.text(page))
    yield "\n</details>\n"


def _map(document: Document) -> Iterator[str]:
    rows = [test for test in document.telling if test.cells]
    if not document.columns or not rows:
        return
    labels = [label for label, _ in document.columns]
    heads = [f"{escaped(label)}{' (simulated)' if simulated else ''}" for label, simulated in document.columns]
    yield f"| test | {' | '.join(heads)} |\n|---|{'---|' * len(labels)}"
    for test in rows[:LINES]:
        yield f"| {escaped(test.nodeid)} | {' | '.join(escaped(test.cells.get(label, '')) for label in labels)} |"
    yield ""


def _sentence(test: Test) -> str:
    return "; ".join(f"RPR-{one.code} {one.sentence}" for one in test.findings)


def escaped(words: str) -> str:
    """A text that stays text in Markdown, on one line: nothing in it is markup, a link, a mention or a table's end."""
    text = _SPECIAL.sub(r"\\\1", " ".join(words.split()))
    return "".join(_ENTITIES.get(character, character) for character in text)


def fenced(words: str) -> str:
    """A block of code that the text cannot leave: its fence is longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`+", words)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{words}\n{fence}"


def html_text(words: str) -> str:
    """A text inside of an HTML element on one line."""
    known = _ENTITIES | _TOO
    return "".join(known.get(character, character) for character in " ".join(words.split()))
