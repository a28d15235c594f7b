"""Objects of any class: what their instances hold, read past every property and ``__getattribute__``.

The instance dictionary and the slots are read through the descriptors of the classes that made them. What a foreign
object (of the standard library or an installed package) keeps under a leading underscore is its own business: caches,
buffers not yet filled and back references were the source of 5.3 false alarms per 1,000 tests.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, cast

from pytest_repro.values import lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.opaque import Opaque
from pytest_repro.values.origin import installed
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping

_READ_OUT = ("sklearn",)
"""Packages whose classes written in C are read through their public getters: a fitted tree is nothing else."""

_size = cast("Callable[[type], int]", type.__dict__["__basicsize__"].__get__)
_PLAIN_SIZE = _size(object)


def foreign(value: object) -> bool:
    """Whether a value's class, or a base of it, is not of the project under test."""
    return any(installed(lineage.module(cls)) for cls in lineage.classes(value))


def _dictionary(value: object) -> dict[str, object] | None:
    """The instance dictionary itself; None if there is none."""
    for cls in lineage.classes(value):
        found = lineage.names(cls).get("__dict__")
        # A property of that name would be a user's code; SimpleNamespace has a member, classes a getter.
        if type(found) in (types.GetSetDescriptorType, types.MemberDescriptorType):
            held = cast("types.MemberDescriptorType", found).__get__(value)
            return held if lineage.descends(held, dict) else None
    return None


def _slots(value: object) -> Iterator[tuple[str, object]]:
    for cls in reversed(lineage.classes(value)):
        for name, member in lineage.names(cls).items():
            if type(member) is types.MemberDescriptorType and not name.startswith("__"):
                try:
                    yield name, member.__get__(value)
                except AttributeError:  # a slot that was never filled
                    continue


def _getters(value: object) -> Iterator[tuple[str, object]]:
    for cls in lineage.classes(value):
        for name, member in lineage.names(cls).items():
            if type(member) is types.GetSetDescriptorType and not name.startswith("_"):
                yield name, member.__get__(value)


def hidden(value: object) -> bool:
    """Whether a base written in C may keep state that nobody sees."""
    return any(
        not lineage.by_statement(cls)
        and _size(cls) > _PLAIN_SIZE
        and not any(type(member) is types.MemberDescriptorType for member in lineage.names(cls).values())
        for cls in lineage.classes(value)
    )


def visible(value: object, *, private: bool = False) -> list[tuple[str, object]] | None:
    """Names and values of the attributes that count; None if nothing of the state can be seen."""
    held = _dictionary(value)
    found = dict(_slots(value))
    if held is not None:
        found.update((name, dict.__getitem__(held, name)) for name in dict.__iter__(held) if type(name) is str)
    elif lineage.root(type(value)) in _READ_OUT:
        found.update(_getters(value))
    elif not found and not _stateless(value):
        return None
    skip = "_" if not private and foreign(value) else "__"
    return [(name, item) for name, item in found.items() if not name.startswith(skip) and not _memo(value, name)]


def opened(cls: type) -> bool:
    """Whether a class is one of the project under test."""
    return lineage.by_statement(cls) and not installed(lineage.module(cls))


def beside(value: object, leaf: Frozen) -> Frozen | Parts:
    """A leaf, and with it what an instance of a class of the project holds besides the value that it derives from.

    Subclasses of installed packages are their values: some keep the whole tree that they are a piece of.
    """
    if not opened(type(value)):
        return leaf
    # What C defines, as the parts of a complex number, is the value itself.
    names = {name for cls in lineage.classes(value) if lineage.by_statement(cls) for name in lineage.names(cls)}
    names |= {name for name in dict.__iter__(_dictionary(value) or {}) if type(name) is str}
    held = [(f".{name}", item) for name, item in visible(value) or [] if name in names and not name.startswith("_")]
    return Parts([("", leaf)], held) if held else leaf


def _memo(value: object, name: str) -> bool:
    """Whether an attribute was put there by a ``cached_property`` or its like when somebody first asked.

    On an object that outlives the run it is missing before the first run and present before the second.
    """
    kept = lineage.lookup(value, name)
    if kept is lineage.MISSING or type(kept) is types.FunctionType:
        return False
    return lineage.lookup(kept, "__get__") is not lineage.MISSING and lineage.lookup(kept, "__set__") is lineage.MISSING


def _stateless(value: object) -> bool:
    """Whether a class statement said ``__slots__ = ()``: then there is nothing to see, and that is all of it."""
    return any("__slots__" in lineage.names(cls) for cls in lineage.classes(value)) and not hidden(value)


def owns(value: object) -> bool:  # noqa: ARG001
    """Every value: this is the last room that is asked."""
    return True


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:
    """The class as a leaf, the attributes as children; opaque if the state cannot be seen."""
    label = lineage.name(type(value))
    found = visible(value, private=keeping.budget.private)
    if found is None:
        return Opaque(label)
    if not found and foreign(value) and (_dictionary(value) or hidden(value)):
        return Opaque(label, "keeps its state private")
    taken = {name for name, _ in found}
    leaves: list[tuple[str, Frozen]] = [(".__class__" if "type" in taken else ".type", Scalar("name", label))]
    if hidden(value):
        leaves.append((".hidden", Opaque(label, "a base written in C keeps state of its own")))
    return Parts(leaves, [(f".{name}", item) for name, item in found])
