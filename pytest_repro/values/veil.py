"""What of a frozen value may be seen under its address: a text that is named a password is one, however it looks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_repro.values.address import category, rest
from pytest_repro.values.container import Keys
from pytest_repro.values.outcome import Failure
from pytest_repro.values.scalar import Scalar, digested
from pytest_repro.values.secrets import SECRET, drawn, mask, named_secret, spans, surely
from pytest_repro.values.text import HEAD, Text
from pytest_repro.values.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.values.frozen import Frozen

WHOLE = frozenset({"record", "return"})
"""Categories of which long texts are written whole: the test hands them over."""

STREAMS = frozenset({"stdout", "stderr", "warnings", "logs", "files"})
"""Categories that are kept a line each, so that the armour of a key stands at other addresses than the key."""

_ARMOURED = re.compile(r"[A-Za-z0-9+/]{60,76}={0,2}")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_TAIL = re.compile(r"(?:\[\d+\]|#\d+|\(\))+$")


def veiled(address: str, leaf: Frozen) -> bool:
    """Whether the place of a text or bytes makes them a secret: ``locals.config["password"]``.

    In a stream that is a line which could be one of a private key: 60 to 76 letters and digits, and nothing else.
    """
    if isinstance(leaf, Text):
        text = leaf.value
    elif isinstance(leaf, Scalar) and isinstance(leaf.value, bytes):
        text = leaf.value.decode("latin-1")
    elif isinstance(leaf, Words):
        text = ""
    else:
        return False
    if category(address) in STREAMS:
        return _ARMOURED.fullmatch(text) is not None and drawn(text) and text not in (text.lower(), text.upper())
    names = _names(address)
    return any(map(surely, names)) or (drawn(text) and any(map(named_secret, names)))


def _names(address: str) -> list[str]:
    """The names an address is made of; of an asserted expression the last alone, since others may be arguments."""
    name = rest(address)
    if category(address) != "asserted":
        return _WORD.findall(name)
    name = _TAIL.sub("", name)
    return [] if name.endswith(")") else _WORD.findall(name)[-1:]


def shown(address: str, leaf: Frozen, width: int = 24) -> str:
    """A value as one line of at most ``width`` characters, without secrets."""
    return SECRET if veiled(address, leaf) else leaf.show(width)


def written(observations: Mapping[str, Frozen]) -> dict[str, object]:
    """Values as plain JSON values by address, without secrets, and without long texts that the test did not hand over.

    Of a text that is left out or masked, length and SHA-256 of the whole are written, so that two of them can still be
    compared. Addresses are masked as well: two that become the same get an ordinal.
    """
    found: dict[str, object] = {}
    armoured = _armoured(observations)
    for address, leaf in observations.items():
        place, number = mask(address), 2
        while place in found:
            place, number = f"{mask(address)}#{number}", number + 1
        if address in armoured or veiled(address, leaf):
            found[place] = _without(leaf, SECRET)
        elif category(address) not in WHOLE and _long(leaf):
            found[place] = _without(leaf, "")
        else:
            found[place] = leaf.to_dict()
    return found


def _armoured(observations: Mapping[str, Frozen]) -> set[str]:
    """Addresses of lines of streams that lie inside a private key."""
    found: set[str] = set()
    for stream in STREAMS:
        lines = [
            (address, leaf.value)
            for address, leaf in observations.items()
            if isinstance(leaf, Text) and category(address) == stream
        ]
        if any("PRIVATE KEY-----" in line or "PuTTY-User-Key" in line for _, line in lines):
            ends, at = spans("\n".join(line for _, line in lines)), 0
            for address, line in lines:
                if any(start < at + len(line) and end > at for start, end in ends):
                    found.add(address)
                at += len(line) + 1
    return found


def _long(leaf: Frozen) -> bool:
    """Whether a text of the leaf is longer than what a reader wants to see of it."""
    if isinstance(leaf, Text):
        return leaf.length > HEAD
    if isinstance(leaf, Failure):
        return len(leaf.message) > HEAD
    if isinstance(leaf, Words):
        return any(item is not None and len(item) > HEAD for item in leaf.values)
    return isinstance(leaf, Keys) and any(len(text) > HEAD for text in leaf.texts)


def _without(leaf: Frozen, instead: str) -> dict[str, object]:
    """The entry of a leaf with a word instead of its text, and what still tells two of them apart."""
    if isinstance(leaf, Text):
        return {"kind": leaf.kind, "value": instead, "length": leaf.length, "sha256": leaf.hash()}
    if isinstance(leaf, Failure):
        return {"kind": leaf.kind, "type": leaf.type, "message": instead, "sha256": leaf.hash()}
    if isinstance(leaf, Words):
        return leaf._replace(values=(), digest=leaf.hash()).to_dict()
    if isinstance(leaf, Keys):
        return {"kind": leaf.kind, "label": leaf.label, "number": leaf.number, "sha256": leaf.hash()}
    if isinstance(leaf, Scalar) and isinstance(leaf.value, bytes):
        return {"kind": leaf.kind, "value": digested(leaf.value)}
    return leaf.to_dict()
