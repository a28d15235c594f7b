"""The bits of an array: equality of bytes, words to compare, representable numbers between two values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

BLOCK = 1 << 15
"""Words of 8 bytes compared at once: 256 KiB stay in a core's own cache (22 ms for 1e7 equal doubles, not 37)."""

SMALL = 4096
"""Bytes up to which two copies are compared sooner than views of the originals are made."""

_WORD = 8
_PADDED = 63  # bits of mantissa of the x87 format: 10 bytes of value in 16 (12 on 32-bit systems)
_VALUE = 10


def identical(before: NDArray[Any], after: NDArray[Any]) -> bool:
    """Whether two contiguous arrays of one dtype and shape hold the same bytes."""
    if before.nbytes <= SMALL:
        return before.tobytes() == after.tobytes()
    x, y = before.reshape(-1).view(np.uint8), after.reshape(-1).view(np.uint8)
    whole = x.size // _WORD * _WORD
    if x.ctypes.data % _WORD or y.ctypes.data % _WORD:
        whole = 0
    a, b = x[:whole].view(np.uint64), y[:whole].view(np.uint64)
    if not all(np.array_equal(a[at : at + BLOCK], b[at : at + BLOCK]) for at in range(0, a.size, BLOCK)):
        return False
    return bool(np.array_equal(x[whole:], y[whole:]))


def words(values: NDArray[Any]) -> NDArray[Any]:
    """The flat array seen as unsigned words: ``(n,)`` where one word holds an element, else ``(n, words)``."""
    flat = values.reshape(-1)
    size = flat.dtype.itemsize
    if size in (1, 2, 4, 8):
        return flat.view(f"u{size}")
    unit = 8 if size % 8 == 0 else 4 if size % 4 == 0 else 1
    return flat.view(f"u{unit}").reshape(flat.size, size // unit)


def holds(values: NDArray[Any], byte: int) -> bool:
    """Whether an element of four bytes or more is made of one byte alone; smaller ones may be so by chance."""
    if values.dtype.itemsize < _WORD // 2:
        return False
    whole = words(values)
    pattern = np.full(whole.dtype.itemsize, byte, np.uint8).view(whole.dtype)[0]
    for start in range(0, len(whole), BLOCK):
        same = whole[start : start + BLOCK] == pattern
        if (same.all(axis=1) if same.ndim > 1 else same).any():
            return True
    return False


def differing(before: NDArray[Any], after: NDArray[Any]) -> Iterator[tuple[int, int, NDArray[np.intp]]]:
    """The blocks in which elements differ, as start, stop and the places inside the block."""
    a, b = words(before), words(after)
    for start in range(0, len(a), BLOCK):
        unequal = a[start : start + BLOCK] != b[start : start + BLOCK]
        if unequal.any():
            if unequal.ndim > 1:
                unequal = unequal.any(axis=1)
            yield start, start + len(unequal), np.flatnonzero(unequal)


def canonical(values: NDArray[Any]) -> None:
    """Clears, in place, the padding bytes of long doubles: they are whatever the memory held before."""
    real = values.dtype.kind in "fc" and values.dtype.itemsize // (2 if values.dtype.kind == "c" else 1)
    if not real or real <= _WORD or np.finfo(np.longdouble).nmant != _PADDED:
        return
    raw = values.reshape(-1).view(np.uint8).reshape(-1, int(real))
    # Padding stands behind the value in memory order, in front of it where the array is of the other byte order.
    if values.dtype.isnative:
        raw[:, _VALUE:] = 0
    else:
        raw[:, :-_VALUE] = 0


def ulp(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.float64]:
    """The representable numbers from one element to the other; the larger of both parts for complex.

    Args:
        before: Finite floats or complex numbers, shape ``(n,)``.
        after: The same dtype and shape.
    """
    if before.dtype.kind == "c":
        parts = [
            ulp(np.ascontiguousarray(getattr(before, part)), np.ascontiguousarray(getattr(after, part)))
            for part in ("real", "imag")
        ]
        return np.maximum(*parts)
    if before.dtype.itemsize > _WORD:
        with np.errstate(all="ignore"):
            step = np.spacing(np.maximum(np.abs(before), np.abs(after)))
            steps: NDArray[np.float64] = np.round(np.abs(before - after) / step).astype(np.float64)
            return steps
    native = before.dtype.newbyteorder("=")
    x, y = _ordered(before.astype(native, copy=False)), _ordered(after.astype(native, copy=False))
    high, low = np.maximum(x, y), np.minimum(x, y)
    # Subtracting as unsigned is exact where the signed difference overflows.
    return (high.astype(np.uint64) - low.astype(np.uint64)).astype(np.float64)


def _ordered(values: NDArray[Any]) -> NDArray[np.int64]:
    size = values.dtype.itemsize
    signed = values.view(f"i{size}").astype(np.int64)
    lowest = np.int64(-(1 << (size * 8 - 1)))
    return np.where(signed < 0, lowest - signed, signed)
