"""Memoised functions: the caches of ``functools`` that live in this process, how full they are, and how to empty them.

A cache that its first caller fills is state that outlives a test, in whatever module it stands.
"""

from __future__ import annotations

import functools
import gc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

KIND = type(functools.lru_cache(maxsize=1)(int))
"""The type of what ``functools.cache`` and ``functools.lru_cache`` make of a function."""


class Caches:
    """The caches that there are, and how many results each holds.

    They are found by the collector of garbage, and there are some hundreds: it takes milliseconds.
    """

    def __init__(self) -> None:
        self._held = {id(one): _size(one) for one in _all()}

    def grown(self) -> tuple[str, ...]:
        """Names of those that hold more than they did, or are new and hold something: ``model.grid``."""
        return tuple(dict.fromkeys(map(_name, self._grown())))

    def empty(self, names: Container[str]) -> None:
        """Empty those that grew and have one of these names."""
        for one in list(self._grown()):
            if _name(one) in names:
                one.cache_clear()

    def _grown(self) -> Iterable[Any]:
        return (one for one in _all() if _size(one) > self._held.get(id(one), 0))


def _all() -> list[Any]:
    # a subclass of it may do anything when it is asked how full it is
    return [one for one in gc.get_objects() if type(one) is KIND]


def _size(cache: Any) -> int:
    return int(cache.cache_info().currsize)


def _name(cache: Any) -> str:
    function = cache.__wrapped__
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    return f"{module}.{name or type(function).__name__}"
