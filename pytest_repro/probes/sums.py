"""numpy's own sums: the order in which terms are added is a matter of version and SIMD width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_repro.probes.inputs import PLASTIC, spread
from pytest_repro.probes.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator


def bits(numpy: Any) -> Iterator[bytes]:
    """Sums, running sums, products and variance of 1,023 terms; einsum, which adds in SIMD lanes."""
    x = spread(numpy, 1023)
    y = spread(numpy, 1023, step=PLASTIC)
    table = spread(numpy, 31, 33)
    for terms in (x, x.astype("<f4"), x.astype("<f2")):
        yield numpy.add.reduce(terms).tobytes()
        yield numpy.einsum("i,i->", terms, terms).tobytes()
    yield numpy.einsum("i,i->", x, y).tobytes()
    yield numpy.add.reduce(table, axis=0).tobytes()
    yield numpy.add.reduce(table, axis=1).tobytes()
    yield numpy.add.accumulate(x)[-1].tobytes()
    yield numpy.multiply.reduce(x[:200] + 0.5).tobytes()
    yield x.var().tobytes()


SUMS = Probe("sums", "the order in which numpy adds", bits)
