"""A document as JSON: the schema stands beside this file, and a reader is there for it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, BinaryIO

from pytest_repro.errors import ReproError
from pytest_repro.report import plain
from pytest_repro.report.document import SCHEMA, from_dict, to_dict
from pytest_repro.values import entry

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_repro.report.document import Document

LIMIT = 1 << 28
"""Bytes of one report that are read."""

MEND = "pytest --repro-report=repro.json"


def is_report(path: Path) -> bool:
    """Whether a file says of itself that it is one, near its end where the sorted keys put it, or anywhere."""
    try:
        with path.open("rb") as file:
            held = file.read(min(LIMIT, _size(file)))
    except OSError:
        return False
    return f'"{SCHEMA}"'.encode() in held


def _size(file: BinaryIO) -> int:
    """Bytes of a file: a reader that is told to read more asks for the memory of all of it."""
    return os.fstat(file.fileno()).st_size


def text(document: Document) -> str:
    """The whole file."""
    return plain.to_json(to_dict(document)) + "\n"


def read(path: Path) -> Document:
    """The document in a file.

    Raises:
        ReproError: ``U104``, it is none.
    """
    try:
        with path.open("rb") as file:
            size = _size(file)
            if size > LIMIT:
                raise entry.malformed(f"it has over {LIMIT >> 20} MiB")
            return from_dict(json.loads(file.read(size)))
    except (OSError, ValueError, RecursionError) as error:
        sentence = f"{path.name!r:.80} cannot be read: {type(error).__name__}"
        raise ReproError("U104", sentence, place="report", mend=MEND) from None
    except ReproError as error:
        place = f" in {error.place}" if error.place else ""
        sentence = f"{path.name!r:.80} is no report: {error.sentence}{place}"
        raise ReproError("U104", sentence, place="report", mend=MEND) from None
