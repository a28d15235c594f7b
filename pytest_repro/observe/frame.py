"""The frame of the test function, held from its start and read after its end.

CPython does not clear a frame that somebody references, so the final locals are still there when the call is over. The
frame is caught by a one-shot ``sys.setprofile`` that is gone before the body's first line: continuous tracing costs
7-21 times as much, and ``sys.settrace`` and ``sys.monitoring`` belong to coverage and debuggers.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import CodeType, FrameType


class FrameHold:
    """Catches the first frame of one code object that starts in this thread inside the block.

    A test whose body runs in another thread is not caught: ``threading.setprofile`` would profile every thread that
    starts meanwhile. Of a recursive function the outermost call is held; of a function that is called several times,
    as by ``@given``, the first.

    Args:
        code: The code object to wait for; the one the function has when it is called, with instrumentation swapped in.

    Attributes:
        entered: Whether the frame was caught; if not, :meth:`locals` is empty because nothing is known.
    """

    def __init__(self, code: CodeType) -> None:
        self.entered = False
        self._code = code
        self._frame: FrameType | None = None
        self._old: Any = None

    def __enter__(self) -> Self:
        self._old = sys.getprofile()
        # A profiler written in C (cProfile before 3.12) shows up as an object that cannot be put back from Python.
        if self._old is None or callable(self._old):
            sys.setprofile(self._await)
        return self

    def __exit__(self, *exc: object) -> None:
        # Not if the frame was caught (it is restored already), nor if the test set a profiler of its own.
        if sys.getprofile() == self._await:
            sys.setprofile(self._old)
        self._old = None

    def _await(self, frame: FrameType, event: str, arg: object) -> None:
        old = self._old
        if event == "call" and frame.f_code is self._code:
            self._frame = frame
            self.entered = True
            sys.setprofile(old)
        if old is not None:
            old(frame, event, arg)

    def locals(self) -> dict[str, object]:
        """The locals as they are now: the final ones after the call, without names that no source can spell.

        Assertion rewriting keeps its temporaries as ``@py_assert1``, comprehensions their iterator as ``.0``.
        """
        if self._frame is None:
            return {}
        return {name: value for name, value in self._frame.f_locals.items() if name[0] not in "@."}

    def drop(self) -> None:
        """Let go of the frame, and of every object that only it keeps alive."""
        self._frame = None
