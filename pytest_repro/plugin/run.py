"""One execution of one test, watched: what it showed ends up in an envelope."""

from __future__ import annotations

import warnings
from contextlib import ExitStack, contextmanager
from time import time  # as it is now: a test may patch the module, and leave it so
from typing import TYPE_CHECKING

import pytest

from pytest_repro.envelope import OUTCOMES, Envelope
from pytest_repro.observe import files, streams
from pytest_repro.observe.frame import FrameHold
from pytest_repro.plugin.childhood import CHILD
from pytest_repro.plugin.target import function_of
from pytest_repro.seeds.hypothesis_examples import is_given, same_examples
from pytest_repro.values.address import category
from pytest_repro.values.registry import Freezer
from pytest_repro.values.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pytest_repro.observe.recorder import Recorder
    from pytest_repro.plugin.guarded import Guarded
    from pytest_repro.plugin.instrument import Instruments
    from pytest_repro.plugin.marks import Plan
    from pytest_repro.seeds.pins import Pins
    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.masks import Masks
    from pytest_repro.values.registry import Rooms

RUN = pytest.StashKey["Run"]()
"""The run that an item is in, while it is replayed."""

ENDED = {ended: Text(ended, len(ended)) for ended in OUTCOMES}
"""How a phase ends, frozen once: six times a replayed test."""

STREAMS = {"stdout": "Captured stdout call", "stderr": "Captured stderr call", "logs": "Captured log call"}
"""Where pytest's reports keep what a test wrote."""


UNMASKED = ("record", "return")
"""What a test hands over itself is compared as it is."""


