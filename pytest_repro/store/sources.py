"""Sources of recorded tests: which files of envelopes stand below a folder, and which stores a folder holds."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError
from pytest_repro.store import book, file, integrity, place
from pytest_repro.store.integrity import Fault
from pytest_repro.store.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_repro.store.book import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One file of envelopes, not read yet.

    Attributes:
        path: The file.
        folder: The folder of its module as messages and node ids name it, ``tests/models``; empty at the root.
        stem: The module's name as the file's begins.
        profile: The profile that the file's name says.
    """

    path: Path
    folder: str
    stem: str
    profile: str

    def book(self, limit: int) -> Book:
        """What is recorded in it.

        Args:
            limit: Bytes that the file, or one array, may have.

        Raises:
            ReproError: ``B602``, ``B604``, ``B605``, ``B606``.
        """
        shelf = Shelf(self.path.parent / place.ARRAYS, limit)
        return book.read(self.path, "", self.profile, shelf, limit)

    def module(self, found: Book) -> str:
        """The path of the module as node ids begin."""
        return f"{self.folder}/{found.module}" if self.folder else found.module


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The files of envelopes below a folder.

    Attributes:
        pages: By folder, module and profile.
        faults: Folders that cannot be looked into.
    """

    pages: tuple[Page, ...]
    faults: tuple[Fault, ...]


def below(root: Path) -> Found:
    """Every file of envelopes below a folder, or in a folder of envelopes itself; links are told and not followed."""
    pages: list[Page] = []
    faults: list[Fault] = []
    for home in _homes(root):
        top = root.parent if home == root else root
        folder = home.parent.relative_to(top).as_posix()
        try:
            names = file.names(home)
        except ReproError as error:
            faults.append(Fault(path=home, error=error))
            continue
        said = ((name, place.named(name)) for name in names)
        pages += [
            Page(path=home / name, folder="" if folder == "." else folder, stem=parts[0], profile=parts[1])
            for name, parts in said
            if parts is not None
        ]
    return Found(pages=tuple(pages), faults=tuple(faults))


def alone(path: Path, root: Path) -> Page | None:
    """One file of envelopes; None where its name is not one of a module and a profile.

    Args:
        path: The file.
        root: The folder from which modules are named; one outside of it is named by its file alone.
    """
    said = place.named(path.name)
    if said is None:
        return None
    home = _plain(path).parent
    within = home.name == place.FOLDER and home.parent.is_relative_to(_plain(root))
    folder = home.parent.relative_to(_plain(root)).as_posix() if within else "."
    return Page(path=path, folder="" if folder == "." else folder, stem=said[0], profile=said[1])


def shares(root: Path) -> tuple[tuple[str, Path], ...]:
    """The stores that a folder holds: itself, or one a child where children hold the same modules.

    The latter is what downloading the artefacts of all jobs of a CI run leaves.

    Returns:
        Names and folders; the name is empty for the folder itself.
    """
    homes = list(_homes(root))
    if len(homes) < 2:  # noqa: PLR2004  # one store is no matrix of jobs
        return (("", root),)
    top = root / os.path.relpath(os.path.commonpath([home.parent for home in homes]), root)
    if any(home.parent == top for home in homes):
        return (("", root),)
    held: dict[str, set[tuple[str, str]]] = {}
    for home in homes:
        job = home.relative_to(top).parts[0]
        place_in = home.relative_to(top / job).as_posix()
        held.setdefault(job, set()).update((place_in, stem) for stem in _stems(home))
    for job, modules in held.items():
        others = set().union(*(other for name, other in held.items() if name != job))
        if not modules & others:
            return (("", root),)
    return tuple((job, top / job) for job in sorted(held))


def _homes(root: Path) -> tuple[Path, ...]:
    return (root,) if root.name == place.FOLDER else tuple(integrity.homes(root))


def _stems(home: Path) -> set[str]:
    try:
        said = [place.named(name) for name in file.names(home)]
    except ReproError:
        return set()  # told by below()
    return {parts[0] for parts in said if parts is not None}


def _plain(path: Path) -> Path:
    return path.__class__(os.path.abspath(path))  # noqa: PTH100  # resolve() would follow links, which may be the user's own
