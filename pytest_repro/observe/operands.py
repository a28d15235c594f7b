"""Operands: what an ``assert`` compares.

Where pytest rewrote the module, its own temporaries are recorded as they are assigned, so that each operand is
evaluated once and the failure text stays as it is. In pytest 8.2 a temporary has no position of its own, so each is
matched with its operand by order: pytest's rewriter assigns one for each call, attribute and operator, parts first.
Elsewhere the operands are wrapped where they stand.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from pytest_repro.observe.marking import (
    COMPREHENSIONS,
    HELPER,
    SAW,
    Marks,
    called,
    is_left,
    recording,
    statements,
    tells,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPORARY = "@py_assert"
"""How the names of pytest's temporaries begin."""

BUILT = (ast.Call, ast.Attribute, ast.BinOp, ast.UnaryOp)
"""Expressions that the rewriter builds anew; all others it assigns as they are."""

VISITED: dict[type[ast.expr], tuple[str, ...]] = {
    ast.BoolOp: ("values",),
    ast.Compare: ("left", "comparators"),
    ast.Call: ("func", "args"),  # and the values of its keywords
    ast.BinOp: ("left", "right"),
    ast.UnaryOp: ("operand",),
    ast.Attribute: ("value",),
    ast.Starred: ("value",),
}
"""Into which parts of which expressions the rewriter goes."""


class Operands:
    """The operands of the asserts in one function's own body.

    Args:
        marks: Where each recorded operand is written down.
        body: The function's body, before it is rewritten.
    """

    def __init__(self, marks: Marks, body: list[ast.stmt]) -> None:
        self._marks = marks
        self._wanted: dict[int, ast.expr] = {}
        self._expected: list[ast.expr] = []
        self._asserts: list[ast.Assert] = []
        for statement, loop in statements(body):
            if isinstance(statement, ast.Assert):
                self._asserts.append(statement)
                self._expected += built(statement.test)
                for node in looked_at(statement.test, names=loop):
                    self._wanted[id(node)] = node  # the node itself keeps its id from being given out again
        # Now, while every operand is as the source has it.
        self._numbers = {number: marks.note(node) for number, node in self._wanted.items()}

    def wrap_in_place(self) -> None:
        """Record the operands of asserts that nobody rewrites."""
        wrapper = _InPlace(self._numbers)
        for statement in self._asserts:
            statement.test = wrapper.visit(statement.test)

    def wrap_temporaries(self, body: list[ast.stmt]) -> bool:
        """Record after pytest's rewriter; whether its temporaries are the ones expected. If not, nothing is changed."""
        own = [statement for statement, _ in statements(body)]
        temporaries = [statement for statement in own if isinstance(statement, ast.Assign) and is_temporary(statement)]
        rebuilt = [statement for statement in temporaries if isinstance(statement.value, BUILT)]
        if len(rebuilt) != len(self._expected):
            return False
        pairs = list(zip(rebuilt, self._expected, strict=True))
        if not all(alike(statement.value, node) for statement, node in pairs):
            return False
        numbers = dict(self._numbers)
        for statement in own:
            if isinstance(statement, ast.If) and isinstance(statement.test, ast.UnaryOp):
                _wrap_names(statement.test, numbers)  # ``assert flag`` becomes ``if not flag``
        originals = {id(statement): node for statement, node in pairs}
        for statement in temporaries:
            original = originals.get(id(statement), statement.value)
            _wrap_names(statement.value, numbers)
            if isinstance(statement.value, COMPREHENSIONS):  # the rewriter leaves what is in it alone
                first = statement.value.generators[0]
                first.iter = _InPlace(numbers).visit(first.iter)
            number = numbers.pop(id(original), None)
            if number is not None:
                statement.value = recording(_placed(statement.value, original), number, SAW)
        return True


def is_temporary(statement: ast.Assign) -> bool:
    """Whether pytest's rewriter made this assignment, to keep an operand."""
    target = statement.targets[0]
    return len(statement.targets) == 1 and isinstance(target, ast.Name) and target.id.startswith(TEMPORARY)