class Run:
    """Watches one execution.

    Attributes:
        label: ``run 1``, ``run 2``...
        in_call: Whether the test's body is running; a report made meanwhile is that of a subtest.
        outcomes: By phase: passed, failed, skipped, xfailed, xpassed.
        reports: The reports of a hidden run, those of its subtests included.
        directory: Its ``tmp_path``, where it asked for one.
        failed_subtests: How many subtests of the test failed, as a hidden run left it.
        own: The error of the system that ended it, where one did: a port that is taken, a file that is missing.
        guarded: What this plugin does of its own meanwhile stands in it.
        again: Called where the same item is set up a second time, as pytest-rerunfailures does: it puts a fresh run
            in this one's place.
    """

    def __init__(
        self,
        plan: Plan,
        label: str,
        *,
        session_seed: int,
        masks: Masks,
        rooms: Rooms,
        pins: Pins,
        instruments: Instruments,
        guarded: Guarded,
    ) -> None:
        self.label = label
        self.in_call = False
        self.outcomes: dict[str, str] = {}
        self.reports: list[pytest.TestReport] = []
        self.directory: object = None
        self.failed_subtests = 0
        self.own = ""
        self.again: Callable[[], None] | None = None
        self._plan = plan
        self._session_seed = session_seed
        self._pins = pins
        self._instruments = instruments
        self.guarded = guarded
        self._freezer = Freezer(masks=masks, rooms=rooms)
        self._seen: dict[str, dict[str, Frozen]] = {}
        self._recorded: dict[str, int] = {}
        self._notes: list[str] = []
        self._subtests: list[str] = []
        self._dropped = 0
        self._begun = False
        self._started = time()

    def begin(self) -> None:
        """The item is set up; a second time it is another run's turn."""
        if self._begun and self.again is not None:
            self.again()
        self._begun = True

    def observes(self, name: str) -> bool:
        """Whether a category is observed."""
        return name in self._plan.observe

    def record(self, values: Mapping[str, object]) -> None:
        """Keep what the test records, as it is now."""
        for name, value in values.items():
            number = self._recorded.get(name, 0)
            self._recorded[name] = number + 1
            self.freeze(f"record.{name}@{number}" if number else f"record.{name}", value)

    def freeze(self, address: str, value: object) -> None:
        """Keep one value; accidents of the run are masked in what the test did not hand over itself."""
        self._seen.setdefault(category(address), {}).update(self._kept(address, value))

    def _kept(self, address: str, value: object) -> Mapping[str, Frozen]:
        return self._freezer.freeze(address, value, masked=category(address) not in UNMASKED)

    @contextmanager
    def body(self, item: pytest.Item) -> Iterator[None]:
        """Watch the test's body: swap in the recording code, hold the frame, freeze what is left at the end."""
        function = function_of(item)
        self.in_call = True
        hold = recorder = None
        try:
            with ExitStack() as stack:
                with self.guarded:
                    if function is not None and (self.observes("asserted") or self.observes("return")):
                        digests = not self._plan.tolerances.stated
                        recorder = self._instruments.enter(stack, function, self._kept, self._notes, digests=digests)
                    if function is not None and self.observes("locals"):
                        hold = stack.enter_context(FrameHold(function.__code__))
                    test = getattr(item, "obj", None)
                    if is_given(test):
                        # how long an example takes is asked of the run that everybody sees, and not under a condition
                        timed = self.again is not None and not item.config.pluginmanager.hasplugin(CHILD)
                        stack.enter_context(same_examples(test, self._plan.seed, timed=timed))
                    if self.observes("warnings"):
                        stack.enter_context(self._warnings())
                yield
        finally:
            self.in_call = False
            with self.guarded:
                self._look_back(item, hold, recorder)

    def _look_back(self, item: pytest.Item, hold: FrameHold | None, recorder: Recorder | None) -> None:
        if recorder is not None:
            self._take(recorder)
        if hold is not None:
            for name, value in hold.locals().items():
                self.freeze(f"locals.{name}", value)
            if not hold.entered:
                self._notes.append("locals not seen: the test runs elsewhere, or a profiler is in the way")
            hold.drop()
        if self.observes("rng"):
            for name, state in self._pins.states().items():
                self._seen.setdefault("rng", {})[f"rng.{name}.state"] = Text(state, len(state))
        if self.observes("files"):
            self._files(item)

    def _take(self, recorder: Recorder) -> None:
        for address, leaf in recorder.leaves.items():
            self._seen.setdefault(category(address), {})[address] = leaf
        for address, tail in recorder.tails.items():
            self.freeze(f"{address}...", f"{tail.hits} more values, digest {tail.digest}")
        self._dropped += recorder.dropped
        if recorder.fault:
            raise RuntimeError(recorder.fault)

    @contextmanager
    def _warnings(self) -> Iterator[None]:
        with warnings.catch_warnings(record=True) as seen:
            yield
        for address, text in streams.from_warnings(seen).items():
            self.freeze(address, text)
        for message in seen:  # they are the user's to see as well
            warnings.showwarning(
                message.message, message.category, message.filename, message.lineno, message.file, message.line
            )

    def _files(self, item: pytest.Item) -> None:
        directory: Path | None = (getattr(item, "funcargs", None) or {}).get("tmp_path")
        if directory is not None:
            for address, content in files.below(directory).items():
                self.freeze(address, content)

    def note_report(self, report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
        """Keep the outcome of a phase, or of a subtest while the body runs."""
        ended = outcome_of(report)
        if self.in_call:
            self._subtests.append(ended)
            return
        self.outcomes[report.when or "call"] = ended
        self._seen.setdefault("outcome", {})[f"outcome.{report.when}"] = ENDED.get(ended) or Text(ended, len(ended))
        if call.excinfo is not None:
            if isinstance(call.excinfo.value, OSError) and ended == "failed":
                self.own = call.excinfo.exconly(tryshort=True)[:200]
            self.freeze(f"outcome.{report.when}.error", call.excinfo.value)
        if report.when == "call":
            if self._subtests:
                self.freeze("outcome.subtests", self._subtests)
            for name, title in STREAMS.items():
                if self.observes(name):
                    text = "".join(content for heading, content in report.sections if heading == title)
                    for address, line in streams.lines(name, text).items():
                        self.freeze(address, line)

    def envelope(self, nodeid: str) -> Envelope:
        """Everything that the run showed."""
        kept = self._plan.explicit if self._recorded else self._plan.observe
        return Envelope(
            nodeid=nodeid,
            label=self.label,
            session_seed=self._session_seed,
            seed=self._plan.seed,
            observations={
                address: leaf for name in ("outcome", *kept) for address, leaf in self._seen.get(name, {}).items()
            },
            outcomes=dict(self.outcomes),
            cut=self._freezer.cut + self._dropped,
            notes=tuple(dict.fromkeys(self._notes)),
            ids=frozenset(self._freezer.ids),
            window=(self._started, time()),
        )


def outcome_of(report: pytest.TestReport) -> str:
    """How a phase ended, with expected failures told apart."""
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    return report.outcome
