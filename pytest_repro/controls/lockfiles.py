"""The locks of a project: which one applies here and why, and whether it and all the others are in order."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.controls.lockstep import SHOWN, Lockstep, judge
from pytest_repro.controls.verdict import Finding, action_of
from pytest_repro.errors import ReproError
from pytest_repro.locks import reading
from pytest_repro.locks.form import shown_path
from pytest_repro.locks.names import normalised

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.environment.distribution import Distribution
    from pytest_repro.locks.lock import Lock, Staleness

AUTO = "auto"
"""The wish that leaves the choice of the lock to what is found."""

READ = 8
"""Locks of one folder that are read; a folder of thirty requirements files would cost a second."""

SPECIFICATIONS = ("environment.yml", "environment.yaml", "requirements.txt", "requirements.in", "pixi.toml", "Pipfile")
"""Files that say what is wanted and not what exactly: named where no lock is found."""


class Other(NamedTuple):
    """A lock that was found and does not apply.

    Attributes:
        path: Relative to the project.
        words: What is known of it.
    """

    path: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockReport:
    """The locks of a project against what is installed.

    Attributes:
        lockstep: The lock that applies, judged; None if there is none that can be read.
        why: How it was chosen, or where one was looked for.
        others: Locks that were found and do not apply.
        broken: Locks that cannot be read, as errors with their places.
        disagreements: Names that two locks pin to different versions, a line each.
        wishes: Files beside the project that ask for packages and pin none.
    """

    lockstep: Lockstep | None
    why: str
    others: tuple[Other, ...] = ()
    broken: tuple[ReproError, ...] = ()
    disagreements: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The judgement for one line among others: ``uv.lock 3f2a1c in step``."""
        if self.lockstep is not None:
            return self.lockstep.words
        return f"{self.broken[0].place} cannot be read" if self.broken else "no lock"

    def findings(self, policy: Mapping[str, Action]) -> tuple[Finding, ...]:
        """What is wrong with the locks and with what is installed, by code; empty if nothing is.

        Args:
            policy: Actions by code; the catalogue's where it is silent.
        """
        found = [_broken(error, policy) for error in self.broken]
        if self.lockstep is not None:
            found += self.lockstep.findings(policy)
        elif not self.broken:
            found.append(self._none(policy))
        if self.disagreements:
            number = len(self.disagreements)
            noun = "package is" if number == 1 else "packages are"
            reasons = self.disagreements[:SHOWN]
            if number > SHOWN:
                reasons = (*reasons, f"and {number - SHOWN} more")
            found.append(
                Finding(
                    code="L405",
                    sentence=f"{number} {noun} pinned to different versions by two locks of this project",
                    action=action_of("L405", policy),
                    reasons=reasons,
                    steps=self._reconciled(),
                )
            )
        return tuple(sorted(found, key=lambda finding: finding.code))

    def to_dict(self) -> dict[str, object]:
        """For JSON; findings are added by whoever knows the policy."""
        return {
            "schema": "pytest-repro/lock",
            "version": "1.0",
            "words": self.words,
            "why": self.why,
            "lock": None if self.lockstep is None else self.lockstep.to_dict(),
            "others": [other._asdict() for other in self.others],
            "broken": [
                {"code": error.code, "sentence": error.sentence, "place": error.place, "mend": error.mend}
                for error in self.broken
            ],
            "disagreements": list(self.disagreements),
            "wishes": list(self.wishes),
        }

    def _none(self, policy: Mapping[str, Action]) -> Finding:
        reasons = tuple(f"{name} says what is wanted, and not which file exactly" for name in self.wishes)
        steps = ("lock what is wanted: uv lock", "or what is here: pip freeze > requirements.txt")
        return Finding(code="L408", sentence=self.why, action=action_of("L408", policy), reasons=reasons, steps=steps)

    def _reconciled(self) -> tuple[str, ...]:
        if self.lockstep is None:
            return ("lock once, and export the other from it",)
        return (f"keep {self.lockstep.lock.path} and write the other from it, or delete the other",)


