"""Linear algebra by the LAPACK that numpy was linked with, small enough for one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_repro.probes.inputs import spread
from pytest_repro.probes.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 24
EQUATIONS = 5  # OpenBLAS before 0.3.24 shares the factors of larger systems among threads, with AVX-512 from six on


def bits(numpy: Any) -> Iterator[bytes]:
    """Solution of equations, eigenvalues of a symmetric matrix, singular values, Cholesky and QR factors."""
    a = spread(numpy, SIZE, SIZE)
    symmetric = a + a.T
    definite = symmetric + 2 * SIZE * numpy.eye(SIZE)
    yield numpy.linalg.solve(a[:EQUATIONS, :EQUATIONS], symmetric[:EQUATIONS, :3]).tobytes()
    yield numpy.linalg.eigvalsh(symmetric).tobytes()
    yield numpy.linalg.svd(a, compute_uv=False).tobytes()
    yield numpy.linalg.cholesky(definite).tobytes()
    yield numpy.linalg.qr(a, mode="r").tobytes()


LAPACK = Probe("lapack", "solutions of equations, eigenvalues and singular values", bits)
