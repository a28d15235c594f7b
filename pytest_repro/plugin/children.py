"""The parent's side of a fresh process: start a child pytest, read what it streams, blame what brings it down, go on.

Nothing of a child outlives the session: it runs in a process group of its own, which is killed as a whole.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.diagnose.splitting import Brought, Errand
from pytest_repro.errors import ReproError
from pytest_repro.plugin.childhood import VARIABLE
from pytest_repro.plugin.spec import Spec
from pytest_repro.store.stream import Inlet
from pytest_repro.values.secrets import mask
from pytest_repro.variations.aslr import launcher
from pytest_repro.variations.registry import control_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pytest

RESTARTS = 5
"""Times that one child is started again after a test brought it down; what is left then is not compared."""

PATIENCE_S = 3600.0
"""Seconds that a test may take in a child where nobody knows how long it takes: training a model is a test, too."""

SLOWER = 20
"""Times that a test may take longer than beside the control: fewer threads and older kernels are slow, not hung."""

GRACE_S = 60.0
"""Seconds that every test has in any case, and so has the time before the first and after the last."""

RAN = (0, 1, 5)
"""Exit statuses of a pytest that ran what it collected: all passed, some failed, there was nothing."""

NEW_GROUP = 0x200
"""``CREATE_NEW_PROCESS_GROUP`` of Windows, whose Python alone has the name."""

EXCEPTION = 0xC0000000
"""From here on a status of Windows is an exception that nobody caught: 0xC0000005 is an access violation."""

LOOK_S = 0.05
"""Seconds between two looks at what children wrote."""

TAIL = 12
"""Lines of a child's output that are told where it could not run."""

OTHERS = ("PYTEST_CURRENT_TEST", "PYTEST_XDIST_", "COV_CORE_", "COVERAGE_PROCESS_")
"""Variables of this process's neighbours that a child must not inherit, by how they begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How this session's children are started.

    Attributes:
        words: pytest's arguments, word for word.
        folder: Where pytest was started.
        appended: Words of ours, which must come before ``--``.
        cached: Whether there is a cache that a child must not write to.
        files: Test modules that hold the tests that may be wanted; empty where unknown.
        session_seed: Of the session.
    """

    words: tuple[str, ...]
    folder: Path
    appended: tuple[str, ...]
    cached: bool
    files: Mapping[str, str]
    session_seed: int

    @classmethod
    def of(cls, config: pytest.Config, files: Mapping[str, str], session_seed: int) -> Command:
        """The command of this session.

        Args:
            config: Of the session.
            files: Path of the module by id of the test.
            session_seed: Of the session.
        """
        appended: list[str] = []
        if config.pluginmanager.hasplugin("_cov"):
            appended.append("--no-cov")
        if config.getoption("dist", "no") == "each":  # one process is one machine
            appended.append("-n0")
        shuffled = config.getoption("randomly_seed", None)
        if isinstance(shuffled, int):  # it was drawn, and a child would draw another
            appended.append(f"--randomly-seed={shuffled}")
        return cls(
            words=tuple(map(str, config.invocation_params.args)),
            folder=Path(config.invocation_params.dir),
            appended=tuple(appended),
            cached=config.pluginmanager.hasplugin("cacheprovider"),
            files=files,
            session_seed=session_seed,
        )

    def argv(self, home: Path, *, randomised: bool) -> list[str]:
        """The words that start a child whose files go into ``home``."""
        ours = [*self.appended, f"--basetemp={home / 'tmp'}"]
        ours += ["-o", f"cache_dir={home / 'cache'}"] if self.cached else []
        end = self.words.index("--") if "--" in self.words else len(self.words)
        # the folder where pytest was started is on the path of ``python -m pytest`` alone
        safe = [] if {"", str(self.folder)} & set(sys.path) else ["-P"]
        flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # noqa: SLF001  # as multiprocessing does
        python = [*launcher(randomised=randomised), sys.executable, *flags, *safe]
        return [*python, "-m", "pytest", *self.words[:end], *ours, *self.words[end:]]


