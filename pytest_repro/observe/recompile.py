"""Recompiled code: a test function's code once more, with recording calls in it.

Only the function is parsed and compiled, never its module. Before anything is recorded, the plain source is compiled
the same way and must give exactly the code that the function runs: a file edited meanwhile, another import hook's
changes or a decorator that exchanged the code end in a reason in place of a recording, never in another program.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.observe.excerpt import Excerpt, excerpt
from pytest_repro.observe.marking import TAG, Calls, Marks
from pytest_repro.observe.operands import Operands
from pytest_repro.observe.sites import Site, sites

if TYPE_CHECKING:
    import ast

Rewrite = Callable[["ast.Module", bytes, str], None]
"""Rewrites the asserts of a tree in place, given its source and its file's name: pytest's own rewriter."""

REWRITTEN = "@pytest_ar"
"""A name that every module has whose asserts pytest rewrote."""

COMPARED = (
    *("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_flags", "co_name", "co_firstlineno"),
    *("co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_exceptiontable"),
)
"""What two code objects have in common that run alike. ``==`` would also compare caches on 3.11."""

KEPT = (
    "co_freevars",
    "co_cellvars",
    "co_flags",
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_varnames",
)
"""What recording calls leave as it is."""


class Template(NamedTuple):
    """Code with a place for an eye at each site.

    Attributes:
        code: The recompiled code; a text stands where each eye belongs.
        sites: The site of each eye, by its number.
        reason: Why some of the function is not recorded; empty if all is.
        places: Where in the code's constants an eye belongs, and its number.
    """

    code: CodeType
    sites: tuple[Site, ...]
    reason: str
    places: tuple[tuple[int, int], ...]

    def bound(self, eyes: Sequence[object]) -> CodeType:
        """The code with these eyes in it, one a site."""
        constants: list[object] = [*self.code.co_consts]
        for at, number in self.places:
            constants[at] = eyes[number]
        return self.code.replace(co_consts=tuple(constants))


class Recompiler:
    """Recompiles functions, each once as long as there is room.

    Args:
        most: Functions remembered; the oldest is forgotten first.
    """

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._known: dict[tuple[int, bool], tuple[CodeType, Template | str]] = {}

    def template(self, function: FunctionType, rewrite: Rewrite | None) -> Template | str:
        """The function's code with places for eyes, or the reason why there is none.

        Args:
            function: The function itself, not a wrapper.
            rewrite: pytest's assertion rewriter; used only if the function's module was rewritten.
        """
        code = function.__code__
        if rewrite is not None and REWRITTEN not in function.__globals__:
            rewrite = None
        key = (id(code), rewrite is None)
        if key not in self._known:
            while len(self._known) >= self._most:
                self._known.pop(next(iter(self._known)), None)
            self._known[key] = (code, _recompiled(function, rewrite))  # the code kept, so that its id stays its own
        return self._known[key][1]


def _recompiled(function: FunctionType, rewrite: Rewrite | None) -> Template | str:
    if function.__code__.co_name == "<lambda>":
        return "a lambda has no body of statements"
    with (
        warnings.catch_warnings()
    ):  # the compiler's and the rewriter's warnings were given when the module was imported
        warnings.simplefilter("ignore")
        reason = "no source"
        for strict in (False, True):
            try:
                found = excerpt(function, strict=strict)
                if found is None:
                    return reason
                made = _of(found, rewrite)
            except SyntaxError:
                reason = "source changed on disk"
                continue
            except RecursionError:
                return "nested too deep"
            except Exception as error:  # noqa: BLE001  # the rewriter is another's; a replay without this is a replay still
                return f"cannot be recompiled: {type(error).__name__}: {error}"
            if isinstance(made, Template):
                return made
            reason = made
    return reason


def _of(found: Excerpt, rewrite: Rewrite | None) -> Template | str:
    code = found.code
    parsed = found.parsed()
    if parsed is None:
        return "source changed on disk"
    tree, target = parsed
    marks = Marks(found.text.split("\n"))
    operands = Operands(marks, target.body)
    returns = not code.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR)
    calls = Calls(marks, target.body, returns=returns)
    if rewrite is not None:
        rewrite(tree, found.text.encode("utf-8", "surrogatepass"), code.co_filename)
    plain = found.compiled(tree)
    if plain is None or plain.co_freevars != code.co_freevars:
        return "closure differs"
    if not same(plain, code):
        return "source does not give the code that runs"
    # The same tree serves again: a second run of pytest's rewriter would cost as much as all the rest.
    calls.wrap()
    reason = ""
    if rewrite is None:
        operands.wrap_in_place()
    elif not operands.wrap_temporaries(target.body):
        reason = "operands of asserts are not recorded: this pytest rewrites them in another way"
    made = found.compiled(tree)
    if made is None or any(getattr(made, name) != getattr(code, name) for name in KEPT):
        return "recompiled code is of another shape"
    places = tuple((at, _number(const)) for at, const in enumerate(made.co_consts) if _is_tag(const))
    return Template(made, sites(marks.found), reason, places)


def same(one: CodeType, other: CodeType) -> bool:
    """Whether two code objects run alike, on the same lines."""
    if any(getattr(one, name) != getattr(other, name) for name in COMPARED):
        return False
    if list(one.co_lines()) != list(other.co_lines()) or len(one.co_consts) != len(other.co_consts):
        return False
    return all(map(_same_constant, one.co_consts, other.co_consts))


def _same_constant(one: object, other: object) -> bool:
    if isinstance(one, CodeType) and isinstance(other, CodeType):
        return same(one, other)
    # ``1 == 1.0 == True``, and NaN is no equal of itself: the text tells.
    return type(one) is type(other) and (one is other or repr(one) == repr(other) or _equal_sets(one, other))


def _equal_sets(one: object, other: object) -> bool:
    """Two frozen sets of constants may list their members in different orders."""
    return (
        isinstance(one, frozenset)
        and isinstance(other, frozenset)
        and sorted(map(repr, one)) == sorted(map(repr, other))
    )


def _is_tag(const: object) -> bool:
    return type(const) is str and const.startswith(TAG)


def _number(const: object) -> int:
    return int(str(const)[len(TAG) :])
