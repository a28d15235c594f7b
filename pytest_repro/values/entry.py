"""One entry of kept data, read with suspicion: every field is there, of its type, and named in the error."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, TypeVar

from pytest_repro.errors import ReproError

if TYPE_CHECKING:
    from collections.abc import Mapping

Kept = TypeVar("Kept")

CODE = "B602"
MEND = "pytest --repro-record-all"

DIMENSIONS = 64
LONGEST = (1 << 63) - 1
"""Of an array: what lies beyond, numpy cannot make, and Python cannot always print."""


def malformed(sentence: str, place: str = "") -> ReproError:
    """The error of an entry that cannot be read."""
    return ReproError(CODE, sentence, place=place, mend=MEND)


def field(data: Mapping[str, object], key: str, kind: type[Kept]) -> Kept:
    """The field of a type. A bool is refused for an int: a subclass of it, but JSON tells the two apart.

    Raises:
        ReproError: ``B602``, the field is missing or of another type.
    """
    if key not in data:
        raise malformed("missing field", key)
    value = data[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise malformed(f"unexpected type {type(value).__name__} (expected {kind.__name__})", key)
    return value


def version(data: Mapping[str, object], known: str) -> str:
    """The field ``format``: any minor version of the major one that is known.

    Raises:
        ReproError: ``B604``, a newer major version; ``B602``, anything else that is not ``MAJOR.MINOR``.
    """
    text = field(data, "format", str)
    found = re.fullmatch(r"([0-9]{1,6})\.([0-9]{1,6})", text)
    major = known.partition(".")[0]
    if found is None or int(found[1]) < int(major):
        raise malformed(f"unexpected version {text!r:.40} (expected {known})", "format")
    if int(found[1]) > int(major):
        sentence = f"format {text} is newer than {known}, the newest that is known here"
        raise ReproError("B604", sentence, place="format", mend="pip install --upgrade pytest-repro")
    return text


def item(name: str, key: str) -> str:
    """An item of a mapping as a place: ``values["record.loss"]``."""
    return f'{name}["{cut(key, 200)}"]'


def texts(data: Mapping[str, object], key: str) -> tuple[str, ...]:
    """A field that is a list of texts."""
    items = field(data, key, list)
    for position, item in enumerate(items):
        if not isinstance(item, str):
            raise malformed(f"unexpected type {type(item).__name__} (expected str)", f"{key}[{position}]")
    return tuple(items)


def lengths(data: Mapping[str, object], key: str) -> tuple[int, ...]:
    """A field that is a list of whole numbers >= 0."""
    items = field(data, key, list)
    if len(items) > DIMENSIONS:
        raise malformed("more dimensions than numpy has", key)
    for position, item in enumerate(items):
        if not isinstance(item, int) or isinstance(item, bool):
            raise malformed(f"unexpected type {type(item).__name__} (expected int)", f"{key}[{position}]")
        if item < 0:
            raise malformed(f"unexpected value {item} (expected >= 0)", f"{key}[{position}]")
        if item > LONGEST:
            raise malformed("a length beyond every array", f"{key}[{position}]")
    return tuple(items)


def raw(data: Mapping[str, object], key: str) -> bytes:
    """A field that holds bytes as base64."""
    try:
        return base64.b64decode(field(data, key, str), validate=True)
    except (binascii.Error, ValueError):
        raise malformed("unexpected text (expected base64)", key) from None


def written(data: bytes) -> str:
    """Bytes as they stand in an entry."""
    return base64.b64encode(data).decode("ascii")


def line(text: str) -> str:
    """A text as one printable line: what is not printable is escaped as Python escapes it."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def cut(text: str, width: int) -> str:
    """A line of at most ``width`` characters; what is missing at its end is told by ``…``."""
    text = line(text[: 2 * width + 2])
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"
