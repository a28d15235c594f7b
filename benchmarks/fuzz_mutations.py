"""Damage: what a file looks like that was cut, spliced, edited by hand or made to harm."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

BIG = int("9" * 4000)
"""As many digits as Python's JSON reader takes, nearly."""

HOSTILE: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 2**64, BIG, -BIG, 10**400, 0.0, -0.0, 1e308, 5e-324, 0.5),
    *(float("nan"), float("inf"), float("-inf"), "", " ", ".", "..", "/", "../../x", "../" * 40 + "etc/passwd"),
    *("/dev/zero", "/etc/passwd", "C:\\x", "a\0b", "\ud800", "\udc00\ud800", "\u202e", "\n", "x" * 5000, "[" * 300),
    *("nan", "inf", "-0.0", "1e999", "0x" + "f" * 5000, "9" * 5000, "1.0", "2.0", "0" * 64, "**" * 20, "a*" * 30),
    *("2026-13-01T00:00:00Z", "array", "int", "text", "words", "float", "complex", "failure", "reference", "object"),
    *("<f8", ">f8", "|O", "<U9999999", "|V8", "<M8[ns]", "a8", "i4,f4", "(2,2)f8", "f8,", "|S0", "<f2", "<c16", "g"),
    *([], {}, [[]], [{}], {"": ""}, [None], [0], ["x"], [1] * 70, [0, 10**18, 10**18], [2**62, 4], [BIG, BIG]),
    *([10**4000] * 3, {"kind": "array"}, {"kind": "int", "value": "0xf"}, {"kind": "identity"}, ["literal", "x"]),
)
"""Values that no writer of ours puts there, or not there."""

TOKENS: tuple[bytes, ...] = (
    *(b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\n", b"\r\n", b"\r", b"\t", b" ", b'"', b"'", b'"""', b"'''"),
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b"[[",
        b"]]",
        b":",
        b": ",
        b"=",
        b" = ",
        b",",
        b"#",
        b" #",
        b"\\",
        b"\\u0000",
        b"\\ud800",
    ),
    *(b"*", b"**", b"?", b"!", b"&a", b"*a", b"<<: *a", b"!!python/object:x", b"---", b"...", b"- ", b"|", b">", b"%"),
    *(b"<<<<<<< HEAD\n", b"=======\n", b">>>>>>> x\n", b"-r ../../x\n", b"-c x\n", b"-e .\n", b"--hash=sha256:", b"@"),
    *(b"==", b"===", b">=", b"~=", b"; ", b"extra == ", b"python_version", b"../../", b"/etc/passwd", b"file:///"),
    *(b"1e999", b"-1", b"9" * 5000, b"0x" + b"f" * 5000, b"NaN", b"Infinity", b"null", b"true", b"1" * 19, b"(" * 300),
    *(b"[" * 3000, b'{"a":' * 3000, b"a." * 3000, b"\xc2\x85", b"\xe2\x80\xa8", b"9999-99-99", b"1979-05-27T07:32:00Z"),
    *(
        b"= [\n",
        b"(0,)",
        b"(99999999999999, 99999999999999)",
        b"|O",
        b"<U99999999",
        b"\x93NUMPY\x01\x00",
        b"PK\x03\x04",
    ),
)
"""What the formats are made of, and what parsers stumble over."""

TEXTS: tuple[bytes, ...] = (
    *(b"", b"0", b"-1", b"true", b'""', b"[]", b"{}", b'"x"', b"1.5", b"nan", b"inf", b"[[]]", b"[{}]", b'"a\\u0000b"'),
    *(b"2027-01-31", b"9999-12-31", b"0001-01-01", b"2027-01-31T00:00:00Z", b"00:00:00", b"0x" + b"f" * 5000),
    *(b"1e400", b"9" * 5000, b'"../../x"', b'"/etc/passwd"', b"null", b"~", b"*a", b"{a: b}", b"[a, b]", b"'x", b"|"),
    *(b'"\\ud800"', b'"9.9.9"', b'">=1,<"', b"\"python_version < '3'\"", b'"python_version"', b"[1, [2, [3]]]"),
)
"""Values as texts, for formats that are read by line."""

_VALUE = re.compile(rb"([=:][ \t]*)([^\n]*)")


