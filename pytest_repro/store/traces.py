"""Traces in files: a child leaves those of its tests beside its stream, and its parent reads what it needs of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_repro.observe.tracing import Row, Seen, Trace
from pytest_repro.values import entry

if TYPE_CHECKING:
    from pathlib import Path

ENDING = ".trace.json"

LIMIT = 1 << 28
"""Bytes of one trace that are read."""


def write(trace: Trace, path: Path) -> None:
    """One file; texts that stand in every row are written once."""
    texts: dict[str, int] = {}

    def number(text: str) -> int:
        return texts.setdefault(text, len(texts))

    threads = {
        name: [
            [
                *(row.frame, row.parent, number(row.file), number(row.function), row.line, number(row.kind)),
                {key: [seen.digest, seen.shown, seen.identity, int(seen.telling)] for key, seen in row.values.items()},
                sorted(row.reads),
            ]
            for row in rows
        ]
        for name, rows in trace.threads.items()
    }
    data = {"threads": threads, "texts": [*texts], "cut": trace.cut, "refused": trace.refused}
    path.write_text(json.dumps(data, separators=(",", ":")), encoding="ascii")


def read(path: Path) -> Trace:
    """The trace in a file.

    Raises:
        ReproError: ``B602``, the file is not what a child wrote.
        OSError: It is not there.
    """
    if path.stat().st_size > LIMIT:
        raise entry.malformed("a trace is too large")
    trace = Trace()
    try:
        data: Any = json.loads(path.read_text(encoding="ascii"))
        texts = data["texts"]
        trace.cut, trace.refused = bool(data["cut"]), str(data["refused"])
        for name, rows in data["threads"].items():
            trace.threads[name] = [_row(row, texts) for row in rows]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise entry.malformed("a trace is no trace") from None
    return trace


def _row(row: Any, texts: list[str]) -> Row:
    frame, parent, file, function, line, kind, values, reads = row
    _all(int, frame, parent, line)
    _all(str, texts[file], texts[function], texts[kind], *reads)
    for digest, shown, identity, _ in values.values():
        _all(int, digest, identity)
        _all(str, shown)
    seen = {
        key: Seen(digest, shown, identity, bool(telling)) for key, (digest, shown, identity, telling) in values.items()
    }
    return Row(frame, parent, texts[file], texts[function], line, texts[kind], seen, frozenset(reads))


def _all(kind: type, *values: object) -> None:
    if not all(type(value) is kind for value in values):
        raise TypeError(kind.__name__)
