"""What pytest collects: the names of all tests of each module, whether or not they are deselected afterwards."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class _Collector:
    """Takes tests as they are collected, before any option or plugin selects among them."""

    def __init__(self) -> None:
        self.names: dict[Path, set[str]] = {}
        self.partly: set[Path] = set()
        self.config: pytest.Config | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        """The words that say what is collected."""
        self.config = config

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """A test is there."""
        self.names.setdefault(item.path, set()).add(item.nodeid.partition("::")[2] or item.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module of which a part cannot be collected is not known."""
        path = report.nodeid.partition("::")[0]
        if report.outcome != "passed" and path and self.config is not None:
            self.partly.add(self.config.rootpath / path)


def collected(arguments: Sequence[str] = ()) -> dict[Path, frozenset[str]]:
    """The tests of every module that pytest collects here as a whole.

    Modules are left out that cannot be imported, that are skipped as a whole, and of which a word names tests alone: of
    those nobody knows what they hold. pytest's own output is not shown.

    Args:
        arguments: Words for pytest.
    """
    collector = _Collector()
    heard = io.StringIO()
    words = ["--collect-only", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors", *arguments]
    with redirect_stdout(heard), redirect_stderr(heard):
        pytest.main(words, plugins=[collector])
    config = collector.config
    if config is None:
        return {}
    named = {config.invocation_params.dir / word.partition("::")[0] for word in config.args if "::" in word}
    unknown = collector.partly | named
    return {path: frozenset(names) for path, names in collector.names.items() if path not in unknown}
