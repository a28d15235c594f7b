"""What a run wrote: the files below a folder, by their relative path."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Limits(NamedTuple):
    """How much of a folder is read.

    Attributes:
        files: Files that are told apart; the rest is counted.
        nbytes: Bytes read of all files together.
        text: Bytes of the largest file that is kept as lines of text.
        lines: Lines of the longest such file.
    """

    files: int = 1000
    nbytes: int = 64 << 20
    text: int = 64 << 10
    lines: int = 2000


CHUNK = 1 << 20
LIMITS = Limits()


def below(directory: Path, *, limits: Limits = LIMITS) -> dict[str, object]:
    """The content of every file below a folder, at ``files.sub/name``.

    A small text is its lines, anything else its size and digest. Symbolic links are told and never followed; pipes and
    sockets are named by kind and never opened.

    Args:
        directory: The folder; it need not exist.
        limits: How much is read.
    """
    found: dict[str, object] = {}
    beyond = 0
    left = limits.nbytes
    for path in _paths(directory):
        if len(found) >= limits.files:
            beyond += 1
            continue
        content, read = _content(path, left, limits)
        left -= read
        found[f"files.{path.relative_to(directory).as_posix()}"] = content
    if beyond:
        found["files.<not read>"] = beyond
    return found


def _paths(directory: Path) -> list[Path]:
    """Everything below a folder that is no folder, in an order that the file system has no part in."""
    paths: list[Path] = []
    waiting = [directory]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            path = type(directory)(entry.path)  # a test may have patched os.name, by which Path chooses
            (waiting if entry.is_dir(follow_symlinks=False) else paths).append(path)
    return sorted(paths)


def _content(path: Path, left: int, limits: Limits) -> tuple[object, int]:
    """What is kept of one file, and the bytes read for it."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            return {"link": str(path.readlink())}, 0
        if not stat.S_ISREG(status.st_mode):
            return {"kind": stat.filemode(status.st_mode)[0]}, 0
        if status.st_size > left:
            return {"size": status.st_size}, 0
        if status.st_size <= limits.text:
            data = path.read_bytes()
            return _text(data, limits) or {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}, len(data)
        return {"size": status.st_size, "sha256": _digest(path)}, status.st_size
    except OSError as error:
        return {"unreadable": type(error).__name__}, 0


def _text(data: bytes, limits: Limits) -> list[str] | None:
    if b"\0" in data:
        return None
    try:
        found = data.decode("utf-8").split("\n")  # only line feeds: other ends of lines are content
    except UnicodeDecodeError:
        return None
    return found if len(found) <= limits.lines else None


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
