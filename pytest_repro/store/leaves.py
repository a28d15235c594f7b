"""Leaves as a file keeps them: plain JSON where JSON has the value, large arrays apart, long texts as digests."""

from __future__ import annotations

import math
import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pytest_repro.store.shelved import Shelved
from pytest_repro.values import entry, floating, identity, registry
from pytest_repro.values.address import category
from pytest_repro.values.array import Array, dtype_named
from pytest_repro.values.floating import Float
from pytest_repro.values.scalar import Scalar
from pytest_repro.values.text import Text
from pytest_repro.values.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from pytest_repro.store.shelf import Shelf
    from pytest_repro.values.frozen import Frozen

MANY = 64
"""Elements above which an array gets a file of its own."""

LONG = 200
"""Characters above which a text is kept as a digest, unless the test recorded or returned it."""

WHOLE = frozenset({"record", "return"})
"""Categories of which texts of any length are kept."""

IDENTITY = identity.MARK
"""What stands for an integer that is the identity of an object of its run."""

_DOUBLE = 8
"""Bytes of a double, which holds whatever JSON's numbers become in Python."""

_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def written(
    address: str, leaf: Frozen, shelf: Shelf, before: object = None, *, whole: AbstractSet[str] = WHOLE
) -> object:
    """The plain JSON value of a leaf.

    Args:
        address: Where it stands; its category decides whether a long text is kept.
        leaf: The leaf.
        shelf: Where large arrays are put.
        before: What the file holds at the address; taken over where it is of the same array.
        whole: Categories of which texts of any length are kept.

    Raises:
        ReproError: ``B606``, an array above the limit.
    """
    match leaf:
        case Float():
            value = floating.written(leaf.value)
            found: object = value if type(value) is float else {"kind": "float", "value": value}
        case Scalar():
            found = _scalar(leaf)
        case Text():
            found = _text(leaf, whole=category(address) in whole)
        case Words():
            long = category(address) not in whole and any(len(text) > LONG for text in leaf.values if text)
            found = (leaf._replace(values=(), digest=leaf.hash()) if long else leaf).to_dict()
        case Array() | Shelved():
            found = _array(leaf, shelf, before)
        case _:
            found = leaf.to_dict()
    return found


def _scalar(leaf: Scalar) -> object:
    if leaf.kind == "int" and leaf.value == IDENTITY:
        return {"kind": "identity"}
    told = leaf.to_dict()
    plain = leaf.kind in ("bool", "None") or (leaf.kind == "int" and type(told["value"]) is int)
    return told["value"] if plain else told


def _text(leaf: Text, *, whole: bool) -> object:
    told = leaf.to_dict()
    value = cast("str", told["value"])
    kept = set(told) == {"kind", "value"} and value == leaf.value
    # JSON joins two lone surrogates that stand side by side into one character
    if kept and (whole or len(value) <= LONG) and not (not value.isascii() and _PAIR.search(value)):
        return value
    return {"kind": "text", "length": leaf.length, "sha256": leaf.hash(), "value": ""}


def _array(leaf: Array | Shelved, shelf: Shelf, before: object) -> object:
    if leaf.values is None:
        return leaf.to_dict()
    if leaf.values.size > MANY:
        found = shelf.put(leaf)
        alike = isinstance(before, dict) and all(before.get(key) == found[key] for key in ("label", "npy", "kind"))
        return before if alike else found
    flat = leaf.values.reshape(-1)
    listed = _LISTED.get(flat.dtype.kind)
    if flat.dtype.itemsize and listed is not None and flat.dtype.char not in "gG":
        items = listed(flat)
        if _again(items, flat.dtype).tobytes() == _one_nan(flat).tobytes():
            return _head(leaf) | {"values": items}
    return leaf.to_dict()


def _head(leaf: Array | Shelved) -> dict[str, object]:
    return {"kind": "array", "label": leaf.label, "dtype": leaf.dtype.str, "shape": list(leaf.shape)}


def _floats(flat: NDArray[Any]) -> list[object]:
    # the text of numpy's smaller scalars is the shortest that reads back to the same bits of that very dtype
    double = flat.dtype.itemsize == 8  # noqa: PLR2004  # bytes: Python's own float
    return [floating.written(number) for number in (flat.tolist() if double else (float(str(n)) for n in flat))]


