"""One file of a store: opened without following links, read within a bound, put in place whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
import time
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from pytest_repro.errors import ReproError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LEFT = ".repro-"
"""How files begin that are being written; one that a killed process left is removed by the next that writes there."""

PATIENCE_S = 2.0
"""Seconds that a file may stay open elsewhere where an open file cannot be replaced."""

AGAIN_S = 0.02
"""Seconds between two tries."""

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
# O_NONBLOCK: opening a pipe that somebody put there would wait for ever


def unsafe(path: Path, what: str) -> ReproError:
    """The error of a path that a store does not touch."""
    mend = f"put a plain {'folder' if what == 'folder' else 'file'} there, or record elsewhere with --repro-store=DIR"
    return ReproError("B605", f"not a plain {what}, nothing is read or written there", place=shown(path), mend=mend)


def unreadable(path: Path, error: OSError) -> ReproError:
    """The error of what the system does not let us read."""
    mend = "make it readable, or record elsewhere with --repro-store=DIR"
    return ReproError("B602", f"cannot be read: {error.strerror or error}", place=shown(path), mend=mend)


def costly(path: Path, size: int, limit: int) -> ReproError:
    """The error of what is larger than the store's limit."""
    return ReproError(
        "B606",
        f"{size} bytes are more than repro_store_limit allows ({limit})",
        place=shown(path),
        mend=f"record less, or set repro_store_limit = {size}",
    )


def shown(path: Path) -> str:
    """A path as messages name it: folder of the store and file, nothing of the machine."""
    return "/".join(path.parts[-3:] if path.parent.name == "arrays" else path.parts[-2:])


def is_link(path: Path) -> bool:
    """Whether a path is a symbolic link or, on Windows, a junction."""
    junction = getattr(os.path, "isjunction", None)  # new in 3.12
    return path.is_symlink() or (junction is not None and junction(path))


def folder_is_there(path: Path) -> bool:
    """Whether a folder is there.

    Raises:
        ReproError: ``B605``, it is a link or no folder; ``B602``, nobody may look.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        raise unsafe(path, "folder") from None
    except OSError as error:
        raise unreadable(path, error) from None
    if is_link(path) or not stat.S_ISDIR(found.st_mode):
        raise unsafe(path, "folder")
    return True


def names(folder: Path) -> tuple[str, ...]:
    """The names in a folder, sorted; none where it is not there.

    Raises:
        ReproError: As :func:`folder_is_there`.
    """
    if not folder_is_there(folder):
        return ()
    try:
        return tuple(sorted(os.listdir(folder)))  # noqa: PTH208  # names are asked for, not paths
    except OSError as error:
        raise unreadable(folder, error) from None


def opened(path: Path) -> tuple[BinaryIO, int] | None:
    """A file for reading, unbuffered, and its size in bytes; None where there is none.

    Raises:
        ReproError: ``B605``, it is a link, a folder or a device; ``B602``, it cannot be read.
    """
    try:
        if os.name == "nt" and is_link(path):
            raise unsafe(path, "file")
        handle = os.open(path, _FLAGS)
    except FileNotFoundError:
        return None
    except OSError as error:
        if is_link(path) or path.is_dir():
            raise unsafe(path, "file") from None
        raise unreadable(path, error) from None
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise unsafe(path, "file")
    return open(handle, "rb", buffering=0), found.st_size  # noqa: PTH123  # the caller closes what is opened here


def read(path: Path, limit: int) -> bytes | None:
    """All of a file; None where there is none.

    Raises:
        ReproError: As :func:`opened`; ``B606``, larger than ``limit`` bytes.
    """
    found = opened(path)
    if found is None:
        return None
    stream, size = found
    with stream:
        if size > limit:
            raise costly(path, size, limit)
        return stream.read(size)


def replace(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Puts a file in place: a neighbour is written, flushed to the disk, and takes the name in one step.

    Raises:
        OSError: The disk is full, the folder read-only; what stood there before still stands.
    """
    neighbour = path.with_name(f"{LEFT}{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(neighbour, flags, 0o666), "wb") as stream:  # noqa: PTH123  # exclusive, and with the umask's mode
            stream.writelines(parts)
            stream.flush()
            os.fsync(stream.fileno())
        _take_place(neighbour, path)
    except BaseException:
        with suppress(OSError):
            neighbour.unlink()
        raise
    _settle(path.parent)


def _take_place(neighbour: Path, path: Path) -> None:
    """In one step; Windows refuses for as long as anybody has the file open, a virus scanner or a reading session."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            os.replace(neighbour, path)  # noqa: PTH105  # the name that says what is promised
        except PermissionError:
            if os.name != "nt" or time.monotonic() > until:
                raise
            time.sleep(AGAIN_S)
        else:
            return


def _settle(folder: Path) -> None:
    """Asks the disk to keep the folder's new names; where that cannot be asked, the file is whole all the same."""
    if os.name == "nt":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def left_behind(folder: Path) -> tuple[Path, ...]:
    """What killed processes left in a folder; only who holds its lock knows that nobody writes there."""
    return tuple(folder / name for name in names(folder) if name.startswith(LEFT) and not (folder / name).is_dir())
