"""The store on this machine: books beside the test modules, or in a folder of their own that mirrors them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError
from pytest_repro.store import book, file, lock, place
from pytest_repro.store.change import Refused, Written
from pytest_repro.store.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_repro.store.book import Book, Merged
    from pytest_repro.store.change import Change

LIMIT = 64 << 20
"""Bytes that one file of a store may have unless somebody says otherwise."""


class LocalStore:
    """Reads and writes envelopes.

    Args:
        limit_bytes: Bytes that one file may have: a book, or one array.
        folder: Where the store is, if not beside the test modules; need not be there.
        root: The folder whose modules it mirrors; needed with ``folder``.
    """

    def __init__(self, limit_bytes: int = LIMIT, *, folder: Path | None = None, root: Path | None = None) -> None:
        self.limit_bytes = limit_bytes
        self._folder = folder
        self._root = root or Path()

    def home(self, module: Path) -> Path:
        """The folder of a module's envelopes, there or not.

        Raises:
            ReproError: ``B605``, the module is outside of what the store mirrors.
        """
        beside = Path(os.path.abspath(module)).parent  # noqa: PTH100  # resolve() would follow links, which may be the user's own
        if self._folder is None:
            return beside / place.FOLDER
        root = Path(os.path.abspath(self._root))  # noqa: PTH100  # as above
        if not beside.is_relative_to(root):
            sentence = "the module is outside of the project whose envelopes are kept there"
            raise ReproError("B605", sentence, place=module.name, mend="record without --repro-store")
        return self._folder / beside.relative_to(root) / place.FOLDER

    def book(self, module: Path, profile: str) -> Book:
        """The recorded tests of a module under a profile; an empty book where nothing is recorded.

        Raises:
            ReproError: ``U102``, no name of a profile; ``B602``, malformed; ``B604``, of a newer major format;
                ``B605``, links, devices and paths outside of the store; ``B606``, larger than the limit.
        """
        home = self._safe(module)
        path = home / f"{place.stem(module)}.{place.checked(profile)}{place.SUFFIX}"
        return book.read(path, module.name, profile, Shelf(home / place.ARRAYS, self.limit_bytes), self.limit_bytes)

    def profiles(self, module: Path) -> tuple[str, ...]:
        """The profiles under which a module was recorded, sorted.

        Raises:
            ReproError: ``B605``.
        """
        names = (place.named(name) for name in file.names(self._safe(module)))
        return tuple(sorted(name[1] for name in names if name is not None and name[0] == place.stem(module)))

    def write(self, changes: Iterable[Change]) -> Written:
        """Merges changes into the store, a folder at a time under its lock: arrays first, then each book as a whole.

        Whatever a change does not name stays as it is. Never raises: what cannot be written is told, and the rest is
        written.
        """
        folders: dict[Path, dict[tuple[str, str], list[Change]]] = {}
        refused: list[Refused] = []
        for change in changes:
            try:
                home = self._safe(change.module)
                place.checked(change.profile)
            except ReproError as error:
                refused.append(Refused(change=change, error=error))
                continue
            books = folders.setdefault(home, {})
            books.setdefault((change.module.name, change.profile), []).append(change)
        found = [Written(refused=tuple(refused))]
        for home, books in folders.items():
            found += self._fill(home, books)
        return Written(
            written=tuple(change for part in found for change in part.written),
            kept=tuple(change for part in found for change in part.kept),
            refused=tuple(change for part in found for change in part.refused),
            files=tuple(path for part in found for path in part.files),
        )

    def _fill(self, home: Path, books: dict[tuple[str, str], list[Change]]) -> list[Written]:
        """Writes the books of one folder."""
        found: list[Written] = []
        waiting = dict(books)
        try:
            home.parent.mkdir(parents=True, exist_ok=True)  # it carries the lock
            with lock.held(home):
                clean(home)
                for key, changes in books.items():
                    found.append(self._merge(changes))
                    del waiting[key]
        except ReproError as error:
            left = [change for changes in waiting.values() for change in changes]
            found.append(Written(refused=tuple(Refused(change=change, error=error) for change in left)))
        except OSError as error:
            left = [change for changes in waiting.values() for change in changes]
            said = _unwritten(error, home)
            found.append(Written(refused=tuple(Refused(change=change, error=said) for change in left)))
        return found

    def _merge(self, changes: list[Change]) -> Written:
        """Merges the changes of one book; its lock is held."""
        first = changes[0]
        try:
            now = book.merged(self.book(first.module, first.profile), changes)
            files = self._put(now)
        except ReproError as error:
            return Written(refused=tuple(Refused(change=change, error=error) for change in changes))
        except OSError as error:
            said = _unwritten(error, self.home(first.module))
            return Written(refused=tuple(Refused(change=change, error=said) for change in changes))
        refused = tuple(Refused(change=change, error=error) for change, error in now.refused)
        return Written(written=now.written, kept=now.kept, refused=refused, files=files)

    def _put(self, now: Merged) -> tuple[Path, ...]:
        text = now.book.text().encode("utf-8") if now.written else b""
        if len(text) > self.limit_bytes:
            raise file.costly(now.book.path, len(text), self.limit_bytes)
        if now.arrays or text:
            now.book.path.parent.mkdir(parents=True, exist_ok=True)
        now.book.shelf.write(now.arrays)
        if not text:
            return ()
        file.replace(now.book.path, (text,))
        return (now.book.path,)

    def _safe(self, module: Path) -> Path:
        """The folder of a module's envelopes; every folder of the store on the way to it is a plain one."""
        home = self.home(module)
        below = home.relative_to(self._folder).parts if self._folder is not None else (place.FOLDER,)
        folder = self._folder if self._folder is not None else home.parent
        for part in below:
            folder = folder / part
            if not file.folder_is_there(folder):
                break
        return home


def clean(home: Path) -> None:
    """Removes what killed processes left half written; its lock is held."""
    for folder in (home, home / place.ARRAYS):
        for path in file.left_behind(folder):
            path.unlink()


def _unwritten(error: OSError, home: Path) -> ReproError:
    mend = "make room or make the folder writable, or record elsewhere with --repro-store=DIR"
    return ReproError("B607", f"cannot be written: {error.strerror or error}", place=home.name, mend=mend)
