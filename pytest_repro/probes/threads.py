"""A dot product long enough to be shared among threads: each adds its part, and the parts are rounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_repro.probes.inputs import GOLDEN, empty
from pytest_repro.probes.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTH = 20_001  # OpenBLAS shares dot products of more than 10,000 terms


def bits(numpy: Any) -> Iterator[bytes]:
    """Two dot products of 20,001 terms; the numbers of threads are told apart, not which of them ran where."""
    x = empty(numpy, (LENGTH,))
    numpy.multiply(numpy.arange(1, LENGTH + 1), GOLDEN / LENGTH, out=x)
    yield numpy.dot(x, x).tobytes()
    yield numpy.dot(x, x[::-1].copy()).tobytes()


THREADS = Probe("threads", "the number of threads among which BLAS shares its work", bits)
