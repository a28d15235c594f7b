"""Replay of one test: hidden runs on clones first, then the visible run, then the judgement before reports go out.

Shadow first: the hidden run comes before the protocol that pytest or another plugin carries out, inside every wrapper
that other plugins put around it, so that exactly one report a test reaches anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

import pytest
from _pytest.runner import runtestprotocol  # private; pytest-rerunfailures has imported it for years

from pytest_repro.compare import without
from pytest_repro.plugin import neighbours
from pytest_repro.plugin.clone import clone
from pytest_repro.plugin.relay import Held, Holding, Silent, relayed
from pytest_repro.plugin.run import RUN, Run
from pytest_repro.plugin.seeding import SEED

if TYPE_CHECKING:
    from pytest_repro.compare import Comparison
    from pytest_repro.diagnose.cause import Cause
    from pytest_repro.envelope import Envelope
    from pytest_repro.observe.entropy import Entropy
    from pytest_repro.plugin.laboratory import Diagnosis
    from pytest_repro.plugin.marks import Plan
    from pytest_repro.plugin.neighbours import Warned
    from pytest_repro.seeds.pins import Pins
    from pytest_repro.values.masks import Masks

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
        masks: Masks,
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
        self._masks = masks
        self._envelopes: list[Envelope] = []

    def run_hidden(self) -> None:
        """All runs but the visible one; the item's own scopes stay set up for it."""
        for number in range(1, self.plan.runs):
            self.hidden.append(self._run(f"run {number}", seed=self.plan.seed_of(number)))
        neighbours.set_timeout(self.item)

    def run_once_hidden(self) -> None:
        """One hidden run, whatever the plan says."""
        self.hidden.append(self._run("run 1"))
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
            if self.beyond:
                self._envelopes[-1] = self._envelopes[-1].with_teardown(self._envelopes[0] if self.hidden else None)
        return self._envelopes

    @property
    def beyond(self) -> bool:
        """Whether the visible run's teardown failed where wider scopes end: a hidden run leaves those set up.

        Such an error is pytest's to tell; nothing compares it.
        """
        outcomes = self.attempts[-1].outcomes if self.attempts else {}
        following = self._nextitem
        ends = following is None or self.item.parent not in following.listchain()
        return outcomes.get("teardown", "passed") != "passed" and (
            ends or neighbours.ends_with(self.item.session, outcomes)
        )

    def diagnosis(
        self, runs: list[Envelope], comparison: Comparison, quiet: Callable[[Cause], frozenset[str]]
    ) -> Diagnosis:
        """Why and where two runs parted, found by further hidden runs.

        Args:
            runs: All of the test.
            comparison: Of the two that part.
            quiet: Addresses that nobody is told about once the cause is known: they are not traced.
        """
        from pytest_repro.diagnose.cause import cause  # noqa: PLC0415  # all of it only where something drifted
        from pytest_repro.diagnose.inquiry import concluded  # noqa: PLC0415
        from pytest_repro.plugin.laboratory import Diagnosis, Laboratory, Traced  # noqa: PLC0415

        inquiry = cause(runs, comparison, self.plan.tolerances, self.plan.ignore)
        with Laboratory(self._run, self.item, self._nextitem, self._masks) as laboratory:
            found = concluded(inquiry, laboratory.carry_out)
            told = without(comparison.drifts, quiet(found))
            moved = [address for gap in told for address in gap.addresses]
            left = [address for address in moved if address not in found.outliving]
            traced = laboratory.divergence(found, left or moved, moving=not left) if moved else Traced()
            return Diagnosis(found, traced)

    def _attempt(self) -> None:
        number = self.plan.runs + len(self.attempts)
        run = self._watch(self.plan, f"run {number}")
        run.again = self._attempt
        self.attempts.append(run)
        self.item.stash[RUN] = run
        seed = self.plan.seed_of(self.plan.runs)
        self.item.stash[SEED] = seed
        self._pins.pin(seed)

    def _run(self, label: str, around: AbstractContextManager[None] | None = None, *, seed: int | None = None) -> Run:
        """One hidden run; as the visible item comes next, nothing but the clone itself is torn down."""
        new = clone(self.item)
        run = self._watch(self.plan, label)
        new.stash[RUN] = run
        new.stash[SEED] = seed = self.plan.seed if seed is None else seed
        self._pins.pin(seed)
        subtests: list[pytest.TestReport] = []
        before = neighbours.failed_subtests(self.item)
        neighbours.set_timeout(self.item)
        try:
            silent = relayed(self.item.session, partial(Silent, note=subtests.append))
            room = neighbours.making_room(self.item.config, run)
            measured = neighbours.benchmarks_of_visible_runs(self.item.config)
            with silent, room, measured, self._warned.hidden(), around or nullcontext():
                setup, *rest = runtestprotocol(new, log=False, nextitem=self.item)
        finally:
            neighbours.cancel_timeout(self.item)
            run.failed_subtests = neighbours.failed_subtests(self.item)
            neighbours.set_failed_subtests(self.item, before)
            del new.stash[RUN]  # a fixture of the session keeps the clone until it ends, and with it what it saw
        run.reports = [setup, *subtests, *rest]
        return run
