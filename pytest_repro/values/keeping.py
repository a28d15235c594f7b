"""What a run's freezing shares: the budget and what is used of it, the masks, the place for large arrays."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pytest_repro.values.budget import Budget
    from pytest_repro.values.masks import Masks

LONGEST = 1 << 16
"""Bytes above which no mask is looked for: what is longer is data more often than a text."""


class Home:
    """A folder for arrays that do not fit; a leaf that lives there holds on to it."""

    __slots__ = ("__weakref__", "count", "path")

    def __init__(self, path: Path | None) -> None:
        """A given folder stays; one of its own vanishes with the last leaf that lives there."""
        self.count = 0
        if path is None:
            path = Path(tempfile.mkdtemp(prefix="pytest-repro-"))
            weakref.finalize(self, shutil.rmtree, str(path), ignore_errors=True)
        path.mkdir(parents=True, exist_ok=True)
        self.path = path

    def put(self, values: NDArray[Any]) -> NDArray[Any]:
        """Writes an array and returns it as read-only memory map."""
        handle, file = tempfile.mkstemp(prefix="spilled-", suffix=".npy", dir=self.path)
        self.count += 1
        with open(handle, "wb") as stream:  # noqa: PTH123  # mkstemp gives a handle, not a path
            np.save(stream, values, allow_pickle=False)
        kept: NDArray[Any] = np.load(file, mmap_mode="r", allow_pickle=False)
        return kept


class Keeping:
    """The state of one run's freezing, handed to every kind.

    Attributes:
        budget: What may be kept.
        masks: What is replaced in texts.
        masked: Whether accidents are masked in the value being frozen now.
        leaves: Leaves kept so far.
        nbytes: Bytes kept in memory so far.
        cut: Leaves lost to the budget so far; a lower bound where a container was not opened.
    """

    __slots__ = ("_home", "_spill_to", "budget", "cut", "leaves", "masked", "masks", "nbytes")

    def __init__(self, budget: Budget, masks: Masks, spill_to: Path | None) -> None:
        """Nothing kept yet."""
        self.budget = budget
        self.masks = masks
        self.masked = True
        self.leaves = 0
        self.nbytes = 0
        self.cut = 0
        self._home: Home | None = None
        self._spill_to = spill_to

    def text(self, text: str) -> str:
        """A text as it is kept."""
        masks = self.masks
        # Most texts are shorter than anything that is ever masked: 0.1 us for a key instead of 0.5.
        return text if len(text) < masks.shortest else masks.text(text, masked=self.masked)

    def raw(self, data: bytes) -> bytes:
        """Bytes as they are kept: each as the character of its number, since a mask speaks of texts."""
        if not self.masks.shortest <= len(data) <= LONGEST:
            return data
        told = data.decode("latin-1")
        kept = self.text(told)
        return data if kept == told else kept.encode("latin-1", "replace")

    def room(self, wanted: int) -> int:
        """How many of ``wanted`` further leaves the budget allows; counts the rest as cut."""
        allowed = max(0, min(wanted, self.budget.leaves - self.leaves))
        self.cut += wanted - allowed
        return allowed

    def fits(self, nbytes: int, limit: int) -> bool:
        """Whether so many bytes stay in memory; books them if so."""
        if nbytes > limit or self.nbytes + nbytes > self.budget.nbytes:
            return False
        self.nbytes += nbytes
        return True

    def spill(self, values: NDArray[Any]) -> tuple[NDArray[Any], Home]:
        """Moves an array to a temporary file: its memory map, and the home that must outlive it."""
        if self._home is None:
            self._home = Home(self._spill_to)
        return self._home.put(values), self._home
