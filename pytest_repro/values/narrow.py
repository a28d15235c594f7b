"""Numbers narrower than numpy's own: bfloat16 and the floats of eight bits and less, as other libraries keep them.

A wider type of numpy holds each of them exactly; the name of the narrow one stays with the leaf, since it says how far
apart two neighbours are: a step of bfloat16 is 65,536 steps of float32.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WIDE = 23  # bits of mantissa of float32

MANTISSA = {
    "bfloat16": 7,
    "bcomplex32": 7,
    "complex32": 10,
    "float8_e3m4": 4,
    "float8_e4m3": 3,
    "float8_e4m3b11fnuz": 3,
    "float8_e4m3fn": 3,
    "float8_e4m3fnuz": 3,
    "float8_e5m2": 2,
    "float8_e5m2fnuz": 2,
    "float8_e8m0fnu": 0,
    "float6_e2m3fn": 3,
    "float6_e3m2fn": 2,
    "float4_e2m1fn": 1,
}
"""Name of a dtype, as ml_dtypes and torch write it, and the bits of its mantissa."""

USERS = 2
"""What ``dtype.isbuiltin`` says of a dtype that another package registered."""

_ROOM = 0.5  # of the magnitude: above it nothing is called rounding, however narrow the numbers


def steps(label: str) -> int:
    """The float32 numbers from one number of a narrow dtype to the next; 1 for numbers of a dtype of numpy's own.

    Exact for normal numbers; of subnormal ones of eight bits and less it tells too few, so that more steps are told.
    """
    bits = MANTISSA.get(label)
    return 1 if bits is None else 1 << (_WIDE - bits)


def rounding(label: str) -> float:
    """The scaled difference below which two numbers of a narrow dtype are called rounding; 0 for any other label."""
    bits = MANTISSA.get(label)
    return 0.0 if bits is None else min(_ROOM, math.sqrt(2.0**-bits))


def widened(values: NDArray[Any]) -> tuple[str, NDArray[Any]] | None:
    """An array of another package's dtype as its name and the same numbers in a dtype of numpy's own.

    Returns:
        None for a dtype that is not known to hold numbers.
    """
    name = values.dtype.name
    if name in MANTISSA:
        return name, values.astype(np.complex64 if "complex" in name else np.float32)
    if name.rstrip("0123456789") in ("int", "uint"):
        return name, values.astype(np.uint8 if name.startswith("u") else np.int8)
    return None
