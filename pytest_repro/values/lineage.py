"""The lineage of a value: its type, its type's bases, their names and modules; asked without running a line of them.

``isinstance`` reads ``value.__class__``, ``type in {...}`` calls the metaclass's ``__hash__``, and ``cls.__module__``
its ``__getattribute__``: all of them may be a user's code. The descriptors of ``type`` itself are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_mro = cast("Callable[[type], tuple[type, ...]]", type.__dict__["__mro__"].__get__)
_module = cast("Callable[[type], object]", type.__dict__["__module__"].__get__)
_qualname = cast("Callable[[type], str]", type.__dict__["__qualname__"].__get__)
_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_flags = cast("Callable[[type], int]", type.__dict__["__flags__"].__get__)
_names = cast("Callable[[type], Mapping[str, Any]]", type.__dict__["__dict__"].__get__)

MISSING = object()
"""What ``lookup`` answers where no class defines the name."""


def descends(value: object, *kin: type) -> bool:
    """Whether the type of a value is one of ``kin`` or derives from it; virtual bases do not count."""
    cls = type(value)
    return any(type.__subclasscheck__(one, cls) for one in kin)


def by_statement(cls: type) -> bool:
    """Whether a class statement made a type: it may go away again, and may define anything."""
    return bool(_flags(cls) & _HEAP)


def classes(value: object) -> tuple[type, ...]:
    """The type of a value and all its bases, in the order in which they are asked."""
    return _mro(type(value))


def names(cls: type) -> Mapping[str, Any]:
    """What a class defines itself."""
    return _names(cls)


def module(cls: type) -> str:
    """The module in which a class says it was made."""
    found = _module(cls)
    return found if type(found) is str else ""


def root(cls: type) -> str:
    """The top of that module's name: ``pandas`` of ``pandas.core.frame``."""
    return module(cls).partition(".")[0]


def roots(value: object) -> set[str]:
    """The packages that a value's type and its bases come from."""
    return {root(cls) for cls in classes(value)}


def name(cls: type) -> str:
    """The qualified name of a class: ``numpy.ndarray``, and ``dict`` for what is built in."""
    made_in = module(cls)
    return _qualname(cls) if made_in in ("builtins", "") else f"{made_in}.{_qualname(cls)}"


def sort(value: object, packages: Collection[str], sorts: Mapping[str, str]) -> str:
    """What a table says of the first class of a value that stands in it; empty where none does.

    Args:
        value: Any.
        packages: Whose classes are in the table; those of others are passed over unnamed.
        sorts: By qualified name.
    """
    for cls in classes(value):
        if root(cls) in packages and (found := sorts.get(name(cls))):
            return found
    return ""


def lookup(value: object, attribute: str) -> object:
    """What the classes of a value define under a name, without binding it; ``MISSING`` if nothing."""
    for cls in _mro(type(value)):
        found = _names(cls).get(attribute, MISSING)
        if found is not MISSING:
            return found
    return MISSING
