"""What the summary tells of a session's fresh processes: their conditions, what had no effect here, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.controls.counting import counted
from pytest_repro.controls.verdict import Finding, action_of
from pytest_repro.plugin.campaign import days_to_cover
from pytest_repro.plugin.conditions import effect, idle
from pytest_repro.report.chart import Column
from pytest_repro.report.table import filled
from pytest_repro.variations.condition import FRESH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.diagnose.splitting import Group
    from pytest_repro.plugin.conditions import Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All conditions of a session.

    Attributes:
        columns: Of the map, in the order in which they were tried.
        idle: What was read both times, of conditions without effect here, by label.
        partly: Members of a combination that took no effect, by its label.
        unavailable: Why a variation cannot be made here, by name.
        failures: Why a process brought nothing, by label.
        processes: How many ran.
        seconds: How long they took together.
        wanted: Tests that were to be varied.
        reached: Tests that the control ran.
        cut: Whether time ran out.
        handed: Plugins that pytest was handed as objects, which no other process can be given.
    """

    columns: tuple[Column, ...]
    idle: Mapping[str, str]
    partly: Mapping[str, tuple[str, ...]]
    unavailable: Mapping[str, str]
    failures: Mapping[str, str]
    processes: int
    seconds: float
    wanted: int
    reached: int
    cut: bool
    handed: int

    @classmethod
    def of(cls, conditions: Conditions, groups: Sequence[Group], *, handed: int) -> Overview:
        """The overview of what was brought."""
        pairs = conditions.split.pairs
        brought = {id(one): one for pair in (*pairs, *conditions.split.twins) for one in pair}
        every = brought | {id(one): one for pair in conditions.split.traced for one in pair}
        tried = {pair.varied.errand.condition.label: pair for pair in pairs if pair.varied.errand.condition.members}
        columns = [Column(FRESH.label, simulated=False)]
        columns += [Column(label, simulated=pair.varied.errand.condition.hardware) for label, pair in tried.items()]
        without = {label: told for label, pair in tried.items() if (told := idle(pair))}
        partly = {
            label: tuple(name for name, took in effect(pair).items() if not took)
            for label, pair in tried.items()
            if label not in without and not all(effect(pair).values())
        }
        wanted = {nodeid for group in groups for nodeid in group.ids}
        reached = {nodeid for pair in pairs for nodeid in (*pair.control.ended, *pair.control.lost)}
        return cls(
            columns=tuple(columns),
            idle=without,
            partly=partly,
            unavailable=conditions.unavailable,
            failures={one.errand.condition.label: one.failure for one in brought.values() if one.failure},
            processes=len(every),
            seconds=sum(one.seconds for one in every.values()),
            wanted=len(wanted),
            reached=len(wanted & reached),
            cut=any(one.cut for one in brought.values()),
            handed=handed,
        )

    def finding(self, policy: Mapping[str, Action]) -> Finding | None:
        """What took no effect here, as a finding; None where everything did."""
        silent = [*self.idle, *(f"{name} within {label}" for label, names in self.partly.items() for name in names)]
        if not silent:
            return None
        return Finding(
            code="R115",
            sentence=f"{', '.join(silent)} changed nothing on this machine",
            action=action_of("R115", policy),
            reasons=tuple(f"{label}: {told}, changed or not" for label, told in self.idle.items()),
            steps=("pytest-repro explain variations   tells what works here, and how that is proved",),
            about=tuple(silent),
        )

    def notes(self) -> list[str]:
        """Lines beneath the map: what says nothing, and why."""
        lines = [f"no effect here: {label} ({told}, changed or not)" for label, told in self.idle.items()]
        lines += [f"no effect here within {label}: {', '.join(names)}" for label, names in self.partly.items()]
        lines += [f"not available here: {name} ({why})" for name, why in self.unavailable.items()]
        if self.handed:
            was, they = ("was", "is") if self.handed == 1 else ("were", "are")
            plugins = counted(self.handed, "plugin")
            lines.append(f"{plugins} {was} handed to pytest.main as an object and {they} in no fresh process")
        if self.cut:
            days = days_to_cover(self.reached, self.wanted)
            told = f"the budget let {self.reached} of {counted(self.wanted, 'test')} through"
            told += f"; begun elsewhere each day, all are covered in {counted(days, 'day')}" if days else ""
            lines.append(told)
        return [part for line in lines for part in filled("  ", line, 4)]
