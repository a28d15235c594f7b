"""What a run said: its output, its log and its warnings, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging
    import warnings
    from collections.abc import Iterable

MOST = 1000
"""Lines of one stream that stand at an address of their own."""


def lines(name: str, text: str, *, most: int = MOST) -> dict[str, str]:
    """The lines of a captured text: ``stdout[0]``, ``stdout[1]``; what is beyond ``most`` is one text.

    Args:
        name: The category: ``stdout``, ``stderr`` or ``logs``.
        text: What was captured.
        most: Lines that get an address of their own.
    """
    return _numbered(name, text.splitlines(), most)


def from_warnings(seen: Iterable[warnings.WarningMessage], *, most: int = MOST) -> dict[str, str]:
    """Warnings by category and message, in the order in which they were given: ``warnings[0]``.

    Where one was given is no part of it: a line number moves with every edit.
    """
    return _numbered("warnings", [f"{one.category.__name__}: {_message(one)}" for one in seen], most)


def from_records(records: Iterable[logging.LogRecord], *, most: int = MOST) -> dict[str, str]:
    """Log records by level, logger and message, without time, file, line and thread: ``logs[0]``."""
    return _numbered("logs", [f"{one.levelname} {one.name}: {_text(one)}" for one in records], most)


def _numbered(name: str, found: list[str], most: int) -> dict[str, str]:
    numbered = {f"{name}[{number}]": line for number, line in enumerate(found[:most])}
    if len(found) > most:
        numbered[f"{name}[{most}:]"] = "\n".join(found[most:])
    return numbered


def _message(one: warnings.WarningMessage) -> str:
    try:
        return str(one.message)
    except Exception as error:  # noqa: BLE001  # a warning class of the user's own
        return f"<no text: {type(error).__name__}>"


def _text(one: logging.LogRecord) -> str:
    try:
        return one.getMessage()
    except Exception as error:  # noqa: BLE001  # arguments that do not fit the format
        return f"{one.msg!r:.200} <no text: {type(error).__name__}>"
