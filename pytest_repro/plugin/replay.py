"""Replay of one test: hidden runs on clones first, then the visible run, then the judgement before reports go out.

Shadow first: the hidden run comes before the protocol that pytest or another plugin carries out, inside every wrapper
that other plugins put around it, so that exactly one report a test reaches anybody.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import (
    AbstractContextManager,
    ExitStack,
    contextmanager,
    nullcontext,
    redirect_stderr,
    redirect_stdout,
    suppress,
)
from functools import partial
from typing import TYPE_CHECKING, Self

import pytest
from _pytest.runner import runtestprotocol  # private; pytest-rerunfailures has imported it for years

from pytest_repro.diagnose.cause import Cause, cause
from pytest_repro.diagnose.experiment import Experiment, Trial
from pytest_repro.diagnose.inquiry import concluded
from pytest_repro.observe.clock import Clock
from pytest_repro.observe.entropy import Entropy
from pytest_repro.observe.keeping import Keeper
from pytest_repro.observe.position import position
from pytest_repro.plugin import neighbours
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
    from pytest_repro.plugin.neighbours import Warned
    from pytest_repro.seeds.pins import Pins
    from pytest_repro.values.frozen import Frozen

SECONDS = 30.0
"""After which a diagnosis begins no run to tell several sites of entropy apart."""

Judge = Callable[["Replay", list[pytest.TestReport]], None]


class Replay:
    """The runs of one test.

    Attributes:
        item: The visible item.
        plan: How it is replayed.
        hidden: The hidden runs, in order.
        attempts: The visible run, and its reruns where a plugin reruns failures.
        entropy: What they drew, where somebody asks for it.
    """

    def __init__(
        self,
        item: pytest.Item,
        nextitem: pytest.Item | None,
        plan: Plan,
        *,
        pins: Pins,
        watch: Callable[[Plan, str], Run],
        warned: Warned,
    ) -> None:
        self.item = item
        self.plan = plan
        self.hidden: list[Run] = []
        self.attempts: list[Run] = []
        self.entropy: Entropy | None = None
        self._nextitem = nextitem
        self._pins = pins
        self._watch = watch
        self._warned = warned
        self._envelopes: list[Envelope] = []

    def run_hidden(self) -> None:
        """All runs but the visible one; the item's own scopes stay set up for it."""
        for number in range(1, self.plan.runs):
            self.hidden.append(self._run(f"run {number}"))
        neighbours.set_timeout(self.item)

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
                except BaseException:
                    held.release(judged=False)  # interrupted: to judge might run the test again
                    raise
                held.release()  # for a protocol without logfinish
        finally:
            if RUN in item.stash:
                del item.stash[RUN]

    def envelopes(self) -> list[Envelope]:
        """Of the hidden runs and the visible one, in order; made once all of them are over."""
        runs = (*self.hidden, *self.attempts)
        if len(self._envelopes) != len(runs):
            self._envelopes = [run.envelope(self.item.nodeid) for run in runs]
        return self._envelopes

    def cause(self, runs: list[Envelope], comparison: Comparison) -> Cause:
        """Why two runs parted, found by further hidden runs."""
        inquiry = cause(runs, comparison, self.plan.tolerances, self.plan.ignore)
        with Laboratory(self._run, self.item, self._nextitem) as laboratory:
            return concluded(inquiry, laboratory.carry_out)

    def _attempt(self) -> None:
        number = self.plan.runs + len(self.attempts)
        run = self._watch(self.plan, f"run {number}")
        run.again = self._attempt
        self.attempts.append(run)
        self.item.stash[RUN] = run
        self._pins.pin(self.plan.seed)

    def _run(self, label: str, around: AbstractContextManager[None] | None = None) -> Run:
        """One hidden run; as the visible item comes next, nothing but the clone itself is torn down."""
        new = clone(self.item)
        run = self._watch(self.plan, label)
        new.stash[RUN] = run
        new.stash[SEED] = self.plan.seed
        self._pins.pin(self.plan.seed)
        subtests: list[pytest.TestReport] = []
        counts = neighbours.failed_subtests(self.item.config)
        before = dict(counts)
        neighbours.set_timeout(self.item)
        try:
            silent = relayed(self.item.session, partial(Silent, note=subtests.append))
            room = neighbours.making_room(self.item.config, run)
            with silent, room, self._warned.hidden(), around or nullcontext():
                setup, *rest = runtestprotocol(new, log=False, nextitem=self.item)
        finally:
            neighbours.cancel_timeout(self.item)
            run.failed_subtests = dict(counts)
            counts.clear()
            counts.update(before)
        run.reports = [setup, *subtests, *rest]
        return run


