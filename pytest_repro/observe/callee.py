"""The function that runs in the end, below wrappers, partials and bound methods."""

from __future__ import annotations

import functools
import inspect
from types import FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CellType

DEEPEST = 20
"""Layers that are taken off; more is a circle."""


def innermost(found: object) -> FunctionType | None:
    """The function below methods, ``functools.partial`` and ``functools.wraps``; None if there is none.

    Only the function that a wrapper names by ``__wrapped__`` is found; for one that names none see :func:`enclosed`.
    """
    for _ in range(DEEPEST):
        before = found
        found = getattr(found, "__func__", found)
        if isinstance(found, functools.partial):
            found = found.func
        if callable(found):
            try:
                found = inspect.unwrap(found)
            except ValueError:  # wrappers in a circle
                return None
        if found is before:
            break
    return found if isinstance(found, FunctionType) else None


def enclosed(wrapper: FunctionType, name: str) -> FunctionType | None:
    """The function of that name that a wrapper without ``__wrapped__`` keeps among what it closes over; None if none.

    Args:
        wrapper: A decorator's or a plugin's function, as pytest-mpl puts one around each test that makes a figure.
        name: As the test was defined.
    """
    waiting, seen = [wrapper], {wrapper}
    for one in waiting:
        held = [cell.cell_contents for cell in one.__closure__ or () if not _empty(cell)]
        for found in map(innermost, held):
            if found is not None and found not in seen:
                if found.__name__ == name:
                    return found
                seen.add(found)
                waiting.append(found)
    return None


def _empty(cell: CellType) -> bool:
    try:
        return cell.cell_contents is None
    except ValueError:  # a name that is bound later, or was deleted
        return True
