"""Operands of a comparison: which recorded tests a word names, be it a profile, a file, a folder or a revision."""

from __future__ import annotations

import difflib
import os
from collections import Counter
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError
from pytest_repro.store import place, revision, sources
from pytest_repro.store.gathered import Gathered, Room
from pytest_repro.store.remote import Copy, is_url, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_repro.cli.here import Here
    from pytest_repro.store.sources import Found, Page

MEND = "pytest-repro compare --help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """One set of recorded tests.

    Attributes:
        name: What tables call it; no other operand of the comparison is called so.
        tests: Recorded tests by node id, read as they are asked for.
    """

    name: str
    tests: Gathered


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """Pages that belong into one column, before the column has its name.

    Attributes:
        word: The last part of what the user wrote.
        job: The child of a folder of artefacts; empty where there are none.
        profile: The profile.
        single: Whether word and job have this profile alone.
        own: Whether the user named the profile itself.
        pages: The files.
    """

    word: str
    job: str
    profile: str
    single: bool
    own: bool
    pages: tuple[Page, ...]

    def names(self) -> tuple[str, str, str]:
        """Names of growing length: the first with which all columns differ is taken."""
        if self.own:
            return (self.profile,) * 3
        short = self.job or self.word
        full = " ".join(part for part in (self.word, self.job) if part)
        return short if self.single else f"{short} {self.profile}", f"{short} {self.profile}", f"{full} {self.profile}"


def operands(words: Sequence[str], here: Here, into: Path, profile: str = "*") -> tuple[Operand, ...]:
    """The recorded tests that words name.

    Args:
        words: Profiles, files, folders, ``REV:`` or ``REV:path``; none stands for all profiles of the project.
        here: The project.
        into: An empty folder that lives as long as the operands: committed envelopes are copied there.
        profile: A pattern of the profiles that are wanted.

    Raises:
        ReproError: ``U104``, a word names nothing; ``B602`` and its kin, a file of envelopes cannot be used.
    """
    found: list[_Named] = []
    mine: list[Found] = []  # the project's own pages, looked for once and only where a profile is named
    for number, word in enumerate(words or ("*",)):
        found += _named(word, here, into / str(number), profile, mine)
    room = Room(limit=here.limit)
    loaded = [Gathered.of(one.pages, room) for one in found]
    return tuple(Operand(name=name, tests=tests) for name, tests in zip(_names(found), _aligned(loaded), strict=True))


def _named(word: str, here: Here, into: Path, profile: str, mine: list[Found]) -> list[_Named]:
    if not any(mark in word for mark in "/\\:") and word not in (".", ".."):
        if not mine:
            mine.append(sources.below(here.folder))
        known = {page.profile for page in mine[0].pages}
        chosen = sorted(one for one in known if fnmatchcase(one, word) and fnmatchcase(one, profile))
        if chosen:
            _refuse(mine[0])
            pages = mine[0].pages
            return [_column(word, "", one, pages, single=True, own=True) for one in chosen]
    path = Path(word)
    if "\0" not in word and os.path.lexists(path):
        return _at(path, word, here, profile)
    if is_url(word):
        copy = Copy(word, into, here.limit)
        copy.pull_all()
        name = word.rstrip("/").rpartition("/")[2]
        return _columns(
            [(job, sources.below(store)) for job, store in sources.shares(into)], name, shown(word), profile
        )
    if ":" in word and "\0" not in word:
        return _committed(word, here, into, profile)
    raise _unknown(word, here, mine)


def _at(path: Path, word: str, here: Here, profile: str) -> list[_Named]:
    """The columns of a file or a folder that is there."""
    if not path.is_dir():
        page = sources.alone(path, here.folder)
        if page is None:
            sentence = f"{path.name!r:.80} is no file of envelopes: they are called MODULE.PROFILE.json"
            raise ReproError("U104", sentence, place="compare", mend=MEND)
        return [_column(page.path.name.removesuffix(place.SUFFIX), "", page.profile, (page,), single=True)]
    stores: Iterable[tuple[str, Path]] = (("", path),)
    if path.resolve() != here.root.resolve():  # a project of many packages is no folder of artefacts
        stores = sources.shares(path)
    return _columns([(job, sources.below(store)) for job, store in stores], path.resolve().name, word, profile)


def _committed(word: str, here: Here, into: Path, profile: str) -> list[_Named]:
    name, _, path = word.partition(":")
    into.mkdir()
    revision.extract(here.folder, name, path, into, here.limit)
    return _columns([("", sources.below(into))], name, word, profile)


def _columns(stores: list[tuple[str, Found]], name: str, word: str, profile: str) -> list[_Named]:
    columns: list[_Named] = []
    for job, found in stores:
        _refuse(found)
        known = sorted({page.profile for page in found.pages if fnmatchcase(page.profile, profile)})
        columns += [_column(name, job, one, found.pages, single=len(known) == 1) for one in known]
    if not columns:
        what = "" if profile == "*" else f" under a profile {profile!r:.60}"
        raise ReproError("U104", f"nothing is recorded in {word!r:.120}{what}", place="compare", mend=MEND)
    return columns


def _column(word: str, job: str, profile: str, pages: Iterable[Page], *, single: bool, own: bool = False) -> _Named:
    chosen = tuple(page for page in pages if page.profile == profile)
    return _Named(word=word, job=job, profile=profile, single=single, own=own, pages=chosen)


def _refuse(found: Found) -> None:
    """A folder that cannot be looked into would leave its tests out in silence."""
    for fault in found.faults:
        raise fault.error


def _unknown(word: str, here: Here, mine: list[Found]) -> ReproError:
    known = sorted({page.profile for page in (mine[0] if mine else sources.below(here.folder)).pages})
    near = difflib.get_close_matches(word, known, 1)
    hint = f", did you mean {near[0]!r}" if near else f", there are {', '.join(known[:12])}" if known else ""
    sentence = f"{word!r:.80} is no profile, file or folder that is there{hint}"
    return ReproError(
        "U104", sentence, place="compare", mend=f"pytest-repro show, or a revision with its colon: {word:.40}:"
    )


def _aligned(columns: list[Gathered]) -> list[Gathered]:
    """Columns whose modules are told from one folder.

    A store may have been taken at the project's root and another at its folder of tests: where no module occurs twice,
    each column's modules are told from the deepest folder that holds them all.
    """
    modules = Counter(module for column in columns for module in {test.partition("::")[0] for test in column})
    if len(columns) < 2 or any(count > 1 for count in modules.values()):  # noqa: PLR2004  # one column is aligned
        return columns
    return [_shortened(column) for column in columns]


def _shortened(column: Gathered) -> Gathered:
    folders = [test.partition("::")[0].split("/")[:-1] for test in column]
    shared = os.path.commonprefix(folders) if folders else []  # noqa: RUF071  # of lists of names, not of texts
    cut = len("/".join(shared)) + 1 if shared else 0
    return column.called({test: test[cut:] for test in column})


def _names(found: list[_Named]) -> list[str]:
    for at in range(3):
        names = [one.names()[at] for one in found]
        if len(set(names)) == len(names):
            return names
    return numbered(names)


def numbered(names: Sequence[str]) -> list[str]:
    """The names, with a number behind each that was there before."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return found


def common(found: Sequence[Operand]) -> tuple[Operand, ...]:
    """The operands with those tests alone that all of them hold."""
    held = set.intersection(*(set(one.tests) for one in found)) if found else set()
    return tuple(replace(one, tests=one.tests.called({test: test for test in held})) for one in found)
