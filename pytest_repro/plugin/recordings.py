"""What a session records: gathered from its tests and workers, written once at its end, and told."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_repro.controls.counting import counted
from pytest_repro.errors import ReproError
from pytest_repro.store.parcel import packed, unpacked

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

    from pytest_repro.store.change import Change, Written
    from pytest_repro.store.local import LocalStore

SHOWN = 20
"""Tests that are named, of each kind."""

MEND = "repro.record(value=value), assert on it, return it, or @pytest.mark.replay(observe='+locals')"


class Recordings:
    """Changes that wait for the end of the session.

    Args:
        store: Where they are written.
        root: The project.
    """

    def __init__(self, store: LocalStore, root: Path) -> None:
        self._store = store
        self._root = root
        self._changes: list[Change] = []
        self._refused: list[tuple[str, str]] = []
        self._written: Written | None = None
        self._folders: list[tempfile.TemporaryDirectory[str]] = []

    def add(self, change: Change) -> None:
        """One more test is to be recorded."""
        self._changes.append(change)

    def refuse(self, nodeid: str, why: str) -> None:
        """One more test is not to be recorded."""
        self._refused.append((nodeid, why))

    def pack(self, change: Change) -> dict[str, Any]:
        """A change as it travels from a worker."""
        return packed(change, self._root, self._store.limit_bytes)

    def take(self, parcel: dict[str, Any]) -> None:
        """What a worker wants to be recorded."""
        if "refused" in parcel:
            self.refuse(*parcel["refused"])
            return
        if not self._folders:  # only a controller needs one, for the arrays of its workers
            self._folders.append(tempfile.TemporaryDirectory(prefix="pytest-repro-recorded-"))
        try:
            self.add(unpacked(parcel, self._root, Path(self._folders[0].name), self._store.limit_bytes))
        except ReproError as error:
            self.refuse(parcel["name"], str(error))

    def write(self) -> None:
        """Write all of it; what cannot be written is told, and the rest is written."""
        self._written = self._store.write(self._changes)
        self._refused += [(each.change.name, str(each.error)) for each in self._written.refused]
        for folder in self._folders:
            folder.cleanup()

    @property
    def failed(self) -> bool:
        """Whether something that was to be written was not."""
        return bool(self._written and self._written.refused)

    def line(self) -> str:
        """What was done, in one line."""
        if self._written is None:
            return ""
        parts = [
            f"recorded {counted(len(self._written.written), 'test')} in {counted(len(self._written.files), 'file')}"
        ]
        parts += [f"kept {len(self._written.kept)}"] if self._written.kept else []
        parts += [f"refused {len(self._refused)}"] if self._refused else []
        return ", ".join(parts)

    def show(self, reporter: TerminalReporter) -> None:
        """Tests that were not recorded, and why, and those of which nothing is kept that could drift."""
        empty = [one.name for one in (self._written.written if self._written else ()) if not one.recorded.telling]
        if empty:
            reporter.section("repro: recorded with nothing but an outcome", yellow=True)
            _some(reporter, empty)
            reporter.write_line(f"  local variables are not recorded: {MEND}")
        if self._refused:
            reporter.section("repro: not recorded", yellow=True)
            _some(reporter, [f"{nodeid}: {why}" for nodeid, why in self._refused])


def _some(reporter: TerminalReporter, lines: list[str]) -> None:
    for line in lines[:SHOWN]:
        reporter.write_line(line)
    if len(lines) > SHOWN:
        reporter.write_line(f"and {len(lines) - SHOWN} more")
