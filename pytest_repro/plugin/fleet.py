"""`--dist each`: every worker runs every test, and the controller compares what they showed.

Results travel with the reports, through xdist's own channel: workers on other machines share no disk.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_repro.compare import unsteady
from pytest_repro.controls.fleet import Fleet, Shown
from pytest_repro.controls.origin import Origin
from pytest_repro.environment.snapshot import Snapshot
from pytest_repro.errors import ReproError
from pytest_repro.report import matrix
from pytest_repro.store import parcel
from pytest_repro.store.recorded import Recorded
from pytest_repro.values.address import CATEGORIES, category
from pytest_repro.values.tolerance import Tolerances

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest
    from _pytest.terminal import TerminalReporter

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.controls.verdict import Finding, Verdict
    from pytest_repro.plugin.replay import Replay

EACH = "repro_each"
"""In a worker's input: its session runs every test on every worker."""

PARCEL = "repro_shown"
"""On a worker's report: what a test showed there."""

ENVIRONMENT = "repro_environment"
"""In a worker's output: where it ran."""

COUNTED = tuple(name for name in CATEGORIES if name != "rng")
"""Categories that are compared: where generators stand is no result."""

TOLERANCE = "as each test states"

LIMIT = 256 << 20
"""Bytes of one array that is sent; a test with a larger one is not compared."""


def packed(replay: Replay, verdict: Verdict, hardware: str) -> dict[str, Any]:
    """What a worker sends of a test.

    Args:
        replay: Its runs.
        verdict: Of them; a test that drifts by itself has no result to be compared.
        hardware: The class of this hardware.
    """
    first, *others = replay.envelopes()
    without = unsteady(first, others)
    ended = any(category(address) == "outcome" for address in without)
    if ended or any(finding.gaps and finding.action == "fail" for finding in verdict.findings):
        return {"test": replay.item.nodeid}
    plan = replay.plan
    kept = {address: leaf for address, leaf in first.observations.items() if address not in without}
    shown = Recorded.of(
        replace(first, observations=kept),
        categories=COUNTED,
        recorded=datetime.now(UTC),
    )
    try:
        content = parcel.content(shown, LIMIT)
    except ReproError:  # an array above the limit
        return {"test": replay.item.nodeid}
    return {
        "test": replay.item.nodeid,
        "content": content,
        "tolerances": plan.tolerances.to_list(),
        "under": {name: one.to_list() for name, one in plan.under.items()},
        "ignore": list(plan.ignore),
        "hardware": hardware,
    }


class Workers:
    """The controller's side.

    It learns of a worker when that is started, of a test with each report, and where a worker ran when it ends.
    """

    def __init__(self) -> None:
        self._fleet = Fleet(workers=())
        self._origins: dict[str, Origin] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._lines: list[str] = []

    def expect(self, worker: str) -> None:
        """One more worker was started."""
        self._fleet.workers = (*self._fleet.workers, worker)

    def hear(self, report: pytest.TestReport) -> None:
        """Take what a worker sent of a test, and note whose report it is."""
        node: Any = getattr(report, "node", None)  # xdist puts it there
        if node is None:
            return
        worker = str(node.gateway.id)
        facts = getattr(report, "repro", None)
        if isinstance(facts, dict):
            facts["worker"] = worker
        sent = vars(report).pop(PARCEL, None)
        if sent is not None:
            self._fleet.take(worker, sent["test"], self._shown(worker, sent) if "content" in sent else None)

    def ended(self, worker: str, output: Mapping[str, Any]) -> None:
        """A worker ended, and says where it ran."""
        try:
            self._origins[worker] = Origin(snapshot=Snapshot.from_dict(output[ENVIRONMENT]), reason="")
        except (KeyError, ReproError):
            self._origins[worker] = Origin(reason="the worker did not say where it ran")

    def finding(self, policy: Mapping[str, Action]) -> Finding | None:
        """What the session is told, once all workers ended.

        Args:
            policy: Actions by code; the catalogue's where it is silent.
        """
        self._fleet.finish()
        if self._fleet.differs:
            places = self.places()
            names = {worker: name for worker, (name, _) in places.items()}
            self._lines = matrix.text(self._fleet.matrix(names), dict(places.values()), TOLERANCE).splitlines()
        if self._folder is not None:
            self._folder.cleanup()
        return self._fleet.finding(policy)

    def places(self) -> dict[str, tuple[str, Origin]]:
        """What each worker is called, and where it ran: ``gw0 py3.12 Haswell``."""
        known = {one: self._origins.get(one, Origin()) for one in self._fleet.workers}
        return {one: (" ".join((one, *_parts(origin.snapshot))), origin) for one, origin in known.items()}

    def show(self, reporter: TerminalReporter) -> None:
        """The table of tests by workers."""
        if self._lines:
            reporter.section("repro: workers")
            for line in self._lines:
                reporter.write_line(line)

    def _shown(self, worker: str, sent: dict[str, Any]) -> Shown | None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="pytest-repro-workers-")
        try:
            found = parcel.opened(sent["content"], Path(self._folder.name, "arrays"), LIMIT)
        except ReproError:  # another version of this plugin packs otherwise
            return None
        return Shown(
            envelope=found.envelope(sent["test"], worker),
            tolerances=Tolerances.from_list(sent["tolerances"]),
            under={name: Tolerances.from_list(rules) for name, rules in sent["under"].items()},
            ignore=tuple(sent["ignore"]),
            hardware=str(sent["hardware"]),
        )


def _parts(snapshot: Snapshot | None) -> tuple[str, ...]:
    """What tells workers apart at a glance."""
    if snapshot is None:
        return ()
    version = ".".join(str(snapshot.python.version).split(".")[:2])
    return (f"py{version}", *([str(snapshot.blas.kernel)] if snapshot.blas.kernel else []))
