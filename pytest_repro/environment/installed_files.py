"""Digests of the files that distributions brought, from their RECORD; kept by size and time where there is a cache."""

from __future__ import annotations

import hashlib
import os
from bisect import bisect_left
from typing import TYPE_CHECKING

from pytest_repro.environment import kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

KEPT = "records.json"
FORM = "1"
"""Of what is kept; another one is not read."""


class Digests:
    """Digests of RECORD files, those that were known and those that were asked for.

    Args:
        path: Where they are kept; None to keep none.
        known: Digest by folder, size and time.
    """

    def __init__(self, path: Path | None, known: Mapping[str, str]) -> None:
        self._path = path
        self._known = known
        self._asked: dict[str, str] = {}

    @classmethod
    def kept(cls, cache: Path | None) -> Digests:
        """Those that an earlier snapshot kept in the folder; a broken file is one that kept nothing."""
        if cache is None:
            return cls(None, {})
        data = kept.read(cache / KEPT)
        known = data if data.pop("form", None) == FORM else {}
        return cls(cache / KEPT, {key: value for key, value in known.items() if isinstance(value, str)})

    def of(self, folder: str) -> str | None:
        """16 hex digits; None where there is no RECORD."""
        record = f"{folder}/RECORD"
        try:
            told = os.stat(record)  # noqa: PTH116  # strings, as in packages
            # the folder as a digest: a cache travels, and no path of this machine goes with it
            place = hashlib.blake2b(folder.encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()
            key = f"{place}-{told.st_size}-{told.st_mtime_ns}"
            found = self._known.get(key) or digest_of(_bytes(record))
        except OSError:
            return None
        self._asked[key] = found
        return found

    def keep(self) -> None:
        """Writes what was asked for, whole or not at all, if it is not what was known."""
        if self._path is not None and self._asked != self._known:
            kept.write(self._path, {"form": FORM, **self._asked})

    @staticmethod
    def loaded(folders: Mapping[str, str], modules: Iterable[str]) -> frozenset[str]:
        """Names of distributions that brought one of the modules."""
        wanted = frozenset(modules)
        return frozenset(name for name, folder in folders.items() if not wanted.isdisjoint(_brought(folder)))


def digest_of(record: bytes) -> str:
    """16 hex digits, equal for two installations of one wheel whoever installed it and wherever.

    Left out: rows without a digest (``*.pyc``, written at installation), scripts above the folder, which hold the
    interpreter's path, and the metadata folder, which holds who installed it. Rows stand in the installer's order.
    """
    rows = sorted(record.splitlines())
    _drop(rows, b"../")
    for row in rows:
        folder, slash, rest = row.partition(b"/")
        if slash and folder.endswith(b".dist-info") and rest:
            _drop(rows, folder + slash)
            break
    # a row that ends in a comma has neither digest nor size; 44 is a comma
    files = [row for row in rows if row and row[-1] != 44]  # noqa: PLR2004  # told above
    return hashlib.sha256(b"\n".join(files)).hexdigest()[:16]


def _drop(rows: list[bytes], start: bytes) -> None:
    """Takes out the rows that begin so; they stand together."""
    first = bisect_left(rows, start)
    del rows[first : bisect_left(rows, start + b"\xff", first)]


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123  # strings, as in packages
        return file.read()


def _brought(folder: str) -> set[str]:
    """Top-level module names in a RECORD."""
    try:
        rows = _bytes(f"{folder}/RECORD").splitlines()
    except OSError:
        return set()
    found = set()
    for row in rows:
        path = row.partition(b",")[0].decode("utf-8", "replace")
        top, slash, _ = path.partition("/")
        if slash and not top.endswith(".dist-info"):
            found.add(top)
        elif not slash and path.endswith((".py", ".so", ".pyd")):
            found.add(path.partition(".")[0])
    return found
