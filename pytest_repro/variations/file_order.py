"""Another order of directory entries: that of a listing is the file system's, and no two of these agree.

Names are ordered by a keyed digest, so that the order is the same each time and that of no file system.
"""

from __future__ import annotations

import glob
import hashlib
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pytest_repro.variations.numbers import whole
from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Entries:
    """What ``os.scandir`` gives, in another order: an iterator that can be closed, alone or by ``with``."""

    def __init__(self, entries: list[os.DirEntry[Any]]) -> None:
        self._rest = iter(entries)

    def __iter__(self) -> _Entries:
        return self

    def __next__(self) -> os.DirEntry[Any]:
        return next(self._rest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing more comes."""
        self._rest = iter(())


@contextmanager
def _inside(value: str) -> Iterator[None]:
    if not value:
        yield
        return
    listdir, scandir = os.listdir, os.scandir
    key = value.encode("ascii")

    def place(name: str | bytes) -> bytes:
        return hashlib.blake2b(os.fsencode(name), key=key, digest_size=8).digest()

    def listed(*path: Any, **named: Any) -> list[Any]:
        return sorted(listdir(*path, **named), key=place)

    def scanned(*path: Any, **named: Any) -> _Entries:
        with scandir(*path, **named) as entries:
            return _Entries(sorted(entries, key=lambda entry: place(entry.name)))

    os.listdir, os.scandir = listed, scanned  # type: ignore[assignment]  # the same calls, without overloads
    held: Any = getattr(glob, "_StringGlobber", None)  # Python 3.13 keeps the function by which pathlib globs
    if held is not None:
        held.scandir = staticmethod(scanned)
    try:
        yield
    finally:
        os.listdir, os.scandir = listdir, scandir
        if held is not None:
            held.scandir = staticmethod(scandir)


def _read(_value: str) -> str:
    """The order of a folder that is the same for all: the standard library's."""
    names = os.listdir(Path(os.__file__).parent / "json")  # noqa: PTH208  # it is what is varied
    return hashlib.blake2b("/".join(names).encode(), digest_size=4).hexdigest()


FILE_ORDER = Variation(
    name="file_order",
    kind="behaviour",
    changes="directory listings come in another order",
    stands_for="another file system, or a fresh checkout",
    proof="order of a folder of the standard library",
    mend="sort listings: sorted(os.listdir(...)), sorted(path.glob(...))",
    usual=lambda: ("1",),
    check=lambda value: whole(value, 1, 2**32 - 1, "an order"),
    inside=_inside,
    read=_read,
)
