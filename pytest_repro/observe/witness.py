"""A witness: makes the calls of a statement and keeps what went in and what came out, each as a digest."""

from __future__ import annotations

import operator
import threading
import zlib
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST = 400
"""Calls that are kept; a statement in a long loop makes more, and the first to differ is among the first."""


class Hit(NamedTuple):
    """One call.

    Attributes:
        site: Number of the call in its statement.
        text: Its source.
        inputs: Digests of what is called and of its arguments, before the call.
        left: The same after it: what was changed in place.
        parts: Digests of the parts of the result, by address below it.
        ways: Python's ways to these parts, by address, as whoever asked finds them.
        raised: Name of the exception's class; empty where the call returned.
        kept: What whoever asked keeps of function and arguments.
    """

    site: int
    text: str
    inputs: tuple[int, ...]
    left: tuple[int, ...]
    parts: Mapping[str, int]
    ways: Mapping[str, str]
    raised: str
    kept: Any


class Witness:
    """Makes calls.

    Args:
        see: Digests of a value's parts, by address below it.
        keep: Keeps what is called and its arguments, as they are before the call.
        ways: Finds the ways from a result to its parts.
    """

    def __init__(
        self,
        see: Callable[[object], Mapping[str, int]],
        keep: Callable[[object, tuple[object, ...], Mapping[str, object], str], object],
        ways: Callable[[object, Mapping[str, int]], Mapping[str, str]],
    ) -> None:
        self.hits: list[Hit] = []
        self._see = see
        self._keep = keep
        self._ways = ways
        self._local = threading.local()

    def call(self, site: int, text: str, function: Any, /, *arguments: Any, **named: Any) -> Any:
        """Call a function."""
        if getattr(self._local, "busy", False) or len(self.hits) >= MOST:
            return function(*arguments, **named)
        seen = _seen(function, arguments, named)
        inputs, kept = self._before(text, function, arguments, named)
        try:
            result = function(*arguments, **named)
        except BaseException as error:
            self._after(Hit(site, text, inputs, (), {}, {}, type(error).__name__, kept), seen)
            raise
        self._after(Hit(site, text, inputs, (), {}, {}, "", kept), seen, result)
        return result

    def operate(self, site: int, text: str, name: str, left: Any, right: Any, /) -> Any:
        """Apply an operator."""
        return self.call(site, text, getattr(operator, name), left, right)

    def walked(self, site: int, text: str, values: Any, /) -> Any:
        """What is walked over: the order of a set is made here."""
        if type(values) in (set, frozenset):
            return self.call(site, text, list, values)
        return values

    def _before(
        self, text: str, function: object, arguments: tuple[object, ...], named: Mapping[str, object]
    ) -> tuple[tuple[int, ...], object]:
        self._local.busy = True
        try:
            inputs = tuple(map(self._one, _seen(function, arguments, named)))
            return inputs, self._keep(function, arguments, named, text)
        finally:
            self._local.busy = False

    def _after(self, hit: Hit, seen: tuple[object, ...], *result: object) -> None:
        self._local.busy = True
        try:
            parts = self._see(result[0]) if result else {}
            ways = self._ways(result[0], parts) if result else {}
            self.hits.append(hit._replace(left=tuple(map(self._one, seen)), parts=parts, ways=ways))
        finally:
            self._local.busy = False

    def _one(self, value: object) -> int:
        return zlib.crc32(repr(sorted(self._see(value).items())).encode())


def _seen(function: object, arguments: tuple[object, ...], named: Mapping[str, object]) -> tuple[object, ...]:
    """What may differ and what may be changed: the object whose method it is, and all arguments."""
    owner = getattr(function, "__self__", None)
    return (None if isinstance(owner, ModuleType | type) else owner, *arguments, *named.values())
