"""Containers of the language: lists, tuples, mappings and sets, read past every override of their subclasses.

The order of a mapping's keys is a leaf of its own, and its children are visited in the order of their canonical keys,
so that a change of order is told once and does not misalign what stands behind it.
"""

from __future__ import annotations

import collections
import gc
import hashlib
import types
from typing import TYPE_CHECKING, NamedTuple, cast

from pytest_repro.values import array, attributes, entry, lineage
from pytest_repro.values.difference import IDENTICAL, Difference, changed, parted
from pytest_repro.values.frozen import Frozen, Parts
from pytest_repro.values.key import canonical, members
from pytest_repro.values.opaque import Opaque
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pytest_repro.values.keeping import Keeping
    from pytest_repro.values.tolerance import Tolerance

KINDS = ("length", "keys", "members")
LONG = 10_000  # keys or members above which only their digest is kept

_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
_RECORDS = {
    "scipy.optimize._optimize.OptimizeResult": "record",
    "scipy._lib._util._RichResult": "record",
    "sklearn.utils._bunch.Bunch": "record",
}
"""Mappings whose items are known as attributes: ``found.x``, ``data.target``."""

_RECORDING = ("scipy", "sklearn")

_HASHED_BY_C = {id(cls) for cls in (str, int, float, bool, bytes, type(None))}


class Length(NamedTuple):
    """How many items a sequence has, and what it is.

    Attributes:
        label: ``list``, ``tuple``, the qualified name of a subclass.
        count: Its items.
    """

    label: str
    number: int

    @property
    def kind(self) -> str:
        """``length``."""
        return "length"

    def show(self, width: int = 24) -> str:
        """``list of 3``."""
        return entry.cut(f"{self.label} of {self.number}", width)

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:  # noqa: ARG002  # exact whatever is tolerated
        """Another sort of sequence or another length is a structural difference."""
        then = cast("Length", other)
        if self.label != then.label:
            return parted(f"{self.label}, then {then.label}")
        return IDENTICAL if self.number == then.number else parted(f"length {self.number}, then {then.number}")

    def to_dict(self) -> dict[str, object]:
        """``{"kind": "length", "label", "number"}``."""
        return {"kind": "length", "label": self.label, "number": self.number}


class Keys(NamedTuple):
    """The keys of a mapping in their order, or the members of a set, sorted.

    Attributes:
        kind: ``keys`` or ``members``.
        label: ``dict``, ``set``, the qualified name of a subclass.
        texts: Canonical texts; empty where only a digest is kept.
        number: How many there are.
        digest: SHA-256 of the texts where they are too many, else empty.
    """

    kind: str
    label: str
    texts: tuple[str, ...]
    number: int
    digest: str = ""

    def show(self, width: int = 24) -> str:
        """The first of them in braces."""
        for shown in range(min(6, len(self.texts)), 0, -1):
            texts = mask(", ".join(self.texts[:shown]))
            line = entry.line(f"{{{texts}{', ...' if shown < self.number else ''}}}")
            if len(line) <= width:
                return line
        return entry.cut(f"{self.label} of {self.number}", width)

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:  # noqa: ARG002  # exact whatever is tolerated
        """Exact; tells whether it is the order alone, or what came and went."""
        then = cast("Keys", other)
        if self.label != then.label:
            return parted(f"{self.label}, then {then.label}")
        if self == then or (self.number == then.number and self.hash() == then.hash()):
            return IDENTICAL
        if self.digest or then.digest:
            return changed(f"{self.number}, then {then.number} {self.kind}; too many to keep: digests differ")
        gone, come = collections.Counter(self.texts), collections.Counter(then.texts)
        if gone == come:
            place = next(at for at, (a, b) in enumerate(zip(self.texts, then.texts, strict=True)) if a != b)
            here, there = (f"{mask(texts[place]):.40}" for texts in (self.texts, then.texts))
            detail = f"order parts at position {place}: {here}, then {there}"
            return Difference(shape="same values in other order", detail=detail)
        told = [
            f"{word} {_listed(left - right)}"
            for word, left, right in (("without", gone, come), ("new", come, gone))
            if left - right
        ]
        return changed("; ".join(told))

    def hash(self) -> str:
        """SHA-256 of all of it."""
        return self.digest or _digest(self.texts)

    def to_dict(self) -> dict[str, object]:
        """``{"kind", "label", "texts"}``; number and digest where they are too many or hold a secret."""
        if self.digest or any(mask(text) is not text for text in self.texts):
            return {"kind": self.kind, "label": self.label, "number": self.number, "sha256": self.hash()}
        return {"kind": self.kind, "label": self.label, "texts": list(self.texts)}


def _listed(found: collections.Counter[str]) -> str:
    items = [f"{mask(text):.40}" for text in sorted(found.elements())]
    return ", ".join(items[:3]) + (f" and {len(items) - 3} more" if len(items) > 3 else "")  # noqa: PLR2004


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


def _keys(kind: str, label: str, texts: Sequence[str]) -> Keys:
    if len(texts) > LONG:
        return Keys(kind, label, (), len(texts), _digest(texts))
    return Keys(kind, label, tuple(texts), len(texts))


