"""Identities: numbers that tell where an object of one run lay in memory, and are no values, wherever they stand.

Which numbers these are is known once a run is over: the ``id()`` of every object that was looked at, and the hash that
``object`` makes of it. Keys are made nameless for each envelope, since they are part of addresses; leaves where two of
them differ, or where another process is to read them.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from pytest_repro.values.array import Array
from pytest_repro.values.container import Keys
from pytest_repro.values.opaque import Reference
from pytest_repro.values.outcome import Failure
from pytest_repro.values.scalar import Scalar
from pytest_repro.values.text import Text
from pytest_repro.values.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from pytest_repro.values.frozen import Frozen

MARK = -(1 << 64)
"""What stands for an integer that is the identity of an object of its run: no address and no hash is negative."""

WORD = "<id>"
"""What stands for one inside a text."""

_LOWEST = 1 << 16  # no object lies lower
_MOST = 1 << 16  # items of an array that are looked at one by one
_LONGEST = 40  # digits in which one may end: a word before it may end in such letters as well
_DIGITS = re.compile(r"[0-9a-fA-F]{6,}")
_CLOSED = re.compile(r"\]")
_PACKED = {np.dtype(np.int64): np.iinfo(np.int64).min, np.dtype(np.uint64): np.iinfo(np.uint64).max}
"""The dtypes that hold an address, and what stands for it there."""


def told(text: str, ids: AbstractSet[int]) -> str:
    """A text with ``<id>`` for each number in it, decimal or hexadecimal, that is an identity."""
    return _DIGITS.sub(lambda found: _number(found.group(), ids), text)


def _number(digits: str, ids: AbstractSet[int]) -> str:
    if len(digits) > _LONGEST:
        return digits
    rest = digits.lstrip("abcdefABCDEF")  # "node140234866510032" ends in letters that are digits as well
    if rest.isdecimal() and int(rest) in ids:
        return digits[: len(digits) - len(rest)] + WORD
    return WORD if int(digits, 16) in ids else digits


def nameless(leaf: Frozen, ids: AbstractSet[int]) -> Frozen:
    """A leaf with a mark for each identity in it; the leaf itself where there is none.

    Args:
        leaf: Of a run.
        ids: What is an identity of that run.
    """
    if not ids:
        return leaf
    found = leaf
    match leaf:
        case Scalar(value=int()) if leaf.kind == "int" and leaf.value in ids:
            found = Scalar("int", MARK)
        case Scalar(value=str(text)):
            found = Scalar(leaf.kind, told(text, ids))
        case Array():
            return _array(leaf, ids)
        case Text(value=text, digest=""):
            text = told(text, ids)
            found = Text(text, len(text))
        case Failure(message=text, digest=""):
            found = Failure(leaf.type, told(text, ids))
        case Words(values=texts, digest=""):
            found = leaf._replace(values=tuple(text and told(text, ids) for text in texts))
    return leaf if found == leaf else found


def _array(leaf: Array, ids: AbstractSet[int]) -> Array:
    mark = _PACKED.get(leaf.dtype)
    values = leaf.values
    if mark is None or values is None or not 0 < values.size <= _MOST or values.max() < _LOWEST:
        return leaf
    found = np.array([number in ids for number in values.reshape(-1).tolist()]).reshape(values.shape)
    if not found.any():
        return leaf
    marked = np.where(found, values.dtype.type(mark), values)
    marked.setflags(write=False)
    return leaf._replace(values=marked)


def unkeyed(observations: Mapping[str, Frozen], ids: AbstractSet[int]) -> Mapping[str, Frozen]:
    """Observations of which no key and no address holds an identity: ``x[140234866510032].n`` becomes ``x[<id>].n``.

    Several such keys of one mapping are numbered in its order, which is that of the test and not of the memory.
    """
    keys = {}
    moved: dict[str, tuple[int, str]] = {}
    for address, leaf in observations.items():
        if type(leaf) is Keys and _DIGITS.search("\n".join(leaf.texts)):
            texts = [told(text, ids) for text in leaf.texts]
            if texts != [*leaf.texts]:
                keys[address] = _keys(leaf, texts)
                if leaf.kind == "keys":
                    moved |= _moved(address.removesuffix(".keys"), leaf.texts, texts)
    if not keys:
        return observations
    found: dict[str, Frozen] = {}
    for address, seen in observations.items():
        kept = keys.get(address, seen)
        if type(kept) is Reference:
            kept = kept._replace(address=_address(kept.address, moved))
        found[_address(address, moved)] = kept
    return found


def _keys(leaf: Keys, texts: list[str]) -> Keys:
    return leaf._replace(texts=tuple(texts if leaf.kind == "keys" else sorted(texts)))


def _moved(base: str, before: tuple[str, ...], after: list[str]) -> dict[str, tuple[int, str]]:
    """By the beginnings of addresses that hold an identity: from where on what stands in its place."""
    seen: Counter[str] = Counter()
    found = {}
    for old, new in zip(before, after, strict=True):
        if old != new:
            seen[new] += 1
            found[f"{base}[{old}]"] = len(base), f"[{new}]" if seen[new] == 1 else f"[{new}#{seen[new]}]"
    return found


def _address(address: str, moved: Mapping[str, tuple[int, str]]) -> str:
    pieces, at = [], 0
    for closed in _CLOSED.finditer(address):
        found = moved.get(address[: closed.end()])
        if found is not None:
            pieces += [address[at : found[0]], found[1]]
            at = closed.end()
    return "".join([*pieces, address[at:]])
