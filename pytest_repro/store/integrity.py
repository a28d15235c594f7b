"""The integrity of stores: what is malformed, what nothing names any more, and what may be pruned."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError
from pytest_repro.store import book, file, lock, place
from pytest_repro.store.shelf import NAME, Shelf
from pytest_repro.values import entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pytest_repro.store.book import Book

ALIKE = 0.7
"""Likeness of two names (difflib's ratio, 0 to 1) from which one may be the other's new name."""

LOOKED_AT = 500
"""New names that are looked at for a hint, and hints that are looked for: their product is what it costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that cannot be used as it is.

    Attributes:
        path: The file.
        error: What is wrong, where in it, and what mends it.
    """

    path: Path
    error: ReproError


@dataclass(frozen=True, slots=True, kw_only=True)
class Obsolete:
    """A recorded test that is not collected any more.

    Attributes:
        path: The file that holds it.
        module: The module's path.
        profile: Under which profile.
        name: The test.
        hint: A test that is collected, not recorded, and called alike; empty where there is none.
    """

    path: Path
    module: Path
    profile: str
    name: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What one folder of envelopes holds.

    Attributes:
        home: The folder.
        books: Its readable books.
        faults: What cannot be used.
        obsolete: Recorded tests that are not collected any more.
        arrays: Files of arrays by digest.
        left: What killed processes left half written.
        complete: Whether every book could be read; else nobody knows which arrays are still named.
    """

    home: Path
    books: tuple[Book, ...]
    faults: tuple[Fault, ...] = ()
    obsolete: tuple[Obsolete, ...] = ()
    arrays: Mapping[str, Path]
    left: tuple[Path, ...] = ()
    complete: bool = True

    def orphans(self, without: Collection[tuple[Path, str]] = ()) -> tuple[Path, ...]:
        """Arrays that no test names.

        Args:
            without: Tests, by file and name, that count as gone.
        """
        if not self.complete:
            return ()
        named: set[str] = set()
        for found in self.books:
            for name, test in found.tests.items():
                if (found.path, name) not in without:
                    named |= book.references(test)
        return tuple(path for digest, path in sorted(self.arrays.items()) if digest not in named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What examining a tree showed.

    Attributes:
        folders: Every folder of envelopes.
    """

    folders: tuple[Folder, ...]

    @property
    def tests(self) -> int:
        """Recorded tests."""
        return sum(len(found) for folder in self.folders for found in folder.books)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What cannot be used."""
        return tuple(fault for folder in self.folders for fault in folder.faults)

    @property
    def obsolete(self) -> tuple[Obsolete, ...]:
        """Recorded tests that are not collected any more."""
        return tuple(test for folder in self.folders for test in folder.obsolete)

    @property
    def orphans(self) -> tuple[Path, ...]:
        """Arrays that no test names, and what killed processes left."""
        return tuple(path for folder in self.folders for path in (*folder.orphans(), *folder.left))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What pruning takes away.

    Attributes:
        tests: Recorded tests.
        files: Files: arrays, books that are empty then, leftovers.
        refused: What could not be taken away.
        deleted: Whether it was done, or is only told.
    """

    tests: tuple[Obsolete, ...]
    files: tuple[Path, ...]
    refused: tuple[Fault, ...] = ()
    deleted: bool = False


def homes(root: Path) -> Iterator[Path]:
    """Every folder of envelopes below a folder; hidden folders and virtual environments are not entered."""
    for folder, names, files in os.walk(root):
        if "pyvenv.cfg" in files:
            names.clear()
            continue
        here = Path(folder)
        if place.FOLDER in names:
            yield here / place.FOLDER
        names[:] = sorted(name for name in names if not name.startswith(".") and name != place.FOLDER)


def examine(
    root: Path,
    *,
    collected: Mapping[Path, Collection[str]] | None = None,
    project: Path | None = None,
    limit_bytes: int = 64 << 20,
) -> Health:
    """Reads everything that is kept below a folder: every file, every test, the digest of every array.

    Args:
        root: The project, or the folder of a store of its own.
        collected: Names of all tests of a module, by the module's path; of modules that are not in it nothing is
            called obsolete, unless the module itself is gone. None: nothing at all is.
        project: The project that a store of its own mirrors; ``root`` itself where envelopes stand beside the modules.
        limit_bytes: Bytes that one file may have.
    """
    known = None if collected is None else {_plain(path): frozenset(names) for path, names in collected.items()}
    folders = []
    for home in homes(root):
        modules = (project or root) / home.parent.relative_to(root)
        folders.append(_folder(home, _plain(modules), known, limit_bytes, digests=True))
    return Health(folders=tuple(folders))


def _plain(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  # resolve() would follow links, which may be the user's own


def _folder(
    home: Path, modules: Path, known: Mapping[Path, frozenset[str]] | None, limit: int, *, digests: bool
) -> Folder:
    try:
        pages = [(home / name, said) for name in file.names(home) if (said := place.named(name)) is not None]
        stems = [name.removesuffix(".npy") for name in file.names(home / place.ARRAYS) if name.endswith(".npy")]
        left = file.left_behind(home) + file.left_behind(home / place.ARRAYS)
    except ReproError as error:
        return Folder(home=home, books=(), faults=(Fault(path=home, error=error),), arrays={}, complete=False)
    books: list[Book] = []
    faults: list[Fault] = []
    obsolete: list[Obsolete] = []
    shelf = Shelf(home / place.ARRAYS, limit)
    for path, name in pages:
        try:
            found = book.read(path, "", name[1], shelf, limit)
        except ReproError as error:
            faults.append(Fault(path=path, error=error))
            continue
        books.append(found)
        faults += _faults(found, name[0])
        if known is not None:
            obsolete += _obsolete(found, modules / found.module, known)
    arrays = {stem: shelf.path(stem) for stem in stems if NAME.fullmatch(stem)}
    if digests:
        faults += [fault for digest, path in arrays.items() for fault in _changed(shelf, digest, path)]
    return Folder(
        home=home,
        books=tuple(books),
        faults=tuple(faults),
        obsolete=tuple(obsolete),
        arrays=arrays,
        left=left,
        complete=len(books) == len(pages),
    )


def _faults(found: Book, begin: str) -> Iterator[Fault]:
    """What of a book's tests cannot be read."""
    if place.stem(Path(found.module)) != begin:
        sentence = f"{found.module!r:.80} is recorded there, which this file's name does not say"
        yield Fault(path=found.path, error=entry.malformed(sentence, "module"))
    for name in found.names:
        try:
            found.get(name)
        except ReproError as error:
            yield Fault(path=found.path, error=error)


def _changed(shelf: Shelf, digest: str, path: Path) -> Iterator[Fault]:
    """Whether an array's file still is what its name says."""
    try:
        shelf.check(digest)
    except ReproError as error:
        yield Fault(path=path, error=error)


def _obsolete(found: Book, module: Path, known: Mapping[Path, frozenset[str]]) -> Iterator[Obsolete]:
    collected = known.get(module)
    if collected is None:
        if module.exists():
            return
        collected = frozenset()
    new = sorted(collected - set(found.names))[:LOOKED_AT]
    gone = [name for name in found.names if name not in collected]
    for at, name in enumerate(gone):
        near = difflib.get_close_matches(name, new, 1, ALIKE) if at < LOOKED_AT else []
        hint = near[0] if near else ""
        yield Obsolete(path=found.path, module=module, profile=found.profile, name=name, hint=hint)


def prune(
    root: Path,
    *,
    collected: Mapping[Path, Collection[str]] | None = None,
    project: Path | None = None,
    limit_bytes: int = 64 << 20,
    delete: bool = False,
) -> Pruned:
    """Tests that are obsolete, arrays that nothing names then, and leftovers; deletes them only when told.

    What cannot be read stays, and so do all arrays beside it.

    Args:
        root: As for :func:`examine`.
        collected: As for :func:`examine`.
        project: As for :func:`examine`.
        limit_bytes: As for :func:`examine`.
        delete: Whether to take it away.
    """
    known = None if collected is None else {_plain(path): frozenset(names) for path, names in collected.items()}
    tests: list[Obsolete] = []
    files: list[Path] = []
    refused: list[Fault] = []
    for home in list(homes(root)):
        modules = _plain((project or root) / home.parent.relative_to(root))
        try:
            if delete:
                with lock.held(home):
                    found = _folder(home, modules, known, limit_bytes, digests=False)
                    gone = _doomed(found)
                    _delete(found, gone)
            else:
                found = _folder(home, modules, known, limit_bytes, digests=False)
                gone = _doomed(found)
        except ReproError as error:
            refused.append(Fault(path=home, error=error))
            continue
        except OSError as error:
            said = ReproError("B607", f"cannot be deleted: {error.strerror}", place=home.name, mend="check its mode")
            refused.append(Fault(path=home, error=said))
            continue
        tests += found.obsolete
        files += gone
    return Pruned(tests=tuple(tests), files=tuple(files), refused=tuple(refused), deleted=delete)


def _doomed(found: Folder) -> tuple[Path, ...]:
    """The files that go: books of nothing but obsolete tests, arrays that nothing names then, leftovers."""
    gone = {(test.path, test.name) for test in found.obsolete}
    emptied = [
        held.path for held in found.books if held.tests and all((held.path, name) in gone for name in held.tests)
    ]
    return (*emptied, *found.orphans(gone), *found.left)


def _delete(found: Folder, files: tuple[Path, ...]) -> None:
    gone = {(test.path, test.name) for test in found.obsolete}
    for held in found.books:
        left = {name: test for name, test in held.tests.items() if (held.path, name) not in gone}
        if held.path not in files and len(left) < len(held.tests):
            # books first: an array that nothing names is a smaller evil than a test without its array
            file.replace(held.path, (book.with_tests(held, left, held.environments).text().encode("utf-8"),))
    for path in files:
        path.unlink(missing_ok=True)
