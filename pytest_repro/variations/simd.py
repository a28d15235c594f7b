"""numpy without its newest instructions: other loops, which round otherwise and break ties in sorts otherwise."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_repro.variations import fingerprint
from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Mapping

DISABLE, ENABLE = "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES"
WIDE = re.compile(r"AVX512|X86_V4|SVE|VX[EX]")
"""Targets that only newer processors have."""


def _core() -> Any:
    for name in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):  # numpy 2, numpy 1
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


def _dispatched() -> tuple[str, ...]:
    """Targets of numpy's own choice that this processor has: numpy 2.4 gave them new names, so they are asked for."""
    core = _core()
    if core is None:
        return ()
    features: Mapping[str, bool] = getattr(core, "__cpu_features__", {})
    return tuple(name for name in getattr(core, "__cpu_dispatch__", ()) if features.get(name))


def _without(value: str) -> tuple[str, ...]:
    found = _dispatched()
    if value == "baseline":
        return found
    if value == "older":
        return tuple(name for name in found if WIDE.search(name)) or found
    return tuple(value.split("+"))


def _missing() -> str:
    return "" if _dispatched() else "numpy has nothing to choose from on this processor"


def _variables(value: str, environment: Mapping[str, str]) -> Mapping[str, str]:
    wanted = _without(value)
    if environment.get(ENABLE, "").strip():  # numpy does not start where both are set
        allowed = re.split(r"[\s,]+", environment[ENABLE].strip())
        return {ENABLE: " ".join(name for name in allowed if name not in wanted)}
    already = [name for name in re.split(r"[\s,]+", environment.get(DISABLE, "")) if name]
    return {DISABLE: " ".join(dict.fromkeys((*already, *wanted)))}


def _read(_value: str) -> str:
    if "numpy" not in sys.modules:
        return fingerprint.ABSENT
    return f"{' '.join(_dispatched()) or 'baseline'}; {fingerprint.bits('loops64', 'loops32', 'sorting')}"


SIMD = Variation(
    name="simd",
    kind="hardware",
    changes="numpy's loops and sorts use older instructions",
    stands_for="a processor without AVX-512",
    proof="instructions that numpy uses, bits of its loops and sorts",
    mend="sort ties by a rule: kind='stable'; state what rounding may do: under={'simd': 1e-12}",
    usual=lambda: ("older",),
    missing=_missing,
    variables=_variables,
    read=_read,
)
