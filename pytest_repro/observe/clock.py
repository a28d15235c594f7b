"""The clock of a run: its readings recorded, and served again to a later run.

A value that comes from a clock differs in every run and is no drift of the code under test. Serving the readings of an
earlier run proves it: what agrees then came from the clock. Only a run that follows a drift is watched like this.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
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
    def serving(self) -> Iterator[None]:
        """The recorded readings are handed out again in their order; the real clock follows when they end."""
        with self._places.bound(self._server):
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


class _Places:
    """Where in all loaded modules the readers of the clock are bound."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[dict[str, object], int, list[tuple[str, object]]]] = {}

    @contextmanager
    def bound(self, wrapper: Callable[[str, Reading], Reading]) -> Iterator[None]:
        """Every name that is bound to a reader of the clock is bound to its wrapper inside the block."""
        functions = {getattr(time, name): name for name in (*NAMES, *CONVERTERS)}
        anywhere: dict[int, tuple[object, object]] = {
            id(real): (real, wrapper(name, real)) for real, name in functions.items()
        }
        elsewhere = {id(real): (real, stand_in) for real, stand_in in stand_ins(wrapper)}
        changed: list[tuple[dict[str, object], str, object, object]] = []
        for names, key, real in self._found(anywhere, anywhere | elsewhere):
            _, stand_in = anywhere.get(id(real)) or elsewhere[id(real)]
            if names.get(key) is real:
                names[key] = stand_in
                changed.append((names, key, real, stand_in))
        try:
            yield
        finally:
            for names, key, real, stand_in in changed:
                if names.get(key) is stand_in:  # the test may have replaced it itself
                    names[key] = real

    def _found(
        self, anywhere: Mapping[int, tuple[object, object]], python: Mapping[int, tuple[object, object]]
    ) -> Iterator[tuple[dict[str, object], str, object]]:
        """Names by their module; one that holds as many names as when it was looked through is not looked through."""
        for module in list(sys.modules.values()):
            names = getattr(module, "__dict__", None)
            if not isinstance(names, dict):
                continue
            known = self._known.get(id(names))
            if known is None or known[1] != len(names):
                wanted = {} if _is_ours(names) else python if replaceable(names) else anywhere
                found = [(key, value) for key, value in list(names.items()) if id(value) in wanted]
                known = self._known[id(names)] = (names, len(names), found)
            for key, real in known[2]:
                yield names, key, real


def _is_ours(names: dict[str, object]) -> bool:
    """Whether a module belongs to the machinery around the test, which must go on reading the real clock."""
    root = str(names.get("__name__", "")).partition(".")[0]
    # hypothesis reads the clock whenever garbage is collected, so that its readings stand anywhere
    return root in ("pytest_repro", "_pytest", "pytest_timeout", "xdist", "execnet", "hypothesis")
