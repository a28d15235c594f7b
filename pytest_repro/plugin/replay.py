"""Replay of one test: hidden runs on clones first, then the visible run, then the judgement before reports go out.

Shadow first: the hidden run comes before the protocol that pytest or another plugin carries out, inside every wrapper
that other plugins put around it, so that exactly one report a test reaches anybody.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol  # private; pytest-rerunfailures has imported it for years

from pytest_repro.diagnose.cause import Cause, Experiment, Trial, cause
from pytest_repro.observe.clock import Clock
from pytest_repro.observe.keeping import Keeper
from pytest_repro.plugin.clone import clone
from pytest_repro.plugin.outliving import slots
from pytest_repro.plugin.relay import Held, Holding, Silent, relayed
from pytest_repro.plugin.run import RUN, Run
from pytest_repro.plugin.seeding import SEED
from pytest_repro.values import registry
from pytest_repro.values.budget import Budget
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import EXACT

if TYPE_CHECKING:
    from pytest_repro.compare import Comparison
    from pytest_repro.envelope import Envelope
    from pytest_repro.observe.keeping import Slot
    from pytest_repro.plugin.marks import Plan
    from pytest_repro.seeds.pins import Pins
    from pytest_repro.values.frozen import Frozen

Judge = Callable[["Replay", list[pytest.TestReport]], None]


class Replay:
    """The runs of one test.

    Attributes:
        item: The visible item.
        plan: How it is replayed.
        hidden: The hidden runs, in order.
        attempts: The visible run, and its reruns where a plugin reruns failures.
    """

    def __init__(
        self, item: pytest.Item, nextitem: pytest.Item | None, plan: Plan, pins: Pins, watch: Callable[[Plan, str], Run]
    ) -> None:
        self.item = item
        self.plan = plan
        self.hidden: list[Run] = []
        self.attempts: list[Run] = []
        self._nextitem = nextitem
        self._pins = pins
        self._watch = watch

    def run_hidden(self) -> None:
        """All runs but the visible one; the item's own scopes stay set up for it."""
        for number in range(1, self.plan.runs):
            self.hidden.append(self._run(f"run {number}", self.item.parent))

    @contextmanager
    def visibly(self, judge: Judge) -> Iterator[None]:
        """Watch the protocol that runs inside, and hold its reports until they are judged."""
        item, session = self.item, self.item.session
        held = Held(partial(judge, self), lambda: item.ihook)
        self._attempt()
        try:
            with relayed(session, lambda relay: Holding(relay, held)):
                try:
                    yield
                finally:
                    # a protocol without logfinish, or one that was interrupted, has not released them
                    held.release()
        finally:
            if RUN in item.stash:
                del item.stash[RUN]

    def envelopes(self) -> list[Envelope]:
        """Of the hidden runs and the visible one, in order."""
        return [run.envelope(self.item.nodeid) for run in (*self.hidden, *self.attempts)]

    def cause(self, runs: list[Envelope], comparison: Comparison) -> Cause:
        """Why two runs parted, found by further hidden runs."""
        laboratory = Laboratory(self._run, self.item, self._nextitem)
        inquiry = cause(runs, comparison, self.plan.tolerances, self.plan.ignore)
        try:
            experiment = next(inquiry)
            while True:
                experiment = inquiry.send(laboratory.carry_out(experiment))
        except StopIteration as end:
            found: Cause = end.value
            return found

    def _attempt(self) -> None:
        number = self.plan.runs + len(self.attempts)
        run = self._watch(self.plan, f"run {number}")
        run.again = self._attempt
        self.attempts.append(run)
        self.item.stash[RUN] = run
        self._pins.pin(self.plan.seed)

    def _run(self, label: str, nextitem: Any, around: AbstractContextManager[None] | None = None) -> Run:
        new = clone(self.item)
        run = self._watch(self.plan, label)
        new.stash[RUN] = run
        new.stash[SEED] = self.plan.seed
        self._pins.pin(self.plan.seed)
        # a warning of this run would stand in the summary twice
        with relayed(self.item.session, partial(Silent, note=_nothing)), warnings.catch_warnings(record=True):
            with around or nullcontext():
                run.reports = runtestprotocol(new, log=False, nextitem=nextitem)
        return run


def _nothing(_report: pytest.TestReport) -> None:
    """A hidden subtest's outcome was noted when its report was made."""


class Laboratory:
    """Carries out the experiments that an inquiry wants."""

    def __init__(self, run: Callable[..., Run], item: pytest.Item, nextitem: pytest.Item | None) -> None:
        self._run = run
        self._item = item
        self._nextitem = nextitem
        self._clock = Clock()
        self._keeper: Keeper | None = None
        self._count = 0

    def carry_out(self, experiment: Experiment) -> Trial:
        """One more hidden run, and what it showed."""
        if self._keeper is not None and experiment.restore:
            self._keeper.put_back()
        first = self._keeper is None
        before = slots(self._item)
        if first:
            self._keeper = Keeper(before)
        frozen = _frozen(before)
        self._count += 1
        around = self._clock.serving() if experiment.serve else self._clock.recording() if first else nullcontext()
        run = self._run(f"experiment {self._count}", self._nextitem, around)
        changed = _changed(frozen, _frozen(slots(self._item)))
        lost = self._keeper.lost if self._keeper is not None else set()
        return Trial(
            envelope=run.envelope(self._item.nodeid),
            changed=changed,
            readings=self._clock.count,
            restorable=not lost & set(changed),
        )


def _frozen(found: list[Slot]) -> dict[str, dict[str, Frozen]]:
    freezer = Freezer(budget=Budget(leaves=100_000))
    return {slot.label: freezer.freeze("state", slot.value) for slot in found}


def _changed(before: dict[str, dict[str, Frozen]], after: dict[str, dict[str, Frozen]]) -> tuple[str, ...]:
    """Labels whose values differ; what is new was set up by the run itself and tells nothing."""
    return tuple(label for label, leaves in before.items() if label in after and _differ(leaves, after[label]))


def _differ(before: dict[str, Frozen], after: dict[str, Frozen]) -> bool:
    return before.keys() != after.keys() or any(
        not registry.measure(leaf, after[address], EXACT).identical for address, leaf in before.items()
    )
