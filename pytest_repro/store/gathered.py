"""Recorded tests of many files, read as they are asked for: what a comparison of a fleet holds at once is bounded."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_repro.store.book import Book
    from pytest_repro.store.recorded import Recorded
    from pytest_repro.store.sources import Page

ROOM = 8 << 20
"""Bytes of files whose tests are held at once; in memory they take some times as much."""


@dataclass(slots=True)
class _Held:
    """A file that is held: its size, and its tests as far as they were asked for."""

    size: int
    book: Book
    tests: dict[str, Recorded] = field(default_factory=dict)


class Room:
    """Files that are held, the least recently used of them let go where there are too many.

    Args:
        size: Bytes of files that are held at once; one file is held in any case.
        limit: Bytes that one file may have.
    """

    def __init__(self, size: int = ROOM, limit: int = 64 << 20) -> None:
        self._size = size
        self._limit = limit
        self._used = 0
        self._held: OrderedDict[Page, _Held] = OrderedDict()

    def book(self, page: Page) -> Book:
        """The file.

        Raises:
            ReproError: ``B602`` and its kin, it cannot be used.
        """
        return self._of(page).book

    def test(self, page: Page, name: str) -> Recorded | None:
        """One test of a file; None where it does not hold it.

        Raises:
            ReproError: As :meth:`book`, with the place inside the file.
        """
        held = self._of(page)
        if name not in held.tests:
            try:
                found = held.book.get(name)
            except ReproError as error:
                raise error.within(page.path.name) from None
            if found is None:
                return None
            held.tests[name] = found
        return held.tests[name]

    def _of(self, page: Page) -> _Held:
        held = self._held.get(page)
        if held is None:
            book = page.book(self._limit)
            held = _Held(page.path.stat().st_size, book)
            self._held[page] = held
            self._used += held.size
            while self._used > self._size and len(self._held) > 1:
                _, gone = self._held.popitem(last=False)
                self._used -= gone.size
        self._held.move_to_end(page)
        return held


class Gathered(Mapping[str, "Recorded"]):
    """Recorded tests by node id; each is read when it is asked for.

    Args:
        places: File, name in it, and id of the environment, by node id; those of one file stand together.
        room: Where files are held.
    """

    def __init__(self, places: Mapping[str, tuple[Page, str, str]], room: Room) -> None:
        self._places = places
        self._room = room

    @property
    def kept_as(self) -> Mapping[str, str]:
        """The id under which the environment of each test is kept, by node id."""
        return {nodeid: kept for nodeid, (_, _, kept) in self._places.items()}

    @classmethod
    def of(cls, pages: Iterable[Page], room: Room) -> Gathered:
        """All tests of some files, each of them read once.

        Raises:
            ReproError: A file, or a test in it, cannot be used: without it the rest would be told as whole.
        """
        places: dict[str, tuple[Page, str, str]] = {}
        for page in pages:
            book = room.book(page)
            module = page.module(book)
            for name in book.names:
                found = room.test(page, name)
                if found is not None:
                    places[f"{module}::{name}"] = (page, name, sys.intern(found.kept_as))
        return cls(places, room)

    def __getitem__(self, nodeid: str) -> Recorded:
        page, name, _ = self._places[nodeid]
        found = self._room.test(page, name)
        if found is None:  # somebody wrote the file meanwhile
            raise KeyError(nodeid)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, nodeid: object) -> bool:
        return nodeid in self._places

    def called(self, names: Mapping[str, str]) -> Gathered:
        """The tests that are named alone, each by its new name.

        Args:
            names: New names by node id.
        """
        return Gathered({names[nodeid]: place for nodeid, place in self._places.items() if nodeid in names}, self._room)
