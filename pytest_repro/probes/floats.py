"""The float environment of this thread: what becomes of tiny numbers, and which way results are rounded.

Told by arithmetic alone. A library linked with ``-ffast-math`` flips the first two for the thread that loads it and for
every thread started later, whoever loads it.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pytest_repro.probes.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

Rounding = Literal["nearest", "up", "down", "zero"]

# Text in the source would be folded by the compiler, and parsed by arithmetic that is itself under question.
_TINIEST = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # 2**-1074, the least subnormal number
_BELOW_HALF = b"\x00\x00\x00\x00\x00\x00\xf0\x3b"  # 2**-64: far below half a unit in the last place of 1
_ABOVE_HALF = b"\x00\x00\x00\x00\x00\x00\xa8\x3c"  # 3 * 2**-54: above half a unit in the last place of 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Floats:
    """The float environment.

    Attributes:
        flush_to_zero: Whether a result that is too small to be normal becomes zero (FTZ).
        denormals_are_zero: Whether such a number is taken for zero where it is read (DAZ).
        rounding: Direction in which inexact results go; ``nearest`` wherever nobody changed it.
    """

    flush_to_zero: bool
    denormals_are_zero: bool
    rounding: Rounding


def float_environment() -> Floats:
    """The float environment of the calling thread."""
    (tiniest,) = struct.unpack("<d", _TINIEST)
    least_normal = sys.float_info.min
    return Floats(
        flush_to_zero=least_normal * 0.5 == 0.0,
        denormals_are_zero=tiniest * 2.0**1000 == 0.0,
        rounding=_rounding(),
    )


def _rounding() -> Rounding:
    one = float(len(_TINIEST) // 8)
    (little,) = struct.unpack("<d", _BELOW_HALF)
    (more,) = struct.unpack("<d", _ABOVE_HALF)
    up, down, near = one + little > one, -one - little < -one, one + more > one
    if up:
        return "up"
    if down:
        return "down"
    return "nearest" if near else "zero"


def bits(numpy: Any) -> Iterator[bytes]:  # noqa: ARG001  # pure Python
    """The three facts as bytes."""
    found = float_environment()
    yield f"{found.flush_to_zero} {found.denormals_are_zero} {found.rounding}".encode()


FLOATS = Probe("floats", "the handling of subnormal numbers or the direction of rounding", bits, numpy=False)
