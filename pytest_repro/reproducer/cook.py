"""From a value to its recipe: by exact type, without a method of the user's, and never by pickle."""

from __future__ import annotations

import datetime as dt
import functools
import inspect
import math
import sys
import textwrap
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_repro.reproducer.recipe import Array, Attribute, Items, Literal, Lost, Made, Name, Recipe, Source
from pytest_repro.reproducer.third_party import MAKERS
from pytest_repro.values import lineage
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Callable

DEEPEST = 12
"""Values inside one another that are followed."""

WIDEST = 20_000
"""Items of one container that are followed."""

LARGEST = 1 << 26
"""Bytes of all arrays of one call that are kept."""

_PLAIN = (int, bool, str, bytes, type(None), type(...), type(NotImplemented))
_ITEMS: dict[Any, str] = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset"}
_DATES: dict[Any, tuple[str, ...]] = {
    dt.datetime: ("year", "month", "day", "hour", "minute", "second", "microsecond"),
    dt.date: ("year", "month", "day"),
    dt.time: ("hour", "minute", "second", "microsecond"),
    dt.timedelta: ("days", "seconds", "microseconds"),
}


class Cook:
    """Makes the recipes of one call.

    Args:
        foreign: Whether a module's code is a library's or Python's own, so that a script may import it.
    """

    def __init__(self, foreign: Callable[[ModuleType], bool]) -> None:
        self.arrays: list[np.ndarray[Any, Any]] = []
        self._foreign = foreign
        self._left = LARGEST

    def of(self, value: Any, depth: int = 0) -> Recipe:
        """The recipe of a value as it is now."""
        kind = type(value)
        if kind in (*_PLAIN, float, complex):
            return _literal(value)
        if depth > DEEPEST:
            return Lost("values nested too deep")
        if kind in _ITEMS or kind is dict:
            return self._items(value, depth)
        if kind is np.ndarray:
            return self._array(value)
        found = self._named(value)
        return found if found is not None else self._other(value, depth + 1)

    def _items(self, value: Any, depth: int) -> Recipe:
        if len(value) > WIDEST:
            return Lost(f"a {type(value).__name__} of {len(value)} items")
        if type(value) is dict:
            pairs = [Items("tuple", (self.of(key, depth + 1), self.of(one, depth + 1))) for key, one in value.items()]
            return Items("dict", tuple(pairs))
        items = [self.of(one, depth + 1) for one in value]
        if type(value) in (set, frozenset):  # in one order, whatever this process's is
            items.sort(key=repr)
        return Items(_ITEMS[type(value)], tuple(items))

    def _array(self, value: np.ndarray[Any, Any]) -> Recipe:
        if value.dtype.hasobject:
            return Lost("an array of Python objects")
        self._left -= value.nbytes
        if self._left < 0:
            return Lost(f"arrays of more than {LARGEST >> 20} MiB")
        self.arrays.append(np.array(value, order="K"))
        return Array(len(self.arrays) - 1)

    def _named(self, value: Any) -> Recipe | None:
        """What a module has under a name: functions, classes, modules, ufuncs, enumerations."""
        if type(value) is ModuleType:
            return Name(value.__name__, "") if self._foreign(value) else Lost(f"the module {value.__name__}")
        name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
        module = getattr(value, "__module__", None)
        owner = getattr(value, "__self__", None)
        if type(owner) is ModuleType:
            module = owner.__name__
        if isinstance(value, np.ufunc):
            module = module or "numpy"
        if not isinstance(name, str) or not isinstance(module, str) or not callable(value):
            return None
        return self._public(value, module, name)

    def _public(self, value: object, module: str, name: str) -> Recipe | None:
        """The shortest way that is not private: libraries define things in rooms of their own."""
        places = module.split(".")
        held = [".".join(places[:end]) for end in range(1, len(places) + 1)]
        held = ["os", *held] if module in ("posix", "nt") else held
        held += ["numpy"] * (places[0] == "numpy")
        for one in sorted(dict.fromkeys(held), key=lambda each: "._" in f".{each}"):
            found: Any = sys.modules.get(one)
            if type(found) is not ModuleType or not self._foreign(found):
                continue
            for part in name.split("."):
                found = getattr(found, part, None)
            if found is value:
                return Name(one, name)
        return None

    def _other(self, value: Any, depth: int) -> Recipe:
        if isinstance(value, MethodType | BuiltinFunctionType | FunctionType | functools.partial):
            return self._function(value, depth)
        made = _plain(value, lambda part: self.of(part, depth))
        return self._of_library(value, depth) if made is None else made

    def _function(self, value: Any, depth: int) -> Recipe:
        if isinstance(value, FunctionType):
            return self._source(value, depth)
        if isinstance(value, functools.partial):
            named = tuple((key, self.of(one, depth)) for key, one in value.keywords.items())
            parts = (value.func, *value.args)
            return Made(Name("functools", "partial"), tuple(self.of(one, depth) for one in parts), named)
        owner = self.of(value.__self__, depth)
        return owner if isinstance(owner, Lost) else Attribute(owner, value.__name__)

    def _source(self, value: FunctionType, depth: int) -> Recipe:
        """A function of the user's, by its text, and all that this names."""
        try:
            text = textwrap.dedent(inspect.getsource(value))
        except (OSError, TypeError):
            return Lost(f"the function {value.__name__}, which has no source")
        if value.__name__ == "<lambda>" or text.lstrip().startswith("@"):
            return Lost(f"the function {value.__name__} of {lineage_of(value)}")
        needs: list[tuple[str, Recipe]] = []
        cells = dict(zip(value.__code__.co_freevars, value.__closure__ or (), strict=True))
        for name in (*value.__code__.co_names, *cells):
            held = cells[name].cell_contents if name in cells else value.__globals__.get(name, needs)
            if held is not needs and held is not value:
                needs.append((name, self.of(held, depth)))
        return Source(value.__name__, text.rstrip(), tuple(needs))

    def _of_library(self, value: Any, depth: int) -> Recipe:
        """A value of a library that knows how to make it from its parts."""

        def of(part: object) -> Recipe:
            return self.of(part, depth)

        found = (make(value, of) for make in MAKERS)
        return next((made for made in found if made is not None), Lost(f"a {lineage.name(type(value))}"))


