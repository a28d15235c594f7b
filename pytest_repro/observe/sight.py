"""A value as a digest and a short text: cheap enough to be taken of every name that a traced line touches."""

from __future__ import annotations

import json
import re
import sys
import zlib
from typing import TYPE_CHECKING, Any

from pytest_repro.observe.tracing import Seen
from pytest_repro.values.budget import Budget
from pytest_repro.values.registry import Freezer, Rooms
from pytest_repro.values.secrets import mask
from pytest_repro.values.veil import shown

if TYPE_CHECKING:
    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.masks import Masks

BUDGET = Budget(depth=4, leaves=400, nbytes=1 << 22, spill=1 << 20, text=1 << 14, private=True)
"""Of one value: it is looked at after every line that touches it."""

WHOLE = 1 << 20
"""Bytes up to which an array is read whole; of a larger one every n-th element is."""

FEW = 4
"""Characters of a number below which two may be the same by chance."""

WIDTH = 40
"""Characters that are shown of a value."""

_FORM = ("length", "keys", "members")
"""Kinds of leaves that say how a value is made up, and not what is in it."""

_SAID = (".type", ".dtype", ".columns")
"""Addresses of others."""

_PLACE = re.compile(r"\[\d+\]$")
"""The address of an item of a list: it is told by its place."""

_LARGE = 1 << 63
_SIMPLE = (float, int, bool, type(None))
_FLEETING = (str, bytes, tuple, frozenset, float, int, complex, bool, type(None))


class Sight:
    """Makes digests.

    Args:
        masks: What is replaced in texts: folders that are new in each run.
    """

    def __init__(self, masks: Masks) -> None:
        self._masks = masks
        self._rooms = Rooms()

    def __call__(self, value: object, name: str = "") -> Seen:
        """The digest of a value as it is now; never raises for what it does, and never changes it.

        Args:
            value: Anything.
            name: Of the variable: what is named a password is not shown.
        """
        kind = type(value)
        if kind in _SIMPLE:
            text = hex(value) if type(value) is int and not -_LARGE < value < _LARGE else repr(value)
            return Seen(zlib.crc32(text.encode()), text[:WIDTH], 0, telling=len(text) > FEW and text != "False")
        identity = 0 if kind in _FLEETING else id(value)
        numpy = sys.modules.get("numpy")
        if numpy is not None and kind is getattr(numpy, "ndarray", None) and not getattr(value, "dtype").hasobject:  # noqa: B009  # mypy
            return Seen(_bytes(numpy, value), self._shown(value, name), identity)
        leaves = self._frozen(value)
        digest = 0
        for address, leaf in leaves.items():
            digest = zlib.crc32(address.encode("utf-8", "surrogatepass"), digest)
            digest = _add(leaf, digest)
        return Seen(digest, _told(leaves, kind, name), identity)

    def _frozen(self, value: object) -> dict[str, Frozen]:
        return Freezer(budget=BUDGET, masks=self._masks, rooms=self._rooms).freeze("", value)

    def _shown(self, value: Any, name: str) -> str:
        few = value if value.size <= 64 else value.reshape(-1)[:8]  # noqa: PLR2004  # freezing copies
        return _told(self._frozen(few), type(value), name)


def of_leaf(leaf: Frozen) -> int:
    """The digest of one frozen value."""
    return _add(leaf, 0)


def _bytes(numpy: Any, array: Any) -> int:
    flat = numpy.ascontiguousarray(array).reshape(-1)
    if flat.nbytes > WHOLE:
        flat = numpy.ascontiguousarray(flat[:: max(1, flat.nbytes // WHOLE)])
    described = f"{array.shape}{array.dtype}".encode()
    return zlib.crc32(flat.view(numpy.uint8).data if flat.size else b"", zlib.crc32(described))


def _add(leaf: Frozen, digest: int) -> int:
    values: Any = getattr(leaf, "values", None)
    if leaf.kind == "array" and values is not None and not values.dtype.hasobject:
        return zlib.crc32(values.tobytes(), zlib.crc32(f"{values.shape}{values.dtype}".encode(), digest))
    text = json.dumps(leaf.to_dict(), sort_keys=True, default=repr)
    return zlib.crc32(text.encode("utf-8", "surrogatepass"), digest)


def _told(leaves: dict[str, Frozen], kind: type, variable: str) -> str:
    """A leaf as it is; of what has parts, the first few that are values rather than names and lengths."""
    if len(leaves) == 1:
        ((address, leaf),) = leaves.items()
        return shown(f"locals.{variable}{address}", leaf, WIDTH)
    parts: list[str] = []
    values = {each: leaf for each, leaf in leaves.items() if leaf.kind not in _FORM and each not in _SAID} or leaves
    for address, leaf in values.items():
        text = shown(f"locals.{variable}{address}", leaf, 16)
        # without a place between them a name and what follows it are known for a secret
        parts.append(text if not address or _PLACE.search(address) else f"{mask(address)}={text}")
        if len(", ".join(parts)) > WIDTH:
            break
    name = type.__getattribute__(kind, "__name__")
    body = mask(", ".join(parts))
    return f"{name}({body[:WIDTH]}{'...' if len(body) > WIDTH or len(parts) < len(values) else ''})"
