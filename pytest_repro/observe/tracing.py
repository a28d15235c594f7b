"""A trace of one run: line by line through the user's own code, the values that each line touches, as digests.

Events come from ``sys.monitoring``, before Python 3.12 from ``sys.settrace``, which a debugger or coverage may hold
already: then nothing is traced. Rows, time and the size of one value are bounded; a trace that was cut says so.
"""

from __future__ import annotations

import itertools
import linecache
import threading
from contextlib import contextmanager
from time import monotonic  # bound here: the clock of the module may be one that is served
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.observe.events import events
from pytest_repro.observe.touched import NOTHING, Touched, touched
from pytest_repro.values.lineage import descends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

    from pytest_repro.observe.ownership import Ownership

ROWS = 60_000
"""Rows of one trace; about 2 s of tracing."""

SECONDS = 10.0
"""Seconds that one traced run goes on tracing."""

CODE = (ModuleType, FunctionType, BuiltinFunctionType, type)
"""Globals of these types are code and no state."""

DECORATED = 20
"""Lines of decorators and of their arguments that may stand above a function."""

RETURN = "<return>"
"""The name under which a frame's result stands."""


class Seen(NamedTuple):
    """One value as it was after a line.

    Attributes:
        digest: Equal where the values are equal.
        shown: For a report.
        identity: Tells one mutable object from another within a trace; 0 where it means nothing.
        telling: Whether two values that are the same by chance are unlikely: no truth value, no small number.
    """

    digest: int
    shown: str
    identity: int
    telling: bool = True


class Row(NamedTuple):
    """One step.

    Attributes:
        frame: Number of the frame, counted within its thread.
        parent: Number of the frame that called or resumed it; 0 where that is not the user's.
        file: Of the code.
        function: Qualified name.
        line: That was executed.
        kind: ``arguments``, ``line``, ``return`` or ``yield``.
        values: By name.
        reads: Names that the line reads; of arguments, names that the calling line reads, in the parent.
    """

    frame: int
    parent: int
    file: str
    function: str
    line: int
    kind: str
    values: dict[str, Seen]
    reads: frozenset[str]


class Trace:
    """The rows of one run.

    Attributes:
        threads: Rows by thread: ``main``, then the name of the first function and a count.
        cut: Whether a bound ended it.
        refused: Why nothing was traced; empty where it was.
    """

    def __init__(self) -> None:
        self.threads: dict[str, list[Row]] = {}
        self.cut = False
        self.refused = ""


class _Frame:
    """A frame that is running."""

    __slots__ = ("line", "lines", "number", "parent")

    def __init__(self, number: int, parent: int, lines: dict[int, Touched]) -> None:
        self.number = number
        self.parent = parent
        self.lines = lines
        self.line = 0


class _Thread:
    """What is running in one thread."""

    __slots__ = ("busy", "count", "frames", "rows")

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.count = 0
        self.frames: dict[int, tuple[FrameType, _Frame]] = {}
        self.busy = False


