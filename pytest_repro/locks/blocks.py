"""The part of YAML that lock files are written in: keys and items by indentation, every value a text.

Anchors, tags, documents in a row and nested brackets are not read but refused, with the line. Values stay as they are
written, so that version ``1.10`` does not become a number; what YAML calls null is the text ``null``, or empty.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

Node: TypeAlias = "str | list[Node] | dict[str, Node]"

DEPTH = 40
"""Blocks within blocks; a lock has six."""

_SINGLE = re.compile(r"(?:[^']|'')*")
_DOUBLE = re.compile(r'(?:[^"\\]|\\.)*')
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", "_": "\xa0", "a": "\a", "b": "\b", "N": "\x85"}
_TOP = re.compile(r"^([^\s#'\"-][^\s:]*):(?=[ \r\n]|\Z)", re.MULTILINE)
_FOREIGN = tuple("&*!%@`?")


class UnreadError(ValueError):
    """A line that is not what lock files are written in.

    Args:
        reason: What it is instead, as one sentence without a full stop.
        line: Where, from 1.
    """

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Piece(NamedTuple):
    """A stretch of the file.

    Attributes:
        line: The line it begins in, from 1.
        text: Whole lines.
    """

    line: int
    text: str


def sections(text: str) -> dict[str, Piece]:
    """The file cut at its outermost keys, each piece with its key.

    Raises:
        UnreadError: A key stands twice.
    """
    found: dict[str, Piece] = {}
    line, at = 1, 0
    starts = list(_TOP.finditer(text))
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        line += text.count("\n", at, start.start())
        at = start.start()
        if start[1] in found:
            raise UnreadError(f"the key {start[1]} stands twice", line)
        found[start[1]] = Piece(line, text[at:end])
    return found


def items(piece: Piece) -> list[Piece]:
    """The items of a section that is a list, uncut and unread, so that a reader may pass by most of them."""
    body = piece.text.partition("\n")[2]
    first = re.search(r"^( *)- ", body, re.MULTILINE)
    if first is None:
        return []
    starts = [found.start() for found in re.finditer(rf"^{first[1]}- ", body, re.MULTILINE)]
    line, at, told = piece.line + 1, 0, []
    for start, end in zip(starts, [*starts[1:], len(body)], strict=True):
        line += body.count("\n", at, start)
        at = start
        told.append(Piece(line, body[start:end]))
    return told


def tree(piece: Piece) -> Node:
    """What stands in a piece: dictionaries and lists of texts.

    Raises:
        UnreadError: It is no such thing.
    """
    lines: list[_Line] = []
    for number, raw in enumerate(piece.text.split("\n"), piece.line):  # and not at what Unicode takes for a line's end
        content = raw.strip(" \t\r")
        if not content or content[0] == "#" or (content == "---" and not lines):
            continue
        indent = len(raw) - len(raw.lstrip(" "))
        if raw[indent] == "\t":
            raise UnreadError("a tab where spaces should indent", number)
        lines.append(_Line(number, indent, content))
    if not lines:
        return ""
    reader = _Reader(lines)
    whole = reader.block(lines[0].indent, 0)
    if reader.here is not None:
        raise UnreadError("indented as nothing before it is", reader.here.number)
    return whole


class _Line(NamedTuple):
    number: int
    indent: int
    content: str


class _Reader:
    """Reads lines from the first to the last, each once."""

    __slots__ = ("_at", "_lines")

    def __init__(self, lines: list[_Line]) -> None:
        self._lines = lines
        self._at = 0

    @property
    def here(self) -> _Line | None:
        """The line to be read next."""
        return self._lines[self._at] if self._at < len(self._lines) else None

    def block(self, indent: int, depth: int) -> Node:
        """The list, dictionary or text that begins in the next line, which is indented by ``indent``."""
        line = self._lines[self._at]
        if depth > DEPTH:
            raise UnreadError("nested too deeply", line.number)
        if _is_item(line.content):
            return self._sequence(indent, depth)
        if _key(line) is not None:
            return self._mapping(indent, depth)
        self._at += 1
        return self._value(line.content, line, indent - 1)

    def _sequence(self, indent: int, depth: int) -> list[Node]:
        found: list[Node] = []
        while (line := self.here) is not None and line.indent == indent and _is_item(line.content):
            rest = line.content[1:].lstrip()
            if not rest or rest[0] == "#":
                self._at += 1
                found.append(self._below(indent, depth))
                continue
            within = _Line(line.number, indent + len(line.content) - len(rest), rest)
            if _is_item(rest) or _key(within) is not None:
                self._lines[self._at] = within
                found.append(self.block(within.indent, depth + 1))
            else:
                self._at += 1
                found.append(self._value(rest, line, indent))
        return found

    def _mapping(self, indent: int, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while (line := self.here) is not None and line.indent == indent and not _is_item(line.content):
            parted = _key(line)
            if parted is None:
                raise UnreadError("neither a key nor an item", line.number)
            key, rest = parted
            if key in found:
                raise UnreadError(f"the key {key} stands twice", line.number)
            self._at += 1
            if rest:
                found[key] = self._value(rest, line, indent)
            else:
                after = self.here  # an item may stand below its key without being indented
                level = after is not None and after.indent == indent and _is_item(after.content)
                found[key] = self._sequence(indent, depth + 1) if level else self._below(indent, depth)
        return found

    def _below(self, indent: int, depth: int) -> Node:
        line = self.here
        return self.block(line.indent, depth + 1) if line is not None and line.indent > indent else ""

    def _value(self, rest: str, line: _Line, indent: int) -> Node:
        """The value that begins with ``rest`` and goes on in lines indented by more than ``indent``."""
        if rest[0] in "'\"":
            return self._quoted(rest, line)
        if rest[0] in "|>":
            return "\n".join(self._more(indent))
        if rest.startswith(_FOREIGN):
            raise UnreadError(f"{rest[0]} has a meaning in YAML that no lock file uses", line.number)
        if rest[0] in "[{":
            return _bracket(rest, line)
        return " ".join([_plain(rest), *map(_plain, self._more(indent))])

    def _more(self, indent: int) -> list[str]:
        start = self._at
        while (line := self.here) is not None and line.indent > indent:
            self._at += 1
        return [line.content for line in self._lines[start : self._at]]

    def _quoted(self, rest: str, line: _Line) -> str:
        quote = rest[0]
        body = _SINGLE if quote == "'" else _DOUBLE
        parts, piece = [], rest[1:]
        while True:
            inside = body.match(piece)
            end = inside.end() if inside else 0
            parts.append(piece[:end])
            if end < len(piece) and piece[end] == quote:
                break
            following = self.here
            if following is None:
                raise UnreadError("a quote that is never closed", line.number)
            self._at += 1
            piece = following.content
        if _plain(piece[end + 1 :].strip()):
            raise UnreadError("something after a closed quote", line.number)
        text = " ".join(parts)
        return text.replace("''", "'") if quote == "'" else _ESCAPE.sub(_unescaped, text)


def _is_item(content: str) -> bool:
    return content.startswith("- ") or content == "-"


def _key(line: _Line) -> tuple[str, str] | None:
    """Key and the rest of the line; None where the line begins with no key."""
    content = line.content
    if content[0] in "'\"":
        body = (_SINGLE if content[0] == "'" else _DOUBLE).match(content, 1)
        end = body.end() if body else 1
        rest = content[end + 1 :].lstrip()
        if not content[end : end + 1] or not (rest == ":" or rest.startswith(": ")):
            return None
        return content[1:end].replace("''", "'"), _uncommented(rest[1:])
    if content[0] in "[{|>":
        return None
    at = content.find(": ")
    if at < 0:
        at = len(content) - 1 if content[-1] == ":" else -1
    comment = content.find(" #")
    if at < 0 or 0 <= comment < at:
        return None
    if content.startswith(_FOREIGN):
        raise UnreadError(f"{content[0]} has a meaning in YAML that no lock file uses", line.number)
    return content[:at].rstrip(), _uncommented(content[at + 1 :])


def _uncommented(rest: str) -> str:
    """The value behind a key; empty where only a comment stands there."""
    rest = rest.strip()
    return "" if rest.startswith("#") else rest


def _plain(text: str) -> str:
    """A text without quotes, up to its comment."""
    if text.startswith("#"):
        return ""
    at = text.find(" #")
    return text if at < 0 else text[:at].rstrip()


def _bracket(rest: str, line: _Line) -> Node:
    text = _plain(rest)
    if text == "{}":
        return {}
    inner = text[1:-1].strip()
    if text[0] != "[" or text[-1] != "]" or set(inner) & set("[]{}'\"&*!:#"):
        raise UnreadError("brackets that hold more than a list of words", line.number)
    return [word.strip() for word in inner.split(",")] if inner else []


def _unescaped(found: re.Match[str]) -> str:
    said = found[1]
    if said[0] in "xuU" and len(said) > 1:
        number = int(said[1:], 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"  # noqa: PLR2004  # the last code point there is
    return _ESCAPES.get(said, said)
