"""Aside: fresh processes for one test of a running session, bounded in tests and in time, whatever looks into it."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.plugin.campaign import alone
from pytest_repro.plugin.neighbours import hidden_runs_wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from pytest_repro.plugin.campaign import Campaign
    from pytest_repro.plugin.premises import Premises


class Aside:
    """What a session has for one kind of search.

    Args:
        config: Of the session.
        premises: Of the session.
        tests: Of the session that are looked into.
        seconds: After which no further search is begun.
    """

    def __init__(self, config: pytest.Config, premises: Premises, *, tests: int, seconds: float) -> None:
        self._config = config
        self._premises = premises
        self._tests = tests
        self._seconds = seconds

    @property
    def open(self) -> bool:
        """Whether a search may begin: there is some of both left, and this process may start others."""
        here = not hasattr(self._config, "workerinput") and hidden_runs_wanted(self._config)
        return here and self._tests > 0 and self._seconds > 0

    @contextmanager
    def campaign(self, item: pytest.Item) -> Iterator[Campaign]:
        """Fresh processes for one test; what they wrote goes with the block, whose time counts."""
        self._tests -= 1
        begun = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix="pytest-repro-"))
        try:
            yield alone(self._config, item, self._premises.settings.session_seed, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            self._seconds -= time.monotonic() - begun