class Mutator:
    """Makes damaged inputs from whole ones.

    Args:
        corpus: Whole inputs.
        draw: The generator that everything is drawn from.
    """

    def __init__(self, corpus: Sequence[bytes], draw: random.Random) -> None:
        self._corpus = corpus
        self._draw = draw
        self._trees = [tree for data in corpus if (tree := _tree(data)) is not None]
        self._plain = (self._flip, self._cut, self._splice, self._insert, self._repeat)
        self._lined = (*self._plain, self._value, self._value, self._line)

    def one(self) -> bytes:
        """The next input: mostly with one to three damages; now and then nothing but noise."""
        draw = self._draw
        if self._trees and draw.random() < 0.7:  # noqa: PLR2004  # most of what goes deep is still well formed
            return self._json()
        data = bytearray(draw.choice(self._corpus))
        if draw.random() < 0.01:  # noqa: PLR2004  # a reader meets foreign files, too
            data = bytearray(draw.randbytes(draw.randrange(200)))
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            data = draw.choice(self._lined)(data)
        return bytes(data)

    def _at(self, data: bytearray) -> int:
        return self._draw.randrange(len(data) + 1)

    def _flip(self, data: bytearray) -> bytearray:
        for _ in range(self._draw.choice((1, 2, 8))):
            if data:
                data[self._draw.randrange(len(data))] = self._draw.randrange(256)
        return data

    def _cut(self, data: bytearray) -> bytearray:
        one, other = sorted((self._at(data), self._at(data)))
        return data[:one] if self._draw.random() < 0.5 else data[:one] + data[other:]  # noqa: PLR2004  # either way

    def _splice(self, data: bytearray) -> bytearray:
        other = self._draw.choice(self._corpus)
        return data[: self._at(data)] + other[self._draw.randrange(len(other) + 1) :]

    def _insert(self, data: bytearray) -> bytearray:
        at = self._at(data)
        return data[:at] + self._draw.choice(TOKENS) + data[at + self._draw.choice((0, 0, 1, 4)) :]

    def _repeat(self, data: bytearray) -> bytearray:
        at = self._at(data)
        return data[:at] + data[at : at + self._draw.choice((1, 8, 64))] * self._draw.choice((2, 3, 40)) + data[at:]

    def _value(self, data: bytearray) -> bytearray:
        found = list(_VALUE.finditer(data))
        if not found:
            return self._insert(data)
        one = self._draw.choice(found)
        return data[: one.start(2)] + self._draw.choice(TEXTS) + data[one.end(2) :]

    def _line(self, data: bytearray) -> bytearray:
        lines = data.split(b"\n")
        at, other = (self._draw.randrange(len(lines)) for _ in range(2))
        match self._draw.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[other])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                lines[at] = b" " * self._draw.randrange(1, 9) + lines[at].lstrip()
        return bytearray(b"\n".join(lines))

    def _json(self) -> bytes:
        """A whole input with some of its nodes exchanged, in the form of the file: one value, or one a line."""
        trees = json.loads(self._draw.choice(self._trees))
        for _ in range(self._draw.choice((1, 1, 1, 2, 4))):
            self._exchange(trees)
        return "\n".join(map(json.dumps, trees)).encode() + b"\n"

    def _exchange(self, tree: Any) -> None:
        """Another value, key or order at a random place of a tree."""
        draw = self._draw
        places = []
        waiting = [tree]
        while waiting:
            held = waiting.pop()
            pairs = held.items() if isinstance(held, dict) else enumerate(held)
            for key, child in pairs:
                places.append((held, key))
                if isinstance(child, list | dict):
                    waiting.append(child)
        if not places:
            return
        held, key = draw.choice(places)
        match draw.randrange(8):
            case 0:
                del held[key]
            case 1 if isinstance(held, dict):
                held[_named(draw.choice(HOSTILE))[:300] if draw.random() < 0.9 else "\0"] = held.pop(key)  # noqa: PLR2004
            case 2:
                other, place = draw.choice(places)
                held[key] = json.loads(json.dumps(other[place])) if place in other or isinstance(place, int) else None
            case 3:
                held[key] = [held[key]] if draw.random() < 0.5 else {"a": held[key]}  # noqa: PLR2004  # either way
            case _:
                held[key] = json.loads(_HOSTILE[draw.randrange(len(_HOSTILE))])


_HOSTILE = [json.dumps(value) for value in HOSTILE]


def _tree(data: bytes) -> str | None:
    """The JSON values of an input, whole or a line each, as the text of one list; None where it holds other things."""
    for parts in ([data], data.splitlines()):
        try:
            return json.dumps([json.loads(part) for part in parts])
        except ValueError:
            continue
    return None


def _named(value: object) -> str:
    """A value as a key: Python prints no integer of thousands of digits."""
    return value if isinstance(value, str) else json.dumps(value)
