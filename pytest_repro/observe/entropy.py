"""Entropy of the operating system: what a run draws, recorded by line and byte for byte, and served again to another.

A value that drifts and stays when the same bytes are served again came from entropy: that is a proof, not a guess.
"""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_repro.observe import forked
from pytest_repro.observe.draw import FORK, Site, by_fork, site_of, thrown_away
from pytest_repro.observe.ownership import Ownership
from pytest_repro.observe.seams import seams

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

MOST = 10_000
"""Draws kept of one site; who draws more often draws in a loop, and the first show as much as all."""

DEPTH = 3
"""Frames between what asks a seam and the caller of that: the seam, its guard, and the answer itself."""


class Entropy:
    """Records what one run draws and serves it to another; also draws of other threads, and of forked processes.

    Args:
        own: Files that are the user's though they are installed like a library's: the test module itself.
    """

    def __init__(self, own: Collection[str] = ()) -> None:
        self._ownership = Ownership(own)
        self._tape: dict[tuple[forked.Lineage, Site], list[bytes]] = {}
        self._threads: dict[Site, set[tuple[forked.Lineage, int]]] = {}

    @property
    def sites(self) -> dict[Site, int]:
        """How often each site drew so far, in the order of first draws."""
        found: dict[Site, int] = {}
        for (_, site), draws in self._tape.items():
            found[site] = found.get(site, 0) + len(draws)
        return found

    @property
    def raced(self) -> frozenset[Site]:
        """Sites that several threads drew at, or at a line of the user's several processes.

        Served again, they may take one another's bytes; what processes send each other has names drawn at random, too.
        """
        return frozenset(
            site
            for site, places in self._threads.items()
            if len(places) > (1 if site.through != site.function else len({line for line, _ in places}))
        )

    @contextmanager
    def recording(self, *, used: bool = False) -> Iterator[None]:
        """Every draw inside the block is kept, in any thread, and in any forked child that ends within it.

        Args:
            used: Without what ``RandomState(4)`` draws and throws away, and what ``random`` does in every forked child.
        """

        def record(source: str, _size: int, real: Callable[[], bytes]) -> bytes:
            drawn = real()
            frame = sys._getframe(DEPTH)  # noqa: SLF001  # inspect takes 100 times as long
            line, thread = forked.lineage(), threading.get_ident()
            source = FORK if line and by_fork(frame) else source
            if used and (source == FORK or thrown_away(frame)):
                return drawn
            site = site_of(source, frame, self._ownership)
            if site is not None:
                self._keep(line, thread, site, drawn)
                if line:
                    pipe.tell([line, thread, dataclasses.astuple(site), drawn.hex()])
            return drawn

        with forked.Pipe() as pipe, seams(record):
            forked.begin()
            try:
                yield
            finally:
                for line, thread, site, drawn in pipe.told():
                    self._keep(tuple(line), thread, Site(*site), bytes.fromhex(drawn))

    def _keep(self, line: forked.Lineage, thread: int, site: Site, drawn: bytes) -> None:
        if site.source != FORK:  # each child draws that once, whoever runs beside it
            self._threads.setdefault(site, set()).add((line, thread))
        kept = self._tape.setdefault((line, site), [])
        if len(kept) < MOST:
            kept.append(drawn)

    @contextmanager
    def serving(self, sites: Collection[Site]) -> Iterator[None]:
        """Given sites draw what was recorded, in order, and anew when that ends; all others draw anew."""
        tapes = {place: deque(draws) for place, draws in self._tape.items() if place[1] in sites}

        def serve(source: str, _size: int, real: Callable[[], bytes]) -> bytes:
            site = site_of(source, sys._getframe(DEPTH), self._ownership)  # noqa: SLF001  # likewise
            tape = tapes.get((forked.lineage(), site)) if site is not None else None
            return tape.popleft() if tape else real()

        with seams(serve):
            forked.begin()
            yield
