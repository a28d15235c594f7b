"""Where locks lie: the ones that may apply to a folder, the likeliest first."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from pytest_repro.locks.form import HEAD, plain
from pytest_repro.locks.registry import form_of
from pytest_repro.locks.requirements import pins_everything

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORDER = (
    "pylock.toml",  # the standard; who keeps it beside another means it to be used
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "pixi.lock",  # conda's side comes after Python's, and first in a conda environment
    "conda-lock.yml",
    "explicit",
    "requirements",  # last: what any other lock may have been exported to
)
CONDA = frozenset({"pixi.lock", "conda-lock.yml", "explicit"})

_CANDIDATE = re.compile(
    r"pylock(?:\.[^.]+)?\.toml|(?:uv|poetry|pdm(?:\.[\w-]+)?|Pipfile|pixi)\.lock|(?:[\w.-]+[.-])?conda-lock\.ya?ml"
    r"|[\w.-]*requirements[\w.-]*\.(?:txt|lock)|[\w.-]*(?:explicit|conda|spec-file)[\w.-]*\.(?:txt|lock)"
    r"|[\w.-]*(?:linux|osx|win)-[\w-]+\.lock"
)
_FOLDERS = ("requirements", "locks")
"""Folders beside a project in which pinned requirements, and locks for platforms, are kept."""


def find(start: Path, stop: Path) -> tuple[Path, ...]:
    """The locks that may apply to ``start``: nearer folders first, in a folder by the order of formats.

    Args:
        start: The project's folder.
        stop: The last folder that is looked into, on the way up; where it is not above ``start``, only that is.

    Returns:
        Files that exist, told by their content. Requirements count where every line is pinned.
    """
    start, stop = plain(start), plain(stop)
    folders = [start, *start.parents]
    folders = folders[: folders.index(stop) + 1] if stop in folders else [start]
    return tuple(path for folder in folders for path in _in(folder))


def _in(folder: Path) -> list[Path]:
    conda = os.path.isdir(os.path.join(sys.prefix, "conda-meta"))  # noqa: PTH112, PTH118  # half the time of pathlib's
    ranked = []
    for depth, path in _candidates(folder):
        form = _format(path)
        if form is None:
            continue
        named = form == "pylock.toml" and path.name != "pylock.toml" and path.name.startswith("pylock.")
        rank = (form not in CONDA) if conda else 0
        place = ORDER.index(form) if form in ORDER else len(ORDER)
        # "requirements.txt" before "requirements-docs.txt"
        ranked.append(((depth, named, rank, place, len(path.name), path.name), path))
    return [path for _, path in sorted(ranked)]


def _candidates(folder: Path) -> Iterator[tuple[int, Path]]:
    """Files by the look of their names, in the folder and in the ones beside it that hold locks."""
    for depth, inner in enumerate((folder, *(folder / name for name in _FOLDERS))):
        try:
            names = sorted(os.listdir(inner))  # noqa: PTH208  # names alone are asked for
        except OSError:
            continue
        for name in names:
            if _CANDIDATE.fullmatch(name) or (depth and name.endswith((".txt", ".lock"))):
                path = inner / name
                if not path.is_dir():
                    yield min(depth, 1), path


def _format(path: Path) -> str | None:
    """The name of its format; None for a requirements file that is no lock, and for what nobody recognises."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            form = form_of(path.name, head)
            if form is None or form.name != "requirements":
                return form.name if form else None
            return "requirements" if pins_everything(head + file.read(HEAD * 64)) else None
    except OSError:  # a dangling link named as a lock is a broken lock, and that is told when it is read
        form = form_of(path.name, b"")
        return form.name if form and form.name != "requirements" else None
