"""The audit: every control with what it measured and whether it holds; the scorecard of a project."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pytest_repro.controls.catalogue import ACTIONS, CATALOGUE, Action, Control
from pytest_repro.controls.control import FAMILIES
from pytest_repro.controls.counting import counted
from pytest_repro.controls.evidence import Measured, measured
from pytest_repro.controls.occurrence import Occurrence
from pytest_repro.controls.surroundings import findings as surroundings
from pytest_repro.controls.verdict import Finding, action_of
from pytest_repro.controls.waivers import NAME
from pytest_repro.controls.waiving import of_waivers, unusable, waive_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pytest_repro.controls.evidence import Evidence, SuiteRun

State = Literal["holds", "broken", "waived", "not checked"]
STATES: tuple[State, ...] = ("holds", "broken", "waived", "not checked")

SCHEMA = "pytest-repro/audit"
VERSION = "1.0"

INCOMPLETE = (2, 3, 4)
"""Exit statuses of pytest after which nothing can be said: interrupted, a fault, a usage error."""

NO_TESTS = 5
"""Exit status of pytest where nothing was collected: told by the control ``R108``, and no failure of its own."""


class Said(NamedTuple):
    """One finding of a row.

    Attributes:
        test: Id of the test; empty for one about the project.
        sentence: What is wrong.
        action: What follows, after policy and waivers.
        waived: Whether somebody answers for it.
        reasons: The evidence, a line each.
        steps: What to do next.
    """

    test: str
    sentence: str
    action: Action
    waived: bool
    reasons: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One control of the scorecard.

    Attributes:
        control: The rule.
        state: Whether it holds.
        measured: What was measured, in short words; where nothing was, why.
        action: What follows where it is broken, else what would follow.
        owner: Who answers for it.
        evidence: 12 hex digits: equal where the same was measured; empty where nothing was.
        findings: What is wrong, those that nobody answers for first.
    """

    control: Control
    state: State
    measured: str
    action: Action
    owner: str
    evidence: str
    findings: tuple[Said, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "id": f"RPR-{self.control.code}",
            "version": self.control.version,
            "title": self.control.title,
            "family": self.control.family,
            "metric": self.control.metric,
            "measured": self.measured,
            "contract": self.control.contract,
            "question": self.control.question,
            "state": self.state,
            "action": self.action,
            "owner": self.owner,
            "evidence": self.evidence,
            "findings": [
                {**said._asdict(), "reasons": list(said.reasons), "steps": list(said.steps)} for said in self.findings
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """All controls of a project.

    Attributes:
        rows: By family, in the order in which families are told, then in the order of the catalogue.
        open: What nobody answers for and whose action is not ``accept``: what ``--accept`` would waive.
        ended: pytest's own exit status; None where no tests were run.
        notes: What else a reader has to know.
    """

    rows: tuple[Row, ...]
    open: tuple[Occurrence, ...] = ()
    ended: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """0 where no broken control fails, else 1; pytest's own where its run tells nothing: 2, 3 or 4."""
        if self.ended in INCOMPLETE:
            return self.ended or 0
        failed = any(row.state == "broken" and row.action == "fail" for row in self.rows)
        return int(failed or self.ended not in (None, 0, NO_TESTS))

    def counts(self) -> dict[State, int]:
        """Controls by state, every state named."""
        found = Counter(row.state for row in self.rows)
        return {state: found[state] for state in STATES}

    def to_dict(self) -> dict[str, Any]:
        """As plain values, in this schema and version."""
        return {
            "schema": SCHEMA,
            "version": VERSION,
            "exit_status": self.exit_status,
            "pytest_exit_status": self.ended,
            "counts": self.counts(),
            "notes": list(self.notes),
            "rows": [row.to_dict() for row in self.rows],
        }


def scorecard(evidence: Evidence, policy: Mapping[str, Action], owners: Callable[[str], str]) -> Scorecard:
    """Judge a project.

    Args:
        evidence: All that is known.
        policy: Actions by code; the catalogue's where it is silent.
        owners: Who answers for a file, given its path from the project's root; empty where nobody is named.
    """
    run = evidence.run
    session = waive_findings(_about_the_project(evidence, policy), evidence.waivers, evidence.today)
    said: dict[str, list[Said]] = {}
    for finding in session.findings:
        said.setdefault(finding.code, []).append(_said(finding))
    used = set(session.used)
    left = list(session.open)
    for one in run.facts if run else ():
        used.update(one.get("waived", ()))
        left += [Occurrence(*occurrence) for occurrence in one.get("open", ())]
        for code, told in _of_test(one):
            said.setdefault(code, []).append(told)
    for finding in _of_waivers(evidence, policy, used, left):
        said.setdefault(finding.code, []).append(_said(finding))
    order = [family for _, family in FAMILIES]
    controls = sorted(CATALOGUE, key=lambda control: order.index(control.family))
    return Scorecard(
        rows=tuple(_row(control, said.get(control.code, []), evidence, policy, owners) for control in controls),
        open=tuple(left),
        ended=run.exit_status if run else None,
        notes=_notes(run),
    )


def _about_the_project(evidence: Evidence, policy: Mapping[str, Action]) -> Iterable[Finding]:
    yield from surroundings(evidence.snapshot, policy)
    if evidence.lock is not None:
        yield from evidence.lock.findings(policy)
    if evidence.run is not None:
        yield from _of_run(evidence.run, policy)


def _of_run(run: SuiteRun, policy: Mapping[str, Action]) -> Iterable[Finding]:
    """What the run of all tests together shows."""

    def finding(code: str, sentence: str, *steps: str, about: tuple[str, ...] = ()) -> Finding:
        return Finding(code=code, sentence=sentence, action=action_of(code, policy), steps=steps, about=about)

    if run.unfound:
        shown = ", ".join(map(repr, run.unfound[:4]))
        step = "compare them with the addresses that pytest -v shows"
        yield finding("R107", f"{shown} found nothing in this run", step, about=run.unfound)
    if run.collected and not run.replayed:
        step = "mark the tests that compute: @pytest.mark.replay, or audit all: pytest-repro audit --repro=all"
        yield finding("R108", f"none of {run.collected} collected tests is replayed", step)
    if run.stated > run.calibrated:
        step = "measure what they stand on, and keep it: pytest --repro-calibrate --repro-record"
        told = counted(run.stated - run.calibrated, "test")
        yield finding("R301", f"nothing was measured for the tolerances of {told}", step)
    for notice in run.notices:
        yield finding("S203", notice.partition("  [RPR-")[0])
    if run.pinned < run.collected:
        step = "repro_seed and repro_rng pin one test, @pytest.mark.replay too, --repro-seed=0 pins all"
        yield finding("S204", f"{run.collected - run.pinned} of {run.collected} tests start from no pinned seed", step)


def _of_waivers(
    evidence: Evidence, policy: Mapping[str, Action], used: set[str], left: list[Occurrence]
) -> tuple[Finding, ...]:
    if evidence.unusable is not None:
        return (unusable(evidence.unusable, policy),)
    run = evidence.run
    judged = {control.code for control in CATALOGUE if measured(control.code, evidence).checked}
    ran = [one["nodeid"] for one in run.facts] if run else []
    whole = run is not None and run.whole and run.exit_status not in INCOMPLETE
    return of_waivers(
        evidence.waivers,
        used=used,
        ran=ran,
        judged=judged,
        left=left,
        today=evidence.today,
        policy=policy,
        whole=whole,
    )


def _said(finding: Finding) -> Said:
    return Said("", finding.sentence, finding.action, finding.waived, finding.reasons, finding.steps)


def _of_test(facts: Mapping[str, Any]) -> Iterable[tuple[str, Said]]:
    """What the facts of one test say, by code; what a waiver covered has the action accept and is in its key."""
    waived = {json.loads(key)[0] for key in facts.get("waived", ())}
    for code, action, sentence in facts["findings"]:
        yield code, Said(facts["nodeid"], sentence, action, action == "accept" and code in waived)


def _row(
    control: Control,
    said: list[Said],
    evidence: Evidence,
    policy: Mapping[str, Action],
    owners: Callable[[str], str],
) -> Row:
    found = measured(control.code, evidence)
    left = [one for one in said if not one.waived]
    return Row(
        control=control,
        state=_state(said, left, found),
        measured=found.words,
        action=max((one.action for one in left), key=ACTIONS.index, default=action_of(control.code, policy)),
        owner=_owner(control, said, evidence, owners),
        evidence=found.digest,
        findings=tuple(sorted(said, key=lambda one: (one.waived, -ACTIONS.index(one.action), one.test))),
    )


def _state(said: list[Said], left: list[Said], found: Measured) -> State:
    if said:
        return "broken" if left else "waived"
    return "holds" if found.checked else "not checked"


def _owner(control: Control, said: list[Said], evidence: Evidence, owners: Callable[[str], str]) -> str:
    """Who owns the tests that show it; else who owns the lock or the waiver file; else the catalogue's word."""
    paths = [one.test.partition("::")[0] for one in said if one.test]
    if not paths and control.family == "locks" and evidence.lock is not None and evidence.lock.lockstep is not None:
        paths = [evidence.lock.lockstep.lock.path]
    if not paths and control.family == "baselines":
        paths = [NAME]
    named = tuple(dict.fromkeys(filter(None, map(owners, paths))))
    if len(named) > 2:  # noqa: PLR2004  # two names fit a line
        return f"{named[0]} and {len(named) - 1} more"
    return ", ".join(named) or control.owner


def _notes(run: SuiteRun | None) -> tuple[str, ...]:
    if run is None:
        return ("no tests were run: nothing is known about seeds and replay limits",)
    if run.exit_status in INCOMPLETE:
        return (f"pytest ended with exit status {run.exit_status}: what follows is incomplete",)
    if run.exit_status not in (0, NO_TESTS):
        return (f"pytest ended with exit status {run.exit_status}: see its own report",)
    return ()
