"""numba's code for another processor."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pytest_repro.variations import processor
from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Mapping


def _variables(value: str, _environment: Mapping[str, str]) -> Mapping[str, str]:
    return {"NUMBA_CPU_NAME": value, "NUMBA_CPU_FEATURES": ""}


def _read(_value: str) -> str:
    numba: Any = sys.modules.get("numba")
    return "numba not loaded" if numba is None else f"compiles for {numba.config.CPU_NAME or 'this processor'}"


NUMBA = Variation(
    name="numba",
    kind="hardware",
    changes="numba compiles for another processor",
    stands_for="another processor",
    proof="the processor that numba names",
    mend="state what rounding may do: under={'numba': 1e-12}; fastmath reductions follow the processor",
    library="numba",
    usual=lambda: ("nehalem",),
    missing=lambda: "" if processor.machine() == "x86_64" else "a processor's name is known for x86 alone",
    variables=_variables,
    read=_read,
)
