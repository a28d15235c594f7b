"""A stretch of this plugin's own work, whose faults are told and keep the test's own verdict."""

from __future__ import annotations

import io
import traceback
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


ENDING = (KeyboardInterrupt, SystemExit, GeneratorExit, pytest.exit.Exception)
"""Interrupts, and a test's own wish to end the session; ``pytest.fail`` and ``pytest.skip`` are none."""


def ends_session(error: BaseException) -> bool:
    """Whether an error, or one of a group, is an interrupt or asks for the end of the session."""
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(ENDING) is not None
    return isinstance(error, ENDING)


@contextmanager
def unheard() -> Iterator[None]:
    """Errors and output of another teardown of fixtures reach nobody: the visible run's has told them."""
    silence = io.StringIO()
    try:
        with redirect_stdout(silence), redirect_stderr(silence):
            yield
    except BaseException as error:
        if ends_session(error):
            raise


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
        if kind is None or error is None or ends_session(error):
            return False
        told = "".join(traceback.format_exception(kind, error, where))
        self._faults.append(f"{self._nodeid}\n{told}")
        return True
