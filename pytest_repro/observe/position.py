"""The position of what is consumed by being used: iterators, generators, streams.

Two runs are never compared by it, since what is frozen must not be consumed; but whether a run moved it is a sign that
the next run will find something else.
"""

from __future__ import annotations

import io
import itertools
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_MADE: tuple[object, ...] = (
    *(iter([]), iter(()), iter(range(0)), iter(range(1 << 63)), iter({}), iter(set()), iter(""), iter("é"), iter(b"")),
    *(iter({}.keys()), iter({}.values()), iter({}.items()), reversed([]), reversed({})),
)
COUNTED = tuple(type(made) for made in _MADE)
"""Iterators written in C that tell how much is left of them."""


def position(value: object) -> object:
    """Where an iterator, a generator or a stream in memory stands; None for anything else."""
    return next((rule(value) for kinds, rule in RULES if type(value) in kinds), None)


def _left(value: Any) -> object:
    return value.__length_hint__()


def _resumed(value: Any) -> object:
    frame = value.gi_frame
    if frame is None:
        return "exhausted"
    return [frame.f_lasti, {name: bound for name, bound in frame.f_locals.items() if isinstance(bound, int | str)}]


def _told(value: Any) -> object:
    return "closed" if value.closed else value.tell()


def _shown(value: Any) -> object:
    return repr(value)


RULES: tuple[tuple[tuple[type, ...], Callable[[Any], object]], ...] = (
    (COUNTED, _left),
    ((types.GeneratorType,), _resumed),
    ((io.StringIO, io.BytesIO), _told),
    ((itertools.count, itertools.repeat), _shown),
)
"""They exclude one another: the order means nothing."""
