"""Patterns that are compiled when they are first used: sixty of them take 10 ms, and most sessions need few."""

from __future__ import annotations

import re
from typing import Any, cast


class Lazy:
    """Stands for a compiled pattern until somebody asks it for something.

    Args:
        pattern: As of ``re.compile``.
        flags: Likewise.
    """

    __slots__ = ("_compiled", "_flags", "_pattern")

    def __init__(self, pattern: str, flags: int) -> None:
        self._pattern = pattern
        self._flags = flags
        self._compiled: re.Pattern[str] | None = None

    def __getattr__(self, name: str) -> Any:
        if self._compiled is None:
            self._compiled = re.compile(self._pattern, self._flags)
        return getattr(self._compiled, name)


def lazily(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """The pattern, compiled at its first use."""
    return cast("re.Pattern[str]", Lazy(pattern, flags))
