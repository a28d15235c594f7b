"""The laboratory: further hidden runs of one test after a drift, which look for its cause and its place."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple, Self

import pytest

from pytest_repro.diagnose.divergence import Divergence, divergence
from pytest_repro.diagnose.experiment import Experiment, Trial
from pytest_repro.observe.clock import Clock
from pytest_repro.observe.entropy import Entropy
from pytest_repro.observe.keeping import Keeper
from pytest_repro.observe.ownership import Ownership
from pytest_repro.observe.position import position
from pytest_repro.observe.sight import Sight
from pytest_repro.observe.tracing import Trace, Tracer
from pytest_repro.plugin import neighbours
from pytest_repro.plugin.guarded import unheard
from pytest_repro.plugin.outliving import slots
from pytest_repro.plugin.progress import Progress
from pytest_repro.plugin.target import function_of
from pytest_repro.values import registry
from pytest_repro.values.budget import Budget
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import EXACT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_repro.diagnose.cause import Cause
    from pytest_repro.envelope import Envelope
    from pytest_repro.observe.draw import Site
    from pytest_repro.observe.keeping import Slot
    from pytest_repro.plugin.run import Run
    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.masks import Masks

SECONDS = 30.0
"""After which a diagnosis begins no run to tell several sites of entropy apart, and none that is traced."""

ALL_SECONDS = 600.0
"""After which all diagnoses of a session together begin none of these; what a drift is called needs none of them."""

SPENT = pytest.StashKey[float]()
"""Seconds that a session's diagnoses took so far."""


class Traced(NamedTuple):
    """What tracing showed.

    Attributes:
        way: Of the drifted value; None where the traces agree, or nothing was traced.
        cut: Whether a bound ended them.
        refused: Why nothing was traced.
    """

    way: Divergence | None = None
    cut: bool = False
    refused: str = ""


class Diagnosis(NamedTuple):
    """Why and where two runs parted."""

    cause: Cause
    traced: Traced


