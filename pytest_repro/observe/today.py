"""The methods of ``datetime.datetime`` that read the clock, replaced in the class itself for a while.

They read it by no function of ``time``, and their class takes no attributes from Python. Its table of names does: the
class stays the same object, so that what asks for its identity, derives from it or pickles it finds nothing changed.
``date.today`` and ``datetime.today`` ask ``time.time`` and need nothing of this.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import functools
import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

METHODS = ("now", "utcnow")
"""What reads the clock."""


@contextmanager
def present(wrapper: Callable[[str, Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    """Inside the block the methods are wrapped; nothing is where the interpreter keeps its classes in another way.

    Args:
        wrapper: Makes of a name and a function what is called in its stead, by the class and the method's arguments.
    """
    table = _table(dt.datetime)
    if table is None:
        yield
        return
    reals = {name: table[name] for name in METHODS}
    wrapped = {name: _wrapped(real, wrapper(f"datetime.{name}", _called(real))) for name, real in reals.items()}
    _put(table, wrapped)
    try:
        yield
    finally:
        _put(table, {name: real for name, real in reals.items() if table.get(name) is wrapped[name]})


def _wrapped(method: Any, function: Any) -> Any:
    """The function as a method of the class, with the names of the one that it stands for: it has no module."""
    function = functools.wraps(method)(function)
    function.__module__ = None
    return classmethod(function)


def _called(method: Any) -> Callable[..., Any]:
    """A method of the class as a function of whichever class derives from it."""

    def call(cls: type, *args: Any, **kwargs: Any) -> Any:
        return method.__get__(None, cls)(*args, **kwargs)

    return call


def _table(cls: type) -> dict[str, Any] | None:
    """The table behind the read-only view of a class's names."""
    if sys.implementation.name != "cpython":
        return None
    inner = [one for one in gc.get_referents(cls.__dict__) if type(one) is dict]
    return inner[0] if len(inner) == 1 and all(name in inner[0] for name in METHODS) else None


def _put(table: dict[str, Any], names: dict[str, Any]) -> None:
    """Bind the names, and make whoever remembers them look again."""
    table.update(names)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(dt.datetime))
