"""The names that each line of a function reads and binds, told by its bytecode."""

from __future__ import annotations

import dis
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from types import CodeType

_LOCAL = ("FAST", "DEREF")
_GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME")


class Touched(NamedTuple):
    """What one line touches.

    Attributes:
        names: Local names, read or bound, free ones included.
        reads: Those of them that are read.
        globals: Names of the module that are read.
    """

    names: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()
    globals: tuple[str, ...] = ()


NOTHING = Touched()


def touched(code: CodeType) -> dict[int, Touched]:
    """By line number; lines that touch nothing are left out. A few microseconds an instruction: keep the answer."""
    names: dict[int, dict[str, None]] = {}
    reads: dict[int, set[str]] = {}
    outer: dict[int, dict[str, None]] = {}
    for instruction in dis.get_instructions(code):
        position = instruction.positions
        line = None if position is None else position.lineno
        if line is None:
            continue
        name = instruction.opname
        if name in _GLOBAL:
            outer.setdefault(line, {})[str(instruction.argval)] = None
        elif any(part in name for part in _LOCAL) and name != "COPY_FREE_VARS":
            value = instruction.argval
            for each in value if isinstance(value, tuple) else (value,):  # 3.13 has instructions that touch two
                if isinstance(each, str) and each.isidentifier():  # pytest's own temporaries are none
                    names.setdefault(line, {})[each] = None
                    if "LOAD" in name:
                        reads.setdefault(line, set()).add(each)
    return {
        line: Touched(tuple(names.get(line, ())), frozenset(reads.get(line, ())), tuple(outer.get(line, ())))
        for line in {*names, *outer}
    }
