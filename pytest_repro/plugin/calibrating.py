"""The calibration of one test: its replay limits measured from the runs and conditions that it had."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.controls import calibration as measuring
from pytest_repro.controls.conditions import Terms
from pytest_repro.report import calibration as told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.controls.verdict import Finding
    from pytest_repro.plugin.conditions import Conditions
    from pytest_repro.plugin.replay import Replay


class Calibrated(NamedTuple):
    """What a calibration gave.

    Attributes:
        lines: For the summary.
        limits: By condition, to be recorded as evidence.
        findings: Tolerances that do not fit.
    """

    lines: list[str]
    limits: Mapping[str, float]
    findings: tuple[Finding, ...]


def calibrated(replay: Replay, conditions: Conditions | str, policy: Mapping[str, Action]) -> Calibrated:
    """The replay limits of one test.

    Args:
        replay: Its runs.
        conditions: What fresh processes gave, or why they are out of reach.
        policy: Actions by code.
    """
    nodeid, plan = replay.item.nodeid, replay.plan
    varied = () if isinstance(conditions, str) else conditions.of(nodeid)
    runs = replay.envelopes()
    measured = measuring.calibrated(runs, varied)
    simulated = {one.condition.label for one in varied if one.condition.hardware}
    suggestion = measuring.suggested(measured)
    lines = told.lines(nodeid, measured, suggestion, runs=len(runs), simulated=simulated) if measured else []
    finding = measuring.fit(measured, Terms(plan.tolerances, plan.under, plan.ignore), policy)
    return Calibrated(lines, measuring.evidence(measured), () if finding is None else (finding,))
