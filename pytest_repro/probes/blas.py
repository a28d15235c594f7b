"""Products of matrices and vectors by the BLAS that numpy was linked with, small enough for one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_repro.probes.inputs import empty, spread
from pytest_repro.probes.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS, INNER, COLUMNS = 37, 53, 29  # odd, so that the ends of a kernel's blocks are computed as well
COUNT = ROWS * INNER + 211  # numbers of which the factors are made; the second begins among the first
LENGTH = 997  # of dot products; below the lengths that are shared among threads


def bits(numpy: Any) -> Iterator[bytes]:
    """Product of two matrices, of matrix and vector either way, of two vectors; in both precisions."""
    numbers = spread(numpy, COUNT)
    for dtype in ("<f8", "<f4"):
        a, b = (empty(numpy, shape, dtype) for shape in ((ROWS, INNER), (INNER, COLUMNS)))
        numpy.copyto(a, numbers[: a.size].reshape(a.shape), casting="same_kind")
        numpy.copyto(b, numbers[-b.size :].reshape(b.shape), casting="same_kind")
        product = empty(numpy, (ROWS, COLUMNS), dtype)
        yield numpy.matmul(a, b, out=product).tobytes()
        yield numpy.matmul(a, a.T).tobytes()  # numpy makes this a symmetric product, another routine
        yield numpy.matmul(a, b[:, 0].copy()).tobytes()
        yield numpy.matmul(a.T, b[:ROWS, 1].copy()).tobytes()
        yield numpy.dot(a.reshape(-1)[:LENGTH], b.reshape(-1)[:LENGTH]).tobytes()


BLAS = Probe("blas", "products of matrices and vectors", bits)
