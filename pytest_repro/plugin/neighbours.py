"""Other plugins that a second run of a test would disturb, and what keeps them undisturbed."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_repro.plugin.target import FunctionType


def rearm_timeout(item: pytest.Item) -> None:
    """Give the visible run the whole time that pytest-timeout allows; one timer would cover all runs.

    Its hooks are public; the settings of one item it tells to nobody, hence the private function.
    """
    timeout: Any = sys.modules.get("pytest_timeout")
    hooks: Any = item.config.pluginmanager.hook
    if timeout is None or not hasattr(hooks, "pytest_timeout_set_timer"):
        return
    settings = timeout._get_item_settings(item)  # noqa: SLF001
    if settings.timeout and settings.timeout > 0 and not settings.func_only:
        hooks.pytest_timeout_cancel_timer(item=item)
        hooks.pytest_timeout_set_timer(item=item, settings=settings)


@contextmanager
def returning_allowed() -> Iterator[None]:
    """A replayed test may return what is to be compared; pytest warns of a returned value as of a forgotten assert."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pytest.PytestReturnNotNoneWarning)
        yield


def hidden_runs_wanted(config: pytest.Config) -> bool:
    """Whether the session runs tests at all, and not under a debugger from their first line."""
    return not any(config.getoption(name, False) for name in ("setuponly", "setupplan", "trace"))


def rewriter_for(function: FunctionType, config: pytest.Config) -> Any:
    """pytest's own rewriting of asserts, where pytest rewrote the test's module; None elsewhere."""
    from _pytest.assertion.rewrite import rewrite_asserts  # noqa: PLC0415  # private: what pytest's import hook calls

    if "@pytest_ar" not in function.__globals__:
        return None
    return lambda tree, source, filename: rewrite_asserts(tree, source, filename, config)
