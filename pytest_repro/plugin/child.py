"""The child's side of a fresh process: it selects the tests of its spec, runs each once, and streams what they showed.

It inherits the parent's command line word for word, so everything there that writes, debugs, reruns or records is
switched off here, before any plugin acts upon it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_repro.plugin.childhood import CHILD, VARIABLE, WORKER
from pytest_repro.plugin.spec import Spec
from pytest_repro.store.stream import Outlet
from pytest_repro.values.secrets import mask
from pytest_repro.variations.condition import Condition
from pytest_repro.variations.registry import variation

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from pytest_repro.observe.tracing import Tracer
    from pytest_repro.plugin.leaking import Between
    from pytest_repro.plugin.replay import Replay
    from pytest_repro.plugin.watching import Watching

NEUTRAL: dict[str, object] = {
    "lf": False,
    "failedfirst": False,
    "newfirst": False,
    "stepwise": False,
    "stepwise_skip": False,
    "xmlpath": None,
    "pastebin": None,
    "usepdb": False,
    "trace": False,
    "maxfail": 0,
    "durations": None,
    "reruns": 0,
    "htmlpath": None,
    "report_log": None,
    "json_report": False,
    "csv_path": None,
    "allure_report_dir": None,
    "cov_source": [],
    "no_cov": True,
    "benchmark_save": None,
    "benchmark_autosave": False,
    "benchmark_json": None,
    "benchmark_disable": True,
    "force_regen": False,
    "regen_all": False,
    "update_snapshots": False,
    "mpl_generate_path": None,
    "looponfail": False,
    "repro_record": False,
    "repro_record_all": False,
    "repro_vary": None,
    "repro_lock": None,
    "repro_calibrate": False,
    "repro_report": [],
}
"""Options of pytest, of its neighbours and ours by destination, and the value under which they leave nothing behind."""

DEATH = 1
"""``PR_SET_PDEATHSIG`` of Linux's prctl: the signal that a process gets when its parent dies."""


def enlist(config: pytest.Config) -> None:
    """Make this process the child that its environment, or its xdist controller, says it is.

    Raises:
        pytest.UsageError: For a variable that names no spec.
    """
    worker = getattr(config, "workerinput", None)
    path = worker[WORKER] if worker is not None else os.environ.pop(VARIABLE)  # a pytest inside a test is no child
    from pytest_repro.errors import ReproError  # noqa: PLC0415  # only a broken spec needs it

    try:
        spec = Spec.read(Path(path))
    except ReproError as error:
        raise pytest.UsageError(str(error)) from None
    for name, value in NEUTRAL.items():
        if hasattr(config.option, name):
            setattr(config.option, name, value)
    process = "main" if worker is None else str(worker.get("workerid", "worker"))
    config.pluginmanager.register(Child(spec, Path(path), process, config=config, alone=worker is None), CHILD)


class Child:
    """What a child does beside pytest.

    Args:
        spec: What it was told.
        path: The file that told it.
        process: Name of this process among those of the child.
        config: Of the session.
        alone: Whether this is the process that the parent started; xdist's workers end with their controller.
    """

    def __init__(self, spec: Spec, path: Path, process: str, *, config: pytest.Config, alone: bool) -> None:
        self.spec = spec
        self.path = path
        self._outlet = Outlet(Path(spec.folder), process)
        self._process = process
        self._count = 0
        self._alone = alone
        self._condition = Condition("", spec.members)
        self._watching: Watching | None = None
        if spec.watched:
            from pytest_repro.plugin.watching import Watching  # noqa: PLC0415  # only for a reproducer

            self._watching = Watching(spec.watched, config)
        self._between: Between | None = None
        if alone:
            _die_with(spec.parent)

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out test modules that hold none of the tests."""
        other = collection_path.suffix == ".py" and collection_path.name not in ("__init__.py", "conftest.py")
        if self.spec.files and other and str(collection_path) not in self.spec.files and collection_path.is_file():
            return True
        return None

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, object, object]:
        """Keep the tests of the spec, in its order, whatever others select and shuffle."""
        result = yield
        found = {item.nodeid: item for item in items}
        items[:] = [found[nodeid] for nodeid in self.spec.ids if nodeid in found]
        self._outlet.tell("count", number=len(items))
        return result

    @contextmanager
    def around(self, nodeid: str, tracer: Tracer | None) -> Iterator[None]:
        """One test: what varies inside a process is on, and the parent knows which test is running."""
        if self._alone and _orphaned(self.spec.parent):
            os._exit(1)  # nobody is left to be told
        self._outlet.tell("start", id=nodeid)
        try:
            tracing = nullcontext() if tracer is None else tracer.tracing()
            watching = nullcontext() if self._watching is None else self._watching.around(nodeid)
            with self._condition.inside(), tracing, watching:
                yield
        finally:
            self._outlet.tell("over", id=nodeid)

    def begin(self, replay: Replay) -> None:
        """Run a test once more before its visible run, where something is to be undone between the two."""
        if self.spec.between:
            from pytest_repro.plugin.leaking import Between  # noqa: PLC0415  # only where a leak is looked for

            self._between = Between(self.spec.between, replay)
            self._between.run()

    def deliver(self, replay: Replay, reports: list[pytest.TestReport], tracer: Tracer | None) -> None:
        """Write what the run of a test showed."""
        run = replay.attempts[-1]
        plan = replay.plan
        between, self._between = self._between, None
        about: dict[str, object] = {
            "tolerances": plan.tolerances.to_list(),
            "under": {name: tolerances.to_list() for name, tolerances in plan.under.items()},
            "ignore": list(plan.ignore),
        }
        if tracer is not None:
            from pytest_repro.store import traces  # noqa: PLC0415  # only where a test is traced

            tracer.stop()
            self._count += 1
            name = f"{self._process}-{self._count}{traces.ENDING}"
            traces.write(tracer.trace, Path(self.spec.folder, name))
            about["trace"] = name
        if self._watching is not None:
            about["calls"] = self._watching.leave(Path(self.spec.folder), self._process)
        if between is not None:
            about["between"] = between.told()
        seconds = float(sum(report.duration for report in reports))
        self._outlet.end(run.envelope(replay.item.nodeid), seconds=seconds, own=mask(run.own), about=about)

    def pytest_sessionfinish(self) -> None:
        """Take the readings, last of all: by now everything is imported that tests import."""
        with self._condition.inside():
            values = dict(self.spec.members)
            readings = {}
            for name in self.spec.names:
                try:
                    readings[name] = variation(name).read(values.get(name, ""))
                except Exception as error:  # noqa: BLE001  # a library in a state that nobody foresaw: no proof, no harm
                    readings[name] = f"not read: {type(error).__name__}"
        self._outlet.tell("readings", readings=readings)
        self._outlet.close()


def _die_with(parent: int) -> None:
    """End when the parent ends, however it ends; where the system cannot do that, the next test looks for itself."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a C library without prctl
            prctl: Any = ctypes.CDLL(None).prctl
            prctl(DEATH, int(signal.SIGKILL), 0, 0, 0)
    if _orphaned(parent):
        os._exit(1)


def _orphaned(parent: int) -> bool:
    """Whether the process that started this one has ended.

    Windows tells the number of a parent for ever, ended or not, and in a virtual environment that of the launcher that
    stands between the two: there nothing is known, and the parent kills the tree.
    """
    return os.name == "posix" and os.getppid() != parent
