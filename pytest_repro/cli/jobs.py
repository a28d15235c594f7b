"""`pytest-repro compare` over reports: those of several jobs as one, told as text or JSON, and written as a page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.cli.operands import numbered
from pytest_repro.controls.counting import counted
from pytest_repro.errors import ReproError
from pytest_repro.report import data, table
from pytest_repro.report.document import listed
from pytest_repro.report.merging import OTHER, merged

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from pytest_repro.report.document import Document

MOST = 40
"""Rows that are shown; the worst come first."""

LEGEND = (
    "= nothing found   noted: found and accepted   - not in that report",
    f"{OTHER}: nothing found, and yet other values than in the first report that has the test",
)


def run(options: argparse.Namespace) -> int:
    """Merge the reports; 1 where a test drifts in one of them."""
    paths = [Path(word) for word in options.words]
    documents = [data.read(path) for path in paths]
    found = merged(list(zip(names(paths), documents, strict=True)))
    if options.html:
        page(found, options.html)
    sys.stdout.write(data.text(found) if options.json else _text(found))
    return int(bool(found.counts["drift"]))


def names(paths: Sequence[Path]) -> list[str]:
    """What the jobs are called: the files' names, or those of the folders that hold them; numbered where alike."""
    stems = [path.stem for path in paths]
    if len(set(stems)) < len(stems):
        stems = [path.resolve().parent.name or path.stem for path in paths]
    return numbered(stems)


def page(document: Document, name: str) -> None:
    """Write the page.

    Raises:
        ReproError: ``U102``, its libraries are not installed; ``U104``, it cannot be written.
    """
    from pytest_repro.report import html  # noqa: PLC0415  # its libraries are an extra

    try:
        Path(name).write_text(html.text(document), encoding="utf-8")
    except OSError as error:
        sentence = f"{Path(name).name!r:.80} cannot be written: {error.strerror}"
        raise ReproError("U104", sentence, place="--html", mend="--html=repro.html") from None


def _text(document: Document) -> str:
    counts = ", ".join(f"{number} {state}" for state, number in document.counts.items() if number)
    jobs = [label for label, _ in document.columns if ": " not in label]
    told = [test for test in listed(document) if any(test.cells.get(job) not in ("=", None) for job in jobs)]
    rows = [(test.nodeid, *(test.cells.get(job, "-") for job in jobs)) for test in told[:MOST]]
    lines = [f"tests: {counts or 'none'}", ""]
    lines += [*table.lines(("test", *jobs), rows)] if rows else []
    lines += [f"and {counted(len(told) - MOST, 'test')} more, in --json and --html"] if len(told) > MOST else []
    lines += ["", *LEGEND] if rows else []
    lines += ["", *table.filled("", document.notes[0], 2)] if document.notes else []
    lines += [part for note in document.notes[1:] for part in table.filled("  ", note, 4)]
    lines += [
        "",
        *(part for part in document.hardware.split("; ")),
        *(part for part in document.environment.split("; ")),
    ]
    return "\n".join(lines) + "\n"
