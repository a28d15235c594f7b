"""Forked processes: which child of a run a process is, and a pipe through which it tells what it saw.

A forked child has every patch of its parent, and nothing that it notes comes back by itself. Children are numbered in
the order in which they are forked, so that the same one is found again in another run of the same code.
"""

from __future__ import annotations

import json
import os
import select
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

Lineage = tuple[int, ...]
"""The way from the process in which the run began to one of its descendants: ``(0,)`` is its first child."""

LONGEST = getattr(select, "PIPE_BUF", 0)
"""Bytes that are written to a pipe as one, whoever else writes; 0 where processes are not forked."""


class _Family:
    """Where this process stands; of each child the copy that it was forked with."""

    def __init__(self) -> None:
        self.lineage: Lineage = ()
        self.children = 0
        self.process = os.getpid()
        self.watched = False

    def bore(self) -> None:
        self.children += 1

    def born(self) -> None:
        """This process is a child; noticed once, by whichever comes first."""
        if self.process != os.getpid():
            self.lineage = (*self.lineage, self.children)
            self.children = 0
            self.process = os.getpid()


_FAMILY = _Family()


def lineage() -> Lineage:
    """That of this process; empty in the one in which the run began."""
    _FAMILY.born()  # ``random`` seeds itself anew in a child, before any later hook is called
    return _FAMILY.lineage


def children() -> int:
    """How many this process has forked since the run began."""
    return _FAMILY.children


def begin(children: int = 0) -> None:
    """A run begins here, or goes on after so many children: its next one takes the next number."""
    if not _FAMILY.watched and hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_parent=_FAMILY.bore, after_in_child=_FAMILY.born)
        _FAMILY.watched = True
    _FAMILY.lineage = ()
    _FAMILY.children = children
    _FAMILY.process = os.getpid()


class Pipe:
    """Carries short messages from forked children to the process that opened it.

    What does not fit is lost: neither side ever waits.
    """

    def __enter__(self) -> Self:
        self._ends: tuple[int, int] | None = None
        if LONGEST:
            self._ends = os.pipe()
            for end in self._ends:
                os.set_blocking(end, False)
            self._identities = {end: _identity(end) for end in self._ends}
        return self

    def __exit__(self, *exc: object) -> None:
        for end in self._ends or ():
            with suppress(OSError):  # the test may have closed whatever it found open
                if self._own(end):
                    os.close(end)

    def tell(self, message: Any) -> None:
        """Send something of plain JSON types; from a child."""
        line = json.dumps(message).encode() + b"\n"
        if self._ends is None or len(line) > LONGEST:
            return
        with suppress(OSError):  # full, or nobody reads any more
            if self._own(self._ends[1]):
                os.write(self._ends[1], line)

    def told(self) -> Iterator[Any]:
        """What children have sent so far."""
        received = b""
        with suppress(OSError):  # nothing more by now
            while self._ends is not None and self._own(self._ends[0]) and (some := os.read(self._ends[0], 1 << 16)):
                received += some
        for line in received.splitlines():
            yield json.loads(line)

    def _own(self, end: int) -> bool:
        """Whether the number is still the pipe's: who closes all that he finds open may open files of his own there."""
        return _identity(end) == self._identities[end]


def _identity(end: int) -> tuple[int, int]:
    found = os.fstat(end)
    return found.st_dev, found.st_ino
