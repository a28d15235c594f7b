"""The C library's mathematics without fused multiply-add: sin, exp and pow differ in the last bit at some arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.probes.registry import run
from pytest_repro.variations import processor, tunables
from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Mapping

FEATURES = ("FMA", "AVX2", "FMA4", "FMA_Usable", "AVX2_Usable")  # the last two as glibc before 2.33 names them


def _missing() -> str:
    if not processor.glibc() or processor.machine() != "x86_64":
        return "only glibc on x86-64 lets its functions be chosen"
    return "" if "fma" in processor.flags() else "this processor has no fused multiply-add to leave out"


def _variables(_value: str, environment: Mapping[str, str]) -> Mapping[str, str]:
    return tunables.with_masked(environment, FEATURES)


def _read(_value: str) -> str:
    return run(None, ("libm",))["libm"][:8]


LIBM = Variation(
    name="libm",
    kind="hardware",
    changes="the C library computes sin, exp and pow without fused multiply-add",
    stands_for="an older processor, or another C library",
    proof="bits of sin, exp, pow and their like at hard arguments",
    mend="state what rounding may do: under={'libm': 1e-15}",
    usual=lambda: ("nofma",),
    check=lambda value: "" if value == "nofma" else f"libm has the one value nofma, not {value!r:.40}",
    missing=_missing,
    variables=_variables,
    read=_read,
)
