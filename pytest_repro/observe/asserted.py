"""Asserted values: a test function that records what it looks at, for one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pytest_repro.observe.recorder import Eye, Recorder

if TYPE_CHECKING:
    from types import CodeType, FunctionType

    from pytest_repro.observe.recompile import Recompiler, Rewrite


class Asserted:
    """Swaps recording code into one function object inside the block, and always puts the old code back.

    Nothing else changes: neither the module's globals nor other functions, failure texts, or line numbers.

    Args:
        function: The function that runs, not a wrapper of it (see ``callee.innermost``).
        recorder: What it saw ends up there; one for each run.
        recompiler: Remembers recompiled code; owned by the caller, for the session.
        rewrite: pytest's assertion rewriter, or None; used only if the function's module was rewritten.

    Attributes:
        reason: Why nothing, or not everything, is recorded; empty if all is.
    """

    def __init__(
        self, function: FunctionType, recorder: Recorder, recompiler: Recompiler, *, rewrite: Rewrite | None
    ) -> None:
        self.reason = ""
        self._function = function
        self._recorder = recorder
        self._recompiler = recompiler
        self._rewrite = rewrite
        self._old: CodeType | None = None

    def __enter__(self) -> Self:
        code = self._function.__code__
        if any(type(const) is Eye for const in code.co_consts):
            self.reason = "already watched by another run"
            return self
        template = self._recompiler.template(self._function, self._rewrite)
        if isinstance(template, str):
            self.reason = template
            return self
        self.reason = template.reason
        self._function.__code__ = template.bound(self._recorder.eyes(template.sites))
        self._old = code
        return self

    def __exit__(self, *exc: object) -> None:
        if self._old is not None:
            self._function.__code__ = self._old
            self._old = None
