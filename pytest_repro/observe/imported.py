"""Which names a module imports at its top, told from one function's code without the module's source.

CPython compiles ``np.sum(x)`` in another way than ``rows.sum(x)`` where the module has ``import numpy as np``
(``is_import_originated`` in its compiler), so the answer decides whether a function compiled alone gives the same code.
"""

from __future__ import annotations

import dis
import sys
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType


def guessed(function: FunctionType) -> frozenset[str]:
    """Names that are imported as far as their values tell: modules, and functions and classes of other modules."""
    names = function.__globals__
    own = names.get("__name__")
    return frozenset(name for name in _names(function.__code__) if name in names and _foreign(names[name], own))


def exact(code: CodeType) -> frozenset[str]:
    """Names that the code treats as imported; reading the bytecode takes 1 ms, the guess 3 us.

    Holds names as well whose attributes are read and never called: for them it makes no difference.
    """
    called: set[str] = set()
    read: set[str] = set()
    for inner in _nested(code):
        before = ""
        for instruction in dis.get_instructions(inner):
            name = instruction.opname
            method = name == "LOAD_METHOD" or (name == "LOAD_ATTR" and _is_method(instruction.arg))
            if before and (method or name == "LOAD_ATTR"):
                (called if method else read).add(before)
            before = _loaded(instruction)
    return frozenset(read - called)


def _is_method(arg: int | None) -> bool:
    """From 3.12 on one opcode loads both, and its lowest bit tells which."""
    return sys.version_info >= (3, 12) and bool((arg or 0) & 1)


def _loaded(instruction: dis.Instruction) -> str:
    """The name of the variable that an instruction loads last; empty for any other."""
    if not instruction.opname.startswith(
        ("LOAD_GLOBAL", "LOAD_FAST", "LOAD_DEREF", "LOAD_NAME", "STORE_FAST_LOAD_FAST")
    ):
        return ""
    value = instruction.argval
    return str(value[-1] if isinstance(value, tuple) else value)  # a superinstruction of 3.13 loads two


def _nested(code: CodeType) -> list[CodeType]:
    found = [code]
    for inner in found:
        found += [const for const in inner.co_consts if isinstance(const, CodeType)]
    return found


def _names(code: CodeType) -> set[str]:
    return {
        name
        for inner in _nested(code)
        for name in (*inner.co_names, *inner.co_varnames, *inner.co_freevars, *inner.co_cellvars)
    }


def _foreign(value: object, own: object) -> bool:
    if isinstance(value, ModuleType):
        return True
    if issubclass(type(value), type):
        return bool(type.__getattribute__(value, "__dict__").get("__module__") != own)
    return type(value) in (FunctionType, BuiltinFunctionType) and value.__module__ != own
