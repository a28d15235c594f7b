"""An array that stands in a file of its own: compared with its bytes there, loaded and proven only where it differs."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from pytest_repro.store import file, npy
from pytest_repro.values import entry
from pytest_repro.values.array import Array
from pytest_repro.values.difference import Difference

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pytest_repro.errors import ReproError
    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.tolerance import Tolerance

BLOCK = 1 << 20
"""Bytes read and compared at once: they stay in a core's own cache, and no second copy of the array is made."""


class Shelved:
    """An array in a file; stands wherever an :class:`Array` does.

    Bytes that equal the file's need no digest: they are what was recorded, or the file was changed to what the test
    computes, which ``pytest-repro check`` finds. Where they differ the digest decides whether it is the test or the
    file that changed, before anything is said about the test.

    Attributes:
        label: What it was: ``array``, ``list[float]``.
        dtype: Of the elements, as the header says.
        shape: Their shape, as the header says.
        path: The file.
        npy: SHA-256 of the file.
    """

    __slots__ = ("_kept", "dtype", "label", "npy", "path", "shape")

    def __init__(self, label: str, dtype: np.dtype[Any], shape: tuple[int, ...], path: Path, npy: str) -> None:
        self.label = label
        self.dtype = dtype
        self.shape = shape
        self.path = path
        self.npy = npy
        self._kept: Array | None = None

    @property
    def kind(self) -> str:
        """``array``."""
        return "array"

    @property
    def values(self) -> NDArray[Any]:
        """The elements, read-only.

        Raises:
            ReproError: ``B602``, the file is not what was recorded.
        """
        return cast("NDArray[Any]", self.array().values)

    @property
    def digest(self) -> str:
        """Empty: the values are kept."""
        return ""

    def __eq__(self, other: object) -> bool:
        """The same label, dtype, shape and bytes."""
        if isinstance(other, Shelved):
            return (self.label, self.npy) == (other.label, other.npy)
        return isinstance(other, Array) and self.array() == other

    def __hash__(self) -> int:
        """As of the array."""
        return hash((self.label, self.dtype.str, self.shape))

    def hash(self) -> str:
        """SHA-256 of the values."""
        return self.array().hash()

    def show(self, width: int = 24) -> str:
        """The first numbers, shape and dtype."""
        return self.array().show(width)

    def to_dict(self) -> dict[str, object]:
        """As of the array: with all its bytes."""
        return self.array().to_dict()

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:
        """Label, shape and dtype exactly; bytes first, and numbers by the tolerance.

        Raises:
            ReproError: ``B602``, the file is not what was recorded.
        """
        if isinstance(other, Shelved):
            if self.label == other.label and self.npy == other.npy:
                return Difference(count=math.prod(self.shape), differing=0, beyond=0)
            return self.array().measure(other.array(), tolerance)
        then = cast("Array", other)
        alike = (self.label, self.dtype, self.shape) == (then.label, then.dtype, then.shape)
        if alike and self._kept is None and then.values is not None and self._holds(then.values):
            return Difference(count=math.prod(self.shape), differing=0, beyond=0)
        return self.array().measure(then, tolerance)

    def array(self) -> Array:
        """The array itself, loaded and proven once.

        Raises:
            ReproError: ``B602``, the file is not what was recorded.
        """
        if self._kept is None:
            stream, head = self._open()
            with stream:
                found = np.empty(math.prod(self.shape), self.dtype)
                digest = hashlib.sha256(head)
                into, at = npy.raw(found), 0
                while at < len(into):
                    number = _fill(stream, into[at : at + BLOCK])
                    digest.update(into[at : at + number])
                    at += number
            if digest.hexdigest() != self.npy:
                raise self._other()
            values = found.reshape(self.shape)
            values.setflags(write=False)
            self._kept = Array(self.label, values, self.dtype, self.shape)
        return self._kept

    def _holds(self, values: NDArray[Any]) -> bool:
        """Whether the file holds exactly these elements, read block by block."""
        flat = npy.raw(np.ascontiguousarray(values))
        stream, _ = self._open()
        with stream:
            block = bytearray(min(BLOCK, len(flat)))
            for at in range(0, len(flat), BLOCK):
                part = flat[at : at + BLOCK]
                if len(part) < len(block):
                    block = bytearray(len(part))
                _fill(stream, memoryview(block))
                if block != part:  # of a bytearray with anything: memcmp; memoryviews go item by item
                    return False
        return True

    def _open(self) -> tuple[BinaryIO, bytes]:
        """The file at its first element, and its header."""
        found = file.opened(self.path)
        if found is None:
            raise entry.malformed("an array's file is missing", file.shown(self.path))
        stream, size = found
        expected = npy.header(self.dtype, self.shape)
        # the size was checked when the leaf was made; asked again, since a file may have been cut since
        if size != npy.Head(self.dtype, self.shape, len(expected)).size or stream.read(len(expected)) != expected:
            stream.close()
            raise self._other()
        return stream, expected

    def _other(self) -> ReproError:
        return entry.malformed("an array's file is not what was recorded: its digest differs", file.shown(self.path))


def _fill(stream: BinaryIO, into: memoryview) -> int:
    """Reads until ``into`` is full; what a file that ends early lacks is told by its digest."""
    at = 0
    while at < len(into):
        number = stream.readinto(into[at:])  # type: ignore[attr-defined]  # a raw file has it
        if not number:
            raise entry.malformed("an array's file ends early")
        at += number
    return at
