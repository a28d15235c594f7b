"""The shelf: the large arrays of one folder of envelopes, each under the digest of its file."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_repro.errors import ReproError
from pytest_repro.store import file, npy
from pytest_repro.store.shelved import Shelved
from pytest_repro.values import entry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from numpy.typing import NDArray

    from pytest_repro.values.array import Array

NAME = re.compile(r"[0-9a-f]{64}")
_BLOCK = 1 << 20
NUMBERS = "biuf"
"""Dtypes of which least, greatest and mean have a meaning."""


class Shelf:
    """Reads arrays at once and writes them when told.

    Args:
        folder: The folder of the arrays; need not be there.
        limit: Bytes that one array may have.
        summarised: Whether entries carry least, greatest and mean for a reviewer.
    """

    __slots__ = ("_summarised", "_waiting", "folder", "limit")

    def __init__(self, folder: Path, limit: int, *, summarised: bool = True) -> None:
        self.folder = folder
        self.limit = limit
        self._summarised = summarised
        self._waiting: dict[str, NDArray[Any]] = {}

    @property
    def waiting(self) -> Mapping[str, NDArray[Any]]:
        """Arrays that were put and not written yet, by digest."""
        return self._waiting

    def path(self, digest: str) -> Path:
        """The file of an array."""
        return self.folder / f"{digest}.npy"

    def put(self, leaf: Array | Shelved) -> dict[str, object]:
        """The entry of an array, whose file is written by :meth:`write`.

        Raises:
            ReproError: ``B606``, it is larger than the limit.
        """
        if isinstance(leaf, Shelved) and leaf.path.parent == self.folder:
            return written(leaf.label, leaf.npy, leaf.values)
        values = np.ascontiguousarray(leaf.values).reshape(leaf.shape)
        digest = npy.digest(values)
        if values.nbytes > self.limit:
            raise file.costly(self.path(digest), values.nbytes, self.limit)
        self._waiting[digest] = values
        return written(leaf.label, digest, values, summarised=self._summarised)

    def get(self, data: Mapping[str, object]) -> Shelved:
        """The leaf that an entry describes; its header is checked before anything is allocated.

        Raises:
            ReproError: ``B602``, no such file, or another than the entry says; ``B605``, ``B606``.
        """
        label, digest = entry.field(data, "label", str), entry.field(data, "npy", str)
        if not NAME.fullmatch(digest):
            raise entry.malformed(f"unexpected text {digest!r:.40} (expected 64 hexadecimal digits)", "npy")
        try:
            head = self.head(digest)
        except ReproError as error:
            raise error if error.place else error.within("npy") from None
        for name, said, found in (
            ("dtype", entry.field(data, "dtype", str), head.dtype.str),
            ("shape", entry.lengths(data, "shape"), head.shape),
        ):
            if said != found:
                raise entry.malformed(f"{said} is not what the array's file says ({found})", name)
        return Shelved(label, head.dtype, head.shape, self.path(digest), digest)

    def head(self, digest: str) -> npy.Head:
        """The header of an array's file, held against the file's size.

        Raises:
            ReproError: ``B602``, ``B605``, ``B606``.
        """
        path = self.path(digest)
        found = file.opened(path) if file.folder_is_there(self.folder) else None
        if found is None:
            raise entry.malformed("an array's file is missing", file.shown(path))
        stream, size = found
        with stream:
            if size > self.limit + npy.LONGEST:
                raise file.costly(path, size, self.limit)
            begin = stream.read(npy.LONGEST)
        try:
            head = npy.parsed(begin)
        except ReproError as error:
            raise error.within(file.shown(path)) from None
        if head.size != size:
            raise entry.malformed(f"unexpected length {size} (expected {head.size} bytes)", file.shown(path))
        return head

    def check(self, digest: str) -> None:
        """Reads all of an array's file and holds it against its name.

        Raises:
            ReproError: As :meth:`head`; ``B602``, the file is not what was recorded.
        """
        self.head(digest)
        path = self.path(digest)
        opened = file.opened(path)
        if opened is None:
            raise entry.malformed("an array's file is missing", file.shown(path))
        found = hashlib.sha256()
        with opened[0] as stream:
            while block := stream.read(_BLOCK):
                found.update(block)
        if found.hexdigest() != digest:
            raise entry.malformed("an array's file is not what was recorded: its digest differs", file.shown(path))

    def write(self, digests: AbstractSet[str]) -> None:
        """Puts the waiting arrays of these digests into their files; what is there and whole stays.

        Raises:
            OSError: As :func:`file.replace`.
            ReproError: ``B605``.
        """
        wanted = {digest: values for digest, values in self._waiting.items() if digest in digests}
        if wanted and not file.folder_is_there(self.folder):
            self.folder.mkdir(exist_ok=True)
        for digest, values in wanted.items():
            try:
                self.check(digest)
            except ReproError as error:
                if error.code != entry.CODE:
                    raise
                file.replace(self.path(digest), (npy.header(values.dtype, values.shape), npy.raw(values)))


def written(label: str, digest: str, values: NDArray[Any], *, summarised: bool = True) -> dict[str, object]:
    """The entry of an array; its summary is for the eyes of a reviewer alone."""
    found: dict[str, object] = {
        "kind": "array",
        "label": label,
        "dtype": values.dtype.str,
        "shape": list(values.shape),
        "npy": digest,
    }
    if values.dtype.kind not in NUMBERS or not summarised:
        return found
    flat = values.reshape(-1)
    finite = flat
    if values.dtype.kind == "f":
        kept = np.isfinite(flat)
        found["nonfinite"] = int(flat.size - np.count_nonzero(kept))
        finite = flat if kept.all() else flat[kept]
    else:
        found["nonfinite"] = 0
    if finite.size:
        # six digits: a mean's last bits depend on the kernel that summed, and these are to be the same everywhere
        with np.errstate(all="ignore"):
            told = {"min": finite.min(), "max": finite.max(), "mean": finite.mean(dtype=np.float64)}
        found |= {name: float(f"{float(number):.6g}") for name, number in told.items() if np.isfinite(float(number))}
    return found
