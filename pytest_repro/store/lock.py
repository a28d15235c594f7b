"""The lock of one folder of envelopes: two sessions that record there take turns, and leave nothing beside them."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError
from pytest_repro.store import file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 60.0
"""Seconds that a session waits for another: the longest that writing some hundred megabytes may take."""

AGAIN_S = 0.01
"""Seconds between two looks whether a folder's lock is free."""


@contextmanager
def held(folder: Path, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Holds the lock of a folder.

    Args:
        folder: Any path; the same folder by two names is one.
        patience_s: How long to wait, in seconds.

    Raises:
        ReproError: ``B607``, somebody else holds it all that time; ``B605``, the folder of locks is not our own.
    """
    import filelock  # noqa: PLC0415  # only a session that records needs it: 10 ms

    until = time.monotonic() + patience_s
    name = hashlib.sha256(os.path.realpath(folder).encode("utf-8", "surrogateescape")).hexdigest()
    try:
        with filelock.FileLock(_home() / f"{name[:32]}.lock", timeout=patience_s), _shared(folder.parent, until):
            yield
    except (filelock.Timeout, TimeoutError):
        raise ReproError(
            "B607",
            f"another session has been recording there for {patience_s:g} seconds",
            place=folder.name,
            mend="let it end, then run pytest --repro-record again",
        ) from None


@contextmanager
def _shared(parent: Path, until: float) -> Iterator[None]:
    """Excludes other users, and other temporary folders, by a lock on the folder of the test modules itself.

    A lock on a folder needs no file, so that nothing is left in it, nothing can be put in its place, and whoever may
    read the folder may hold it. The folder of envelopes would not do: the first session makes it. Where the system has
    no such lock (Windows), or the file system none for folders (NFS), the lock of one user is what there is.
    """
    try:
        import fcntl  # noqa: PLC0415  # POSIX alone has it

        handle = os.open(parent, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except (ImportError, OSError):  # what cannot be opened cannot be written to either, which is told then
        yield
        return
    try:
        _wait(lambda: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB), until)
        yield
    finally:
        os.close(handle)


def _wait(take: Callable[[], None], until: float) -> None:
    """Take a lock as soon as it is free.

    Raises:
        TimeoutError: It was not free in time.
    """
    while True:
        try:
            take()
        except BlockingIOError:
            if time.monotonic() > until:
                raise TimeoutError from None
            time.sleep(AGAIN_S)
        except OSError:  # this file system locks no folders
            return
        else:
            return


def _home() -> Path:
    """The folder of locks among the temporary files, one a user: nobody else can write into it."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    home = Path(tempfile.gettempdir()) / f"pytest-repro-locks-{user}"
    home.mkdir(mode=0o700, exist_ok=True)
    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != user):
        raise file.unsafe(home, "folder")
    return home
