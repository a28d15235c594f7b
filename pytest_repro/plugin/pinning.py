"""Entropy pinned for a session, from before the first ``conftest.py`` on: it may draw while it is imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.observe.pinned import Pinned
from pytest_repro.plugin.childhood import PINNING
from pytest_repro.report import draws
from pytest_repro.seeds.registry import LIBRARIES
from pytest_repro.seeds.seeder import Library

if TYPE_CHECKING:
    import pytest

FIRST_SEED = 0
"""Until the session's seed is known: a drawn one is known only once the session begins."""


class Pinning:
    """Serves entropy for as long as pytest runs."""

    def __init__(self) -> None:
        self.pinned = Pinned(FIRST_SEED)
        self.pinned.start()

    def pytest_unconfigure(self) -> None:
        """All is as it was found."""
        self.pinned.stop()

    def libraries(self) -> tuple[Library, ...]:
        """The registry's, and behind them the entropy: it is pinned, held and put back as they are."""
        # of a module that always stands there: pytester takes out of sys.modules what a session inside a test imported
        return (*LIBRARIES, Library("entropy", "sys", "modules", lambda _module: self.pinned))

    def places(self, config: pytest.Config) -> dict[str, int]:
        """How often entropy was served, by place."""
        root = Path(config.rootpath)
        found: dict[str, int] = {}
        for site, times in self.pinned.sites.items():
            place = draws.sentence(site, root)
            found[place] = found.get(place, 0) + times
        return found


def start(config: pytest.Config) -> None:
    """Pin entropy from now on."""
    if not config.pluginmanager.hasplugin(PINNING):
        config.pluginmanager.register(Pinning(), PINNING)
