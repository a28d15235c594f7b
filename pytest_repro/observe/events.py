"""Events of running code: from ``sys.monitoring``, or from ``sys.settrace`` before Python 3.12."""

from __future__ import annotations

import dis
import sys
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

TOOLS = (4, 3)
"""Numbers that no debugger, coverage, profiler or optimiser claims."""

_YIELDS = ("YIELD_VALUE", "SEND", "YIELD_FROM")


class Watcher(Protocol):
    """Who is told."""

    def wanted(self, code: CodeType) -> bool:
        """Whether events of this code are wanted."""
        ...

    def began(self, frame: FrameType) -> None:
        """A function was called, or a generator ran for the first time."""
        ...

    def resumed(self, frame: FrameType) -> None:
        """A generator goes on."""
        ...

    def reached(self, frame: FrameType, line: int) -> None:
        """A line is about to run."""
        ...

    def left(self, frame: FrameType, value: object, *, kind: str) -> None:
        """A function returned (``return``) or a generator yielded (``yield``)."""
        ...

    def unwound(self, frame: FrameType) -> None:
        """A function ended by an exception."""
        ...


@contextmanager
def events(watcher: Watcher) -> Iterator[str]:
    """Tell the watcher inside the block; yields why that cannot be, or an empty text."""
    with _monitored(watcher) if sys.version_info >= (3, 12) else _traced(watcher) as refused:
        yield refused


@contextmanager
def _monitored(watcher: Watcher) -> Iterator[str]:
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]  # mypy sees the oldest Python
    tool = next((each for each in TOOLS if monitoring.get_tool(each) is None), None)
    if tool is None:
        yield "every free tool of sys.monitoring is taken"
        return
    names = monitoring.events
    monitoring.use_tool_id(tool, "pytest-repro")
    callbacks = _callbacks(watcher, monitoring)
    try:
        for event, callback in callbacks.items():
            monitoring.register_callback(tool, event, callback)
        monitoring.set_events(tool, sum(callbacks))
        monitoring.restart_events()  # what was switched off in an earlier block
        yield ""
    finally:
        monitoring.set_events(tool, names.NO_EVENTS)
        for event in callbacks:
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)


def _callbacks(watcher: Watcher, monitoring: Any) -> dict[int, Callable[..., object]]:
    names, off, frame = monitoring.events, monitoring.DISABLE, sys._getframe  # noqa: SLF001  # inspect takes 100 times as long

    def told(code: CodeType, tell: Callable[[FrameType], None]) -> object:
        if not watcher.wanted(code):
            return off
        tell(frame(2))
        return None

    def unwound(code: CodeType, _offset: int, _error: BaseException) -> None:
        if watcher.wanted(code):  # this event cannot be switched off place by place
            watcher.unwound(frame(1))

    return {
        names.PY_START: lambda code, _offset: told(code, watcher.began),
        names.PY_RESUME: lambda code, _offset: told(code, watcher.resumed),
        names.LINE: lambda code, line: told(code, lambda inner: watcher.reached(inner, line)),
        names.PY_RETURN: lambda code, _offset, value: told(code, partial(watcher.left, value=value, kind="return")),
        names.PY_YIELD: lambda code, _offset, value: told(code, partial(watcher.left, value=value, kind="yield")),
        names.PY_UNWIND: unwound,
    }


@contextmanager
def _traced(watcher: Watcher) -> Iterator[str]:
    if sys.gettrace() is not None:
        yield "a debugger or coverage traces already"
        return
    known: set[int] = set()

    def inner(frame: FrameType, event: str, value: object) -> object:
        if not watcher.wanted(frame.f_code):
            return None
        if event == "line":
            watcher.reached(frame, frame.f_lineno)
        elif event == "return":
            if _yields(frame):
                watcher.left(frame, value, kind="yield")
            else:
                known.discard(id(frame))
                watcher.left(frame, value, kind="return")
        return inner

    def outer(frame: FrameType, _event: str, _value: object) -> object:
        if not watcher.wanted(frame.f_code):
            return None
        if id(frame) in known:
            watcher.resumed(frame)
        else:
            known.add(id(frame))
            watcher.began(frame)
        return inner

    threading.settrace(outer)  # type: ignore[arg-type]  # what it returns is what it takes
    sys.settrace(outer)  # type: ignore[arg-type]  # likewise
    try:
        yield ""
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type,unused-ignore]  # typeshed asks for a function


def _yields(frame: FrameType) -> bool:
    """Whether a frame that reports its return only yields."""
    at = frame.f_lasti
    return at >= 0 and dis.opname[frame.f_code.co_code[at]] in _YIELDS
