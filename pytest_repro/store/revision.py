"""A revision: the envelopes as they were committed, copied out of git's objects and never checked out."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, Self

from pytest_repro.errors import ReproError
from pytest_repro.store import file, place
from pytest_repro.store.shelf import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 60  # seconds for one answer of git: listing a huge repository on a slow disk

_PLAIN = ("100644", "100755")
"""Modes of files; links and submodules are none."""

_DIGEST = re.compile(rb'"([0-9a-f]{64})"')


class _Blob(NamedTuple):
    """A committed file: its path below the project, its object and its size in bytes."""

    path: PurePosixPath
    object: str
    size: int


def extract(root: Path, revision: str, path: str, into: Path, limit: int) -> int:
    """Copies committed envelopes, with the arrays that they name, into a folder, at the paths they have in the project.

    Args:
        root: The project; paths are relative to it, wherever the repository begins.
        revision: A commit, a branch, a tag, ``HEAD~1``.
        path: The file or folder that is wanted; empty for all.
        into: An empty folder.
        limit: Bytes that one file may have.

    Returns:
        How many files of envelopes there were.

    Raises:
        ReproError: ``U104``, no such revision, no repository, a path that leaves the project; ``B605``, a link or a
            path in the commit that leaves it; ``B606``, a file above the limit.
    """
    wanted = _within(path)
    commit = _commit(root, revision)
    listed = list(_listed(root, commit))
    pages = [blob for blob in listed if _is_page(blob.path) and blob.path.is_relative_to(wanted)]
    arrays = {blob.path: blob for blob in listed if _is_array(blob.path)}
    named: dict[PurePosixPath, _Blob] = {}
    with _Objects(root) as objects:
        for blob in pages:
            data = objects.read(blob, limit)
            _put(into, blob.path, data)
            for digest in _DIGEST.findall(data):
                array = blob.path.parent / place.ARRAYS / f"{digest.decode('ascii')}.npy"
                if array in arrays:
                    named[array] = arrays[array]
        for array, blob in named.items():
            _put(into, array, objects.read(blob, limit + (1 << 12)))  # a header above what the array may have
    return len(pages)


def _within(path: str) -> PurePosixPath:
    found = PurePosixPath(path.replace(os.sep, "/"))
    if found.is_absolute() or ".." in found.parts:
        mend = "pytest-repro compare HEAD:tests default"
        raise ReproError("U104", f"{path!r:.80} leaves the project", place="compare", mend=mend)
    return found


def _is_page(path: PurePosixPath) -> bool:
    return path.parent.name == place.FOLDER and place.named(path.name) is not None


def _is_array(path: PurePosixPath) -> bool:
    return (
        path.parent.name == place.ARRAYS
        and path.parent.parent.name == place.FOLDER
        and path.suffix == ".npy"
        and NAME.fullmatch(path.stem) is not None
    )


def _commit(root: Path, revision: str) -> str:
    """The commit's own name; what begins with a hyphen would be an option to git."""
    if revision and not revision.startswith("-"):
        done = _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        found = done.stdout.decode("ascii", "replace").strip()
        if not done.returncode and re.fullmatch("[0-9a-f]{40,64}", found):
            return found
        if _git(root, "rev-parse", "--git-dir").returncode:
            raise ReproError("U104", "the project is in no git repository", place="compare", mend="git init")
    sentence = f"there is no revision {revision!r:.80}"
    raise ReproError("U104", sentence, place="compare", mend="git log --oneline -- '*__envelopes__*'")


def _listed(root: Path, commit: str) -> Iterator[_Blob]:
    """The committed files of all stores below the project; a link among them is refused."""
    done = _git(root, "ls-tree", "-r", "-l", "-z", commit)
    if done.returncode:
        raise ReproError("U104", "git cannot list the revision", place="compare", mend=f"git ls-tree -r {commit[:12]}")
    for entry in done.stdout.split(b"\0"):
        head, _, name = entry.partition(b"\t")
        fields = head.split()
        path = PurePosixPath(os.fsdecode(name))
        if len(fields) != 4 or place.FOLDER not in path.parts:  # noqa: PLR2004  # mode, type, object, size
            continue
        mode, kind, key, size = (field.decode("ascii", "replace") for field in fields)
        if mode not in _PLAIN or kind != "blob" or path.is_absolute() or ".." in path.parts:
            raise file.unsafe(Path(path), "file")
        yield _Blob(path, key, int(size))


def _put(into: Path, path: PurePosixPath, data: bytes) -> None:
    target = into.joinpath(*path.parts)
    if not Path(os.path.abspath(target)).is_relative_to(os.path.abspath(into)):  # noqa: PTH100  # what a drive or a backslash does
        raise file.unsafe(Path(path), "file")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _words(root: Path) -> tuple[str, ...]:
    return ("git", "--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=false", "-C", str(root))


def _environment() -> dict[str, str]:
    # a partial clone must not ask its server behind our back
    return {**os.environ, "LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1"}


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603  # no shell; the one word of the user's begins with no hyphen
            [*_words(root), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            env=_environment(),
        )
    except FileNotFoundError:
        raise ReproError("U104", "git is not installed", place="compare", mend="install git") from None
    except subprocess.TimeoutExpired:
        sentence = f"git gave no answer in {PATIENCE} seconds"
        raise ReproError("U104", sentence, place="compare", mend="git fsck") from None


class _Objects:
    """Git's objects, read one after the other by one process."""

    def __init__(self, root: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # fixed words, no shell
            [*_words(root), "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._process.kill()  # it has nothing to write, and may be in the middle of an answer that nobody wants
        self._process.communicate()

    def read(self, blob: _Blob, limit: int) -> bytes:
        """All of one object.

        Raises:
            ReproError: ``B606``, above the limit; ``B602``, git has not got it.
        """
        if blob.size > limit:
            raise file.costly(Path(blob.path), blob.size, limit)
        asked, answer = self._process.stdin, self._process.stdout
        if asked is not None and answer is not None:
            asked.write(f"{blob.object}\n".encode("ascii"))
            asked.flush()
            head = answer.readline().split()
            if head[1:] == [b"blob", str(blob.size).encode("ascii")]:
                data = answer.read(blob.size + 1)
                if len(data) == blob.size + 1:
                    return data[:-1]
        raise ReproError("B602", "git has not got this file", place=file.shown(Path(blob.path)), mend="git fetch")
