"""The clock of a run: its readings recorded, and served again to a later run.

A value that comes from a clock differs in every run and is no drift of the code under test. Serving the readings of an
earlier run proves it: what agrees then came from the clock. Only a run that follows a drift is watched like this.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pytest_repro.observe.today import replaceable, stand_ins

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

Reading = Callable[..., Any]


class Clock:
    """Records the readings of one run and serves them to another.

    Other threads always read the real clock: which of them asks first is not repeatable.
    """

    def __init__(self) -> None:
        self._readings: dict[str, list[Any]] = {}

    @property
    def count(self) -> int:
        """Readings recorded so far."""
        return sum(map(len, self._readings.values()))

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Every reading of this thread inside the block is kept."""
        with _bound(self._recorder):
            yield

    @contextmanager
    def serving(self) -> Iterator[None]:
        """The recorded readings are handed out again in their order; the real clock follows when they end."""
        with _bound(self._server):
            yield

    def _recorder(self, name: str, real: Reading) -> Reading:
        kept = self._readings.setdefault(name, [])
        thread = threading.get_ident()

        def record(*args: Any, **kwargs: Any) -> Any:  # as each function has them
            value = real(*args, **kwargs)
            other = threading.get_ident() != thread or _handed(name, args)
            if other or _is_ours(sys._getframe(1).f_globals):  # noqa: SLF001  # inspect takes 100 times as long
                return value
            if len(kept) < MOST:
                kept.append(value)
            return value

        return record

    def _server(self, name: str, real: Reading) -> Reading:
        left = iter(list(self._readings.get(name, ())))
        thread = threading.get_ident()

        def serve(*args: Any, **kwargs: Any) -> Any:  # likewise
            other = threading.get_ident() != thread or _handed(name, args)
            if other or _is_ours(sys._getframe(1).f_globals):  # noqa: SLF001  # likewise
                return real(*args, **kwargs)
            value = next(left, None)
            return real(*args, **kwargs) if value is None else value

        return serve


def _handed(name: str, args: tuple[object, ...]) -> bool:
    """Whether a converter was handed the moment that it converts."""
    return name in CONVERTERS and args[CONVERTERS[name] :][:1] not in ((), (None,))


@contextmanager
def _bound(wrapper: Callable[[str, Reading], Reading]) -> Iterator[None]:
    """Every name in every loaded module that is bound to a reader of the clock is bound to its wrapper in the block."""
    functions = [(getattr(time, name), wrapper(name, getattr(time, name))) for name in (*NAMES, *CONVERTERS)]
    anywhere = {id(real): (real, stand_in) for real, stand_in in functions}
    elsewhere = {id(real): (real, stand_in) for real, stand_in in stand_ins(wrapper)}
    places: list[tuple[dict[str, object], str, object, object]] = []
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", None)
        if not isinstance(names, dict) or _is_ours(names):
            continue
        wanted = anywhere | elsewhere if replaceable(names) else anywhere
        places += [(names, key, *wanted[id(value)]) for key, value in list(names.items()) if id(value) in wanted]
    for names, key, _, stand_in in places:
        names[key] = stand_in
    try:
        yield
    finally:
        for names, key, real, stand_in in places:
            if names.get(key) is stand_in:  # the test may have replaced it itself
                names[key] = real


def _is_ours(names: dict[str, object]) -> bool:
    """Whether a module belongs to the machinery around the test, which must go on reading the real clock."""
    root = str(names.get("__name__", "")).partition(".")[0]
    # hypothesis reads the clock whenever garbage is collected, so that its readings stand anywhere
    return root in ("pytest_repro", "_pytest", "pytest_timeout", "xdist", "execnet", "hypothesis")
