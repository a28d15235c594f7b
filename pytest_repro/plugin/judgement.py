"""The judgement of a session: what its tests' runs, their records, their fresh processes and waivers make of a report.

A child judges nothing, so it does not import this.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_repro.controls.waiving import REPLAY, Waived, waive
from pytest_repro.plugin.judging import verdict_of
from pytest_repro.plugin.reporting import Amendment
from pytest_repro.store.place import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from pytest_repro.controls.baseline import Baseline
    from pytest_repro.controls.verdict import Finding, Verdict
    from pytest_repro.plugin.baselines import Baselines
    from pytest_repro.plugin.leaking import Leaks
    from pytest_repro.plugin.premises import Premises
    from pytest_repro.plugin.proving import Proving
    from pytest_repro.plugin.replay import Replay
    from pytest_repro.plugin.tally import Tally
    from pytest_repro.plugin.varying import Varying


class Judgement:
    """Judges tests, one after the other.

    Args:
        config: Of the session.
        premises: What its tests stand on.
        varying: Its fresh processes.
        tally: Takes what is to be recorded.
    """

    def __init__(self, config: pytest.Config, premises: Premises, varying: Varying, tally: Tally) -> None:
        self._config = config
        self._premises = premises
        self._settings = premises.settings
        self._varying = varying
        self._tally = tally
        self._kept: dict[Path, bool] = {}
        self._opened: Baselines | None = None
        self._proving: Proving | None = None
        self._leaks: Leaks | None = None

    def judge(self, replay: Replay, reports: list[pytest.TestReport]) -> None:
        """Amend the held reports of one test by what its runs showed; hand on what is to be recorded."""
        if not replay.hidden and replay.plan.runs != 1:
            return
        policy = self._settings.policy
        verdict = self._with_recorded(replay, self._located(replay.item, verdict_of(replay, policy)))
        varied = None
        if replay.plan.vary is not None:
            from pytest_repro.plugin.weighing import weighed  # noqa: PLC0415  # 40 ms, where something is varied

            apart = hasattr(self._config, "workerinput")
            varied = weighed(replay, verdict, self._varying.conditions(), policy, apart=apart)
            verdict = varied.verdict
        calibration = None
        if self._settings.calibrate:
            from pytest_repro.plugin.calibrating import calibrated  # noqa: PLC0415  # only where asked for

            calibration = calibrated(replay, self._varying.conditions(), policy)
            verdict = replace(verdict, findings=(*verdict.findings, *calibration.findings))
        if verdict.findings and not verdict.owner:
            verdict = replace(verdict, owner=self._premises.owner_of(replay.item.path))
        waived = Waived(verdict, (), ())
        if verdict.findings:
            waived = waive(verdict, self._premises.waivers, self._premises.today, verdict.condition)
        main = Amendment(replay, waived, self._premises, varied).apply(reports)
        if calibration is not None and main is not None:
            vars(main)["repro"]["limits"] = calibration.lines
        if main is not None and getattr(self._config, "workerinput", {}).get("repro_each"):
            from pytest_repro.plugin import fleet  # noqa: PLC0415  # only where workers are compared

            hardware = self._premises.snapshot.hw_class
            vars(main)[fleet.PARCEL] = fleet.packed(replay, waived.verdict, hardware)
        if self._settings.record and main is not None:
            self._record(replay, waived.verdict, main, {} if calibration is None else calibration.limits)

    def _with_recorded(self, replay: Replay, verdict: Verdict) -> Verdict:
        """The verdict with what recorded envelopes add to it, where there may be one."""
        module = replay.item.path
        if module not in self._kept:
            self._kept[module] = bool(self._settings.store) or (module.parent / FOLDER).is_dir()
        if not (self._kept[module] or replay.plan.recorded):
            return verdict
        return self._baselines().judged(replay, verdict)

    def _prove(self, item: pytest.Item, baseline: Baseline, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """With what a fresh process proves of the cause, where something drifted from its record."""
        if not any(one.gaps and one.action != "accept" for one in findings):
            return findings
        if self._proving is None:
            from pytest_repro.plugin.proving import Proving  # noqa: PLC0415  # only where something drifted

            self._proving = Proving(self._config, self._premises)
        return self._proving.proved(item, baseline, findings)

    def _located(self, item: pytest.Item, verdict: Verdict) -> Verdict:
        """With what fresh processes find of the state that a test leaves for its next run."""
        if not any(one.code == "R105" for one in verdict.findings):
            return verdict
        if self._leaks is None:
            from pytest_repro.plugin.leaking import Leaks  # noqa: PLC0415  # only where something is left

            self._leaks = Leaks(self._config, self._premises)
        return self._leaks.located(item, verdict)

    def _baselines(self) -> Baselines:
        if self._opened is None:
            from pytest_repro.plugin.baselines import Baselines  # noqa: PLC0415  # only where something is recorded

            self._opened = Baselines(self._premises, self._prove)
        return self._opened

    def _record(self, replay: Replay, verdict: Verdict, main: pytest.TestReport, limits: Mapping[str, float]) -> None:
        """Hand a test on to be recorded, or the reason why it is not; a worker's goes with its report."""
        recordings = self._tally.recordings_of(self._premises)
        drifts = verdict.condition == REPLAY and verdict.action == "fail"
        change = None if drifts else self._baselines().change(replay, verdict, limits)
        why = "it drifts between its own runs: an irreproducible baseline is worse than none"
        refused = (verdict.nodeid, why if drifts else "it did not pass")
        if hasattr(self._config, "workerinput"):
            vars(main)["repro_parcel"] = recordings.pack(change) if change is not None else {"refused": refused}
        elif change is not None:
            recordings.add(change)
        else:
            recordings.refuse(*refused)