def read(data: Mapping[str, object]) -> Length | Keys:
    """The leaf that an entry describes."""
    kind, label = entry.field(data, "kind", str), entry.field(data, "label", str)
    if kind == "length" or "sha256" in data:
        number = entry.field(data, "number", int)
        if number < 0:
            raise entry.malformed(f"unexpected value {number} (expected >= 0)", "number")
        return (
            Length(label, number)
            if kind == "length"
            else Keys(kind, label, (), number, entry.field(data, "sha256", str))
        )
    texts = entry.texts(data, "texts")
    return Keys(kind, label, texts, len(texts))


def _sequence(items: Sequence[object], value: object, keeping: Keeping) -> Frozen | Parts:
    label = lineage.name(type(value))
    whole = array.of_numbers(items, label, keeping)
    if whole is not None:
        return whole
    names = _names(value, len(items))
    allowed = keeping.room(len(items))
    if allowed < len(items):
        items = items[:allowed]
    suffixes = names or [f"[{at}]" for at in range(len(items))]
    own = _own(value)
    children = zip(suffixes, items, strict=False)
    return Parts(
        [(".len", Length(label, len(names) if names else _size(value)))], [*children, *own] if own else children
    )


def _size(value: object) -> int:
    for kin in (list, tuple, collections.deque, dict):
        if lineage.descends(value, kin):
            return int(kin.__len__(cast("list[object]", value)))  # type: ignore[arg-type]
    return len(cast("Sequence[object]", value))  # a view of a mapping, which nobody can derive from


def _names(value: object, number: int) -> list[str] | None:
    """The field names of a named tuple as suffixes."""
    fields = lineage.lookup(value, "_fields") if lineage.descends(value, tuple) else None
    if type(fields) is not tuple or len(fields) != number or not all(type(name) is str for name in fields):
        return None
    return [f".{name}" for name in fields]


def _own(value: object) -> list[tuple[str, object]]:
    """What an instance of a subclass holds besides its items."""
    if lineage.root(type(value)) in ("builtins", "collections"):
        longest = cast("collections.deque[object]", value).maxlen if type(value) is collections.deque else None
        return [] if longest is None else [(".maxlen", longest)]
    return [(f".{name}", item) for name, item in attributes.visible(value) or [] if not name.startswith("_")]


def _pairs(value: object) -> Iterable[tuple[object, object]]:
    """Keys and values in the mapping's order, without calling a key's ``__hash__`` or ``__eq__``."""
    table = cast("dict[object, object]", value)
    if lineage.descends(value, collections.OrderedDict):
        ordered = cast("collections.OrderedDict[object, object]", value)
        # Its own order is found through hashes; dict's, which move_to_end leaves alone, is not.
        if all(id(type(key)) in _HASHED_BY_C for key in dict.__iter__(table)):
            return [(key, dict.__getitem__(table, key)) for key in collections.OrderedDict.__iter__(ordered)]
    return dict.items(table)


def _mapping(value: object, keeping: Keeping, label: str) -> Parts:
    pairs = list(_pairs(value))
    texts = [canonical(key, keeping) for key, _ in pairs]
    order = [*range(len(pairs))]
    if not (pairs and _is_large(pairs[0][0])):
        order.sort(key=texts.__getitem__)
    allowed = keeping.room(len(pairs))
    own = _own(value)
    if type(value) is not dict and lineage.sort(value, _RECORDING, _RECORDS):
        suffixes = [_attribute(key, text) for (key, _), text in zip(pairs, texts, strict=True)]
    else:
        suffixes = [f"[{text}]" for text in texts]
    children = ((suffixes[at], pairs[at][1]) for at in order[:allowed])
    return Parts([(".keys", _keys("keys", label, texts))], [*children, *own] if own else children)


def _is_large(key: object) -> bool:
    """Whether a key may be the identity of an object: where these lay in memory is no order to visit objects in."""
    return type(key) is int and key >> 32 > 0


def _attribute(key: object, text: str) -> str:
    return f".{key}" if type(key) is str and key.isidentifier() and key != "keys" else f"[{text}]"


def _proxied(value: object, keeping: Keeping) -> Frozen | Parts:
    inner = gc.get_referents(value)
    if len(inner) == 1 and lineage.descends(inner[0], dict):
        return _mapping(inner[0], keeping, "mappingproxy")
    return Opaque("mappingproxy", "of a mapping that is no dict")


def owns(value: object) -> bool:
    """Whether a value is a sequence, mapping or set of the language, or derives from one."""
    return lineage.descends(
        value, list, tuple, dict, set, frozenset, collections.deque, types.MappingProxyType, *_VIEWS
    )


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:
    """What the container yields: its length or keys as a leaf, its items as children."""
    if lineage.descends(value, dict):
        return _mapping(value, keeping, lineage.name(type(value)))
    for kin in (list, tuple, collections.deque):
        if lineage.descends(value, kin):
            iterate = cast("Callable[[object], Iterable[object]]", kin.__iter__)
            exact = type(value) is kin and kin is not collections.deque
            return _sequence(cast("Sequence[object]", value) if exact else list(iterate(value)), value, keeping)
    if lineage.descends(value, set):
        return _set(set.__iter__(cast("set[object]", value)), value, keeping)
    if lineage.descends(value, frozenset):
        return _set(frozenset.__iter__(cast("frozenset[object]", value)), value, keeping)
    if lineage.descends(value, types.MappingProxyType):
        return _proxied(value, keeping)
    return _sequence(list(cast("Iterable[object]", value)), value, keeping)


def _set(items: Iterable[object], value: object, keeping: Keeping) -> Frozen | Parts:
    return attributes.beside(value, _keys("members", lineage.name(type(value)), members(items, keeping)))