def looked_at(node: ast.expr, *, names: bool) -> Iterator[ast.expr]:
    """The operands of an assert's condition whose values are recorded; the verdict itself is the outcome.

    Args:
        node: The condition, or a part of it.
        names: Whether plain names are recorded: in a loop, where the locals show only their last value.
    """
    match node:
        case ast.Name():
            if names:
                yield node
        case ast.NamedExpr():
            pass  # its value is wrapped like any call, its name is a local
        case ast.BoolOp() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
            for part in _parts(node):
                yield from looked_at(part, names=names)
        case ast.Call():
            yield from _looked_at_in_call(node, names=names)
        case _:
            if tells(node):
                yield node
            if isinstance(node, COMPREHENSIONS):  # only its first iterable is evaluated in the scope around it
                yield from looked_at(node.generators[0].iter, names=False)
            for part in _parts(node):
                yield from looked_at(part, names=False)


def _looked_at_in_call(node: ast.Call, *, names: bool) -> Iterator[ast.expr]:
    name = called(node)
    if not is_left(node):
        yield node
    if isinstance(node.func, ast.Attribute):  # the method is no value, the object it belongs to may be
        yield from looked_at(node.func.value, names=False)
    elif not isinstance(node.func, ast.Name):
        yield from looked_at(node.func, names=False)
    helper = HELPER.match(name) is not None
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        if isinstance(argument, ast.Starred):
            yield from looked_at(argument.value, names=False)
        else:
            yield from looked_at(argument, names=names or helper)


def _parts(node: ast.expr) -> list[ast.expr]:
    """The parts that the rewriter visits too, in its order."""
    parts: list[ast.expr] = []
    for field in VISITED.get(type(node), ()):
        value = getattr(node, field)
        parts += value if isinstance(value, list) else [value]
    if isinstance(node, ast.Call):
        parts += [keyword.value for keyword in node.keywords]
    return parts


def built(node: ast.expr) -> Iterator[ast.expr]:
    """The parts of a condition for which the rewriter builds a new expression, in the order of its assignments."""
    for part in _parts(node):
        yield from built(part)
    if isinstance(node, BUILT):
        yield node


def alike(made: ast.expr, node: ast.expr) -> bool:
    """Whether an expression can be what the rewriter made of a node."""
    match made, node:
        case ast.Call(), ast.Call():
            return len(made.args) == len(node.args) and len(made.keywords) == len(node.keywords)
        case ast.Attribute(), ast.Attribute():
            return made.attr == node.attr
        case ast.BinOp(), ast.BinOp():
            return type(made.op) is type(node.op)
        case ast.UnaryOp(), ast.UnaryOp():
            return type(made.op) is type(node.op)
    return False


def _wrap_names(made: ast.expr, numbers: dict[int, int]) -> None:
    """Record the plain names that an expression of the rewriter's uses, each where it is evaluated first.

    The explanation holds the very same nodes, so a name is exchanged in its parent and never changed itself.
    """

    def around(name: ast.expr) -> ast.expr:
        number = numbers.pop(id(name), None) if isinstance(name, ast.Name) else None
        return name if number is None else recording(name, number, SAW)

    match made:
        case ast.Compare():
            made.left = around(made.left)
            made.comparators = [around(value) for value in made.comparators]
        case ast.Call():
            made.args = [around(value) for value in made.args]
            for keyword in made.keywords:
                keyword.value = around(keyword.value)
        case ast.UnaryOp():
            made.operand = around(made.operand)


def _placed(made: ast.expr, original: ast.expr) -> ast.expr:
    """The expression with the position it was given; its operand's line only where it has none."""
    return made if hasattr(made, "lineno") else ast.copy_location(made, original)


class _InPlace(ast.NodeTransformer):
    """Wraps the wanted nodes of a condition where they stand."""

    def __init__(self, numbers: dict[int, int]) -> None:
        self._numbers = numbers

    def visit(self, node: ast.AST) -> Any:
        """The node, recorded if it is wanted."""
        number = self._numbers.get(id(node))
        self.generic_visit(node)
        return node if number is None or not isinstance(node, ast.expr) else recording(node, number, SAW)
