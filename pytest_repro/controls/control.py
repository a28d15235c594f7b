"""A control: one rule with its metric, its contract, the question it answers and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal["accept", "warn", "fail"]
ACTIONS: tuple[Action, ...] = ("accept", "warn", "fail")

Question = Literal["stale", "malformed", "inconsistent", "unauditable", "too costly"]
Family = Literal["seeds", "environment", "locks", "hardware", "replay limits", "baselines"]

FAMILIES: tuple[tuple[str, Family], ...] = (
    ("S", "seeds"),
    ("E", "environment"),
    ("L", "locks"),
    ("H", "hardware"),
    ("R", "replay limits"),
    ("B", "baselines"),  # what was recorded or accepted about the other five
)
"""Letter and name, in the order in which an audit tells them."""


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
    question: Question = "inconsistent"
    action: Action
    owner: str = "author of the test"

    @property
    def family(self) -> Family:
        """The family that the code's letter stands for."""
        return next(name for letter, name in FAMILIES if letter == self.code[0])
