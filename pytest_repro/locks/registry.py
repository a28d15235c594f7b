"""The lock formats that are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.locks.conda_lock import CondaLock
from pytest_repro.locks.explicit import Explicit
from pytest_repro.locks.pdm import PdmLock
from pytest_repro.locks.pipenv import PipfileLock
from pytest_repro.locks.pixi import PixiLock
from pytest_repro.locks.poetry import PoetryLock
from pytest_repro.locks.pylock import Pylock
from pytest_repro.locks.requirements import Requirements
from pytest_repro.locks.uv import UvLock

if TYPE_CHECKING:
    from pytest_repro.locks.form import Form

FORMS: tuple[Form, ...] = (
    Pylock(),  # the standard, named by its own first keys, which no other format has
    UvLock(),  # TOML like the two below, told apart by its sources
    PoetryLock(),  # says so in its first line, or has groups and files as pdm's has, without pdm's metadata
    PdmLock(),  # says so in its first line
    PipfileLock(),  # the only one in JSON
    PixiLock(),  # told by its outermost keys, as the next
    CondaLock(),  # as above; up to version 3 pixi wrote this form
    Explicit(),  # told by one line, which is no requirement
    Requirements(),  # last: nearly any line of text could be a requirement
)


def form_of(name: str, head: bytes) -> Form | None:
    """Whose a file is: by its content if any form recognises that, else by its name; None if nobody's.

    Args:
        name: The file's name without folders.
        head: Its first bytes, :data:`pytest_repro.locks.form.HEAD` of them.
    """
    for asked in ("", name):
        for form in FORMS:
            if form.owns(asked, head):
                return form
    return None
