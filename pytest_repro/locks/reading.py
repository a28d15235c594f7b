"""The door of the locks: read one, tell whether it is stale, and where several disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError
from pytest_repro.locks import kept
from pytest_repro.locks.finding import find
from pytest_repro.locks.form import HEAD, open_lock, plain
from pytest_repro.locks.markers import environment
from pytest_repro.locks.registry import form_of
from pytest_repro.locks.versions import same_version

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_repro.locks.form import Form, LockFile
    from pytest_repro.locks.lock import Lock, Staleness

__all__ = ["disagreements", "find", "read", "staleness"]


def read(path: Path, *, project: Path, cache: Path | None = None) -> Lock:
    """What a lock file pins for this interpreter.

    Args:
        path: The lock file.
        project: The project's folder: paths are told relative to it, and nothing is read outside of it or of the
            repository around it.
        cache: A folder for what was read, so that an unchanged lock is not parsed again; None for none.

    Raises:
        ReproError: L406 where the file is broken, with the line where the parser tells it; L407 where its format is
            newer than what is read here.
    """
    source = _open(path, project)
    if cache is None:
        return _form(source).read(source)
    return _reading(source, cache).lock


def staleness(path: Path, *, project: Path, cache: Path | None = None) -> Staleness:
    """Whether a lock file still stands for the metadata of its project.

    Args:
        path: As in :func:`read`; so are the others.
        project: See there.
        cache: See there; this answer is kept beside the lock, since both come from the same parsing.

    Raises:
        ReproError: As in :func:`read`.
    """
    source = _open(path, project)
    if cache is None:
        return _staleness(_form(source), source)
    return _reading(source, cache).staleness


def disagreements(locks: Iterable[Lock]) -> tuple[str, ...]:
    """Names that two locks pin to different versions, each as ``"numpy: uv.lock 2.4.6, pylock.toml 2.3.1"``.

    Compared are locks of the same folder level that apply here and are meant for the same environment: not two
    requirements files, and no named ``pylock.NAME.toml``, which exist to differ.
    """
    compared = [lock for lock in locks if not lock.elsewhere and not _named(lock)]
    told: dict[str, str] = {}
    for index, one in enumerate(compared):
        for other in compared[index + 1 :]:
            if one.form == other.form == "requirements" or _level(one) != _level(other):
                continue
            mine, theirs = _versions(one), _versions(other)
            for name in sorted(mine.keys() & theirs.keys()):
                if not any(same_version(here, there) for here in mine[name] for there in theirs[name]):
                    words = f"{one.path} {' or '.join(mine[name])}, {other.path} {' or '.join(theirs[name])}"
                    told.setdefault(f"{name[1]}: {words}", "")
    return tuple(sorted(told))


def _versions(lock: Lock) -> dict[tuple[str, str], list[str]]:
    """The versions of each name that has one in all its pins, by whose name it is."""
    versions: dict[tuple[str, str], list[str | None]] = {}
    for pin in lock.pins:
        versions.setdefault((pin.manager, pin.name), []).append(None if pin.why else pin.version)
    return {key: [text for text in several if text] for key, several in versions.items() if all(several)}


def _named(lock: Lock) -> bool:
    name = lock.path.rpartition("/")[2]
    return name.startswith("pylock.") and name != "pylock.toml"


def _level(lock: Lock) -> int:
    """How many folders above the project it lies: a lock further up is another project's as a rule."""
    return lock.path.split("/").count("..")


def _open(path: Path, project: Path) -> LockFile:
    return open_lock(path, project=project, boundary=_boundary(path, project), environment=environment())


def _boundary(path: Path, project: Path) -> Path:
    """The folder that nothing is read outside of."""
    project = plain(project)
    around = next((folder for folder in (project, *project.parents) if (folder / ".git").exists()), project)
    own = plain(path).parent
    return around if own.is_relative_to(around) else own


def _form(source: LockFile) -> Form:
    form = form_of(source.path.name, source.data[:HEAD])
    if form is None:
        sentence = "no lock format is recognised in the file"
        if source.path.name.startswith("environment") and source.path.suffix in {".yml", ".yaml"}:
            sentence = "an environment file is a wish list of conda, not a lock"
        raise ReproError("L406", sentence, place=source.shown, mend="name a lock file: --repro-lock=uv.lock")
    return form


def _staleness(form: Form, source: LockFile) -> Staleness:
    beside = source.path.parent
    return form.staleness(source, beside if (beside / "pyproject.toml").exists() else source.project)


def _reading(source: LockFile, cache: Path) -> kept.Kept:
    found = kept.load(cache, source)
    if found is None:
        form = _form(source)
        lock = form.read(source)
        found = kept.Kept(lock=lock, staleness=_staleness(form, source), included=source.included)
        kept.save(cache, source, found)
    return found
