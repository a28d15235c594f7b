"""The clock of a run: its readings recorded, and served again to a later run.

A value that comes from a clock differs in every run and is no drift of the code under test. Serving the readings of an
earlier run proves it: what agrees then came from the clock. Only a run that follows a drift is watched like this.
"""

from __future__ import annotations

import datetime as dt
import functools
import sys
import threading
import time
from calendar import timegm
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_repro.observe.today import present

if TYPE_CHECKING:
    from types import FrameType

NAMES = (
    "time",
    "time_ns",
    "perf_counter",
    "perf_counter_ns",
    "monotonic",
    "monotonic_ns",
    "process_time",
    "process_time_ns",
    "thread_time",
    "thread_time_ns",
)
"""Functions of the ``time`` module that read a clock."""

CONVERTERS = {"localtime": 0, "gmtime": 0, "ctime": 0, "strftime": 1}
"""Those that read it where no moment is handed to them, and the place of that argument."""

MOST = 100_000
"""Readings kept of one function; a run that asks more often is waiting for something."""

WALL = ("time", "time_ns", "localtime", "gmtime", "datetime.now", "datetime.utcnow")
"""Those that tell what time it is, and are no text."""

BEYOND = 100
"""Readings that are moved after the recorded ones have ended: then whoever waits for a file's time stamp to pass, or
for another thread's, finds the clock as it is."""

Reading = Callable[..., Any]


class Clock:
    """Records the readings of one run and serves them to another.

    Other threads always read the real clock: which of them asks first is not repeatable.
    """

    def __init__(self) -> None:
        self._readings: dict[str, list[Any]] = {}
        self._places = _Places()

    @property
    def count(self) -> int:
        """Readings recorded so far."""
        return sum(map(len, self._readings.values()))

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Every reading of this thread inside the block is kept."""
        with self._places.bound(self._recorder):
            yield

    @contextmanager
    def serving(self, shift: int = 0) -> Iterator[None]:
        """The recorded readings are handed out again in their order; the real clock follows when they end.

        Args:
            shift: Seconds by which those of the wall clock are moved, and some of those that follow.
        """
        with self._places.bound(lambda name, real: self._server(name, real, shift)):
            yield

    def _recorder(self, name: str, real: Reading) -> Reading:
        kept = self._readings.setdefault(name, [])
        ours = self._places.ours(name)

        def record(*args: Any, **kwargs: Any) -> Any:
            value = real(*args, **kwargs)
            if ours(args, sys._getframe(1)) and len(kept) < MOST:  # noqa: SLF001  # inspect takes 100 times as long
                kept.append(value)
            return value

        return record

    def _server(self, name: str, real: Reading, shift: int) -> Reading:
        left = iter(list(self._readings.get(name, ())))
        beyond = iter(range(BEYOND))
        ours = self._places.ours(name)

        def serve(*args: Any, **kwargs: Any) -> Any:
            if not ours(args, sys._getframe(1)):  # noqa: SLF001  # likewise
                return real(*args, **kwargs)
            value = next(left, None)
            if value is not None:
                return moved(name, value, shift)
            value = real(*args, **kwargs)
            return value if next(beyond, None) is None else moved(name, value, shift)

        return serve


def moved(name: str, value: Any, shift: int) -> Any:
    """A reading of the wall clock so many seconds later; another, and a text, as it is: timers wait for them.

    Args:
        name: Of the function that read it.
        value: What it returned.
        shift: Whole seconds, which floats take without rounding.
    """
    if not shift or name not in WALL:
        return value
    if isinstance(value, dt.datetime):
        return value + dt.timedelta(seconds=shift)
    if isinstance(value, time.struct_time):
        return time.gmtime(timegm(value) + shift) if name == "gmtime" else time.localtime(time.mktime(value) + shift)
    return value + (shift * 1_000_000_000 if name.endswith("_ns") else shift)


def _handed(name: str, args: tuple[object, ...]) -> bool:
    """Whether a converter was handed the moment that it converts."""
    return name in CONVERTERS and args[CONVERTERS[name] :][:1] not in ((), (None,))


class _Places:
    """Where in all loaded modules the readers of the clock are bound."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[dict[str, object], int, list[tuple[str, object]]]] = {}
        self._open = False

    @contextmanager
    def bound(self, wrapper: Callable[[str, Reading], Reading]) -> Iterator[None]:
        """Every name that is bound to a reader of the clock is bound to its wrapper inside the block.

        As functions of C do, a wrapper binds no instance where it is kept in a class; when the block ends, whatever a
        test kept of it reads the real clock.
        """
        reals: dict[int, tuple[Reading, str]] = {}
        for name in (*NAMES, *CONVERTERS):
            reals[id(getattr(time, name))] = (getattr(time, name), name)
        wrapped = {
            number: staticmethod(functools.wraps(real)(wrapper(name, real))) for number, (real, name) in reals.items()
        }
        changed: list[tuple[dict[str, object], str, object, object]] = []
        for names, key, real in self._found(reals):
            if names.get(key) is real:
                names[key] = wrapped[id(real)]
                changed.append((names, key, real, wrapped[id(real)]))
        self._open = True
        try:
            with present(wrapper):
                yield
        finally:
            self._open = False
            for names, key, real, one in changed:
                if names.get(key) is one:  # the test may have replaced it itself
                    names[key] = real

    def ours(self, name: str) -> Callable[[tuple[object, ...], FrameType], bool]:
        """Whether a call reads the clock of the run: inside the block, by the test's thread and the test's code.

        Args:
            name: Of the reader.
        """
        thread = threading.get_ident()

        def is_ours(args: tuple[object, ...], caller: FrameType) -> bool:
            if not self._open or threading.get_ident() != thread or _handed(name, args):
                return False
            return not _is_machinery(caller.f_globals)

        return is_ours

    def _found(self, reals: Mapping[int, object]) -> Iterator[tuple[dict[str, object], str, object]]:
        """Names by their module; one that holds as many names as when it was looked through is not looked through."""
        for module in list(sys.modules.values()):
            names = getattr(module, "__dict__", None)
            if not isinstance(names, dict):
                continue
            known = self._known.get(id(names))
            if known is None or known[1] != len(names):
                items = [] if _is_machinery(names) else list(names.items())
                known = self._known[id(names)] = (
                    names,
                    len(names),
                    [(key, value) for key, value in items if id(value) in reals],
                )
            for key, real in known[2]:
                yield names, key, real


def _is_machinery(names: dict[str, object]) -> bool:
    """Whether a module belongs to the machinery around the test, which must go on reading the real clock."""
    root = str(names.get("__name__", "")).partition(".")[0]
    # hypothesis reads the clock whenever garbage is collected, so that its readings stand anywhere
    return root in ("pytest_repro", "_pytest", "pytest_timeout", "xdist", "execnet", "hypothesis")
