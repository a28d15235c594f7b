"""Entropy of the operating system: what a run draws, recorded by line and byte for byte, and served again to another.

A value that drifts and stays when the same bytes are served again came from entropy: that is a proof, not a guess.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_repro.observe.draw import Site, site_of, thrown_away
from pytest_repro.observe.ownership import Ownership
from pytest_repro.observe.seams import seams

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

MOST = 10_000
"""Draws kept of one site; who draws more often draws in a loop, and the first show as much as all."""

DEPTH = 3
"""Frames between what asks a seam and the caller of that: the seam, its guard, and the answer itself."""


class Entropy:
    """Records what one run draws and serves it to another; also draws of other threads.

    Args:
        own: Files that are the user's though they are installed like a library's: the test module itself.
    """

    def __init__(self, own: Collection[str] = ()) -> None:
        self._ownership = Ownership(own)
        self._tape: dict[Site, list[bytes]] = {}
        self._threads: dict[Site, set[int]] = {}

    @property
    def sites(self) -> dict[Site, int]:
        """How often each site drew so far, in the order of first draws."""
        return {site: len(draws) for site, draws in self._tape.items()}

    @property
    def raced(self) -> frozenset[Site]:
        """Sites that several threads drew at: served again, they may take one another's bytes."""
        return frozenset(site for site, threads in self._threads.items() if len(threads) > 1)

    @contextmanager
    def recording(self, *, used: bool = False) -> Iterator[None]:
        """Every draw inside the block is kept, in any thread.

        Args:
            used: Without what ``RandomState(4)`` draws and throws away.
        """

        def record(source: str, _size: int, real: Callable[[], bytes]) -> bytes:
            drawn = real()
            frame = sys._getframe(DEPTH)  # noqa: SLF001  # inspect takes 100 times as long
            if used and thrown_away(frame):
                return drawn
            site = site_of(source, frame, self._ownership)
            if site is not None:
                self._threads.setdefault(site, set()).add(threading.get_ident())
                kept = self._tape.setdefault(site, [])
                if len(kept) < MOST:
                    kept.append(drawn)
            return drawn

        with seams(record):
            yield

    @contextmanager
    def serving(self, sites: Collection[Site]) -> Iterator[None]:
        """Given sites draw what was recorded, in order, and anew when that ends; all others draw anew."""
        tapes = {site: deque(self._tape[site]) for site in sites if site in self._tape}

        def serve(source: str, _size: int, real: Callable[[], bytes]) -> bytes:
            site = site_of(source, sys._getframe(DEPTH), self._ownership)  # noqa: SLF001  # likewise
            tape = tapes.get(site) if site is not None else None
            return tape.popleft() if tape else real()

        with seams(serve):
            yield
