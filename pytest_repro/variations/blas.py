"""The BLAS kernel of another processor: no two kernels add in the same order."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_repro.variations import fingerprint, processor
from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Mapping


OPENBLAS = "OPENBLAS_CORETYPE"


def _usual() -> tuple[str, ...]:
    """A kernel that runs here and is not the one that is used: neither the processor's own nor one that is pinned."""
    if processor.machine() == "arm64":
        return ("ARMV8",)
    pinned, flags = os.environ.get(OPENBLAS, "").lower(), processor.flags()
    older = (*(["Haswell"] if "avx512f" in flags else []), "Nehalem", "Prescott")
    return (next(name for name in older if name.lower() != pinned),)


def _missing() -> str:
    return "" if processor.machine() in ("x86_64", "arm64") else "kernels are known for x86 and ARM alone"


def _variables(value: str, _environment: Mapping[str, str]) -> Mapping[str, str]:
    # MKL by instruction sets, BLIS by families; a library that is not there reads nothing of it
    mkl = "SSE4_2" if value in ("Nehalem", "Prescott") else "AVX2"
    blis = "generic" if value in ("Nehalem", "Prescott", "ARMV8") else value.lower()
    return {OPENBLAS: value, "MKL_ENABLE_INSTRUCTIONS": mkl, "BLIS_ARCH_TYPE": blis}


def _read(_value: str) -> str:
    from threadpoolctl import threadpool_info  # noqa: PLC0415  # 3 ms, in fresh processes alone

    kernels = sorted({str(one["architecture"]) for one in threadpool_info() if one.get("architecture")})
    return f"{', '.join(kernels) or 'no BLAS'}; {fingerprint.bits('blas', 'lapack')}"


BLAS = Variation(
    name="blas",
    kind="hardware",
    changes="BLAS and LAPACK use the code for another processor",
    stands_for="a colleague's or a CI runner's processor",
    proof="kernel by name, bits of matrix products and of linear algebra",
    mend="state what rounding may do: under={'blas': 1e-9}; fix signs of eigenvectors, or mend the conditioning",
    usual=_usual,
    missing=_missing,
    variables=_variables,
    read=_read,
)
