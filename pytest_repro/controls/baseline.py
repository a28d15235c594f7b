"""A run against its recorded envelope: what drifted since, in which other environment, whether the record is stale."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_repro.compare import compare
from pytest_repro.controls import records
from pytest_repro.controls.counting import counted
from pytest_repro.controls.verdict import Finding, action_of, split
from pytest_repro.environment.differences import differences
from pytest_repro.environment.snapshot import Snapshot
from pytest_repro.errors import ReproError
from pytest_repro.values.address import category
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from pytest_repro.compare import Comparison, Gap
    from pytest_repro.controls.catalogue import Action
    from pytest_repro.envelope import Envelope
    from pytest_repro.store.recorded import Recorded
    from pytest_repro.values.tolerance import Tolerances

RECORDED = "recorded"
"""The condition of a comparison with a recorded envelope."""

SAME = "recorded:same-hardware"
"""The same where both were made on hardware of one class."""

_told = lru_cache(maxsize=4096)(mask)  # the addresses of one test are those of all its parameters

_HASH = re.compile(r"[0-9a-f]{40}")

NEVER = 12
"""Rank of what explains no number: where the code came from, who ran it."""

SHOWN = 3
"""Differences of the environment that a report names; the command compares the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which terms a run is compared with its record.

    Attributes:
        tolerances: Of the test.
        under: Tolerances that replace them under a condition.
        ignore: Patterns that are not compared.
        max_age: Days after which a record is stale; 0: never.
        now: In UTC.
        source: Called for the digest of the test's source today, which only values on one side alone need; empty where
            it is unknown.
        rerecord: Called for the command that records the test again.
        owner: Called for who answers for the test today, which only an audit of the record needs.
    """

    tolerances: Tolerances
    under: Mapping[str, Tolerances]
    ignore: tuple[str, ...]
    max_age: int
    now: datetime
    source: Callable[[], str]
    rerecord: Callable[[], str]
    owner: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A recorded envelope beside a run.

    Attributes:
        profile: Under which name it was recorded.
        recorded: The record.
        terms: Of the comparison.
        snapshot: Called for this session's environment, which only a difference needs.
    """

    profile: str
    recorded: Recorded
    terms: Terms
    snapshot: Callable[[], Snapshot]

    @property
    def label(self) -> str:
        """What reports call it."""
        return f"recorded {self.recorded.recorded.date().isoformat()}"  # strftime takes ten times as long

    @property
    def condition(self) -> str:
        """The line of a report that says what a run is compared with."""
        commit = f", commit {self.recorded.commit[:7]}" if self.recorded.commit else ""
        runs = f", {counted(self.recorded.runs, 'run')} agreed then" if self.recorded.runs > 1 else ""
        return f"profile {self.profile} recorded {self.recorded.recorded:%Y-%m-%d}{commit}{runs}"

    def compared(self, run: Envelope) -> Comparison:
        """The run against the record, over what is recorded of it."""
        before = self.recorded.envelope(run.nodeid, self.label)
        kept = {category(address) for address in before.observations}
        now = {_told(address): leaf for address, leaf in run.observations.items() if category(address) in kept}
        return compare(before, replace(run, observations=now), self._tolerances(), self.terms.ignore)

    def findings(self, comparison: Comparison, policy: Mapping[str, Action]) -> tuple[Finding, ...]:
        """What is wrong, drift before staleness.

        Args:
            comparison: Of :meth:`compared`.
            policy: Actions by code; the catalogue's where it is silent.
        """
        outcomes, values, _ = split(comparison)
        strays = tuple(gap for gap in values if gap.before is None or gap.after is None)
        if strays and not self._edited():
            strays = ()
        drifted = tuple(gap for gap in values if gap not in strays)
        found = [*self._drift("R102", outcomes, comparison, policy), *self._drift("R101", drifted, comparison, policy)]
        stale = self._stale(strays)
        if stale:
            steps = (f"if the change is meant: {self.terms.rerecord()}",)
            said = Finding(code="B601", sentence="; ".join(stale), action=action_of("B601", policy), steps=steps)
            found.append(said)
        return (*found, *self._audited(policy))

    def _audited(self, policy: Mapping[str, Action]) -> list[Finding]:
        """What of the record itself is wrong; whether somebody answers for it is asked by policy alone."""
        against = records.inconsistent(self.recorded)
        found = [records.finding("B609", against, action_of("B609", policy))] if against else []
        action = action_of("B608", policy)
        lacking = records.unauditable(self.recorded, self.terms.owner()) if action != "accept" else ""
        return [*found, records.finding("B608", lacking, action)] if lacking else found

    def _edited(self) -> bool:
        now = self.terms.source() if self.recorded.source else ""
        return bool(now) and now != self.recorded.source

    def _drift(
        self, code: str, gaps: tuple[Gap, ...], comparison: Comparison, policy: Mapping[str, Action]
    ) -> list[Finding]:
        if not gaps:
            return []
        informs = code == "R101" and self._informs(gaps)
        action: Action = "accept" if informs else action_of(code, policy)
        total = comparison.compared + sum(gap.before is None or gap.after is None for gap in gaps)
        sentence = f"{len(gaps)} of {total} values differ from those recorded"
        if code == "R102":
            sentence = "the test ends otherwise than when it was recorded"
        if informs:
            sentence += " on other hardware, and no tolerance is stated"
        return [
            Finding(
                code=code,
                sentence=sentence,
                action=action,
                gaps=gaps,
                reasons=self._reasons(),
                steps=(f"if the change is meant: {self.terms.rerecord()}",),
            )
        ]

    def _stale(self, strays: tuple[Gap, ...]) -> list[str]:
        said = []
        if strays:
            new = sum(gap.before is None for gap in strays)
            parts = [f"{counted(new, 'value')} new"] * bool(new)
            parts += [f"{counted(len(strays) - new, 'value')} gone"] * (len(strays) > new)
            said.append(f"the test changed since it was recorded: {', '.join(parts)}")
        days = (self.terms.now - self.recorded.recorded).days
        if self.terms.max_age and days > self.terms.max_age:
            said.append(f"recorded {days} days ago, over the {self.terms.max_age} of repro_max_age")
        return said

    def _tolerances(self) -> Tolerances:
        return tolerances_elsewhere(self.terms.tolerances, self.terms.under, same_hardware=self._same_hardware)

    def _informs(self, gaps: tuple[Gap, ...]) -> bool:
        return informs(gaps, self._tolerances(), same_hardware=self._same_hardware)

    def _same_hardware(self) -> bool:
        ids = self.recorded.environment.get("ids")
        return isinstance(ids, dict) and ids.get("hw_class") == self.snapshot().hw_class

    def _reasons(self) -> tuple[str, ...]:
        """The ranked difference of the two environments, the likeliest cause first."""
        if not self.recorded.environment:
            return ()
        try:
            before = Snapshot.from_dict(self.recorded.environment)
        except ReproError as error:
            return (f"the recorded environment cannot be read: {error.sentence}",)
        found = differences(before, self.snapshot())
        if not found.differences:
            return ("the environment is the one of then, as far as it is known: look at the code",)
        told = [
            f"{one.address} {_shown(one.before)} -> {_shown(one.after)}: {one.why}"
            for one in found.differences
            if one.rank < NEVER
        ]
        more = [f"and {len(told) - SHOWN} more differences of the environment"] if len(told) > SHOWN else []
        alike = [found.sentence] if found.alike else []
        return (*told[:SHOWN], *more, *alike)


def tolerances_elsewhere(
    tolerances: Tolerances, under: Mapping[str, Tolerances], *, same_hardware: Callable[[], bool]
) -> Tolerances:
    """What is allowed between a run and what another session, or another machine, computed.

    Args:
        tolerances: Of the test.
        under: Tolerances that replace them under a condition.
        same_hardware: Called for whether both ran on hardware of one class.
    """
    if SAME in under and same_hardware():
        return under[SAME]
    return under.get(RECORDED, tolerances)


def informs(gaps: Sequence[Gap], tolerances: Tolerances, *, same_hardware: Callable[[], bool]) -> bool:
    """Whether all that differs are numbers, on hardware of another class, without any stated tolerance."""
    numeric = all(not gap.difference.structural and gap.difference.relative is not None for gap in gaps)
    return numeric and not tolerances.stated and not same_hardware()


def _shown(value: object) -> str:
    return "absent" if value is None else str(value)[:12] if _HASH.fullmatch(str(value)) else str(value)[:40]
