"""Source text of a call: recipes as Python, with the imports and the data that they need."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_repro.reproducer.recipe import Array, Attribute, Drawn, Items, Literal, Made, Name, Recipe, Source

if TYPE_CHECKING:
    from pytest_repro.reproducer.recipe import Call

INLINE = 64
"""Elements up to which an array stands in the source."""

SHORT = 60
"""Characters up to which an argument stands in the call itself."""

WIDTH = 100
"""Characters of a line of items."""

ALIASES = {"numpy": "np", "pandas": "pd"}
SYMBOLS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "matmul": "@",
}
BRACKETS = {"list": "[]", "tuple": "()", "set": "{}", "dict": "{}"}


@dataclass(slots=True, kw_only=True)
class Text:
    """The parts of a script that make a call.

    Attributes:
        imports: Lines.
        definitions: Of functions, and of what they name.
        bindings: Lines that bind the arguments.
        result: Lines that return the outcome.
        operands: The positional arguments as the call has them.
        data: Arrays that stand in a file beside the script, by name.
        roots: Packages that have to be installed.
    """

    imports: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    bindings: list[str] = field(default_factory=list)
    result: list[str] = field(default_factory=list)
    operands: list[str] = field(default_factory=list)
    data: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    roots: list[str] = field(default_factory=list)


class Writer:
    """Writes the source of one call.

    Args:
        call: Without anything that is lost.
    """

    def __init__(self, call: Call) -> None:
        self.text = Text()
        self._call = call
        self._bound: dict[str, str] = {}

    def write(self) -> Text:
        """The text; ``compute()`` returns the part that differs."""
        call = self._call
        names = _names(call)
        values = []
        for number, (name, recipe) in enumerate(zip(names, call.arguments, strict=True), 1):
            values.append(self._argument(name, recipe, bound=number == call.changed))
        named = []
        for number, (name, recipe) in enumerate(call.named, len(values) + 1):
            named.append((name, self._argument(name, recipe, bound=number == call.changed)))
        self._result(values, named)
        return self.text

    def _argument(self, name: str, recipe: Recipe, *, bound: bool) -> str:
        made = self._expression(recipe, name)
        short = "\n" not in made and len(made) <= SHORT
        if not bound and (
            isinstance(recipe, Literal | Name) or (short and not isinstance(recipe, Array | Drawn | Made))
        ):
            return made
        self.text.bindings.append(f"{name} = {made}")
        return name

    def _result(self, values: list[str], named: list[tuple[str, str]]) -> None:
        call, result = self._call, self.text.result
        self.text.operands = values
        symbol = SYMBOLS.get(call.function.name) if _is_operator(call.function) else None  # type: ignore[union-attr]  # a Name
        if symbol is not None:
            made = f"({f' {symbol} '.join(values)})" if call.part else f" {symbol} ".join(values)
        else:
            function = self._expression(call.function, "")
            made = f"{function}({', '.join((*values, *(f'{name}={value}' for name, value in named)))})"
        if call.changed < 0:
            result.append(f"return {made}{call.part}")
            return
        everything = [*values, *(value for _, value in named)]
        owner = isinstance(call.function, Attribute)
        if owner and call.changed == 0:
            of = self._expression(call.function.of, "")  # type: ignore[union-attr]  # as above
            result += [f"changed = {of}", f"changed.{call.function.name}({', '.join(values)})", "return changed"]  # type: ignore[union-attr]  # likewise
            return
        result += [made, f"return {everything[call.changed - 1]}"]

    def _expression(self, recipe: Recipe, name: str) -> str:
        """Source of a value; ``name`` is what it is called, where it has to stand in a file."""
        match recipe:
            case Literal(text):
                return text
            case Array(number):
                return self._array(self._call.arrays[number], name)
            case Name(module, path):
                return self._name(module, path)
            case Source():
                return self._source(recipe)
        return self._of_parts(recipe, name)

    def _of_parts(self, recipe: Recipe, name: str) -> str:
        match recipe:
            case Drawn(shape, dtype):
                self._import("numpy")
                made = f"np.random.default_rng(0).standard_normal({shape!r})"
                return made if np.dtype(dtype) == np.float64 else f"{made}.astype({dtype!r})"
            case Items("dict", items):
                pairs = [one.items for one in items if isinstance(one, Items)]
                rows = [f"{self._expression(pair[0], '')}: {self._expression(pair[1], name)}" for pair in pairs]
                return _wrapped("{", rows, "}")
            case Items(kind, items):
                return _container(kind, [self._expression(one, name) for one in items])
            case Made(function, arguments, named):
                values = [self._expression(one, name) for one in arguments]
                values += [f"{key}={self._expression(one, key)}" for key, one in named]
                return f"{self._expression(function, '')}({', '.join(values)})"
            case Attribute(of, path):
                inner = self._expression(of, "")
                return f"{inner}.{path}" if not isinstance(of, Literal) else f"({inner}).{path}"
        raise AssertionError(recipe)  # a call with something lost has no text

    def _array(self, value: np.ndarray[Any, Any], name: str) -> str:
        self._import("numpy")
        if value.size <= INLINE:
            return inline(value)
        name = name or "array"
        number = 1
        while name in self.text.data:
            number += 1
            name = f"{name.rstrip('0123456789_')}_{number}"
        self.text.data[name] = value
        return f"DATA[{name!r}]"

    def _name(self, module: str, path: str) -> str:
        if module == "builtins":
            return path
        root = module.partition(".")[0]
        if root == "numpy" or not path:
            self._import(module if root != "numpy" or not path else root if _below(module, root) else module)
            spelt = module if not path else f"{module}.{path}"
            alias = ALIASES.get(root)
            return f"{alias}{spelt[len(root) :]}" if alias else spelt
        head = path.partition(".")[0]
        self._line(f"from {module} import {head}", root)
        return path

    def _import(self, module: str) -> None:
        root = module.partition(".")[0]
        alias = ALIASES.get(module)
        self._line(f"import {module} as {alias}" if alias else f"import {module}", root)
        if root in ALIASES and module != root:
            self._line(f"import {root} as {ALIASES[root]}", root)

    def _line(self, line: str, root: str) -> None:
        if line not in self.text.imports:
            self.text.imports.append(line)
        if root not in self.text.roots:
            self.text.roots.append(root)

    def _source(self, recipe: Source) -> str:
        if self._bound.get(recipe.name) == recipe.text:
            return recipe.name
        self._bound[recipe.name] = recipe.text
        for name, need in recipe.needs:
            if isinstance(need, Name) and not need.name and need.module.count(".") == 0:
                same = ALIASES.get(need.module, need.module) == name
                self._line(f"import {need.module}" + (f" as {name}" if name != need.module else ""), need.module)
                if same:
                    continue
                continue
            made = self._expression(need, name)
            if made != name:
                self.text.definitions.append(f"{name} = {made}")
        self.text.definitions.append(recipe.text)
        return recipe.name


def inline(value: np.ndarray[Any, Any]) -> str:
    """A small array as source text: every number round-trips."""
    kind, dtype = value.dtype.kind, value.dtype.str
    if kind in "cmM":  # as the numbers that they are kept as: no text gives the sign of a zero part of a complex one
        number = "i8" if kind in "mM" else f"f{value.dtype.itemsize // 2}"
        plain = np.ascontiguousarray(value).reshape(-1).view(dtype[0] + number)
        return f"{inline(plain)}.view({dtype!r}).reshape({value.shape})"
    text = repr(value.tolist())
    text = text.replace("nan", "np.nan").replace("inf", "np.inf") if kind == "f" else text
    usual = {"f": np.float64, "i": np.int64, "b": np.bool_}.get(kind)
    said = "" if usual is not None and value.dtype == usual and value.size else f", dtype={dtype!r}"
    shape = f".reshape({value.shape})" if not value.size and value.ndim != 1 else ""
    return f"np.array({text}{said}){shape}"


def _container(kind: str, items: list[str]) -> str:
    if kind == "frozenset":
        return f"frozenset({_wrapped('[', items, ']')})"
    if not items:
        return f"{kind}()"
    opening, closing = BRACKETS[kind][0], BRACKETS[kind][1]
    return _wrapped(opening, items, f",{closing}" if kind == "tuple" and len(items) == 1 else closing)


def _wrapped(opening: str, items: list[str], closing: str) -> str:
    """Items on one line, or on several where they are many."""
    whole = f"{opening}{', '.join(items)}{closing}"
    if len(whole) <= WIDTH:
        return whole
    lines, now = [], ""
    for item in items:
        if now and len(now) + len(item) > WIDTH:
            lines.append(now)
            now = ""
        now += f"{item}, "
    return (
        "\n    ".join([opening, *(line.rstrip() for line in (*lines, now))]) + f"\n{closing[-1]}"
    )  # each line ends in a comma


def _is_operator(recipe: Recipe) -> bool:
    return isinstance(recipe, Name) and recipe.module in ("operator", "_operator")


def _below(module: str, root: str) -> bool:
    """Whether a module is there as soon as its package is imported, under its own name."""
    found: Any = __import__(root)
    for part in module.split(".")[1:]:
        found = getattr(found, part, None)
    return found is not None


def _names(call: Call) -> list[str]:
    """A name for each positional argument: the source's, else a letter."""
    found: list[str] = []
    for number in range(len(call.arguments)):
        wanted = call.names[number] if number < len(call.names) else ""
        taken = {*found, *(name for name, _ in call.named), "np", "pd"}
        fine = re.fullmatch(r"[A-Za-z_]\w*", wanted) and not keyword.iskeyword(wanted) and wanted not in taken
        found.append(wanted if fine else f"argument_{number + 1}")
    return found