def _plain(value: Any, of: Callable[[object], Recipe]) -> Recipe | None:
    """Values of numpy and of Python that a call of their type makes; None for others."""
    if isinstance(value, np.generic):
        return _scalar(value)
    if isinstance(value, np.dtype):
        whole = value.names is None and not value.hasobject
        return Made(Name("numpy", "dtype"), (Literal(repr(value.str)),)) if whole else Lost("a dtype of several fields")
    if isinstance(value, slice | range):
        return Made(Name("builtins", type(value).__name__), tuple(map(of, (value.start, value.stop, value.step))))
    if type(value) in _DATES and getattr(value, "tzinfo", None) is None:
        fields = tuple(Literal(repr(getattr(value, name))) for name in _DATES[type(value)])
        return Made(Name("datetime", type(value).__name__), fields)
    return None


def lineage_of(value: FunctionType) -> str:
    """Where a function says it was made."""
    return str(value.__module__)


def _literal(value: Any) -> Recipe:
    if type(value) in (float, complex):
        return _number(value)
    if type(value) is str and _path(value):
        return Lost("a path of this machine")
    if type(value) is str and mask(value) != value:
        return Lost("a text that looks like a password or key")
    return Literal(_integer(value) if type(value) is int else repr(value))


def _path(text: str) -> bool:
    """Whether a text names a place of this machine, which a script for another cannot have."""
    return len(text) > 1 and "\n" not in text and "\0" not in text and Path(text).is_absolute()


def _integer(value: int) -> str:
    return repr(value) if abs(value) < 1 << 4096 else hex(value)


def _number(value: complex) -> Recipe:
    if isinstance(value, complex):  # no text gives the sign of a zero part
        return Made(Name("builtins", "complex"), (_number(value.real), _number(value.imag)))
    return (
        Literal(repr(value)) if math.isfinite(value) else Made(Name("builtins", "float"), (Literal(repr(str(value))),))
    )


def _scalar(value: np.generic) -> Recipe:
    name = Name("numpy", type(value).__name__)
    if value.dtype.kind in "mM":
        unit = value.dtype.str.partition("[")[2].rstrip("]") or "generic"
        return Made(name, (Literal(repr(int(value.view("i8")))), Literal(repr(unit))))
    plain: Any = value.item()
    if isinstance(plain, float | complex):
        return Made(name, (_number(plain),))
    return Made(name, (Literal(repr(plain)),)) if type(plain) in _PLAIN else Lost(f"a numpy.{type(value).__name__}")
