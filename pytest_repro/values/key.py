"""A key of a mapping or member of a set as canonical text, which addresses and orders are made of."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import TYPE_CHECKING, cast

import numpy as np

from pytest_repro.values import attributes, floating, lineage, scalar, symbolic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_repro.values.keeping import Keeping

DEEP = 3  # objects inside keys that are opened


def canonical(key: object, keeping: Keeping, depth: int = DEEP) -> str:
    """A key as text that is the same in every run: ``"loss"`` quoted, ``3``, ``(1, "a")``, ``mod.Node(id=3)``."""
    if type(key) is str:
        return encode_basestring(keeping.text(key))
    if type(key) is int or type(key) is float:
        try:
            return repr(key)
        except ValueError:  # an integer beyond the digits that Python writes
            return scalar.whole(cast("int", key))
    if lineage.descends(key, tuple):
        items = tuple.__iter__(cast("tuple[object, ...]", key))
        return f"({', '.join(canonical(item, keeping, depth) for item in items)})"
    if lineage.descends(key, frozenset):
        return f"{{{', '.join(members(frozenset.__iter__(cast('frozenset[object]', key)), keeping, depth))}}}"
    return _plain(key, keeping) or _object(key, keeping, depth)


def _plain(key: object, keeping: Keeping) -> str:
    """A single value as text; empty if it is an object."""
    if lineage.descends(key, np.generic):
        return f"{lineage.name(type(key)).rpartition('.')[2]}({cast('np.generic', key).item()!r})"
    if scalar.owns(key):
        leaf = scalar.freeze(key, keeping)
        return leaf.value if isinstance(leaf.value, str) else _written(leaf.value)
    if lineage.descends(key, str):
        return encode_basestring(keeping.text(str.__str__(cast("str", key))))
    return floating.freeze(key, keeping).show(80) if floating.owns(key) else ""


def _written(value: scalar.Value) -> str:
    return scalar.whole(value) if type(value) is int else repr(value)


def members(items: Iterable[object], keeping: Keeping, depth: int = DEEP) -> list[str]:
    """The canonical texts of items, sorted."""
    return sorted(canonical(item, keeping, depth) for item in items)


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
