"""numpy's elementwise loops, in double and single precision: their bits follow the SIMD target that numpy chose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_repro.probes.inputs import spread
from pytest_repro.probes.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 384  # of these arguments at least one shows each change that was tried, in each of the functions that change

_ANYWHERE = ("exp", "exp2", "expm1", "log", "log2", "log1p", "sin", "cos", "tan", "tanh", "arctan", "cbrt", "sinh")
_UNIT = ("arcsin", "arccos")


def _loops(numpy: Any, dtype: str) -> Iterator[bytes]:
    unit = spread(numpy, COUNT, dtype=dtype)
    wide = unit * numpy.asarray(40, dtype)
    for name in _ANYWHERE:
        yield getattr(numpy, name)(wide).tobytes()
    for name in _UNIT:
        yield getattr(numpy, name)(unit).tobytes()
    yield numpy.power(wide, unit).tobytes()
    yield numpy.sqrt(wide).tobytes()


def double(numpy: Any) -> Iterator[bytes]:
    """Fourteen functions and more of 384 numbers below 40."""
    return _loops(numpy, "<f8")


def single(numpy: Any) -> Iterator[bytes]:
    """The same in single precision."""
    return _loops(numpy, "<f4")


FLOAT64 = Probe("loops64", "numpy's elementwise functions in double precision", double)
FLOAT32 = Probe("loops32", "numpy's elementwise functions in single precision", single)
