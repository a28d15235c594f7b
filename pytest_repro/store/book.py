"""A book: the recorded tests of one module under one profile, parsed once, decoded test by test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError
from pytest_repro.store import file, layout, recorded
from pytest_repro.values import entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pytest_repro.store.change import Change
    from pytest_repro.store.recorded import Recorded
    from pytest_repro.store.shelf import Shelf

FORMAT = "1.0"
"""Major and minor version of a file: any minor is read, and what it holds beyond ours is kept; a newer major is not."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Book:
    """The recorded tests of a module under a profile.

    Attributes:
        path: The file, which need not be there.
        module: The module's file name.
        profile: The profile.
        tests: Plain JSON values by name of test, as they were parsed.
        environments: Snapshots by id, as they were parsed.
        rest: Whatever else the file holds: of a newer minor format.
        shelf: The arrays beside it.
        format: The file's format.
    """

    path: Path
    module: str
    profile: str
    tests: Mapping[str, object]
    environments: Mapping[str, object]
    rest: Mapping[str, object]
    shelf: Shelf
    format: str = FORMAT

    def __contains__(self, name: object) -> bool:
        return name in self.tests

    def __len__(self) -> int:
        return len(self.tests)

    @property
    def names(self) -> tuple[str, ...]:
        """The tests, sorted."""
        return tuple(sorted(self.tests))

    def get(self, name: str) -> Recorded | None:
        """A recorded test; None where it was not recorded.

        Raises:
            ReproError: ``B602``, ``B605``, ``B606``, with the place inside the file.
        """
        if name not in self.tests:
            return None
        try:
            return recorded.read(self.tests[name], self.environments, self.shelf)
        except ReproError as error:
            raise error.within(entry.item(layout.TESTS, name)) from None

    def text(self) -> str:
        """The text of the file."""
        head: dict[str, object] = {"format": self.format, "module": self.module, "profile": self.profile}
        return layout.text(
            {**self.rest, **head, layout.ENVIRONMENTS: dict(self.environments), layout.TESTS: dict(self.tests)}
        )


def empty(path: Path, module: str, profile: str, shelf: Shelf) -> Book:
    """A book without tests."""
    return Book(path=path, module=module, profile=profile, tests={}, environments={}, rest={}, shelf=shelf)


def read(path: Path, module: str, profile: str, shelf: Shelf, limit: int) -> Book:
    """The book in a file; an empty one where there is none.

    Args:
        path: The file.
        module: The file name of the module that it must be of; empty where any will do.
        profile: The profile that it must be of.
        shelf: The arrays beside it.
        limit: Bytes that the file may have.

    Raises:
        ReproError: ``B602``, malformed; ``B604``, newer major format; ``B605``, no plain file; ``B606``, too large.
    """
    data = file.read(path, limit)
    if data is None:
        return empty(path, module, profile, shelf)
    raw = layout.parsed(data, file.shown(path))
    try:
        return _checked(raw, path, module, profile, shelf)
    except ReproError as error:
        found = error.within(file.shown(path))
        if found.code == entry.CODE:  # recording again would not mend it: what is malformed is never overwritten
            found.mend = layout.MEND.format(file=file.shown(path))
        raise found from None


def _checked(raw: dict[str, object], path: Path, module: str, profile: str, shelf: Shelf) -> Book:
    version = entry.version(raw, FORMAT)
    found = {}
    for key, wanted in (("module", module), ("profile", profile)):
        found[key] = entry.field(raw, key, str)
        if wanted and found[key] != wanted:
            # two names that a file system holds for one: of other case, or composed otherwise
            raise entry.malformed(f"{found[key]!r:.80} is recorded there, not {wanted!r:.80}", key)
    known = ("format", "module", "profile", layout.TESTS, layout.ENVIRONMENTS)
    return Book(
        path=path,
        module=found["module"],
        profile=found["profile"],
        tests=entry.field(raw, layout.TESTS, dict),
        environments=entry.field(raw, layout.ENVIRONMENTS, dict),
        rest={key: kept for key, kept in raw.items() if key not in known},
        shelf=shelf,
        format=version,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A book with changes in it.

    Attributes:
        book: What is to be written.
        written: Changes that it now holds.
        kept: Changes that it held before.
        refused: Changes that cannot be recorded, and why.
        arrays: Digests of arrays that it stands on.
    """

    book: Book
    written: tuple[Change, ...]
    kept: tuple[Change, ...]
    refused: tuple[tuple[Change, ReproError], ...]
    arrays: frozenset[str]


def merged(book: Book, changes: Iterable[Change]) -> Merged:
    """A book with changes: what they do not name stays as it is, malformed or of a newer minor format though it be."""
    tests, environments = dict(book.tests), dict(book.environments)
    written: list[Change] = []
    kept: list[Change] = []
    refused: list[tuple[Change, ReproError]] = []
    arrays: set[str] = set()
    for change in changes:
        before = tests.get(change.name)
        if change.name in tests and change.wish == "missing":
            kept.append(change)
            continue
        try:
            after = recorded.written(change.recorded, book.shelf, before)
        except ReproError as error:
            refused.append((change, error.within(entry.item(layout.TESTS, change.name))))
            continue
        arrays |= references(after)
        if change.wish != "again" and change.name in tests and _alike(before, after, environments, book.shelf):
            kept.append(change)
            continue
        tests[change.name] = after
        if change.recorded.kept_as:
            environments[change.recorded.kept_as] = dict(change.recorded.environment)
        written.append(change)
    return Merged(
        book=with_tests(book, tests, environments),
        written=tuple(written),
        kept=tuple(kept),
        refused=tuple(refused),
        arrays=frozenset(arrays),
    )


def with_tests(book: Book, tests: Mapping[str, object], environments: Mapping[str, object]) -> Book:
    """The book with other tests, and of the environments those that one of them names."""
    used = {_environment(test) for test in tests.values()}
    # what cannot be read may name any of them
    left = environments if None in used else {key: kept for key, kept in environments.items() if key in used}
    return Book(
        path=book.path,
        module=book.module,
        profile=book.profile,
        tests=tests,
        environments=left,
        rest=book.rest,
        shelf=book.shelf,
        format=book.format,
    )


def _environment(test: object) -> str | None:
    about = test.get(recorded.RECORDED) if isinstance(test, dict) else None
    key = about.get("environment") if isinstance(about, dict) else None
    return key if isinstance(key, str) else None


def references(test: object) -> set[str]:
    """The digests of arrays that a test's plain values name."""
    values = test.get(layout.VALUES) if isinstance(test, dict) else None
    if not isinstance(values, dict):
        return set()
    found = (kept.get("npy") for kept in values.values() if isinstance(kept, dict))
    return {digest for digest in found if isinstance(digest, str)}


def _alike(before: object, after: dict[str, object], environments: Mapping[str, object], shelf: Shelf) -> bool:
    """Whether a test in the store can be read and says the same but for when and where it was recorded."""
    if not isinstance(before, dict):
        return False
    about = recorded.RECORDED
    # by their text: 1, 1.0 and true are equal to Python
    old, new = ({key: part for key, part in test.items() if key != about} for test in (before, after))
    if layout.of_test(old) != layout.of_test(new):
        return False
    try:
        recorded.read(before | {layout.VALUES: {}}, environments, shelf)
    except ReproError:
        return False
    return True
