"""The function that a test item really runs, below what decorators and plugins put around it."""

from __future__ import annotations

import functools
import inspect
from types import FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def function_of(item: pytest.Item) -> FunctionType | None:
    """The innermost test function; None for doctests and items of other kinds."""
    found = getattr(item, "obj", None)
    if found is None or not hasattr(item, "fixturenames"):
        return None
    hypothesis = getattr(found, "hypothesis", None)
    if hypothesis is not None:  # @given keeps the test that it calls with examples
        found = getattr(hypothesis, "inner_test", found)
    for _ in range(20):  # a wrapper may lead to a partial, and that to a method
        before = found
        found = getattr(found, "__func__", found)
        if isinstance(found, functools.partial):
            found = found.func
        try:
            found = inspect.unwrap(found)
        except ValueError:  # wrappers in a circle
            return None
        if found is before:
            break
    return found if isinstance(found, FunctionType) else None
