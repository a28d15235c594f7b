"""Expressions of sympy: their form as one text in the usual notation, the floats in them as numbers apart from it.

An expression keeps its parts under underscored names, as a foreign object whose private attributes are not looked at.
Printing is done here: sympy's printers call methods of derived classes, and fill caches.
"""

from __future__ import annotations

import math
import types
from typing import TYPE_CHECKING, Any, cast

from pytest_repro.values import lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_repro.values.keeping import Keeping

_FLOAT = "#"
_DOUBLE = 53  # bits: a float of sympy with no more is one of the machine
_CONSTANTS = {
    "Pi": "pi",
    "Exp1": "E",
    "ImaginaryUnit": "I",
    "Infinity": "oo",
    "NegativeInfinity": "-oo",
    "ComplexInfinity": "zoo",
    "NaN": "nan",
    "BooleanTrue": "True",
    "BooleanFalse": "False",
}


def _bases(value: object) -> set[str]:
    """The names of sympy's own classes that a value is an instance of."""
    return {lineage.name(cls).rpartition(".")[2] for cls in lineage.classes(value) if lineage.root(cls) == "sympy"}


def owns(value: object) -> bool:
    """Whether a value is an expression, a set, a relation or a matrix of sympy."""
    return not {"Basic", "MatrixBase"}.isdisjoint(_bases(value))


def freeze(value: object, keeping: Keeping) -> Parts:  # noqa: ARG001
    """The form as text, the floats as an array; a matrix by its elements, a number as a number."""
    leaves = [(".type", Scalar("name", lineage.name(type(value))))]
    bases, item = _bases(value), cast("Any", value)
    if "MatrixBase" in bases:
        rows, columns = int(item.rows), int(item.cols)
        leaves.append((".shape", Scalar("name", f"({rows}, {columns})")))
        kin = next(cls for cls in lineage.classes(value) if lineage.root(cls) == "sympy")
        flat = cast("Any", kin).flat(item)
        return Parts(leaves, [(f"[{at // columns},{at % columns}]", part) for at, part in enumerate(flat)])
    if "Integer" in bases:
        return Parts(leaves, [("", int(_slot(value, "p")))])
    floats: list[float] = []
    form = _form(value, floats)
    if form == _FLOAT:
        return Parts(leaves, [("", floats[0])])
    children: list[tuple[str, object]] = [("", form)]
    return Parts(leaves, [*children, (".floats", floats)] if floats else children)


def text(value: object) -> str:
    """An expression as one text, floats in their place: a key of a mapping."""
    floats: list[float] = []
    form = _form(value, floats) if "Basic" in _bases(value) else f"<{lineage.name(type(value))}>"
    for number in floats:
        form = form.replace(_FLOAT, repr(number), 1)
    return form


def _slot(value: object, name: str) -> Any:
    """What sympy's own classes keep in a slot, or say of all their instances; past every property."""
    for cls in lineage.classes(value):
        found = lineage.names(cls).get(name, lineage.MISSING) if lineage.root(cls) == "sympy" else lineage.MISSING
        if type(found) is types.MemberDescriptorType:
            return found.__get__(value)
        if found is not lineage.MISSING:
            return found
    raise AttributeError(name)


def _form(value: object, floats: list[float]) -> str:
    bases = _bases(value)
    if "Basic" not in bases:
        return repr(value) if type(value) in (int, str, bool, float) else f"<{lineage.name(type(value))}>"
    cls = lineage.name(type(value)).rpartition(".")[2]
    for name, rule in _RULES.items():
        if name in bases:
            return rule(value, floats)
    if cls in _CONSTANTS:
        return _CONSTANTS[cls]
    parts = [_form(part, floats) for part in _slot(value, "_args")]
    return f"{cls}({', '.join(parts)})"


def _number(value: object, floats: list[float]) -> str:
    sign, digits, exponent, bits = (int(part) for part in _slot(value, "_mpf_"))
    if bits > _DOUBLE:
        return f"{'-' if sign else ''}{digits}*2**{exponent}"
    try:
        floats.append(math.ldexp(-digits if sign else digits, exponent))
    except OverflowError:
        return f"{'-' if sign else ''}{digits}*2**{exponent}"
    return _FLOAT


def _joined(sign: str, *, loose: tuple[str, ...]) -> Callable[[object, list[float]], str]:
    """A rule for an operator; operands that bind more loosely stand in brackets."""

    def rule(value: object, floats: list[float]) -> str:
        parts = []
        for part in _slot(value, "_args"):
            form = _form(part, floats)
            bases = _bases(part)
            whole = "Integer" in bases and not form.startswith("-")
            parts.append(form if whole or bases.isdisjoint(loose) else f"({form})")
        return sign.join(parts)

    return rule


def _ratio(value: object, floats: list[float]) -> str:  # noqa: ARG001
    return f"{int(_slot(value, 'p'))}/{int(_slot(value, 'q'))}"


def _poly(value: object, floats: list[float]) -> str:
    item = cast("Any", value)
    names = ", ".join(_form(part, floats) for part in item.gens)
    return (
        f"Poly({_form(item.as_expr(), floats)}, {names})" if lineage.root(type(value)) == "sympy" else f"Poly({names})"
    )


_RULES: dict[str, Callable[[object, list[float]], str]] = {
    "Float": _number,
    "Integer": lambda value, _: str(int(_slot(value, "p"))),
    "Rational": _ratio,
    "Dummy": lambda value, _: f"_{_slot(value, 'name')}",  # its number counts the dummies of the process
    "Symbol": lambda value, _: str(_slot(value, "name")),
    "Str": lambda value, _: str(_slot(value, "name")),
    "Poly": _poly,
    "Add": _joined(" + ", loose=()),
    "Mul": _joined("*", loose=("Add",)),
    "Pow": _joined("**", loose=("Add", "Mul", "Pow", "Rational")),
}
