"""numpy's sorts: ties come out in another order from another SIMD sort, and such a drift is no rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_repro.probes.inputs import PLASTIC, spread
from pytest_repro.probes.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 400  # beyond the lengths at which every sort falls back to insertion


def bits(numpy: Any) -> Iterator[bytes]:
    """Orders of 400 numbers with many ties, and where a partition leaves them."""
    ties = spread(numpy, COUNT) * 17 // 1
    whole = (spread(numpy, COUNT, step=PLASTIC) * 23).astype("<i8")
    zeros = numpy.copysign(ties % 2, spread(numpy, COUNT, step=PLASTIC) - 0.5)
    for values in (ties, ties.astype("<f4"), whole, whole.astype("<i4"), zeros):
        yield numpy.argsort(values).astype("<i8").tobytes()
        yield numpy.argpartition(values, COUNT // 3).astype("<i8").tobytes()
    yield numpy.sort(zeros).tobytes()
    yield numpy.partition(spread(numpy, COUNT), COUNT // 3).tobytes()


SORTING = Probe("sorting", "the order in which numpy's sort and partition leave equal elements", bits)