class Tracer:
    """Traces one run.

    Args:
        ownership: Tells the user's code from others'.
        see: Makes a digest of a value, and of its variable's name a text for a report.
    """

    def __init__(self, ownership: Ownership, see: Callable[[object, str], Seen]) -> None:
        self.trace = Trace()
        self._ownership = ownership
        self._see = see
        self._local = threading.local()
        self._main = threading.get_ident()
        self._lines: dict[CodeType, dict[int, Touched]] = {}
        self._names: dict[str, Iterator[int]] = {}
        self._left = ROWS
        self._ends = 0.0

    @contextmanager
    def tracing(self) -> Iterator[None]:
        """Trace what runs inside the block, in threads that it starts as well."""
        self._ends = monotonic() + SECONDS
        with events(self) as refused:
            self.trace.refused = refused
            yield

    def stop(self) -> None:
        """Add no more rows."""
        self._left = 0

    def wanted(self, code: CodeType) -> bool:
        """Whether the code is the user's and there is room for more."""
        return self._left > 0 and not self._ownership.foreign(code)

    def began(self, frame: FrameType) -> None:
        """A function was called, or a generator ran for the first time."""
        code = frame.f_code
        with self._quietly(code) as thread:
            if thread is None:
                return
            lines = self._lines.get(code)
            if lines is None:
                lines = self._lines[code] = touched(code)
            parent = self._parent(thread, frame)
            thread.count += 1
            state = _Frame(thread.count, 0 if parent is None else parent.number, lines)
            thread.frames[id(frame)] = (frame, state)
            reads = frozenset() if parent is None else parent.lines.get(parent.line, NOTHING).reads
            names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            row = _row(frame, state, _head(code), "arguments")
            self._add(thread, row._replace(values=self._values(frame, names), reads=reads))

    def resumed(self, frame: FrameType) -> None:
        """A generator goes on, perhaps for another caller."""
        with self._quietly(frame.f_code) as thread:
            found = None if thread is None else thread.frames.get(id(frame))
            if thread is not None and found is not None:
                parent = self._parent(thread, frame)
                found[1].parent = 0 if parent is None else parent.number

    def reached(self, frame: FrameType, line: int) -> None:
        """A line is about to run: the one before it is over."""
        with self._quietly(frame.f_code) as thread:
            found = None if thread is None else thread.frames.get(id(frame))
            if thread is not None and found is not None:
                self._over(thread, frame, found[1], "line", {})
                found[1].line = line

    def left(self, frame: FrameType, value: object, *, kind: str) -> None:
        """A function returned, or a generator yielded."""
        with self._quietly(frame.f_code) as thread:
            found = None if thread is None else thread.frames.get(id(frame))
            if thread is not None and found is not None:
                self._over(thread, frame, found[1], kind, {RETURN: self._see(value, frame.f_code.co_name)})
                if kind == "return":
                    del thread.frames[id(frame)]

    def unwound(self, frame: FrameType) -> None:
        """A function ended by an exception."""
        thread = getattr(self._local, "thread", None)
        if thread is not None:
            thread.frames.pop(id(frame), None)

    def _over(self, thread: _Thread, frame: FrameType, state: _Frame, kind: str, more: dict[str, Seen]) -> None:
        if not state.line:
            return
        lines = state.lines.get(state.line, NOTHING)
        values = self._values(frame, lines.names)
        for name in lines.globals:
            value = frame.f_globals.get(name, CODE)
            if not descends(value, *CODE) and value is not CODE:
                values[f"{name} (global)"] = self._see(value, name)
        reads = lines.reads | {f"{name} (global)" for name in lines.globals}
        self._add(thread, _row(frame, state, state.line, kind)._replace(values=values | more, reads=reads))

    def _values(self, frame: FrameType, names: tuple[str, ...]) -> dict[str, Seen]:
        held = frame.f_locals
        return {name: self._see(held[name], name) for name in names if name in held and not descends(held[name], *CODE)}

    def _add(self, thread: _Thread, row: Row) -> None:
        if self._left <= 0:  # another event of the same step
            return
        thread.rows.append(row)
        self._left -= 1
        if self._left <= 0 or monotonic() > self._ends:
            self._left = 0
            self.trace.cut = True

    def _parent(self, thread: _Thread, frame: FrameType) -> _Frame | None:
        """The nearest frame outward that is traced; libraries may stand between."""
        outer = frame.f_back
        while outer is not None:
            found = thread.frames.get(id(outer))
            if found is not None:
                return found[1]
            outer = outer.f_back
        return None

    @contextmanager
    def _quietly(self, code: CodeType) -> Iterator[_Thread | None]:
        """This thread, unless it is seeing a value just now: that may run the user's own code."""
        thread: _Thread | None = getattr(self._local, "thread", None)
        if thread is None:
            thread = self._local.thread = _Thread(self.trace.threads.setdefault(self._name(code), []))
        if thread.busy:
            yield None
            return
        thread.busy = True
        try:
            yield thread
        finally:
            thread.busy = False

    def _name(self, code: CodeType) -> str:
        if threading.get_ident() == self._main:
            return "main"
        counts = self._names.setdefault(code.co_qualname, itertools.count(1))
        return f"{code.co_qualname} {next(counts)}"


def _head(code: CodeType) -> int:
    """The line that names a function: its decorators stand above."""
    for line in range(code.co_firstlineno, code.co_firstlineno + DECORATED):
        if linecache.getline(code.co_filename, line).lstrip().startswith(("def ", "async def ", "class ")):
            return line
    return code.co_firstlineno


def _row(frame: FrameType, state: _Frame, line: int, kind: str) -> Row:
    code = frame.f_code
    return Row(state.number, state.parent, code.co_filename, code.co_qualname, line, kind, {}, frozenset())
