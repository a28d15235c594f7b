"""The C library's mathematics, at arguments whose last bit depends on how it was computed.

With and without fused multiply-add, glibc's functions differ in 4 to 14 of 10,000 arguments; 39 plain arguments a
function show nothing. These were searched for. The bits are the same on CPython 3.11 to 3.13: it is not Python's doing.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

from pytest_repro.probes.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _power(x: float) -> float:
    return float(x**1.37)


_HARD: tuple[tuple[Callable[[float], float], int, tuple[int, ...]], ...] = (
    (math.sin, 1, (3498, 3843, 4030, 4970, 6030)),
    (math.cos, 1, (226, 4874, 6395)),
    (math.exp, 10, (1181, 2362, 3486, 4039, 4064, 4838)),
    (_power, 1, (4366, 4931, 6769, 7095)),
    (math.sinh, 10, (250, 962, 4763, 6325, 7912)),
    (math.log2, 1, (106, 261, 523)),
)
"""Function, divisor of the argument, and numbers ``i`` of the arguments ``0.137 * (i + 1) / 8 / divisor``."""

_WIDE: tuple[tuple[Callable[[float], float], tuple[float, ...]], ...] = (
    (math.sin, (1e22, 3.0e5, 2.0**-30)),  # long reductions, where libraries of different makers part
    (math.cos, (1e22, 3.0e5)),
    (math.tan, (1e22, 11.0, 1.5707)),
    (math.exp, (700.1, -700.1)),
    (math.expm1, (1e-5, 0.7)),
    (math.log1p, (1e-5, 0.7)),
    (math.log, (0.9999, 1e300)),
    (math.tanh, (0.3, 5.1)),
    (math.atan, (0.71, 17.3)),
    (math.asin, (0.71,)),
    (math.cbrt, (2.0, 1e-9)),
    (math.erfc, (0.3, 5.1)),
)


def bits(numpy: Any) -> Iterator[bytes]:  # noqa: ARG001  # pure Python
    """About fifty results, eight bytes each."""
    results = [function(0.137 * (i + 1) / 8 / divisor) for function, divisor, places in _HARD for i in places]
    results += [function(x) for function, places in _WIDE for x in places]
    yield struct.pack(f"<{len(results)}d", *results)


LIBM = Probe("libm", "the C library's sin, exp, pow and their like", bits, numpy=False)
