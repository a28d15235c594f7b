"""A verdict: all findings of one test, and the action that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.controls.catalogue import ACTIONS, Action, control
from pytest_repro.values.address import category

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.compare import Comparison, Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one control reports of one test.

    Attributes:
        code: The control's code.
        sentence: The finding in one sentence, after the control's title.
        action: What follows, after policy.
        gaps: The differences it stands on, drifted ones and, for context, those within tolerance.
        reasons: What is known about the cause, a line each, the most likely first.
        steps: What to do next, a line each.
        confidence: ``proved`` where a rerun in which only the cause was changed removed the drift, else ``likely``.
        where: Source lines at which the two parted, the first of them first, and what they made different.
        about: What it is about where it stands on no differences: packages, variables, sections; a waiver names them.
        waived: Whether somebody answers for all of it, so that its action is ``accept``.
        labels: What the two compared runs are called; None for those of the verdict.
        condition: Under which the two were compared, as waivers name it; empty for that of the verdict.
        against: What was compared with, where it is not what the verdict says.
    """

    code: str
    sentence: str
    action: Action
    gaps: tuple[Gap, ...] = ()
    reasons: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    confidence: str = ""
    where: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    waived: bool = False
    labels: tuple[str, str] | None = None
    condition: str = ""
    against: str = ""

    @property
    def headline(self) -> str:
        """Code, title and sentence: the first line of every report."""
        return f"RPR-{self.code} {control(self.code).title}: {self.sentence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All findings of one test.

    Attributes:
        nodeid: The test.
        owner: Who answers for the test; empty where nobody is named.
        labels: What the two compared runs are called: ``("run 1", "run 2")``.
        findings: In the order of the catalogue.
        compared: Values compared.
        opaque: Address and type of values known by their type's name only.
        ignored: Addresses taken out by patterns.
        cut: Values seen and not kept.
        found: Patterns that found an address.
        notes: Remarks for ``-v``: why something was not observed.
        condition: Under which the shown values were compared, as waivers name it.
        against: What was compared with, where it is not another run of this session.
        largest: Largest relative difference between the runs of this session; None where a drift has no size.
    """

    nodeid: str
    owner: str = ""
    labels: tuple[str, str] = ("run 1", "run 2")
    findings: tuple[Finding, ...] = ()
    compared: int = 0
    opaque: tuple[tuple[str, str], ...] = ()
    ignored: int = 0
    cut: int = 0
    found: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    condition: str = "replay"
    against: str = ""
    largest: float | None = None

    @property
    def action(self) -> Action:
        """The strongest action of all findings; ``accept`` where there is none."""
        return max((finding.action for finding in self.findings), key=ACTIONS.index, default="accept")


def action_of(code: str, policy: Mapping[str, Action]) -> Action:
    """The action of a control: the policy's, else the catalogue's."""
    return policy.get(code, control(code).action)


NOTED = frozenset({"rng"})
"""Categories whose difference alone is a note: a test may draw more or less without computing anything else."""


def split(comparison: Comparison) -> tuple[tuple[Gap, ...], tuple[Gap, ...], tuple[Gap, ...]]:
    """The drifts of a comparison as outcome drifts, value drifts and notes."""
    drifts = comparison.drifts
    return (
        tuple(gap for gap in drifts if category(gap.address) == "outcome"),
        tuple(gap for gap in drifts if category(gap.address) not in NOTED | {"outcome"}),
        # a library that was imported in the middle of one run has a state in the other alone
        tuple(gap for gap in drifts if category(gap.address) in NOTED and gap.before and gap.after),
    )


def outcome_words(gap: Gap) -> str:
    """``call was 'passed', then 'failed'``."""
    before = "absent" if gap.before is None else gap.before.show(60)
    after = "absent" if gap.after is None else gap.after.show(60)
    return f"{gap.address.removeprefix('outcome.')} was {before}, then {after}"
