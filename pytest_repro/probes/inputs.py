"""Numbers that probes compute with, made by correctly rounded operations alone: only the probed step differs."""

from __future__ import annotations

from typing import Any

GOLDEN = 0.6180339887498949  # multiples of it modulo 1 fill [0, 1) evenly and never repeat
PLASTIC = 0.7548776662466927  # likewise, and unrelated to the first

_LINE = 64  # bytes: some libraries choose their steps by where an array starts


def empty(numpy: Any, shape: tuple[int, ...], dtype: str = "<f8") -> Any:
    """An uninitialised array that starts at a multiple of 64 bytes."""
    size = numpy.dtype(dtype).itemsize
    for length in shape:
        size *= length
    buffer = numpy.empty(size + _LINE, "u1")
    start = -buffer.__array_interface__["data"][0] % _LINE
    return buffer[start : start + size].view(dtype).reshape(shape)


def spread(numpy: Any, *shape: int, step: float = GOLDEN, dtype: str = "<f8") -> Any:
    """Numbers in ``[0, 1)`` in no order, an array that starts at a multiple of 64 bytes.

    Args:
        numpy: The module.
        shape: Lengths of the array.
        step: What the i-th number is a multiple of, modulo 1.
        dtype: Type of the elements; numbers are rounded to it.
    """
    found = empty(numpy, shape, dtype)
    count = found.size
    numpy.copyto(found.reshape(count), numpy.arange(1, count + 1) * step % 1.0, casting="same_kind")
    return found
