"""Marks: which expressions of a test function are recorded, and the call that is put around each.

Recording wraps an expression in place, ``f(x)`` becomes ``EYE.saw(f(x))``: the inner call keeps its position, so that
tracebacks point where they did. ``EYE`` is a constant of the code object and no name: the module's globals stay as they
are, and code that runs on after the test (a thread, a suspended generator) still finds it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from pytest_repro.observe.sites import RETURN, Mark, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TAG = "\0repro "
"""Constants that begin with it are exchanged for an eye; no source text holds a null character."""

SAW = "saw"
"""The eye's method that records a value and gives it back."""


LEAVE = frozenset(
    [
        *("super", "locals", "vars", "dir", "eval", "exec", "globals", "__import__", "breakpoint"),
        *("_getframe", "currentframe", "stack", "trace", "getouterframes", "extract_stack", "format_stack"),
        *("_current_frames", "getrefcount", "approx"),
    ]
)
"""Calls whose result is not recorded: it tells of the frame or the interpreter; of ``approx``, the arguments are."""

OWNERS = frozenset(["builtins", "inspect", "pytest", "sys", "traceback"])
"""Modules that such calls belong to: ``model.trace()`` is another matter."""

UNFILLED = frozenset(["empty", "empty_like", "empty_strided", "new_empty"])
"""Calls that by their contract return memory as it is: nothing was computed yet."""

ECHOES = frozenset(
    [
        *("gc.collect", "gc.get_count", "gc.get_stats", "gc.get_objects", "os.getpid", "os.getppid", "sys.getsizeof"),
        *("threading.get_ident", "threading.get_native_id", "threading.active_count", "tracemalloc.get_traced_memory"),
    ]
)
"""Calls that tell of the process: its garbage, memory and threads are the condition's own echo."""

HELPER = re.compile(r"_*assert(?!.*(raises|warns|logs))|approx$", re.IGNORECASE)
"""Names of functions whose arguments are what the test looks at; ``assert_raises`` hands them to another function."""

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SCOPES = (*DEFINITIONS, ast.Lambda, getattr(ast, "TypeAlias", ast.Lambda))
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
UNSEEN = (ast.Constant, ast.Lambda, ast.GeneratorExp, ast.Starred)


class Marks:
    """The marks of one function, in the order in which they were found.

    Args:
        lines: The source, a line each.
    """

    def __init__(self, lines: list[str]) -> None:
        self.found: list[Mark] = []
        self._lines = lines
        self._remembered: dict[int, Mark] = {}

    def note(self, node: ast.expr, *, inside: ast.expr | None = None) -> int:
        """Write a node down, before anything in it is wrapped; the number of its mark.

        Args:
            node: The expression whose value is recorded.
            inside: The f-string around it: positions inside one are wrong before 3.12.
        """
        self.found.append(self._remembered.get(id(node)) or self._mark(node, inside))
        return len(self.found) - 1

    def remember(self, node: ast.expr) -> None:
        """Read a node's place off now: pytest 8.2's rewriter gives what is in an assert another one."""
        self._remembered[id(node)] = self._mark(node, None)

    def _mark(self, node: ast.expr, inside: ast.expr | None) -> Mark:
        place = inside or node
        return Mark(one_line(node, self._lines, exact=inside is None), place.lineno, place.col_offset)

    def note_return(self, node: ast.Return) -> int:
        """Write a returned value down; the number of its mark."""
        self.found.append(Mark(RETURN, node.lineno, node.col_offset))
        return len(self.found) - 1


def recording(node: ast.expr, number: int, method: str) -> ast.Call:
    """``EYE.saw(node)``, at the place of the node."""
    constant = ast.copy_location(ast.Constant(f"{TAG}{number}"), node)
    eye = ast.copy_location(ast.Attribute(constant, method, ast.Load()), node)
    for part in (constant, eye):  # zero wide: a method call is attributed to the line on which its attribute ends
        part.end_lineno, part.end_col_offset = node.lineno, node.col_offset
    return ast.copy_location(ast.Call(eye, [node], []), node)


def called(call: ast.Call) -> str:
    """The last part of the name of what is called; empty where it has none."""
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def is_left(call: ast.Call) -> bool:
    """Whether the result of a call is not recorded."""
    name = called(call)
    func = call.func
    owner = func.value.id if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) else ""
    if name in LEAVE and (isinstance(func, ast.Name) or owner in OWNERS):
        return True
    return name in UNFILLED or f"{owner}.{name}" in ECHOES


def tells(node: ast.expr) -> bool:
    """Whether an expression has a value that another run may change: no display of constants, no code."""
    if isinstance(node, UNSEEN):
        return False
    return any(isinstance(inner, ast.Name | ast.Call | ast.Await) for inner in ast.walk(node))


