"""The lock of one folder of envelopes: two sessions that record there take turns, and leave nothing beside them."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError
from pytest_repro.store import file

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_S = 60.0
"""Seconds that a session waits for another: the longest that writing some hundred megabytes may take."""


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

    name = hashlib.sha256(os.path.realpath(folder).encode("utf-8", "surrogateescape")).hexdigest()
    try:
        with filelock.FileLock(_home() / f"{name[:32]}.lock", timeout=patience_s):
            yield
    except filelock.Timeout:
        raise ReproError(
            "B607",
            f"another session has been recording there for {patience_s:g} seconds",
            place=folder.name,
            mend="let it end, then run pytest --repro-record again",
        ) from None


def _home() -> Path:
    """The folder of locks among the temporary files, one a user: nobody else can write into it."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    home = Path(tempfile.gettempdir()) / f"pytest-repro-locks-{user}"
    home.mkdir(mode=0o700, exist_ok=True)
    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != user):
        raise file.unsafe(home, "folder")
    return home
