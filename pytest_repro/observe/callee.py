"""The function that runs in the end, below wrappers, partials and bound methods."""

from __future__ import annotations

import functools
import inspect
from types import FunctionType

DEEPEST = 20
"""Layers that are taken off; more is a circle."""


def innermost(found: object) -> FunctionType | None:
    """The function below methods, ``functools.partial`` and ``functools.wraps``; None if there is none.

    Only the function that a wrapper names by ``__wrapped__`` is found: a wrapper that names none is the test itself.
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