@dataclass(slots=True, kw_only=True)
class Child:
    """One errand, carried out by one process after the other until all its tests ran.

    Attributes:
        errand: What is wanted.
        home: Folder of all its processes.
        command: How they are started.
        names: Variations whose readings are taken.
        seconds: How long each test took beside the control, by id; empty for the control itself.
        patience_s: Seconds that a test may take where that is not known.
        failure: Why it could not run.
        cut: Whether it was stopped before its end.
    """

    errand: Errand
    home: Path
    command: Command
    names: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    patience_s: float = PATIENCE_S
    failure: str = ""
    cut: bool = False
    _inlet: Inlet | None = None
    _process: subprocess.Popen[bytes] | None = None
    _brought: list[Inlet] = field(default_factory=list)
    _lost: dict[str, str] = field(default_factory=dict)
    _heard: float = 0.0
    _begun: float = 0.0
    _ended: float = 0.0

    @property
    def started(self) -> bool:
        """Whether a process was started."""
        return bool(self._brought)

    @property
    def done(self) -> int:
        """Tests that ran or brought a process down."""
        return len(self._lost) + sum(len(inlet.ended) for inlet in self._brought)

    def start(self) -> None:
        """Start a process for what is left."""
        now = time.monotonic()
        self._begun = self._begun or now
        self._heard = now
        home = self.home / str(len(self._brought))
        home.mkdir(parents=True)
        spec = Spec(
            folder=str(home),
            ids=self._left(),
            files=tuple(
                sorted({self.command.files[nodeid] for nodeid in self._left() if nodeid in self.command.files})
            ),
            members=self.errand.condition.members,
            names=self.names,
            session_seed=self.command.session_seed,
            parent=os.getpid(),
            traced=self.errand.traced,
            watched=self.errand.watched,
            between=self.errand.between,
        )
        variables = {**os.environ, **control_variables(os.environ)}
        variables |= self.errand.condition.variables(variables)
        variables = {name: value for name, value in variables.items() if not name.startswith(OTHERS)}
        variables[VARIABLE] = str(spec.write())
        randomised = any(name == "aslr" for name, _ in self.errand.condition.members)
        group = 0 if os.name == "posix" else NEW_GROUP
        with (home / "output.txt").open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603  # pytest again, with the words that started this one
                self.command.argv(home, randomised=randomised),
                cwd=self.command.folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=os.name == "posix",
                creationflags=group,
            )
        self._inlet = Inlet(folder=home)
        self._brought.append(self._inlet)

    def poll(self) -> bool:
        """Take in what the process wrote; whether the errand is over."""
        process, inlet = self._process, self._inlet
        if process is None or inlet is None:
            return True
        ended = process.poll()
        if inlet.read():
            self._heard = time.monotonic()
        hung = ended is None and self._overdue(inlet)
        if ended is None and not hung:
            return False
        self.stop()
        inlet.read()
        self._blame(inlet, ended)
        if inlet.running and self._left() and len(self._brought) <= RESTARTS:
            self.start()
            return False
        if not self.failure and self._left() and (inlet.count is None or ended not in RAN):
            self.failure = self._told(inlet, ended)
        self._ended = time.monotonic()
        return True

    def stop(self) -> None:
        """Kill the process and all that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        process.wait()
        self._ended = time.monotonic()

    def brought(self) -> Brought:
        """What was brought so far."""
        ended = {nodeid: one for inlet in self._brought for nodeid, one in inlet.ended.items()}
        readings = {name: text for inlet in self._brought for name, text in inlet.readings.items()}
        return Brought(
            errand=self.errand,
            ended=ended,
            lost=dict(self._lost),
            readings=readings,
            seconds=(self._ended or time.monotonic()) - self._begun if self.started else 0.0,
            failure=self.failure,
            cut=self.cut,
        )

    def _left(self) -> tuple[str, ...]:
        over = set(self._lost).union(*(inlet.ended for inlet in self._brought))
        return tuple(nodeid for nodeid in self.errand.ids if nodeid not in over)

    def _overdue(self, inlet: Inlet) -> bool:
        now = time.monotonic()
        if not inlet.running:
            return now - self._heard > self.patience_s
        return any(now - inlet.started.get(nodeid, now) > self._allowed(nodeid) for nodeid in inlet.running.values())

    def _allowed(self, nodeid: str) -> float:
        known = self.seconds.get(nodeid)
        return self.patience_s if known is None else min(self.patience_s, GRACE_S + SLOWER * known)

    def _blame(self, inlet: Inlet, ended: int | None) -> None:
        """A process that died or hung while a test ran: that test did it."""
        for nodeid in inlet.running.values():
            if nodeid not in inlet.ended:
                hung = f"hung: no end after {self._allowed(nodeid):.0f} s"
                self._lost[nodeid] = hung if ended is None else _end_in_words(ended)

    def _told(self, inlet: Inlet, ended: int | None) -> str:
        """Why tests are left that no process ran."""
        try:
            output = (inlet.folder / "output.txt").read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            output = str(error)
        lines = [line for line in output.splitlines() if line.strip()][-TAIL:]
        return "\n".join([f"it ended with status {ended} and left {len(self._left())} tests", *map(mask, lines)])


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and what it started: its group, or on Windows, which has none to kill, the tree below it."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        return
    if process.poll() is None:  # the tree is found through its root alone; an ended one's number may be another's
        with suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(  # noqa: S603  # fixed words and a number, no shell
                ["taskkill", "/F", "/T", "/PID", str(process.pid)],  # noqa: S607  # of the system's own folder
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=GRACE_S,
                check=False,
            )
    with suppress(OSError):
        process.kill()


def _end_in_words(status: int) -> str:
    """``killed by SIGSEGV``, ``killed by exception 0xC0000005``, ``ended the process with status 3``."""
    if status >= EXCEPTION:
        return f"killed by exception 0x{status:08X}"
    if status >= 0:
        return f"ended the process with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"killed by {name}" + (", as by a system out of memory" if name == "SIGKILL" else "")


def carry_out(
    children: Sequence[Child], side_by_side: int, until: float | None, tick: Callable[[Sequence[Child]], None]
) -> None:
    """Carry out errands, some of them side by side.

    Args:
        children: Not started yet.
        side_by_side: How many run at once, at least 1.
        until: When they are stopped, by the monotonic clock; None for never.
        tick: Called with the children a few times a second.
    """
    waiting = list(children)
    running: list[Child] = []
    try:
        while waiting or running:
            while waiting and len(running) < side_by_side:
                child = waiting.pop(0)
                if not _over(child, child.start):
                    running.append(child)
            running = [child for child in running if not _over(child, child.poll)]
            tick(children)
            if until is not None and time.monotonic() > until:
                return
            if running:
                time.sleep(LOOK_S)
    finally:
        for child in (*running, *waiting):
            child.cut = True
            child.stop()


def _over(child: Child, step: Callable[[], bool | None]) -> bool:
    """Whether a child is over after a step; where that cannot be taken it is, and says why."""
    try:
        return bool(step())
    except ReproError as error:  # what it wrote cannot be read: nothing of it is believed
        child.failure = str(error)
    except OSError as error:  # a full disk, no process left, words that are too long
        child.failure = f"the system refused: {error.strerror or type(error).__name__}"
    child.stop()
    return True
