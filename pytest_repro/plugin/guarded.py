"""A stretch of this plugin's own work, whose faults are told and keep the test's own verdict."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import TracebackType


class Guarded:
    """A fault inside the block is told at the end, and the exit status is 3: the user's test is not to blame.

    No generator: it is entered twelve times a replayed test. It may be entered again, and within itself.

    Args:
        nodeid: The test's.
        faults: Gets the fault, with its traceback.
    """

    __slots__ = ("_faults", "_nodeid")

    def __init__(self, nodeid: str, faults: list[str]) -> None:
        self._nodeid = nodeid
        self._faults = faults

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> bool:
        if kind is None or not issubclass(kind, Exception) or issubclass(kind, pytest.exit.Exception):
            return False  # an interrupt, or the test's own wish to end the session
        told = "".join(traceback.format_exception(kind, error, where))
        self._faults.append(f"{self._nodeid}\n{told}")
        return True