class Laboratory:
    """Carries out the experiments that an inquiry wants."""

    def __init__(self, run: Callable[..., Run], item: pytest.Item, nextitem: pytest.Item | None, masks: Masks) -> None:
        neighbours.cancel_timeout(item)
        self._run = run
        self._item = item
        self._nextitem = nextitem
        self._clock = Clock()
        self._masks = masks
        self._own = (str(item.path),)
        self._entropy = Entropy(self._own)
        self._begun = time.monotonic()
        self._ends = self._begun + min(SECONDS, ALL_SECONDS - item.config.stash.get(SPENT, 0.0))
        self._tick: Callable[[int], None] = lambda _runs: None
        self._told = ExitStack()
        self._keeper: Keeper | None = None
        self._count = 0
        self._prepared: tuple[Envelope, ...] = ()
        self._state = item.session._setupstate  # noqa: SLF001  # what is set up at present; it has no public name

    def __enter__(self) -> Self:
        """Open for experiments."""
        progress = Progress(self._item.config, between=True)
        self._tick = self._told.enter_context(progress.looking(self._item.nodeid))
        return self

    def __exit__(self, *_error: object) -> None:
        """Tear down what the next item has no use for; the visible run's teardown has told its errors already."""
        stash = self._item.config.stash
        stash[SPENT] = stash.get(SPENT, 0.0) + time.monotonic() - self._begun
        self._told.close()
        with unheard():
            self._state.teardown_exact(self._nextitem)

    def carry_out(self, experiment: Experiment) -> Trial:
        """One more hidden run, and what it showed."""
        if self._keeper is not None and experiment.restore:
            self._keeper.put_back()
        first = self._keeper is None
        if first and self._item.parent not in self._state.stack:
            # the test was the last of its module or class: the fixtures of that scope stand again before the first look
            self._prepared = (self._run("preparation").envelope(self._item.nodeid),)
        before = slots(self._item)
        if first:
            self._keeper = Keeper(before)
        seen = frozen(before)
        self._count += 1
        self._tick(self._count)
        run = self._run(f"experiment {self._count}", self._around(experiment, first=first))
        moved = changed(seen, frozen(slots(self._item)))
        lost = self._keeper.lost if self._keeper is not None else set()
        return Trial(
            envelope=run.envelope(self._item.nodeid),
            prepared=self._prepared if first else (),
            changed=moved,
            readings=self._clock.count,
            restorable=not lost & set(moved),
            draws=self._entropy.sites,
            raced=self._entropy.raced,
            more=time.monotonic() < self._ends,
        )

    @contextmanager
    def _around(self, experiment: Experiment, *, first: bool) -> Iterator[None]:
        with ExitStack() as stack:
            if first:
                stack.enter_context(self._clock.recording())
                stack.enter_context(self._entropy.recording())
            if experiment.serve:
                stack.enter_context(self._clock.serving(experiment.shift))
            if experiment.entropy:
                stack.enter_context(self._entropy.serving(experiment.entropy))
            yield

    def divergence(self, found: Cause, addresses: Sequence[str], *, moving: bool) -> Traced:
        """Two more runs, traced line by line, in which all is served that is known not to be the cause.

        Args:
            found: The cause.
            addresses: Of drifted values; one of them is followed.
            moving: Whether the second run is to find what the first one left.
        """
        function = function_of(self._item)
        if time.monotonic() > self._ends or function is None:
            return Traced(refused=self._hurried() if function is not None else "")
        guilty = {one.site for one in found.entropy}
        still = tuple(site for site in self._entropy.sites if site not in guilty)
        first = self._trace(still, serve=not found.clock, restore=True)
        second = self._trace(still, serve=not found.clock, restore=not moving)
        if first.refused or second.refused:
            return Traced(refused=first.refused or second.refused)
        code = function.__code__
        way = divergence(first, second, file=code.co_filename, function=code.co_qualname, address=telling(addresses))
        if way is not None and not moving:  # each began from the same
            way = way._replace(changed=None)
        return Traced(way, cut=first.cut or second.cut)

    def _hurried(self) -> str:
        spent = self._item.config.stash.get(SPENT, 0.0) + time.monotonic() - self._begun
        if spent > ALL_SECONDS:
            return f"no time was left, {ALL_SECONDS / 60:.0f} minutes of this session went into such searches"
        return f"no time was left, the search for the cause took {time.monotonic() - self._begun:.0f} s"

    def _trace(self, still: tuple[Site, ...], *, serve: bool, restore: bool) -> Trace:
        if self._keeper is not None and restore:
            self._keeper.put_back()
        tracer = Tracer(Ownership(self._own), Sight(self._masks))
        with ExitStack() as stack:
            if serve:
                stack.enter_context(self._clock.serving())
            stack.enter_context(self._entropy.serving(still))
            self._count += 1
            self._tick(self._count)
            self._run(f"trace {self._count}", tracer.tracing())
        return tracer.trace


def telling(addresses: Sequence[str]) -> str:
    """Of drifted values the one whose way is followed: a local variable, then what the test returns, then the first."""
    for start in ("locals.", "return"):
        found = [address for address in addresses if address.startswith(start)]
        if found:
            return found[-1]
    return addresses[0]


def frozen(found: list[Slot]) -> dict[str, dict[str, Frozen]]:
    """What stands in places that outlive a run, by label."""
    freezer = Freezer(budget=Budget(leaves=100_000, private=True))
    return {
        slot.label: freezer.freeze("state", slot.value) | freezer.freeze("position", position(slot.value))
        for slot in found
    }


def changed(before: dict[str, dict[str, Frozen]], after: dict[str, dict[str, Frozen]]) -> tuple[str, ...]:
    """Labels whose values differ; what is new was set up by the run itself and tells nothing."""
    return tuple(label for label, leaves in before.items() if label in after and _differ(leaves, after[label]))


def _differ(before: dict[str, Frozen], after: dict[str, Frozen]) -> bool:
    return before.keys() != after.keys() or any(
        not registry.measure(leaf, after[address], EXACT).identical for address, leaf in before.items()
    )