_LISTED: dict[str, Callable[[NDArray[Any]], list[object]]] = {
    "b": lambda flat: flat.tolist(),
    "i": lambda flat: flat.tolist(),
    "u": lambda flat: flat.tolist(),
    "f": _floats,
    "c": lambda flat: _floats(flat.view(flat.real.dtype)),
}
"""How elements are listed, by kind of dtype; others stand as the base64 of their bytes."""


def _one_nan(flat: NDArray[Any]) -> NDArray[Any]:
    """The elements with every NaN the same: which one it is depends on the machine, and equals every other."""
    if flat.dtype.kind not in "fc":
        return flat
    plain = np.array(flat.view(flat.real.dtype))
    plain[np.isnan(plain)] = np.nan
    return plain


def _again(items: list[object], dtype: np.dtype[Any]) -> NDArray[Any]:
    """The elements that a list of JSON values stands for; of complex numbers their parts in turn.

    Raises:
        ReproError: ``B602``, an item of another type than the dtype's, or beyond it.
    """
    single = np.empty(0, dtype).real.dtype if dtype.kind == "c" else dtype
    kin = bool if dtype.kind == "b" else int if dtype.kind in "iu" else float
    plain = set(map(type, items)) <= {kin}
    numbers = items if plain else [i if type(i) is kin else _special(i, kin, at) for at, i in enumerate(items)]
    if kin is int and items:
        bounds = np.iinfo(dtype)  # numpy 1 would wrap what lies beyond them
        if not all(bounds.min <= cast("int", item) <= bounds.max for item in items):
            raise entry.malformed(f"a number beyond every {single}", "values")
    narrow = kin is float and single.itemsize < _DOUBLE
    try:
        with np.errstate(over="raise") if narrow else nullcontext():  # 1e39 as float32
            found: NDArray[Any] = np.array(numbers, single)
    except FloatingPointError:
        raise entry.malformed(f"a number beyond every {single}", "values") from None
    if plain and kin is float and not np.isfinite(found).all():  # 1e999
        raise entry.malformed(f"a number beyond every {single}", "values")
    return found


def _special(item: object, kin: type, at: int) -> float:
    if kin is not float or not isinstance(item, str):
        raise entry.malformed(f"unexpected type {type(item).__name__} (expected {kin.__name__})", f"values[{at}]")
    if item not in floating.SPECIAL:
        raise entry.malformed("unexpected text (expected nan, inf, -inf or -0.0)", f"values[{at}]")
    return floating.SPECIAL[item]


def read(data: object, shelf: Shelf) -> Frozen:
    """The leaf that a plain JSON value stands for.

    Raises:
        ReproError: ``B602``, with the place inside the value; ``B605``, ``B606`` of its array's file.
    """
    plain = _PLAIN.get(type(data))
    if plain is not None:
        return plain(data)
    if isinstance(data, dict):
        kind = data.get("kind")
        if kind == "array" and "npy" in data:
            return shelf.get(data)
        if kind == "array" and "values" in data:
            return _listed(data)
        if kind == "identity":
            return Scalar("int", IDENTITY)
    return registry.from_dict(data)


def _float(number: float) -> Float:
    if not math.isfinite(number):  # Python reads 1e999 so
        raise entry.malformed("a number beyond every double")
    return Float(number)


_PLAIN: dict[type, Callable[[Any], Frozen]] = {
    bool: lambda data: Scalar("bool", data),
    int: lambda data: Scalar("int", data),
    float: _float,
    str: lambda data: Text(data, len(data)),
    type(None): lambda data: Scalar("None", data),
}
"""The leaves that stand as JSON's own values."""


def _listed(data: Mapping[str, object]) -> Array:
    label, name = entry.field(data, "label", str), entry.field(data, "dtype", str)
    shape, items = entry.lengths(data, "shape"), entry.field(data, "values", list)
    dtype = dtype_named(name, "dtype")
    if dtype.kind not in _LISTED or dtype.str != name:
        raise entry.malformed(f"unexpected dtype {name!r:.60}", "dtype")
    expected = math.prod(shape) * (2 if dtype.kind == "c" else 1)
    if len(items) != expected:
        raise entry.malformed(f"unexpected length {len(items)} (expected {expected})", "values")
    try:
        values = _again(items, dtype).view(dtype).reshape(shape)
    except ValueError:
        raise entry.malformed("more dimensions than numpy has", "shape") from None
    values.setflags(write=False)
    return Array(label, values, dtype, shape)
