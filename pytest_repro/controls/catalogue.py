"""The catalogue: every control with its code, metric, contract and default action.

A code never changes its meaning. The letter is the family: S seeds, E environment, L locks, H hardware, R replay
limits, B baselines. Owners come from the marker or the configuration; the catalogue's own is the author of the test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pytest_repro.errors import ReproError

Action = Literal["accept", "warn", "fail"]
ACTIONS: tuple[Action, ...] = ("accept", "warn", "fail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One rule.

    Attributes:
        code: Stable code without prefix, for instance ``R101``.
        version: Version of metric and contract together.
        title: What a finding of it is called.
        metric: What is measured.
        contract: The predicate that must hold.
        question: Which of the five questions it answers: stale, malformed, inconsistent, unauditable, too costly.
        action: What follows by default.
        owner: Who answers for it where nobody is named.
    """

    code: str
    version: int = 1
    title: str
    metric: str
    contract: str
    question: Literal["stale", "malformed", "inconsistent", "unauditable", "too costly"] = "inconsistent"
    action: Action
    owner: str = "author of the test"


CATALOGUE: tuple[Control, ...] = (
    Control(
        code="R101",
        title="value drift",
        metric="difference of each observed value between two runs of one test under one seed",
        contract="every value agrees within the test's tolerance; kinds, shapes and dtypes agree exactly",
        action="fail",
    ),
    Control(
        code="R102",
        title="outcome drift",
        metric="outcome of each phase, with the type and message of its exception, in each run",
        contract="all runs of one test under one seed end alike",
        action="fail",
    ),
    Control(
        code="R104",
        title="nothing compared",
        metric="number of values compared beside the outcome",
        contract="a replayed test shows at least one value",
        question="unauditable",
        action="warn",
    ),
    Control(
        code="R105",
        title="not idempotent",
        metric="parameters, wider-scoped fixture values and module globals before and after one more run",
        contract="a test leaves what outlives it as it found it",
        action="warn",
    ),
    Control(
        code="R106",
        title="clock-derived value",
        metric="drift that vanishes when the same clock readings are served again",
        contract="no observed value is a reading of the clock",
        action="accept",
    ),
    Control(
        code="R107",
        title="pattern without address",
        metric="addresses that a pattern of tol or ignore found in the whole session",
        contract="every pattern finds at least one address",
        question="stale",
        action="warn",
    ),
    Control(
        code="S202",
        title="generator state differs",
        metric="state of each pinned generator at the end of the test's body",
        contract="all runs draw the same amount",
        action="accept",
    ),
    Control(
        code="S203",
        title="seeder failed",
        metric="exceptions of third-party seeders",
        contract="every seeder loads and takes an integer",
        question="malformed",
        action="warn",
    ),
)
"""In the order in which a test's findings are told: what was computed before how it came about."""


def control(code: str) -> Control:
    """The control with a code.

    Raises:
        ReproError: ``U103`` if there is none.
    """
    for entry in CATALOGUE:
        if entry.code == code:
            return entry
    known = ", ".join(entry.code for entry in CATALOGUE)
    raise ReproError("U103", f"there is no control {code!r:.40}", place="policy", mend=f"use one of {known}")


def policy_from(lines: tuple[str, ...] | list[str], place: str) -> dict[str, Action]:
    """The actions that ``CODE=ACTION`` lines ask for, by code.

    Raises:
        ReproError: ``U103`` for a line of another form, an unknown code or an unknown action.
    """
    policy: dict[str, Action] = {}
    for line in lines:
        code, equals, wish = (part.strip() for part in line.partition("="))
        mend = "write CODE=ACTION, for instance R105=fail; actions are accept, warn, fail"
        if not equals:
            raise ReproError("U103", f"not a policy: {line!r:.60}", place=place, mend=mend)
        action = next((known for known in ACTIONS if known == wish), None)
        if action is None:
            raise ReproError("U103", f"unknown action {wish!r:.40}", place=f"{place}.{code}", mend=mend)
        try:
            policy[control(code.removeprefix("RPR-")).code] = action
        except ReproError as error:
            raise ReproError(error.code, error.sentence, place=place, mend=error.mend) from None
    return policy
