"""A key of a mapping or member of a set as canonical text, which addresses and orders are made of."""

from __future__ import annotations

import hashlib
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, cast

import numpy as np

from pytest_repro.values import attributes, floating, lineage, scalar, symbolic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_repro.values.keeping import Keeping

DEEP = 3  # objects inside keys that are opened
LONGEST = 4096  # characters of a tuple or set inside a key; of what is longer a digest


def canonical(key: object, keeping: Keeping, depth: int = DEEP, known: dict[int, str] | None = None) -> str:
    """A key as text that is the same in every run: ``"loss"`` quoted, ``3``, ``(1, "a")``, ``mod.Node(id=3)``.

    Args:
        key: Any hashable value.
        keeping: Of the run.
        depth: Objects inside it that are opened.
        known: Texts of the tuples and sets around it, by id: they may share parts, each with its own.
    """
    if type(key) is str:
        return encode_basestring(keeping.text(key))
    if type(key) is int or type(key) is float:
        try:
            return repr(key)
        except ValueError:  # an integer beyond the digits that Python writes
            return scalar.whole(cast("int", key))
    if type(key) is tuple or lineage.descends(key, tuple, frozenset):
        if known is None:
            return _gathered(key, keeping, depth, {})
        text = known.get(id(key))
        if text is None:
            text = known[id(key)] = _gathered(key, keeping, depth, known)
        return text
    return _plain(key, keeping) or _object(key, keeping, depth)


def _gathered(key: object, keeping: Keeping, depth: int, known: dict[int, str]) -> str:
    if type(key) is tuple or lineage.descends(key, tuple):
        items = tuple.__iter__(cast("tuple[object, ...]", key))
        text = f"({', '.join([canonical(item, keeping, depth, known) for item in items])})"
    else:
        inner = frozenset.__iter__(cast("frozenset[object]", key))
        text = f"{{{', '.join(members(inner, keeping, depth, known))}}}"
    if len(text) <= LONGEST:
        return text
    # What sets of sets hold doubles with each of them, and so would the text.
    told = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{text[:1]}{len(text)} characters, sha256 {told}{text[-1:]}"


def _plain(key: object, keeping: Keeping) -> str:
    """A single value as text; empty if it is an object."""
    if lineage.descends(key, np.generic):
        return f"{lineage.name(type(key)).rpartition('.')[2]}({cast('np.generic', key).item()!r})"
    if scalar.owns(key):
        leaf = scalar.freeze(key, keeping)
        return leaf.value if isinstance(leaf.value, str) else _written(leaf.value)
    if lineage.descends(key, str):
        return encode_basestring(keeping.text(str.__str__(cast("str", key))))
    return floating.number(key).show(80) if floating.owns(key) else ""


def _written(value: scalar.Value) -> str:
    return scalar.whole(value) if type(value) is int else repr(value)


def members(
    items: Iterable[object], keeping: Keeping, depth: int = DEEP, known: dict[int, str] | None = None
) -> list[str]:
    """The canonical texts of items, sorted; the items outlive the call."""
    known = {} if known is None else known
    return sorted([canonical(item, keeping, depth, known) for item in items])


def _object(key: object, keeping: Keeping, depth: int) -> str:
    if symbolic.owns(key):
        return symbolic.text(key)
    label = lineage.name(type(key))
    found = attributes.visible(key) if depth and not lineage.descends(key, BaseException) else None
    if not found:
        return f"<{label}>"
    # What is no plain value is left out: a key is a name, and its caches and back references are not.
    parts = (f"{name}={canonical(item, keeping, depth - 1)}" for name, item in found if _is_plain(item))
    return f"{label}({', '.join(sorted(parts))})"


def _is_plain(item: object) -> bool:
    return scalar.owns(item) or floating.owns(item) or lineage.descends(item, str, tuple, frozenset)