def examine(
    directory: Path,
    wish: str,
    installed: Sequence[Distribution] | None,
    *,
    stop: Path | None = None,
    cache: Path | None = None,
) -> LockReport:
    """Judge what is installed by the lock that applies.

    Of the locks nearest to the project the first, in the order of formats, that is for this interpreter applies; where
    none is, folders further up are asked. What cannot be read is part of the report and never raised.

    Args:
        directory: The project's folder.
        wish: ``auto``, or the path of a lock, relative to ``directory``.
        installed: Distributions, those that are imported first first; None if they are not known.
        stop: The last folder that is looked into, on the way up; by default the root of the git repository, or
            ``directory`` itself where it is in none.
        cache: A folder for what was read; None for none.

    Raises:
        ReproError: ``U102`` where ``wish`` names no file.
    """
    own = _own(directory)
    if wish != AUTO:
        path = directory / wish
        _exists(path, directory, wish)
        return _report([_candidate(path, directory, cache)], installed, own, "named")
    stop = stop or _repository(directory)
    paths = reading.find(directory, stop)
    if not paths:
        above = "" if directory.absolute() == stop.absolute() else " or above it"
        wishes = tuple(name for name in SPECIFICATIONS if (directory / name).is_file())
        return LockReport(lockstep=None, why=f"no lock file is in the project{above}", wishes=wishes)
    first: LockReport | None = None
    for folder in _folders(paths, directory):
        candidates = [_candidate(path, directory, cache) for path in folder[:READ]]
        unread = tuple(Other(shown_path(path, directory), "not read") for path in folder[READ:])
        report = _report(candidates, installed, own, _why(len(folder)), unread)
        if _fits(report.lockstep):
            return report
        first = first or report
    assert first is not None  # noqa: S101  # there is at least one path, and so one folder
    return first


def _repository(directory: Path) -> Path:
    above = (directory, *directory.absolute().parents)
    return next((folder for folder in above if (folder / ".git").exists()), directory)


class _Candidate(NamedTuple):
    """A lock that was found: read, or why it could not be."""

    path: str
    lock: Lock | None
    staleness: Staleness | None
    error: ReproError | None


def _candidate(path: Path, directory: Path, cache: Path | None) -> _Candidate:
    shown = shown_path(path, directory)
    try:
        lock = reading.read(path, project=directory, cache=cache)
        staleness = reading.staleness(path, project=directory, cache=cache)
    except ReproError as error:
        return _Candidate(shown, None, None, error)
    return _Candidate(shown, lock, staleness, None)


def _report(
    candidates: Sequence[_Candidate],
    installed: Sequence[Distribution] | None,
    own: Sequence[str],
    why: str,
    unread: tuple[Other, ...] = (),
) -> LockReport:
    locks = [candidate.lock for candidate in candidates if candidate.lock is not None]
    known = frozenset[str]().union(*(lock.names for lock in locks))
    told = {
        candidate.path: judge(candidate.lock, installed, candidate.staleness, own=own, known=known)
        for candidate in candidates
        if candidate.lock is not None and candidate.staleness is not None
    }
    judged = list(told.values())
    applied = next(filter(_fits, judged), judged[0] if judged else None)
    others = [
        Other(path, told[path].words if path in told else "cannot be read")
        for path in (candidate.path for candidate in candidates)
        if applied is None or path not in told or told[path] is not applied
    ]
    passed = applied is not None and applied is not judged[0]
    return LockReport(
        lockstep=applied,
        why="the first that is for this interpreter" if passed else why,
        others=(*others, *unread),
        broken=tuple(candidate.error for candidate in candidates if candidate.error is not None),
        disagreements=reading.disagreements(locks) if len(locks) > 1 else (),
    )


def _fits(lockstep: Lockstep | None) -> bool:
    return lockstep is not None and not lockstep.elsewhere and any(not pin.why for pin in lockstep.lock.pins)


def _folders(paths: Sequence[Path], directory: Path) -> list[list[Path]]:
    """The paths by the folder on the way up that they are in or below, the nearest first."""
    levels: dict[int, list[Path]] = {}
    for path in paths:
        up = Path(os.path.relpath(path, directory)).parts.count(os.pardir)
        levels.setdefault(up, []).append(path)
    return [levels[up] for up in sorted(levels)]


def _why(number: int) -> str:
    return "the only one" if number == 1 else f"the first of {number} in the order of formats"


def _exists(path: Path, directory: Path, wish: str) -> None:
    if path.is_file() or path.is_dir():  # of a folder its reader tells
        return
    found = [shown_path(other, directory) for other in reading.find(directory, directory)]
    mend = f"--repro-lock={found[0]}" if found else "--repro-lock=auto"
    raise ReproError("U102", f"there is no lock file {wish!r:.80}", place="repro_lock", mend=mend)


def _own(directory: Path) -> tuple[str, ...]:
    """The project's own name: installed beside its lock, and in no lock of its own but as itself."""
    try:
        data = tomllib.loads((directory / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # a broken one is another tool's finding
        return ()
    tool = data.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    tables = (data.get("project"), poetry)
    names = [table.get("name") for table in tables if isinstance(table, dict)]
    return tuple(normalised(name) for name in names if isinstance(name, str))


def _broken(error: ReproError, policy: Mapping[str, Action]) -> Finding:
    place = f"{error.place}: " if error.place else ""
    return Finding(
        code=error.code,
        sentence=f"{place}{error.sentence}",
        action=action_of(error.code, policy),
        steps=(error.mend,) if error.mend else (),
    )
