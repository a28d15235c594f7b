"""The session: what is replayed and how, and the hooks that do it; registered only where something asks for it."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_repro.errors import ReproError
from pytest_repro.plugin import neighbours, seeding
from pytest_repro.plugin.childhood import CHILD, PINNING
from pytest_repro.plugin.guarded import Guarded
from pytest_repro.plugin.instrument import Instruments
from pytest_repro.plugin.marks import PLAN, Plan, plan_for
from pytest_repro.plugin.options import LAST_SEED
from pytest_repro.plugin.premises import premises_of
from pytest_repro.plugin.replay import Replay
from pytest_repro.plugin.run import RUN, Run
from pytest_repro.plugin.seeding import SEED
from pytest_repro.plugin.tally import tally_of
from pytest_repro.plugin.varying import varying_of
from pytest_repro.seeds.arrival import Arrival
from pytest_repro.seeds.pins import Pins
from pytest_repro.seeds.registry import LIBRARIES
from pytest_repro.values.masks import Masks
from pytest_repro.values.registry import Rooms

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from _pytest.fixtures import FixtureDef, SubRequest

    from pytest_repro.observe.tracing import Tracer
    from pytest_repro.plugin.child import Child
    from pytest_repro.plugin.judgement import Judgement
    from pytest_repro.plugin.premises import Premises
    from pytest_repro.plugin.varying import Varying

NAME = "repro-session"


def start(config: pytest.Config) -> ReproSession:
    """The session's plugin, registered at the first call.

    Raises:
        pytest.UsageError: For options or ini values that mean nothing.
    """
    present = config.pluginmanager.get_plugin(NAME)
    if isinstance(present, ReproSession):
        return present
    session = ReproSession(config, premises_of(config), varying_of(config))
    config.pluginmanager.register(session, NAME)
    return session


class ReproSession:
    """Replays tests as their plans say."""

    def __init__(self, config: pytest.Config, premises: Premises, varying: Varying) -> None:
        self.settings = settings = premises.settings
        self._premises = premises
        self._varying = varying
        self._child: Child | None = config.pluginmanager.get_plugin(CHILD)
        pinning = config.pluginmanager.get_plugin(PINNING) if settings.pin == "entropy" else None
        self.pins = Pins(
            libraries=LIBRARIES if pinning is None else pinning.libraries(),
            extra={"pytest_repro_seed": lambda seed: config.hook.pytest_repro_seed(seed=seed)},
        )
        self._config = config
        self._instruments = Instruments(config)
        self._tally = tally_of(config)
        self._judgement: Judgement | None = None
        if self._child is None:
            from pytest_repro.plugin.judgement import Judgement  # noqa: PLC0415  # a child judges nothing

            self._judgement = Judgement(config, premises, varying, self._tally)
        self._masks = Masks()
        self._rooms = Rooms()
        self._arrival: Arrival | None = None
        self._held = False
        self._late = Arrival(self.pins)
        self._warned = neighbours.Warned()
        if settings.mode == "all" or (settings.seeded and settings.mode != "off"):
            self._arrival = Arrival(self.pins)
            self.pins.hold()
            self._held = True
            self._arrival.start(settings.session_seed % 2**32)

    def seed_of(self, item: pytest.Item) -> int:
        """The seed of a test."""
        return seeding.of_item(self.settings.session_seed, item)

    def plan(self, items: list[pytest.Item]) -> None:
        """Decide for each collected test; collection is over, so nothing is pinned on arrival any more.

        Raises:
            pytest.UsageError: For a marker that means nothing, with file and line.
        """
        if self._arrival is not None:
            self._arrival.stop()
            self._arrival = None
        self._masks = _masks(self._config)
        for item in items:
            try:
                plan = plan_for(item, self.settings, self.seed_of(item))
            except ReproError as error:
                path, line, _ = item.location
                self._refuse(f"{path}:{(line or 0) + 1}: {error}")
                items.clear()
                return
            if plan is not None:
                item.stash[PLAN] = plan
                self._tally.standing.count(item.nodeid, plan)
        if hasattr(self._config, "workerinput"):
            self._varying.want(items)

    def _refuse(self, text: str) -> None:
        """An xdist worker that dies takes its error with it: it runs nothing, and the controller raises the error."""
        output = getattr(self._config, "workeroutput", None)
        if output is None:
            raise pytest.UsageError(text) from None
        output["repro_usage"] = text

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """xdist's workers take the controller's seed, also one that was drawn."""
        node.workerinput["repro_seed"] = self.settings.session_seed

    def pytest_report_header(self) -> str | None:
        """The session seed, where somebody asked for one."""
        pinned = ", entropy pinned" if self.settings.pin == "entropy" else ""
        return f"repro: session seed {self.settings.session_seed}{pinned}" if self.settings.seeded else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Keep the seed for ``--repro-seed=last``."""
        if self._arrival is not None:  # the session ended before collection did
            self._arrival.stop()
        self._tally.standing.judge(self._premises)
        pinning = self._config.pluginmanager.get_plugin(PINNING)
        if pinning is not None:
            self._tally.pinned.update(pinning.places(self._config))
        self._tally.notices += [str(notice) for notice in (*self.pins.notices, *self._late.notices)]
        cache = getattr(self._config, "cache", None)
        alone = not hasattr(self._config, "workerinput") and self._child is None
        if cache is not None and alone and self.settings.mode != "off":
            cache.set(LAST_SEED, self.settings.session_seed)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """A script that calls ``pytest.main``, or a test of a plugin, draws on as if there had been no session."""
        if self._held:
            self._held = False
            self.pins.release()

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        """Innermost: warning filters, faulthandler and the rest hold for hidden runs as well."""
        plan = item.stash.get(PLAN, None)
        if plan is None:
            return (yield)
        item.stash[SEED] = plan.seed
        self.pins.hold()
        try:
            if plan.replayed and neighbours.hidden_runs_wanted(self._config):
                with self._late, neighbours.suite_properties_once(self._config):
                    replay = Replay(
                        item,
                        nextitem,
                        plan,
                        pins=self.pins,
                        watch=partial(self._watch, item),
                        warned=self._warned,
                        masks=self._masks,
                    )
                    if self._child is not None:  # each test once: its parent compares
                        tracer = self._tracer(item) if item.nodeid in self._child.spec.traced else None
                        deliver = partial(self._deliver, tracer)
                        with self._child.around(item.nodeid, tracer):
                            with self._guarded(item):
                                self._child.begin(replay)
                            with replay.visibly(deliver):
                                return (yield)
                    with self._draws(replay):
                        with self._guarded(item):
                            replay.run_hidden()
                        with replay.visibly(self._judge):
                            return (yield)
            with self._late:  # numpy.random and others may come in the middle of a test
                self.pins.pin(plan.seed)
                return (yield)
        finally:
            self.pins.release()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A rerun of the visible item is a run of its own, from the same seed."""
        run = item.stash.get(RUN, None)
        if run is not None:
            run.begin()

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Watch the body of a run."""
        __tracebackhide__ = True  # what a test raises passes through here
        run = item.stash.get(RUN, None)
        if run is None:
            return (yield)
        with run.body(item):
            return (yield)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """The session is about to end, and pytest cannot know it while the reports wait: all is torn down."""
        result = yield
        run = item.stash.get(RUN, None)
        if run is not None and run.again is not None and neighbours.ends_with(item.session, run.outcomes):
            item.session._setupstate.teardown_exact(None)  # noqa: SLF001  # as pytest does where it knows
        return result

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        """A replayed test may return what is to be compared."""
        __tracebackhide__ = True  # what a test raises passes through here
        if pyfuncitem.stash.get(RUN, None) is None or pyfuncitem.get_closest_marker("replay") is None:
            return (yield)
        with neighbours.returning_allowed():
            return (yield)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_fixture_setup(self, fixturedef: FixtureDef[Any], request: SubRequest) -> Generator[None, object, object]:
        """A wider-scoped fixture draws from a seed of its own, so that no test's draws depend on who came first."""
        __tracebackhide__ = True  # what a test raises passes through here
        if fixturedef.scope == "function" or self.pins.seed is None:
            made = yield
            run = request.node.stash.get(RUN, None) if fixturedef.argname == "tmp_path" else None
            if run is not None:
                run.directory = made
            return made
        seed = seeding.of_fixture(self.settings.session_seed, fixturedef, request)
        with self.pins.under(seed), self._warned.wider():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Outermost: note how a phase ended once skips and expected failures have had their say."""
        report = yield
        run = item.stash.get(RUN, None)
        if run is not None:
            with run.guarded:
                run.note_report(report, call)
        return report

    def _draws(self, replay: Replay) -> AbstractContextManager[object]:
        """Note who draws entropy, where a policy asks for it: it costs a frame's walk a draw."""
        if self.settings.policy.get("S201", "accept") == "accept":
            return nullcontext()
        from pytest_repro.observe.entropy import Entropy  # noqa: PLC0415  # only where a policy asks for it

        replay.entropy = Entropy(own=(str(replay.item.path),))
        return replay.entropy.recording(used=True)

    def _watch(self, item: pytest.Item, plan: Plan, label: str) -> Run:
        return Run(
            plan,
            label,
            session_seed=self.settings.session_seed,
            masks=self._masks,
            rooms=self._rooms,
            pins=self.pins,
            instruments=self._instruments,
            guarded=self._guarded(item),
        )

    def _tracer(self, item: pytest.Item) -> Tracer:
        from pytest_repro.observe.ownership import Ownership  # noqa: PLC0415  # only where something drifted
        from pytest_repro.observe.sight import Sight  # noqa: PLC0415  # likewise
        from pytest_repro.observe.tracing import Tracer  # noqa: PLC0415  # likewise

        return Tracer(Ownership((str(item.path),)), Sight(self._masks))

    def _deliver(self, tracer: Tracer | None, replay: Replay, reports: list[pytest.TestReport]) -> None:
        """A child's test ended."""
        with self._guarded(replay.item):
            if self._child is not None:
                self._child.deliver(replay, reports, tracer)

    def _judge(self, replay: Replay, reports: list[pytest.TestReport]) -> None:
        with self._guarded(replay.item):
            if self._judgement is not None:
                self._judgement.judge(replay, reports)

    def _guarded(self, item: pytest.Item) -> Guarded:
        return Guarded(item.nodeid, self._tally.faults)


def _masks(config: pytest.Config) -> Masks:
    """Where tests get their temporary folders; each run gets others."""
    factory: Any = getattr(config, "_tmp_path_factory", None)
    return Masks(numbered=() if factory is None else (str(factory.getbasetemp()),))
