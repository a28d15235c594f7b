"""Whose code runs: the user's, a library's, the interpreter's, or that of the machinery which runs the tests."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import CodeType, FrameType

_STANDARD = tuple({sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib")})
_INSTALLED = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))
_OURS = str(Path(__file__).parents[1]) + os.sep
_MACHINERY = ("_pytest", "pluggy", "pytest", "xdist", "execnet", "threadpoolctl")


class Ownership:
    """Tells code apart by its file; answers are kept, since they are asked for at every line.

    Args:
        own: Files that are the user's though they are installed like a library's: the test module itself.
    """

    def __init__(self, own: Collection[str] = ()) -> None:
        self._own = frozenset(own)
        self._foreign: dict[CodeType, bool] = {}

    def foreign(self, code: CodeType) -> bool:
        """Whether code is not the user's."""
        known = self._foreign.get(code)
        if known is None:
            name = code.co_filename
            library = standard(name) or installed(name)
            known = self._foreign[code] = library and name not in self._own
        return known


def standard(name: str) -> bool:
    """Whether a file is the interpreter's, or our own; libraries may be installed below the interpreter's folder."""
    if name.startswith((_OURS, "<")):
        return True
    return name.startswith(_STANDARD) and not installed(name)


def installed(name: str) -> bool:
    """Whether a file is an installed library's."""
    return any(part in name for part in _INSTALLED)


def machinery(frame: FrameType) -> bool:
    """Whether a frame is of what runs the tests: pytest, its plugins, xdist."""
    root = module(frame).partition(".")[0]
    return root in _MACHINERY or root.startswith("pytest_")


def module(frame: FrameType) -> str:
    """Name of the module that a frame runs in."""
    return str(frame.f_globals.get("__name__", "?"))


def dotted(frame: FrameType) -> str:
    """``scipy.optimize.minimize``: module and qualified name of the function that a frame runs."""
    return f"{module(frame)}.{frame.f_code.co_qualname.replace('<locals>.', '')}"
