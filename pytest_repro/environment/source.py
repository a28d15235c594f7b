"""The source of a test as a digest: comments, blank lines and its place in the file do not count."""

from __future__ import annotations

import hashlib
import inspect
import io
import tokenize
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def source_digest(function: Callable[..., object]) -> str:
    """16 hex digits of the function's source text, decorators included; empty where no source can be found.

    Equal on every Python version: lines are taken as they are written, and tokens only tell where comments stand.
    """
    try:
        lines, _ = inspect.getsourcelines(inspect.unwrap(function))
        text = "\n".join(_lines(lines, len(lines[0]) - len(lines[0].lstrip())))
    except (OSError, TypeError, ValueError):  # typed at a prompt, built in, or wrapped in a circle
        return ""
    except (tokenize.TokenError, SyntaxError, IndexError):  # the file was edited since it was imported
        return ""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _lines(lines: list[str], margin: int) -> Iterator[str]:
    """What counts, a line each; inside a string of several lines every line counts as it is."""
    comments, inside = _comments_and_strings(lines)
    for number, line in enumerate(lines, start=1):
        shown = line[: comments[number]] if number in comments else line
        if number in inside:  # begins within a string: its blanks are the string's
            yield shown.rstrip() if number in comments else shown.rstrip("\n")
        elif shown.strip():
            yield shown[margin:].rstrip()


def _comments_and_strings(lines: list[str]) -> tuple[dict[int, int], set[int]]:
    """Column of the comment by line, and the lines that begin inside a string; lines count from 1."""
    comments: dict[int, int] = {}
    inside: set[int] = set()
    opened: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO("".join(lines)).readline):
        name = tokenize.tok_name[token.type]
        if name == "COMMENT":
            comments[token.start[0]] = token.start[1]
        elif name == "STRING":
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
        elif name in ("FSTRING_START", "TSTRING_START"):  # from Python 3.12 on, an f-string is many tokens
            opened.append(token.start[0])
        elif name in ("FSTRING_END", "TSTRING_END"):
            inside.update(range(opened.pop() + 1, token.end[0] + 1))
    return comments, inside
