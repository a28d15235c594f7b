"""The recorded envelopes of a session: which there are, how runs compare with them, what is to be recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_repro import __version__
from pytest_repro.controls.baseline import RECORDED, Baseline, Terms
from pytest_repro.controls.verdict import Finding, action_of
from pytest_repro.environment.source import source_digest
from pytest_repro.errors import ReproError
from pytest_repro.plugin import profile
from pytest_repro.plugin.target import function_of
from pytest_repro.store.change import Change
from pytest_repro.store.recorded import KEPT, Recorded
from pytest_repro.store.remote import store as opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from pytest_repro.compare import Comparison
    from pytest_repro.controls.verdict import Verdict
    from pytest_repro.envelope import Envelope
    from pytest_repro.plugin.marks import Plan
    from pytest_repro.plugin.premises import Premises
    from pytest_repro.plugin.replay import Replay
    from pytest_repro.store.book import Book


Prove = Callable[["pytest.Item", Baseline, "tuple[Finding, ...]"], "tuple[Finding, ...]"]
"""Gives the findings of a drift from a record with what was proved of their cause."""


class Baselines:
    """Recorded envelopes, read a module at a time.

    Args:
        premises: Of the session.
        prove: Looks for the proof of a drift's cause; None where no test is judged.
    """

    def __init__(self, premises: Premises, prove: Prove | None = None) -> None:
        self._premises = premises
        self._prove = prove
        self._settings = settings = premises.settings
        self.store = opened(settings.store, settings.store_limit, premises.root)
        self._books: dict[tuple[Path, str], Book] = {}
        self._profiles: dict[Path, tuple[str, ...]] = {}
        self._sources: dict[object, str] = {}

    @cached_property
    def profile(self) -> str:
        """The name under which this session records.

        Raises:
            ReproError: ``U102``.
        """
        return profile.named(self._settings.profile, lambda: self._premises.snapshot)

    def judged(self, replay: Replay, verdict: Verdict) -> Verdict:
        """The verdict with what the recorded envelopes add to it.

        A test that drifts between its own runs is not compared any further: what it computes is not one thing. What is
        about to be recorded anew is not either.
        """
        plan, item = replay.plan, replay.item
        if plan.recorded is False or verdict.action == "fail" or self._settings.record == "changed":
            return verdict
        try:
            found = self._baselines(item, plan)
        except ReproError as error:
            return self._unreadable(verdict, error)
        if not found:
            return self._missing(verdict, replay) if plan.recorded else verdict
        run = replay.envelopes()[-1]
        best: tuple[Baseline, Comparison, tuple[Finding, ...]] | None = None
        for baseline in found:
            if baseline.recorded.session_seed != self._settings.session_seed:
                continue
            try:
                comparison = baseline.compared(run)
                findings = baseline.findings(comparison, self._settings.policy)
            except ReproError as error:
                return self._unreadable(verdict, error)
            if best is None or _weight(findings) > _weight(best[2]):
                best = (baseline, comparison, findings)
        if best is None:
            return self._other_seed(verdict, found[0], plan)
        baseline, comparison, findings = best
        if self._prove is not None:
            findings = self._prove(item, baseline, findings)
        return _with(verdict, baseline, comparison, findings, run)

    def change(self, replay: Replay, verdict: Verdict, limits: Mapping[str, float]) -> Change | None:
        """What is to be recorded of a test; None where nothing is.

        Args:
            replay: Its runs.
            verdict: What was found.
            limits: What a calibration measured; empty where there was none.
        """
        wish, item = self._settings.record, replay.item
        runs = replay.envelopes()
        run = runs[-1]
        if not wish or not _passed(run) or replay.plan.statistical:
            return None
        facts = self._premises.snapshot
        recorded = Recorded.of(
            run,
            categories=(*KEPT, *replay.plan.wished),
            recorded=datetime.now(UTC),
            source=self._source(item),
            owner=verdict.owner or self._premises.owner_of(item.path),
            commit=facts.git.commit or "",
            dirty=facts.git.dirty,
            environment=self._environment[0],
            environment_id=self._environment[1],
            lock=self._lock,
            runs=len(runs),
            difference=verdict.largest,
            plugin=__version__,
            limits=limits,
        )
        return Change(module=item.path, profile=self.profile, name=_name(item), recorded=recorded, wish=wish)

    @cached_property
    def _environment(self) -> tuple[dict[str, object], str]:
        """The snapshot as it is kept, and its id: without when it was taken and what that cost, which would differ."""
        facts = replace(self._premises.snapshot, captured="", cost={})
        return facts.to_dict(), facts.context_id

    def _source(self, item: pytest.Item) -> str:
        """Digest of the test's source, once a function: it costs more than a small comparison."""
        function = function_of(item)
        if function is None:
            return ""
        if function not in self._sources:
            self._sources[function] = source_digest(function)
        return self._sources[function]

    @cached_property
    def _lock(self) -> dict[str, str]:
        lockstep = None if self._settings.lock == "off" else self._premises.lock.lockstep
        if lockstep is None:
            return {}
        state = "in step" if lockstep.in_step else "out of step"
        return {"file": lockstep.lock.path, "digest": lockstep.lock.digest[:12], "state": state}

    def _baselines(self, item: pytest.Item, plan: Plan) -> list[Baseline]:
        names = [self.profile]
        if isinstance(plan.recorded, str):
            if item.path not in self._profiles:
                self._profiles[item.path] = self.store.profiles(item.path)
            names = [name for name in self._profiles[item.path] if fnmatchcase(name, plan.recorded)]
        found = []
        for name in names:
            key = (item.path, name)
            if key not in self._books:
                self._books[key] = self.store.book(*key)
            book = self._books[key]
            if _name(item) in book:
                recorded = book.get(_name(item))
                if recorded is not None:
                    found.append(self._baseline(item, plan, name, recorded))
        return found

    def _baseline(self, item: pytest.Item, plan: Plan, name: str, recorded: Recorded) -> Baseline:
        terms = Terms(
            tolerances=plan.tolerances,
            under=plan.under,
            ignore=plan.ignore,
            max_age=self._settings.max_age,
            now=datetime.now(UTC),
            source=lambda: self._source(item),
            rerecord=lambda: self._command(item, "--repro-record-all"),
            owner=lambda: plan.owner or self._premises.owner_of(item.path),
        )
        return Baseline(profile=name, recorded=recorded, terms=terms, snapshot=lambda: self._premises.snapshot)

    def _command(self, item: pytest.Item, option: str) -> str:
        from pytest_repro.plugin.reporting import run_again  # noqa: PLC0415  # reporting stands on this file's findings

        return f"{run_again(item, self._settings)} {option}"

    def _finding(self, code: str, sentence: str, *steps: str) -> Finding:
        return Finding(code=code, sentence=sentence, action=action_of(code, self._settings.policy), steps=steps)

    def _unreadable(self, verdict: Verdict, error: ReproError) -> Verdict:
        place = f" in '{error.place}'" if error.place else ""
        told = self._finding(error.code, f"{error.sentence}{place}", error.mend)
        return replace(verdict, findings=(*verdict.findings, told))

    def _missing(self, verdict: Verdict, replay: Replay) -> Verdict:
        if self._settings.record:
            return verdict
        plan = replay.plan
        asked = f"a profile {plan.recorded}" if isinstance(plan.recorded, str) else f"profile {self.profile}"
        step = self._command(replay.item, "--repro-record")
        return replace(
            verdict, findings=(*verdict.findings, self._finding("B603", f"nothing is recorded under {asked}", step))
        )

    def _other_seed(self, verdict: Verdict, baseline: Baseline, plan: Plan) -> Verdict:
        seed = baseline.recorded.session_seed
        note = f"recorded under session seed {seed}, not compared"
        if not plan.recorded:
            return replace(verdict, notes=(*verdict.notes, note))
        told = self._finding("R104", note, f"pytest --repro-seed={seed}")
        return replace(verdict, findings=(*verdict.findings, told))


def _with(
    verdict: Verdict, baseline: Baseline, comparison: Comparison, findings: tuple[Finding, ...], run: Envelope
) -> Verdict:
    if not findings and comparison.found <= verdict.found:
        return verdict
    shown = any(finding.gaps for finding in findings)
    return replace(
        verdict,
        findings=(*findings, *verdict.findings),
        labels=(baseline.label, run.label if verdict.labels[0] == verdict.labels[1] else "this run")
        if shown
        else verdict.labels,
        condition=RECORDED if shown else verdict.condition,
        against=baseline.condition if shown else verdict.against,
        found=verdict.found | comparison.found,
    )


def _weight(findings: tuple[Finding, ...]) -> tuple[int, int]:
    return sum(finding.action == "fail" for finding in findings), len(findings)


def _passed(run: Envelope) -> bool:
    return all(ended == "passed" for ended in run.outcomes.values())


def _name(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[2] or item.nodeid
