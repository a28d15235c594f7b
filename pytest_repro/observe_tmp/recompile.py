"""Recompiling: the code of one test function with recordings in it, from its source on disk.

Only the function is compiled, inside empty shells of its classes (for name mangling and the cell of ``super()``), so the
cost is that of the function and not of its module; the module is parsed once. What cannot be vouched for is left as it
is, with the reason: no source, a file that changed since it was imported, code made by ``exec``.
"""

from __future__ import annotations

import ast
import linecache
import types
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from pytest_repro.observe_tmp.looking import Calls, Function, Operands
from pytest_repro.observe_tmp.sites import Site, Sites

Rewrite = Callable[[ast.Module, bytes, str], None]
"""pytest's rewriting of asserts, handed in by whoever knows pytest."""

FUTURES = 0x1FE0000
"""Flags of a code object that ``from __future__`` sets, as ``compile`` takes them (``Include/cpython/code.h``)."""

KEPT_TREES = 4
"""Parsed modules that are kept: tests of one module follow one another."""


class Recompiled(NamedTuple):
    """Code with recordings.

    Attributes:
        code: To be put in the function's place.
        sites: What the numbers in it mean.
    """

    code: types.CodeType
    sites: tuple[Site, ...]


class Module(NamedTuple):
    """A parsed file.

    Attributes:
        source: Its text.
        lines: The same by line, with line ends.
        functions: The definitions that lead to each function, itself last, by name and first line.
        taken: Functions whose trees were transformed already, and serve nobody else.
    """

    source: str
    lines: list[str]
    functions: dict[tuple[str, int], tuple[ast.stmt, ...]]
    taken: set[tuple[str, int]]


class Recompiler:
    """Recompiles test functions; keeps the trees of the last few modules."""

    def __init__(self) -> None:
        self._modules: OrderedDict[str, Module] = OrderedDict()

    def recompiled(self, function: types.FunctionType, rewrite: Rewrite | None, *, locals_kept: bool) -> Recompiled | str:
        """The function's code with recordings, or why there is none.

        Args:
            function: The test function itself, no wrapper.
            rewrite: How the function's module had its asserts rewritten; None if it had not.
            locals_kept: Whether local variables are observed as well.
        """
        code = function.__code__
        key = (code.co_name, code.co_firstlineno)
        try:
            module = self._module(code.co_filename)
            if module is None or key not in module.functions:
                return "no source"
            nested = any(isinstance(node, Function) for node in module.functions[key][:-1])
            if nested or key in module.taken:  # what is around it would be transformed twice
                module = _parsed(module.source)
            module.taken.add(key)
            return _compiled(code, module, rewrite, locals_kept=locals_kept)
        except (SyntaxError, ValueError, RecursionError) as error:
            return f"source cannot be compiled again: {type(error).__name__}"

    def _module(self, filename: str) -> Module | None:
        found = self._modules.get(filename)
        if found is None:
            linecache.checkcache(filename)
            source = "".join(linecache.getlines(filename))
            if not source:
                return None
            found = self._modules[filename] = _parsed(source)
            if len(self._modules) > KEPT_TREES:
                self._modules.popitem(last=False)
        return found


def _parsed(source: str) -> Module:
    functions: dict[tuple[str, int], tuple[ast.stmt, ...]] = {}
    waiting: list[tuple[ast.AST, tuple[ast.stmt, ...]]] = [(ast.parse(source), ())]
    while waiting:
        node, above = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
                functions[child.name, first] = (*above, child)
            if isinstance(child, Function | ast.ClassDef):
                waiting.append((child, (*above, child)))
            elif isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
                waiting.append((child, above))
    return Module(source, source.splitlines(keepends=True), functions, set())


def _compiled(code: types.CodeType, module: Module, rewrite: Rewrite | None, *, locals_kept: bool) -> Recompiled | str:
    *above, function = module.functions[code.co_name, code.co_firstlineno]
    assert isinstance(function, Function)  # noqa: S101  # the table holds nothing else
    sites = Sites(module.lines)
    Calls(sites, function, rewritten=rewrite is not None, locals_kept=locals_kept).body(function)
    tree = _shells(function, above)
    if rewrite is not None:
        rewrite(tree, module.source.encode(), code.co_filename)
        Operands(sites).body(function)
    whole = compile(tree, code.co_filename, "exec", flags=code.co_flags & FUTURES, dont_inherit=True)
    found = _found(whole, code)
    if found is None or not _corresponds(code, found):
        return "the source on disk is another"
    return Recompiled(found, tuple(sites.found))


def _shells(function: ast.stmt, above: list[ast.stmt]) -> ast.Module:
    """A module that holds the function and nothing else of its classes; an enclosing function stays whole."""
    inside = function
    for outer in reversed(above):
        if isinstance(outer, ast.ClassDef):
            shell = ast.ClassDef(name=outer.name, bases=[], keywords=[], body=[inside], decorator_list=[])
            shell.type_params = getattr(outer, "type_params", [])  # a field from Python 3.12 on
            inside = ast.copy_location(shell, outer)
        else:
            inside = outer
    return ast.Module(body=[inside], type_ignores=[])


def _found(whole: types.CodeType, code: types.CodeType) -> types.CodeType | None:
    waiting = [whole]
    while waiting:
        for constant in waiting.pop().co_consts:
            if isinstance(constant, types.CodeType):
                if constant.co_qualname == code.co_qualname and constant.co_firstlineno == code.co_firstlineno:
                    return constant
                waiting.append(constant)
    return None


def _corresponds(old: types.CodeType, new: types.CodeType) -> bool:
    """Whether the new code was compiled from what the old was: the same lines, names, arguments and cells."""
    arguments = old.co_argcount + old.co_kwonlyargcount
    return (
        (old.co_argcount, old.co_posonlyargcount, old.co_kwonlyargcount, old.co_flags)
        == (new.co_argcount, new.co_posonlyargcount, new.co_kwonlyargcount, new.co_flags)
        and old.co_varnames[:arguments] == new.co_varnames[:arguments]
        and set(old.co_varnames) == set(new.co_varnames)
        and (old.co_freevars, old.co_cellvars) == (new.co_freevars, new.co_cellvars)
        and set(old.co_names) <= set(new.co_names)
        and _lines(old) == _lines(new)
    )


def _lines(code: types.CodeType) -> set[int | None]:
    return {line for _, _, line in code.co_lines()}
