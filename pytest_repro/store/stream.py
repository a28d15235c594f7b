"""A stream of envelopes from a child process to its parent: lines in a file, read while they are still being written.

Both processes belong to one session and share a private temporary folder, which goes when the session ends. A process
may die in the middle of a line: what is not whole does not count.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from pytest_repro.envelope import Envelope, leaves_from, outcomes_from, whole
from pytest_repro.store import leaves, npy
from pytest_repro.store.shelf import Shelf
from pytest_repro.values import entry
from pytest_repro.values.address import CATEGORIES
from pytest_repro.values.identity import nameless

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ARRAYS = "arrays"
"""Folder of the large arrays of a stream, beside its file."""

ENDING = ".jsonl"
"""How files of streams end."""

LIMIT = 1 << 40
"""Bytes of one array: the folder is temporary, and what a test may show is bounded where it is frozen."""

LONGEST = 1 << 31
"""Bytes of one line that are read."""

WHOLE = frozenset(CATEGORIES)
"""Categories whose texts are kept at any length: a report shows where two of them part."""

_ENCODER = json.JSONEncoder(sort_keys=False, allow_nan=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One test that a child ran, its values still in the file.

    Attributes:
        nodeid: The test.
        seconds: Wall-clock time of the run.
        own: Why the run failed where that is no matter of what was computed: ``OSError: address already in use``.
        about: What the child says of the test beside its envelope, as plain values.
        digest: Of outcomes and values: equal digests within one session mean equal bits.
        path: The file.
        start: Where in it the values begin, in bytes.
        size: How many bytes they are.
    """

    nodeid: str
    seconds: float
    own: str
    about: Mapping[str, Any]
    digest: str
    path: Path
    start: int
    size: int

    def envelope(self, label: str) -> Envelope:
        """The run, read from the file.

        Args:
            label: What reports call it.

        Raises:
            ReproError: ``B602``, the file is not what a child wrote.
        """
        with self.path.open("rb") as stream:
            stream.seek(self.start)
            data = parsed(stream.read(self.size))
        shelf = Shelf(self.path.parent / ARRAYS, LIMIT)
        found = leaves_from(data, "observations", lambda kept: leaves.read(kept, shelf))
        # what was an identity of an object of its run is no value; the mark that stands for it is one of both runs
        return Envelope(
            nodeid=self.nodeid,
            label=label,
            session_seed=whole(data, "session_seed"),
            seed=whole(data, "seed"),
            observations=found,
            outcomes=outcomes_from(data, "outcomes"),
            cut=whole(data, "cut"),
            ids=frozenset({leaves.IDENTITY}),
        )


class Outlet:
    """The child's end: writes as tests start and end.

    Args:
        folder: Of the child; must be there.
        name: Of this process among those of the child: ``main``, ``gw0``.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        (folder / ARRAYS).mkdir(exist_ok=True)
        self._stream: BinaryIO = (folder / f"{name}{ENDING}").open("ab", buffering=0)

    def tell(self, kind: str, **said: object) -> None:
        """One line: ``count``, ``start``, ``readings``, ``done``."""
        self._write(_ENCODER.encode({"kind": kind, **said}).encode("ascii") + b"\n")

    def _write(self, data: bytes) -> None:
        """All of it: a file without a buffer may take a part only, of what is beyond 2 GiB or fills the disk."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._stream.write(rest) :]

    def end(self, envelope: Envelope, *, seconds: float, own: str, about: Mapping[str, object]) -> None:
        """A test ended: a line about it, then a line of its values."""
        shelf = Shelf(self._folder / ARRAYS, LIMIT, summarised=False)
        observations = {
            address: leaves.written(address, nameless(leaf, envelope.ids), shelf, whole=WHOLE)
            for address, leaf in envelope.observations.items()
        }
        for digest, values in shelf.waiting.items():
            path = shelf.path(digest)
            if not path.exists():
                # two workers may write one array: each its own file, and the last name is as good as the first
                partial = path.with_name(f"{digest}.{os.getpid()}")
                with partial.open("wb") as stream:
                    stream.writelines((npy.header(values.dtype, values.shape), npy.raw(values)))
                partial.replace(path)
        body = _ENCODER.encode(
            {
                "session_seed": envelope.session_seed,
                "seed": envelope.seed,
                "cut": envelope.cut,
                "outcomes": dict(envelope.outcomes),
                "observations": observations,
            }
        ).encode("ascii")
        head = {
            "kind": "end",
            "id": envelope.nodeid,
            "seconds": seconds,
            "own": own,
            "about": dict(about),
            "size": len(body),
            "digest": _digest(body),
        }
        self._write(_ENCODER.encode(head).encode("ascii") + b"\n" + body + b"\n")

    def close(self) -> None:
        """Nothing more is written."""
        self._stream.close()


