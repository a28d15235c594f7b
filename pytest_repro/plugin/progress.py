"""Progress of fresh processes, as it suits a terminal, the log of a CI job, or ``-q``."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_repro.controls.counting import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pytest

    from pytest_repro.plugin.children import Child

EVERY_S = 0.2
"""Seconds between two pictures of a terminal's line."""

LOGGED_S = 30.0
"""Seconds between two lines in a log, which shows that nothing hangs and stays short."""


BETWEEN_S = 10.0
"""Seconds of silence in the middle of a test after which a line tells what goes on."""


class Progress:
    """Tells how far the fresh processes are.

    Args:
        config: Of the session.
        between: Whether the session's tests are under way: their own line is left alone, and short work is not told.
    """

    def __init__(self, config: pytest.Config, *, between: bool = False) -> None:
        self._reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        self._quiet = self._reporter is None or self._reporter.verbosity < 0
        self._between = between

    @contextmanager
    def of(self, children: Sequence[Child]) -> Iterator[Callable[[Sequence[Child]], None]]:
        """Tell of these children while the block runs."""
        if self._quiet or not children:
            yield lambda _children: None
            return
        live = bool(self._reporter.isatty) and not self._between
        pause = EVERY_S if live else BETWEEN_S if self._between else LOGGED_S
        told = [time.monotonic()]

        def tick(children: Sequence[Child]) -> None:
            if time.monotonic() - told[0] < pause:
                return
            told[0] = time.monotonic()
            text = "repro: " + "  ".join(_far(child) for child in children if child.started)
            if live:
                self._reporter.rewrite(text[: self._reporter._tw.fullwidth - 1], erase=True)  # noqa: SLF001  # its width has no public name
            else:
                self._line(text)

        yield tick
        if live:
            self._reporter.rewrite("", erase=True)
        for child in children if not self._between else ():
            self._reporter.write_line(_over(child))

    @contextmanager
    def looking(self, nodeid: str) -> Iterator[Callable[[int], None]]:
        """Tell of a search for a cause while the block runs: called with the number of each further run."""
        told = [time.monotonic()]

        def tick(runs: int) -> None:
            if not self._quiet and time.monotonic() - told[0] > BETWEEN_S:
                told[0] = time.monotonic()
                self._line(f"repro: looking for the cause of {nodeid}, run {runs}")

        yield tick

    def _line(self, text: str) -> None:
        self._reporter.ensure_newline()
        self._reporter.write_line(text)


def _far(child: Child) -> str:
    return f"{child.errand.condition.label} {child.done}/{len(child.errand.ids)}"


def _over(child: Child) -> str:
    brought = child.brought()
    ran = f"{len(brought.ended)} of {counted(len(child.errand.ids), 'test')}"
    return f"repro: {child.errand.condition.label} {ran} in {brought.seconds:.1f} s"
