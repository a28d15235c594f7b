"""An inquiry: a generator that yields what it wants tried and is sent what that showed, until it concludes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Wanted = TypeVar("Wanted")
Shown = TypeVar("Shown")
Found = TypeVar("Found")


def concluded(inquiry: Generator[Wanted, Shown, Found], carry_out: Callable[[Wanted], Shown]) -> Found:
    """What an inquiry concludes.

    Args:
        inquiry: Not begun yet.
        carry_out: Called for each thing that it wants.
    """
    try:
        wanted = next(inquiry)
        while True:
            wanted = inquiry.send(carry_out(wanted))
    except StopIteration as end:
        found: Found = end.value
        return found
