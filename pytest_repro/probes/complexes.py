"""numpy's complex arithmetic: products may be fused, absolute values go through hypot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_repro.probes.inputs import PLASTIC, spread
from pytest_repro.probes.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 128


def bits(numpy: Any) -> Iterator[bytes]:
    """Products, quotients, absolute values, roots and exponentials of 128 numbers in both precisions."""
    real, imaginary = spread(numpy, 2, COUNT), spread(numpy, 2, COUNT, step=PLASTIC)
    for dtype in ("<c16", "<c8"):
        z, w = (real + 1j * (imaginary - 0.5)).astype(dtype)
        for result in (z * w, z / w, numpy.abs(z), numpy.sqrt(w), numpy.exp(z), numpy.square(w), z.sum()):
            yield result.tobytes()


COMPLEX = Probe("complex", "numpy's complex arithmetic", bits)
