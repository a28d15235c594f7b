"""Instruments: what records the values that a test looks at, made once a session and swapped in for a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from _pytest.assertion.rewrite import rewrite_asserts  # private: what pytest's own import hook calls

from pytest_repro.observe.asserted import Asserted
from pytest_repro.observe.recompile import Recompiler
from pytest_repro.observe.recorder import Freeze, Recorder

if TYPE_CHECKING:
    import ast
    from contextlib import ExitStack
    from types import FunctionType

    import pytest

    from pytest_repro.observe.recompile import Rewrite


class Instruments:
    """Recording code for the test functions of a session.

    Args:
        config: Asked for what pytest's own rewriting of asserts needs.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._recompiler = Recompiler()
        self._rewrite = rewriter_for(config)

    def enter(
        self, stack: ExitStack, function: FunctionType, freeze: Freeze, notes: list[str], *, digests: bool
    ) -> Recorder:
        """Swap recording code in until the stack unwinds; where something is not recorded, note why.

        Args:
            stack: Of the run's body.
            function: The test function itself.
            freeze: Freezes a value at an address.
            notes: Gets the reason, for ``-v``.
            digests: Whether hits beyond those kept whole go into a digest, which no tolerance can be applied to.
        """
        recorder = Recorder(freeze, tail=4096) if digests else Recorder(freeze, tail=0)
        asserted = stack.enter_context(Asserted(function, recorder, self._recompiler, rewrite=self._rewrite))
        if asserted.reason:
            notes.append(f"asserted values not seen: {asserted.reason}")
        return recorder


def rewriter_for(config: pytest.Config) -> Rewrite:
    """pytest's own rewriting of asserts."""

    def rewrite(tree: ast.Module, source: bytes, filename: str) -> None:
        rewrite_asserts(tree, source, filename, config)

    return rewrite
