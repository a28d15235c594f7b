"""Entropy served from a seed: for suites over libraries that draw their own and take no seed.

Each function of the user's has a stream of its own, and each library function called there another, so that a draw
added elsewhere shifts nothing and a thread's draws do not depend on who comes first; so has each forked child. Names of
temporary files stay new: two processes must not share them.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pytest_repro.observe import forked
from pytest_repro.observe.draw import Site, site_of
from pytest_repro.observe.entropy import DEPTH
from pytest_repro.observe.ownership import Ownership, module
from pytest_repro.observe.seams import seams

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_NEAR = 6
"""Frames in which ``tempfile`` is looked for, from the draw outward."""


class Pinned:
    """Serves every draw of entropy from the present seed; pinned, held and put back like any generator.

    Attributes:
        sites: How often each site was served in all.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._counts: Counter[tuple[str, str]] = Counter()
        self._ownership = Ownership()
        self._undo = ExitStack()
        self.sites: Counter[Site] = Counter()

    def start(self) -> None:
        """Serve from now on."""
        self._undo.enter_context(seams(self._draw))

    def stop(self) -> None:
        """Serve no longer."""
        self._undo.close()

    def hold(self) -> object:
        """The seed, how far each stream is, and how many processes were forked."""
        return self._seed, Counter(self._counts), forked.children()

    def pin(self, seed: int) -> None:
        """Begin every stream anew from a seed."""
        self._seed = seed
        self._counts.clear()
        forked.begin()

    def put_back(self, found: object) -> None:
        """Go on where ``hold`` was."""
        assert isinstance(found, tuple)  # noqa: S101  # for mypy
        self._seed, self._counts = found[0], Counter(found[1])
        forked.begin(found[2])

    def state(self) -> str | None:
        """A digest of how far each stream is; None where none was asked."""
        if not self._counts:
            return None
        told = repr((self._seed, sorted(self._counts.items())))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def _draw(self, source: str, size: int, real: Callable[[], bytes]) -> bytes:
        frame = sys._getframe(DEPTH)  # noqa: SLF001  # inspect takes 100 times as long
        site = None if _names_a_file(frame) else site_of(source, frame, self._ownership)
        if site is None:
            return real()
        self.sites[site] += 1
        stream = (site.function, site.through)
        self._counts[stream] += 1
        told = repr((self._seed, *stream, self._counts[stream], *forked.lineage()))
        return hashlib.shake_256(told.encode()).digest(size)


def _names_a_file(frame: FrameType | None) -> bool:
    for _ in range(_NEAR):
        if frame is None:
            return False
        if module(frame) == "tempfile":
            return True
        frame = frame.f_back
    return False
