"""Shrinking: smaller inputs that still drift, tried one after the other.

A generator that yields calls to try and is sent whether each still drifts; it returns the smallest that did. First
whether the numbers matter at all, then the lengths of axes, those that are the same in several arrays together, then
the items of containers, then the digits of numbers.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_repro.reproducer.recipe import Array, Call, Drawn, Items, walked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_repro.reproducer.recipe import Recipe

Shrinking = Generator[Call, bool, Call]

DIGITS = (1, 3)
"""Significant digits that numbers keep where others do not matter, the fewest first."""

FEW = 4
"""Elements at which an array is small enough to be left as it is."""

SHRUNK = ("list", "tuple", "set", "frozenset", "dict")


def shrunk(call: Call) -> Shrinking:
    """Calls to try, from the largest step to the smallest."""
    for attempt in (_any_numbers, _axes, _items, _digits):
        call = yield from attempt(call)
    return call


def _any_numbers(call: Call) -> Shrinking:
    """Numbers of a seeded generator in place of the user's: all arrays at once, then each."""
    numbers = [number for number in _used(call) if _any_would_do(call.arrays[number])]
    if not numbers:
        return call
    attempt = _drawn(call, numbers)
    if (yield attempt):
        return attempt
    for number in numbers if len(numbers) > 1 else ():
        attempt = _drawn(call, [number])
        if (yield attempt):
            call = attempt
    return call


def _any_would_do(array: np.ndarray[Any, Any]) -> bool:
    return array.dtype.kind == "f" and array.dtype.itemsize in (4, 8) and array.size > FEW


def _drawn(call: Call, numbers: Sequence[int]) -> Call:
    def change(recipe: Recipe) -> Recipe:
        if isinstance(recipe, Array) and recipe.number in numbers:
            array = call.arrays[recipe.number]
            return Drawn(tuple(map(int, array.shape)), array.dtype.str)
        return recipe

    return call.exchanged(change)


def _axes(call: Call) -> Shrinking:
    """Half the length of all axes of one length, as long as that works, then three quarters."""
    for length in sorted(_lengths(call), reverse=True):
        now = length
        while now > 1:
            for shorter in dict.fromkeys((now // 2, now * 3 // 4)):
                attempt = _cut(call, now, max(1, shorter))
                if shorter < now and (yield attempt):
                    call, now = attempt, max(1, shorter)
                    break
            else:
                break
    return call


def _lengths(call: Call) -> set[int]:
    shapes = [call.arrays[number].shape for number in _used(call)]
    shapes += [one.shape for one in walked(call.recipes) if isinstance(one, Drawn)]
    return {length for shape in shapes for length in shape if length > 1}


def _cut(call: Call, length: int, shorter: int) -> Call:
    def change(recipe: Recipe) -> Recipe:
        if not isinstance(recipe, Drawn):
            return recipe
        return recipe._replace(shape=tuple(shorter if one == length else one for one in recipe.shape))

    def part(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return array[tuple(slice(shorter) if one == length else slice(None) for one in array.shape)]

    return replace(call.exchanged(change), arrays=[part(array) for array in call.arrays])


def _items(call: Call) -> Shrinking:
    """Containers with half of their items, the second or the first, and at last one item less."""
    place = 0
    while place < len(found := _containers(call)):
        before = found[place]
        many = len(before.items)
        ranges = [range(many // 2, many), range(many // 2)] if many > FEW else []
        ranges += [range(number, number + 1) for number in reversed(range(many))] if 1 < many <= 2 * FEW else []
        for left in ranges:
            kept = Items(before.kind, tuple(one for number, one in enumerate(before.items) if number not in left))
            attempt = call.exchanged(lambda one, before=before, kept=kept: kept if one == before else one)  # type: ignore[misc]  # bound by their defaults
            if (yield attempt):
                call = attempt
                break
        else:
            place += 1
    return call


def _containers(call: Call) -> list[Items]:
    found = [
        one for one in walked(call.recipes) if isinstance(one, Items) and one.kind in SHRUNK and len(one.items) > 1
    ]
    return list(dict.fromkeys(found))


def _digits(call: Call) -> Shrinking:
    """Fewer digits of numbers."""
    for digits in DIGITS:
        rounded = [_rounded(array, digits) for array in call.arrays]
        if all(before is after for before, after in zip(call.arrays, rounded, strict=True)):
            continue
        attempt = replace(call, arrays=rounded)
        if (yield attempt):
            return attempt
    return call


def _rounded(array: np.ndarray[Any, Any], digits: int) -> np.ndarray[Any, Any]:
    if array.dtype.kind != "f" or not array.size or array.size > 1 << 16:
        return array
    values = [float(f"{value:.{digits}g}") for value in array.ravel().tolist()]
    found = np.array(values, dtype=array.dtype).reshape(array.shape)
    return array if np.array_equal(found, array, equal_nan=True) else found


def _used(call: Call) -> list[int]:
    return list(dict.fromkeys(one.number for one in walked(call.recipes) if isinstance(one, Array)))
