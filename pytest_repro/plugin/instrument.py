"""Instruments: recording code for test functions, compiled once a function and swapped in for a run."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from pytest_repro.observe_tmp.recompile import Recompiled, Recompiler
from pytest_repro.observe_tmp.recorder import Freeze, Recorder, swapped
from pytest_repro.plugin.neighbours import rewriter_for

if TYPE_CHECKING:
    from types import CodeType, FunctionType

    import pytest


class Instruments:
    """Recompiled test functions of a session.

    Args:
        config: Asked for what pytest's own rewriting of asserts needs.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._recompiler = Recompiler()
        self._known: dict[tuple[CodeType, bool], Recompiled | str] = {}

    def enter(
        self, stack: ExitStack, function: FunctionType, freeze: Freeze, notes: list[str], *, locals_kept: bool, digests: bool
    ) -> Recorder | None:
        """Swap recording code in until the stack unwinds; where there is none, note why.

        Args:
            stack: Of the run's body.
            function: The test function itself.
            freeze: Freezes a value at an address.
            notes: Gets the reason, for ``-v``.
            locals_kept: Whether local variables are observed as well.
            digests: Whether hits beyond those kept go into a digest.
        """
        key = (function.__code__, locals_kept)
        known = self._known.get(key)
        if known is None:
            rewrite = rewriter_for(function, self._config)
            known = self._known[key] = self._recompiler.recompiled(function, rewrite, locals_kept=locals_kept)
        if isinstance(known, str):
            notes.append(f"asserted values not seen: {known}")
            return None
        recorder = Recorder(known, freeze, digests=digests)
        stack.enter_context(swapped(function, known, recorder))
        return recorder
