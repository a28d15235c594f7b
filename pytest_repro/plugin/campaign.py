"""The campaign of a session: its fresh processes, run before the first test, and what they leave to be judged."""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_repro.compare import addresses_of
from pytest_repro.controls.conditions import Terms, compared
from pytest_repro.diagnose.inquiry import concluded
from pytest_repro.diagnose.splitting import Brought, Errand, split
from pytest_repro.errors import ReproError
from pytest_repro.plugin.children import Child, Command, carry_out
from pytest_repro.plugin.progress import Progress
from pytest_repro.values.address import category
from pytest_repro.values.tolerance import Tolerances

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

    from pytest_repro.diagnose.splitting import Group, Split
    from pytest_repro.store.stream import Ended
    from pytest_repro.variations.condition import Condition

ROTATION = 0.6180339887498949
"""Part of the suite by which the first test moves each day: the golden section never comes back to a place."""

COVERS = 2.7
"""Days until a rotation by the golden section has covered all, in units of suite over budget: its widest gap."""

SECONDS_A_DAY = 86400

JOBS = 4
"""Fresh processes of one test side by side."""


@dataclass(slots=True, kw_only=True)
class Campaign:
    """All errands of a session.

    Attributes:
        folder: Temporary, private to the session.
        command: How children are started.
        jobs: Children side by side.
        budget_s: Seconds that all of it may take; 0 for any time.
        progress: Told while it goes on.
        informs: Whether numbers that only inform are looked into as well.
    """

    folder: Path
    command: Command
    jobs: int
    budget_s: float
    progress: Progress
    informs: bool = False
    _until: float | None = None
    _count: int = 0
    _names: tuple[str, ...] = ()

    def run(self, groups: Sequence[Group]) -> Split:
        """Carry out whatever the splitting asks for.

        Readings are taken of what is varied alone: some of them cost what ten tests cost.
        """
        wanted = (member for group in groups for condition in group.conditions for member in condition.members)
        self._names = tuple(dict.fromkeys(name for name, _ in wanted))
        if self.budget_s:
            self._until = time.monotonic() + self.budget_s
            groups = [group._replace(ids=rotated(group.ids, datetime.now(UTC))) for group in groups]
        worth = (lambda _ended, _condition: True) if self.informs else told
        return concluded(split(groups, drifted, worth), self.carry_out)

    def carry_out(self, errands: Sequence[Errand]) -> tuple[Brought, ...]:
        """Run some. Under a budget the first errand sets the pace: the others get as far as it got."""
        if self._until is None:
            return self._series(errands, None, {})
        share = max(0.0, self._until - time.monotonic()) / math.ceil(len(errands) / self.jobs)
        (control,) = self._series(errands[:1], time.monotonic() + share, {})
        reached = frozenset(control.ended) | frozenset(control.lost)
        seconds = {nodeid: one.seconds for nodeid, one in control.ended.items()}
        kept = tuple(nodeid for nodeid in control.errand.ids if nodeid in reached)
        cut = len(kept) < len(control.errand.ids) and not control.failure
        if not kept:
            return (control, *(Brought(errand=errand, cut=True) for errand in errands[1:]))
        others = self._series([errand._replace(ids=kept) for errand in errands[1:]], self._until, seconds)
        pairs = zip(others, errands[1:], strict=True)
        return (control, *(replace(one, errand=errand, cut=one.cut or cut) for one, errand in pairs))

    def _series(self, errands: Sequence[Errand], until: float | None, seconds: dict[str, float]) -> tuple[Brought, ...]:
        children = []
        for errand in errands:
            self._count += 1
            ordered = errand._replace(ids=_ordered(errand))
            home = self.folder / str(self._count)
            child = Child(errand=ordered, home=home, command=self.command, names=self._names, seconds=seconds)
            children.append(child)
        with self.progress.of(children) as tick:
            carry_out(children, self.jobs, until, tick)
        return tuple(child.brought() for child in children)


def alone(config: pytest.Config, item: pytest.Item, session_seed: int, folder: Path) -> Campaign:
    """Fresh processes for one test of a running session.

    Args:
        config: Of the session.
        item: The test.
        session_seed: Of the session.
        folder: Temporary, for nothing else.
    """
    return Campaign(
        folder=folder,
        command=Command.of(config, {item.nodeid: str(item.path)}, session_seed),
        jobs=min(JOBS, os.cpu_count() or 1),
        budget_s=0.0,
        progress=Progress(config, between=True),
    )


def _ordered(errand: Errand) -> tuple[str, ...]:
    """Another order is the one condition that the parent itself makes: the reverse keeps modules together."""
    reverse = any(name == "test_order" for name, _ in errand.condition.members)
    return tuple(reversed(errand.ids)) if reverse else errand.ids


def rotated(ids: tuple[str, ...], now: datetime) -> tuple[str, ...]:
    """The same tests, beginning at another one each day, so that a budget covers all of them in time."""
    day = int(now.timestamp()) // SECONDS_A_DAY
    start = int(len(ids) * (day * ROTATION % 1.0))
    return (*ids[start:], *ids[:start])


def days_to_cover(compared: int, wanted: int) -> int:
    """Days in which a budget that lets ``compared`` of ``wanted`` tests through covers all of them."""
    return math.ceil(COVERS * wanted / compared) if compared else 0


def drifted(before: Ended, after: Ended, condition: Condition) -> frozenset[str]:
    """Where two runs are beyond what their test allows under a condition, as the child that ran it said."""
    try:
        said = before.about
        under = {name: Tolerances.from_list(rules) for name, rules in said["under"].items()}
        terms = Terms(Tolerances.from_list(said["tolerances"]), under, tuple(said["ignore"]))
        runs = before.envelope("fresh"), after.envelope(condition.label)
        comparison, _ = compared(condition, *runs, terms)
    except (ReproError, KeyError, TypeError, ValueError):
        return frozenset({"outcome"})  # what cannot be read is looked at again, and told where it is judged
    return frozenset(address for address in addresses_of(comparison.drifts) if category(address) != "rng")


def told(before: Ended, condition: Condition) -> bool:
    """Whether a drift under a condition is more than a number that only informs: hardware, and no tolerance stated."""
    try:
        tolerances = Tolerances.from_list(before.about["tolerances"])
        under = set(before.about["under"])
    except (ReproError, KeyError, TypeError, ValueError):
        return True
    names = {name for name, _ in condition.members} | {condition.label}
    return not condition.hardware or tolerances.stated or bool(names & under)
