"""A place: where a snapshot is taken, and how its paths and secrets are kept out of what is written."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 200  # characters of a variable or message; who needs more looks at the machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a snapshot is taken.

    Attributes:
        directory: A folder of the project, to ask git about.
        cache: Folder for what is slow to find out; None to keep nothing.
        folders: Folders that are never shown, each with the marker that stands for it, the longest path first.
    """

    directory: Path
    cache: Path | None = None
    folders: tuple[tuple[str, str], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folders", _folders(self.directory))

    def clean(self, text: str) -> str:
        """The text without secrets, without this machine's folders, cut to 200 characters."""
        shown = mask(text)
        for folder, marker in self.folders:
            shown = _replaced(shown, folder, marker)
        return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 3]}..."


def _folders(directory: Path) -> tuple[tuple[str, str], ...]:
    """Project, interpreter, temporary and home folder, as they are written and as links resolve them."""
    named = [(str(directory), "<project>"), (sys.prefix, "<prefix>"), (sys.base_prefix, "<prefix>")]
    named += [(tempfile.gettempdir(), "<tmp>"), (os.path.expanduser("~"), "<home>")]  # noqa: PTH111  # Path.home raises
    known: dict[str, str] = {}
    for folder, marker in named:
        for path in (folder, os.path.realpath(folder)):
            # a root folder, or a home that is none, would be found in every path
            if len(path.strip(os.sep)) > 1 and path not in ("/usr", "/usr/local"):
                known.setdefault(path, marker)
    return tuple(sorted(known.items(), key=lambda pair: -len(pair[0])))


def _replaced(text: str, folder: str, marker: str) -> str:
    """The folder's marker in place of the folder; ``/home/ann`` is not part of ``/home/anna``."""
    start = 0
    while (at := text.find(folder, start)) >= 0:
        end = at + len(folder)
        whole = not (text[end : end + 1].isalnum() or text[end : end + 1] in ("_", "-", "."))
        if whole and not text[at - 1 : at].isalnum():
            text = f"{text[:at]}{marker}{text[end:]}"
            start = at + len(marker)
        else:
            start = end
    return text
