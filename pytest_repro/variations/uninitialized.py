"""Poisoned memory: what is allocated and not written holds another value than it happens to hold here."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

from pytest_repro.variations import processor
from pytest_repro.variations.numbers import whole
from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "MALLOC_PERTURB_"
USUAL = "128"  # memory is filled with its complement 7f, which is no small number in any float
SIZE = 8192  # beyond the sizes that allocators keep for themselves


def filling(value: str) -> int:
    """The byte that fresh memory holds under a value of the condition: glibc fills with the complement."""
    return 0xFF - int(value)


def _missing() -> str:
    return "" if processor.glibc() else "only glibc fills what it allocates"


def _variables(value: str, _environment: Mapping[str, str]) -> Mapping[str, str]:
    return {VARIABLE: value}


def _read(_value: str) -> str:
    library: Any = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    library.malloc.argtypes = [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    block = library.malloc(SIZE)
    if not block:
        return "nothing allocated"
    held = ctypes.string_at(block, SIZE)
    library.free(block)
    return f"filled with {held[0]:02x}" if held[0] and len(set(held)) == 1 else "as it comes"


UNINITIALIZED = Variation(
    name="uninitialized",
    kind="behaviour",
    changes="memory that was not written holds other bytes",
    stands_for="a process with another history",
    proof="bytes of a fresh allocation",
    mend="write before reading: numpy.zeros or numpy.full in place of numpy.empty",
    usual=lambda: (USUAL,),
    missing=_missing,
    check=lambda value: whole(value, 1, 255, "a byte"),
    variables=_variables,
    read=_read,
)