def _digest(body: bytes) -> str:
    import hashlib  # noqa: PLC0415  # only a child needs it

    return hashlib.blake2b(body, digest_size=16).hexdigest()


@dataclass(slots=True, kw_only=True)
class Inlet:
    """The parent's end: what the processes of one child have said so far.

    Attributes:
        folder: Of the child.
        ended: Tests that ended, by id.
        running: Tests that started and did not end, by process.
        started: When their starts were read, by id, on this process's monotonic clock: a test may set the other one.
        readings: The last readings of what was changed, by name.
        count: Tests that the child selected; None before its collection ended.
    """

    folder: Path
    ended: dict[str, Ended] = field(default_factory=dict)
    running: dict[str, str] = field(default_factory=dict)
    started: dict[str, float] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)
    count: int | None = None
    _positions: dict[Path, int] = field(default_factory=dict)

    def read(self) -> int:
        """Take in what was written since the last call.

        Returns:
            How many lines there were.

        Raises:
            ReproError: ``B602``, a line that no child writes.
        """
        number = 0
        for path in sorted(self.folder.glob(f"*{ENDING}")):
            for said in self._lines(path):
                self._take(path.stem, said)
                number += 1
        return number

    def _lines(self, path: Path) -> Iterator[dict[str, Any]]:
        with path.open("rb") as stream:
            stream.seek(self._positions.get(path, 0))
            while (line := stream.readline(LONGEST)).endswith(b"\n"):
                said = parsed(line)
                if said.get("kind") == "end":
                    start, size = stream.tell(), whole(said, "size")
                    stream.seek(0, os.SEEK_END)
                    if stream.tell() < start + size + 1:
                        return  # its values are still being written
                    stream.seek(start + size + 1)
                    said["_place"] = (path, start, size)
                self._positions[path] = stream.tell()
                yield said

    def _take(self, process: str, said: dict[str, Any]) -> None:
        kind = entry.field(said, "kind", str)
        if kind == "count":
            self.count = whole(said, "number")
        elif kind == "start":
            nodeid = entry.field(said, "id", str)
            self.running[process] = nodeid
            self.started[nodeid] = time.monotonic()
        elif kind == "end":
            nodeid = entry.field(said, "id", str)
            path, start, size = said["_place"]
            self.ended[nodeid] = Ended(
                nodeid=nodeid,
                seconds=entry.field(said, "seconds", float),
                own=entry.field(said, "own", str),
                about=entry.field(said, "about", dict),
                digest=entry.field(said, "digest", str),
                path=path,
                start=start,
                size=size,
            )
            self._over(process, nodeid)
        elif kind == "over":  # it ended without anything to compare: skipped, or interrupted
            self._over(process, entry.field(said, "id", str))
        elif kind == "readings":
            self.readings |= {
                name: text for name, text in entry.field(said, "readings", dict).items() if isinstance(text, str)
            }

    def _over(self, process: str, nodeid: str) -> None:
        if self.running.get(process) == nodeid:
            del self.running[process]
        self.started.pop(nodeid, None)


def parsed(data: bytes) -> dict[str, Any]:
    """A line as plain values.

    Raises:
        ReproError: ``B602``, it is no JSON object.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise entry.malformed("a child's line is no JSON") from None
    if not isinstance(found, dict):
        raise entry.malformed(f"unexpected type {type(found).__name__} (expected dict)")
    return found
