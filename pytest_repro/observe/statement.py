"""One statement, watched: the user's own code recompiled so that every call on a line goes by way of a witness.

The call stays the call it was: the witness makes it, with the same arguments, and looks at these before and after.
"""

from __future__ import annotations

import ast
import gc
import warnings
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_repro.observe.excerpt import excerpt
from pytest_repro.observe.marking import LEAVE, TAG, called
from pytest_repro.observe.recompile import REWRITTEN, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_repro.observe.excerpt import Definition, Excerpt
    from pytest_repro.observe.recompile import Rewrite
    from pytest_repro.observe.witness import Witness

WITNESS = f"{TAG}witness"
"""The constant that is exchanged for the witness."""

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
}
"""Names of binary operators in the module ``operator``."""


class Place(NamedTuple):
    """Where the user's code is watched.

    Attributes:
        file: Absolute.
        line: Of the statement; 0 for a whole function.
        function: Its name, where the whole is watched.
    """

    file: str
    line: int
    function: str = ""


@contextmanager
def watched(place: Place, witness: Witness, rewrite: Rewrite | None) -> Iterator[str]:
    """Watch a statement inside the block; yields why that cannot be, or an empty text.

    Args:
        place: Of the statement.
        witness: Makes the calls.
        rewrite: pytest's assertion rewriter, without which the code of a test module cannot be told.
    """
    found = _functions(place)
    changed: list[tuple[FunctionType, CodeType]] = []
    reason = "" if found else "its function is not loaded when the test begins"
    try:
        for function in found:
            made = _recompiled(function, place, rewrite)
            if isinstance(made, str):
                reason = made
            else:
                changed.append((function, function.__code__))
                function.__code__ = _bound(made, witness)
        yield "" if changed else reason
    finally:
        for function, code in changed:
            function.__code__ = code


def _functions(place: Place) -> list[FunctionType]:
    """All functions of the outermost code around a line: one that is made anew at every call is part of another."""
    found: dict[CodeType, list[FunctionType]] = {}
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__code__.co_filename == place.file:
            code = one.__code__
            named = code.co_qualname == place.function
            if (place.line and _covers(code, place.line)) or (not place.line and named):
                found.setdefault(code, []).append(one)
    if not found:
        return []
    outermost = min(found, key=lambda code: code.co_firstlineno)
    return found[outermost]


def _covers(code: CodeType, line: int) -> bool:
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return any(each == line for *_, each in code.co_lines()) or any(_covers(each, line) for each in inner)


def _recompiled(function: FunctionType, place: Place, rewrite: Rewrite | None) -> CodeType | str:
    with warnings.catch_warnings():  # the compiler's were given when the module was imported
        warnings.simplefilter("ignore")
        try:
            found = excerpt(function, strict=True)
            if found is None:
                return "it has no source"
            return _instrumented(found, place, rewrite if REWRITTEN in function.__globals__ else None)
        except (SyntaxError, RecursionError) as error:
            return f"its source cannot be compiled alone: {type(error).__name__}"


def _instrumented(found: Excerpt, place: Place, rewrite: Rewrite | None) -> CodeType | str:
    parsed = found.parsed()
    if parsed is None:
        return "its source changed on disk"
    tree, _ = parsed
    if rewrite is not None:
        rewrite(tree, found.text.encode("utf-8", "surrogatepass"), found.code.co_filename)
    plain = found.compiled(tree)
    if plain is None or not same(plain, found.code):
        return "its source does not give the code that runs"
    tree, target = found.parsed() or parsed
    _Calls(found.text).wrap(target, place.line)
    made = found.compiled(ast.fix_missing_locations(tree))
    if made is None or made.co_freevars != found.code.co_freevars:
        return "its closure differs"
    return made


def _innermost(target: Definition, line: int) -> ast.stmt | None:
    """The innermost statement on a line; None where a whole function is wanted."""
    found: ast.stmt | None = None
    for node in ast.walk(target):
        if not isinstance(node, ast.stmt) or node is target:
            continue
        within = node.lineno <= line <= (node.end_lineno or line)
        if within and (found is None or node.lineno >= found.lineno):
            found = node
    return found


class _Calls(ast.NodeTransformer):
    """Sends calls, binary operators and walks over sets by way of the witness."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._count = 0
        self._inside = False

    def wrap(self, target: Definition, line: int) -> None:
        """Wrap in place what a statement evaluates by itself, or the body of a whole function."""
        innermost = _innermost(target, line)
        for statement in target.body if innermost is None else ():
            self.visit(statement)
        if innermost is None:
            return
        for field, value in ast.iter_fields(innermost):
            if isinstance(value, ast.expr):
                loop = field == "iter" and isinstance(innermost, ast.For)
                setattr(innermost, field, self._listed(self.visit(value)) if loop else self.visit(value))
            elif isinstance(value, list) and not any(isinstance(one, ast.stmt) for one in value):
                setattr(innermost, field, [self.visit(one) if isinstance(one, ast.AST) else one for one in value])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call, but for those that look at the frame they stand in."""
        text = self._text(node)
        self.generic_visit(node)
        if called(node) in LEAVE:
            return node
        return self._by_witness("call", node, text, [node.func, *node.args], node.keywords)

    def visit_Await(self, node: ast.Await) -> ast.AST:
        """What is awaited gives a coroutine and no value."""
        if isinstance(node.value, ast.Call):
            self.generic_visit(node.value)
        else:
            self.generic_visit(node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """An operator."""
        text = self._text(node)
        self.generic_visit(node)
        name = OPERATORS.get(type(node.op))
        if name is None or (isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant)):
            return node
        return self._by_witness("operate", node, text, [ast.Constant(name), node.left, node.right], [])

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        """What a comprehension walks over."""
        self.generic_visit(node)
        if not node.is_async:
            node.iter = self._listed(node.iter)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        """What a loop walks over."""
        self.generic_visit(node)
        node.iter = self._listed(node.iter)
        return node

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        """What is spread out."""
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load):
            node.value = self._listed(node.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """An f-string, inside of which positions are not to be trusted before Python 3.12."""
        outer, self._inside = self._inside, True
        self.generic_visit(node)
        self._inside = outer
        return node

    def _listed(self, node: ast.expr) -> ast.expr:
        return self._by_witness("walked", node, self._text(node), [node], [])

    def _by_witness(
        self, method: str, node: ast.expr, text: str, arguments: list[ast.expr], named: list[ast.keyword]
    ) -> ast.Call:
        number = ast.Constant(self._count)
        self._count += 1
        function = ast.Attribute(ast.Constant(WITNESS), method, ast.Load())
        made = ast.Call(function, [number, ast.Constant(text), *arguments], named)
        return ast.copy_location(made, node)

    def _text(self, node: ast.expr) -> str:
        found: Any = None if self._inside else ast.get_source_segment(self._source, node)
        return " ".join(found.split()) if found else ast.unparse(node)


def _bound(code: CodeType, witness: Witness) -> CodeType:
    """The code, and that of the functions inside it, with the witness in it."""

    def exchanged(const: object) -> object:
        if isinstance(const, CodeType):
            return _bound(const, witness)
        return witness if const == WITNESS and type(const) is str else const

    return code.replace(co_consts=tuple(exchanged(const) for const in code.co_consts))