def statements(body: list[ast.stmt], *, loop: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    """Every statement of a function's own body, and whether it stands in a loop; nested scopes are not entered."""
    for statement in body:
        if isinstance(statement, DEFINITIONS):
            continue
        yield statement, loop
        inner = loop or isinstance(statement, ast.For | ast.AsyncFor | ast.While)
        yield from statements(getattr(statement, "body", []), loop=inner)
        for handler in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from statements(handler.body, loop=loop)
        for later in ("orelse", "finalbody"):
            yield from statements(getattr(statement, later, []), loop=loop)


class Calls(ast.NodeTransformer):
    """Wraps calls outside asserts, arguments of assertion helpers, and what is returned.

    Args:
        marks: Where each wrapped node is written down.
        body: The function's own body as the source has it; what a rewriter puts in later is left alone.
        returns: Whether ``return`` gives the test's value: in a generator it does not.
    """

    def __init__(self, marks: Marks, body: list[ast.stmt], *, returns: bool) -> None:
        self._marks = marks
        self._returns = returns
        self._inside: ast.expr | None = None
        self._own = {id(statement): statement for statement, _ in statements(body)}
        self._bindings = _bindings(body)
        self._walruses = [
            inner
            for statement in self._own.values()
            if isinstance(statement, ast.Assert)
            for inner in _own(statement.test)
            if isinstance(inner, ast.NamedExpr)
        ]
        for walrus in self._walruses:
            for part in ast.walk(walrus.value):
                if isinstance(part, ast.expr) and not isinstance(part, ast.JoinedStr | ast.FormattedValue):
                    marks.remember(part)

    def wrap(self) -> None:
        """Wrap in place."""
        for statement in self._own.values():
            if id(statement) in self._bindings:
                self._children(self._bindings[id(statement)])
            elif not isinstance(statement, ast.Assert):
                super().visit(statement)  # a statement is changed and never exchanged
        for walrus in self._walruses:  # the rewriter never gives its value a temporary
            walrus.value = self.visit(walrus.value)

    def visit(self, node: ast.AST) -> Any:
        """The node with what is in it wrapped; what runs in a scope of its own is left alone."""
        if isinstance(node, (ast.stmt, *SCOPES)):  # each statement of the body has its own turn
            return node
        if isinstance(node, COMPREHENSIONS):  # only its first iterable is evaluated in the scope around it
            first = node.generators[0]
            first.iter = self.visit(first.iter)
            return node
        return super().visit(node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call, recorded."""
        return self._recorded(node)

    def visit_Await(self, node: ast.Await) -> ast.expr:
        """An ``await``, recorded."""
        return self._recorded(node)

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        """A statement that uses no value: nobody looks at it, and keeping it would keep what it refers to."""
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if not isinstance(value, ast.Call):
            self.generic_visit(node)
        elif not is_left(value):
            self._parts(value)
        return node

    def visit_Return(self, node: ast.Return) -> ast.Return:
        """What is returned is the test's value."""
        if node.value is not None:
            node.value = self.visit(node.value)
            if self._returns:
                node.value = recording(node.value, self._marks.note_return(node), SAW)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        """The exception itself is observed as the outcome."""
        for field in ("exc", "cause"):
            self._children(getattr(node, field))
        return node

    def visit_withitem(self, node: ast.withitem) -> ast.withitem:
        """A context manager is machinery; what it yields has a name."""
        self._children(node.context_expr)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.JoinedStr:
        """An f-string, in which positions are not to be trusted."""
        outer, self._inside = self._inside, self._inside or node
        self.generic_visit(node)
        self._inside = outer
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        """The annotation of a local is never evaluated."""
        if node.value is not None:
            node.value = self.visit(node.value)
        node.target = self.visit(node.target)
        return node

    def _children(self, node: ast.expr | None) -> None:
        if isinstance(node, ast.Call):
            self._parts(node)
        elif node is not None:
            self.visit(node)

    def _recorded(self, node: ast.Call | ast.Await) -> ast.expr:
        """A call, or an ``await`` as a whole: the coroutine inside it is no value."""
        call = node.value if isinstance(node, ast.Await) else node
        left = isinstance(node, ast.Call) and is_left(node)
        number = -1 if left else self._marks.note(node, inside=self._inside)
        if isinstance(call, ast.Call):
            self._parts(call)
        elif isinstance(node, ast.Await):
            node.value = self.visit(call)
        return node if left else recording(node, number, SAW)

    def _parts(self, node: ast.Call) -> None:
        """What is called and its arguments; of a helper, the arguments are looked at."""
        helper = HELPER.match(called(node)) is not None
        if not isinstance(node.func, ast.Name):
            node.func = self.visit(node.func)
        node.args = [self._argument(argument, helper=helper) for argument in node.args]
        for keyword in node.keywords:
            keyword.value = self._argument(keyword.value, helper=helper and keyword.arg is not None)

    def _argument(self, node: ast.expr, *, helper: bool) -> ast.expr:
        visited: ast.expr
        if not helper or isinstance(node, ast.Call | ast.Await) or not tells(node):
            visited = self.visit(node)
            return visited
        number = self._marks.note(node, inside=self._inside)
        visited = self.visit(node)
        return recording(visited, number, SAW)


def _bindings(body: list[ast.stmt]) -> dict[int, ast.expr]:
    """Calls whose result is bound to names once and to nothing else, by the statement's id.

    The local variables show that value, under the names that a tolerance of the user would find it by.
    """
    stored = Counter(name for statement in body for node in ast.walk(statement) for name in _bound(node))
    found: dict[int, ast.expr] = {}
    for statement, loop in statements(body):
        if loop or not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target, value = statement.targets[0], statement.value
        call = value.value if isinstance(value, ast.Await) else value
        names = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        once = all(isinstance(name, ast.Name) and stored[name.id] == 1 for name in names)
        if once and isinstance(call, ast.Call):
            found[id(statement)] = call
    return found


def _bound(node: ast.AST) -> Iterable[str]:
    """The names that a node binds; one that is declared to live elsewhere counts twice, it is no local."""
    if isinstance(node, ast.Global | ast.Nonlocal):
        return node.names * 2
    if isinstance(node, ast.Name):
        return () if isinstance(node.ctx, ast.Load) else (node.id,)
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.FunctionDef | ast.ClassDef):
        return (node.name,) if node.name else ()
    return ()


def _own(node: ast.expr) -> Iterator[ast.AST]:
    """An expression and its parts, without what stands in a scope or a walrus of its own."""
    waiting: list[ast.AST] = [node]
    while waiting:
        now = waiting.pop(0)
        yield now
        if not isinstance(now, (*SCOPES, *COMPREHENSIONS, ast.NamedExpr)):
            waiting += ast.iter_child_nodes(now)