class Laboratory:
    """Carries out the experiments that an inquiry wants."""

    def __init__(self, run: Callable[..., Run], item: pytest.Item, nextitem: pytest.Item | None) -> None:
        neighbours.cancel_timeout(item)
        self._run = run
        self._item = item
        self._nextitem = nextitem
        self._clock = Clock()
        self._entropy = Entropy(own=(str(item.path),))
        self._ends = time.monotonic() + SECONDS
        self._keeper: Keeper | None = None
        self._count = 0
        self._state = item.session._setupstate  # noqa: SLF001  # what is set up at present; it has no public name

    def __enter__(self) -> Self:
        """Open for experiments."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Tear down what the next item has no use for; the visible run's teardown has told its errors already."""
        silence = io.StringIO()
        with suppress(Exception), redirect_stdout(silence), redirect_stderr(silence):
            self._state.teardown_exact(self._nextitem)

    def carry_out(self, experiment: Experiment) -> Trial:
        """One more hidden run, and what it showed."""
        if self._keeper is not None and experiment.restore:
            self._keeper.put_back()
        first = self._keeper is None
        if first and self._item.parent not in self._state.stack:
            # the test was the last of its module or class: the fixtures of that scope stand again before the first look
            self._run("preparation")
        before = slots(self._item)
        if first:
            self._keeper = Keeper(before)
        frozen = _frozen(before)
        self._count += 1
        run = self._run(f"experiment {self._count}", self._around(experiment, first=first))
        changed = _changed(frozen, _frozen(slots(self._item)))
        lost = self._keeper.lost if self._keeper is not None else set()
        return Trial(
            envelope=run.envelope(self._item.nodeid),
            changed=changed,
            readings=self._clock.count,
            restorable=not lost & set(changed),
            draws=self._entropy.sites,
            more=time.monotonic() < self._ends,
        )

    @contextmanager
    def _around(self, experiment: Experiment, *, first: bool) -> Iterator[None]:
        with ExitStack() as stack:
            if first:
                stack.enter_context(self._clock.recording())
                stack.enter_context(self._entropy.recording())
            if experiment.serve:
                stack.enter_context(self._clock.serving())
            if experiment.entropy:
                stack.enter_context(self._entropy.serving(experiment.entropy))
            yield


def _frozen(found: list[Slot]) -> dict[str, dict[str, Frozen]]:
    freezer = Freezer(budget=Budget(leaves=100_000, private=True))
    return {
        slot.label: freezer.freeze("state", slot.value) | freezer.freeze("position", position(slot.value))
        for slot in found
    }


def _changed(before: dict[str, dict[str, Frozen]], after: dict[str, dict[str, Frozen]]) -> tuple[str, ...]:
    """Labels whose values differ; what is new was set up by the run itself and tells nothing."""
    return tuple(label for label, leaves in before.items() if label in after and _differ(leaves, after[label]))


def _differ(before: dict[str, Frozen], after: dict[str, Frozen]) -> bool:
    return before.keys() != after.keys() or any(
        not registry.measure(leaf, after[address], EXACT).identical for address, leaf in before.items()
    )
