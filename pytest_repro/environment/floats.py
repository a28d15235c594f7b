"""The float environment of this thread, by arithmetic alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.environment.fact import fact
from pytest_repro.probes.floats import float_environment

if TYPE_CHECKING:
    from pytest_repro.environment.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class FloatEnvironment:
    """What the processor does with tiny numbers, and which way it rounds."""

    flush_to_zero: bool | None = fact("whether results too small to be normal become zero", ids=("numeric",), rank=3)
    denormals_are_zero: bool | None = fact("whether such numbers are read as zero", ids=("numeric",), rank=3)
    rounding: str | None = fact("which way results are rounded: nearest, up, down or zero", ids=("numeric",), rank=3)


def read(place: Place) -> FloatEnvironment:  # noqa: ARG001  # sections have one signature
    """Of the calling thread."""
    told = float_environment()
    return FloatEnvironment(
        flush_to_zero=told.flush_to_zero, denormals_are_zero=told.denormals_are_zero, rounding=told.rounding
    )
