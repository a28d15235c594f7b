"""The places of a store: which file belongs to a module and a profile, whatever either is called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "__envelopes__"
"""The folder of envelopes beside the test modules."""

ARRAYS = "arrays"
"""The folder of large arrays below it, shared by all modules of one folder."""

SUFFIX = ".json"
LONGEST = 100  # characters of a profile's name: file systems end at 255 bytes, and the module's name stands there too

_PROFILE = re.compile(r"[A-Za-z0-9._+-]+")
_ESCAPED = re.compile(r"[%.<>:\"|?*\\/\x00-\x1f\x7f]")
_RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(10))}
)
"""Names that Windows keeps for devices, whatever suffix follows them."""


def checked(profile: str) -> str:
    """A profile's name, if it is one.

    Raises:
        ReproError: ``U102``, empty, too long, dots alone, or of other characters than ``A-Za-z0-9._+-``.
    """
    if _PROFILE.fullmatch(profile) and profile.strip(".") and len(profile) <= LONGEST:
        return profile
    raise ReproError(
        "U102",
        f"a profile is 1 to {LONGEST} of the characters A-Z a-z 0-9 . _ + - and not dots alone, not {profile!r:.60}",
        place="repro_profile",
        mend='write repro_profile = "{system}-py{python}", for instance',
    )


def stem(module: Path) -> str:
    """A module's name as its files begin.

    The suffix stays unless it is ``.py``, so that ``README.md`` and ``README.rst`` are two; dots and what some file
    system refuses are written ``%2E``, so that the name ends where the profile's begins.
    """
    name = module.stem if module.suffix == ".py" else module.name
    escaped = _ESCAPED.sub(lambda found: f"%{ord(found[0]):02X}", name)
    if escaped.upper() in _RESERVED:
        escaped = f"{escaped[:-1]}%{ord(escaped[-1]):02X}"
    return escaped


def named(file: str) -> tuple[str, str] | None:
    """The stem and the profile that a file's name holds; None where it is no name of ours."""
    begin, dot, profile = file.removesuffix(SUFFIX).partition(".")
    if not file.endswith(SUFFIX) or not begin or not dot or not _PROFILE.fullmatch(profile) or not profile.strip("."):
        return None
    return begin, profile
