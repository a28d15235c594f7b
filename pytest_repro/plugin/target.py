"""The function that a test item really runs, below what decorators and plugins put around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.observe.callee import enclosed, innermost

if TYPE_CHECKING:
    from types import FunctionType

    import pytest


def function_of(item: pytest.Item) -> FunctionType | None:
    """The innermost test function; None for doctests and items of other kinds."""
    found = getattr(item, "obj", None)
    if found is None or not hasattr(item, "fixturenames"):
        return None
    hypothesis = getattr(found, "hypothesis", None)
    if hypothesis is not None:  # @given keeps the test that it calls with examples
        found = getattr(hypothesis, "inner_test", found)
    function, name = innermost(found), getattr(item, "originalname", None)
    if function is None or not name or function.__name__ == name:
        return function
    return enclosed(function, name) or function
