"""Looking: a test's syntax tree with a recording put around each value that the test looks at.

Two passes, because pytest rewrites asserts in between and failure texts must stay as pytest writes them: calls outside
asserts before, operands of asserts (pytest's own ``@py_assertN``) after. Nested functions, classes, lambdas and
comprehensions are left alone: they are not the test's own body.
"""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_repro.observe_tmp.sites import Sites

SAW = "@repro_saw"
"""The name by which compiled code reaches the recorder; no source text can spell it."""

LEAVE = frozenset({"super", "locals", "vars", "dir", "eval", "exec", "globals", "breakpoint", "__import__"})
"""Calls that read the caller's frame or cells, and their arguments: left as they are."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def recorded(number: int, value: ast.expr, place: ast.AST) -> ast.Call:
    """``@repro_saw(number, value)``, which evaluates to the value, standing where ``place`` stands."""
    call = ast.Call(ast.Name(SAW, ast.Load()), [ast.Constant(number), value], [])
    return ast.fix_missing_locations(ast.copy_location(call, place))  # of the whole tree it would break pytest's own nodes


class Calls(ast.NodeTransformer):
    """The first pass: results of calls, arguments of assert helpers, the returned value.

    Args:
        sites: Where new places are numbered.
        function: The test's own definition.
        rewritten: Whether pytest will rewrite the asserts, so that the second pass sees to them.
        locals_kept: Whether local variables are observed as well: a call whose result is bound to a name once, and to
            nothing else, is seen there.
    """

    def __init__(self, sites: Sites, function: Function, *, rewritten: bool, locals_kept: bool) -> None:
        self._sites = sites
        self._rewritten = rewritten
        self._loops = 0
        stores = Counter(node.id for node in ast.walk(function) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
        self._bound_once = {name for name, number in stores.items() if number == 1} if locals_kept else set()
        self._generator = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own(function))

    def body(self, function: Function) -> None:
        """Transform the statements of the test in place."""
        function.body = _visited(self, function.body)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name = _name(node.func)
        if name in LEAVE:
            return node
        number = self._sites.number(node)
        self._arguments(node, helper=name.startswith("assert") or name == "approx")
        return node if name.startswith("assert") else recorded(number, node, node)

    def _arguments(self, node: ast.Call, *, helper: bool) -> None:
        node.func = self.visit(node.func)
        node.args = [self._argument(argument, helper=helper) for argument in node.args]
        for keyword in node.keywords:
            keyword.value = self._argument(keyword.value, helper=helper and keyword.arg is not None)

    def _argument(self, node: ast.expr, *, helper: bool) -> ast.expr:
        if helper and isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.BinOp):
            number = self._sites.number(node)
            return recorded(number, self.visit(node), node)
        return _expression(self.visit(node))

    def visit_Await(self, node: ast.Await) -> ast.expr:
        number = self._sites.number(node)  # the inner call alone would show the coroutine
        if isinstance(node.value, ast.Call):
            self._arguments(node.value, helper=False)
        else:
            node.value = self.visit(node.value)
        return recorded(number, node, node)

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        inner = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(inner, ast.Call):  # nobody looks at its result
            name = _name(inner.func)
            if name not in LEAVE:
                self._arguments(inner, helper=name.startswith("assert"))
            return node
        node.value = self.visit(node.value)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        target = node.targets[0]
        seen = not self._loops and len(node.targets) == 1 and isinstance(target, ast.Name) and target.id in self._bound_once
        if seen and isinstance(node.value, ast.Call) and _name(node.value.func) not in LEAVE:
            self._arguments(node.value, helper=False)
        else:
            node.value = self.visit(node.value)
        return node

    def visit_Return(self, node: ast.Return) -> ast.Return:
        if node.value is not None and not self._generator:
            number = self._sites.returned(node)
            node.value = recorded(number, self.visit(node.value), node.value)
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.AST | list[ast.stmt]:
        if not self._rewritten:
            node.test = self.visit(node.test)  # without rewriting, no failure text shows the source of a value
            return node
        names = _operand_names(node.test) if self._loops else []
        return [*(self._look(name) for name in names), node]

    def _look(self, name: ast.Name) -> ast.stmt:
        return ast.copy_location(ast.Expr(recorded(self._sites.number(name), name, name)), name)

    def visit_For(self, node: ast.For | ast.AsyncFor | ast.While) -> ast.AST:
        self._loops += 1
        self.generic_visit(node)
        self._loops -= 1
        return node

    visit_AsyncFor = visit_While = visit_For

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        node.guard = None if node.guard is None else self.visit(node.guard)  # a pattern holds no calls to wrap
        node.body = _visited(self, node.body)
        return node

    def _leave(self, node: ast.AST) -> ast.AST:
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = _leave
    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _leave
    # contexts are opaque, and the positions of what stands inside an f-string are wrong before 3.12
    visit_withitem = visit_JoinedStr = visit_Import = visit_ImportFrom = _leave


class Operands(ast.NodeTransformer):
    """The second pass: each value that pytest's rewriting keeps for its failure text, but the booleans."""

    KINDS = (ast.Call, ast.Attribute, ast.BinOp, ast.Subscript, ast.Await)

    def __init__(self, sites: Sites) -> None:
        self._sites = sites

    def body(self, function: Function) -> None:
        """Transform the statements of the test in place."""
        function.body = _visited(self, function.body)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        target, value = node.targets[0], node.value
        if not isinstance(target, ast.Name) or not target.id.startswith("@py_assert"):
            return node
        if isinstance(value, ast.UnaryOp) and not isinstance(value.op, ast.Not):
            pass
        elif not isinstance(value, self.KINDS) or not hasattr(value, "end_lineno"):
            return node
        elif isinstance(value, ast.Call) and (_name(value.func) in LEAVE or _is_machinery(value.func)):
            return node
        look = ast.Expr(recorded(self._sites.number(value), ast.Name(target.id, ast.Load()), value))
        return [node, ast.copy_location(look, value)]

    def _leave(self, node: ast.AST) -> ast.AST:
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = _leave


def _visited(transformer: ast.NodeTransformer, statements: list[ast.stmt]) -> list[ast.stmt]:
    """Statements after a pass; one may have become several."""
    found: list[ast.stmt] = []
    for statement in statements:
        out = transformer.visit(statement)
        found += out if isinstance(out, list) else [out]
    return found


def _name(function: ast.expr) -> str:
    """The last part of what is called: ``assert_allclose`` of ``np.testing.assert_allclose``."""
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _is_machinery(function: ast.expr) -> bool:
    """Whether a call is one that pytest's rewriting itself put there."""
    while isinstance(function, ast.Attribute):
        function = function.value
    return isinstance(function, ast.Name) and function.id in ("@pytest_ar", "@py_builtins")


def _operand_names(test: ast.expr) -> list[ast.Name]:
    """Names that an assert surely evaluates; in a loop, locals show only their last value."""
    operands = [test.left, test.comparators[0]] if isinstance(test, ast.Compare) else [test]
    return [ast.copy_location(ast.Name(node.id, ast.Load()), node) for node in operands if isinstance(node, ast.Name)]


def _expression(node: ast.AST) -> ast.expr:
    assert isinstance(node, ast.expr)  # noqa: S101  # the transformer returns statements for statements alone
    return node


def _own(function: Function) -> list[ast.AST]:
    """The nodes of a function's own body, nested functions and classes left out."""
    waiting: list[ast.AST] = list(function.body)
    found = []
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found
