"""numpy: its version and the SIMD targets that its loops chose, read from the loaded module."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from pytest_repro.environment.place import Place

ABSENT = "numpy was not imported"
LOOPS = ("exp", "sin", "tanh", "add", "sqrt", "maximum")  # one of each family of numpy's own files
TYPES = {"float64": "dd", "float32": "ff"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numpy:
    """Facts about numpy."""

    version: str | None = fact("its version", rank=1, unknown=ABSENT)
    simd: str | None = fact("the widest SIMD target that its loops may use here", rank=4, unknown=ABSENT)
    baseline: tuple[str, ...] | None = fact("SIMD features that its build takes for granted", rank=4, unknown=ABSENT)
    dispatch: tuple[str, ...] | None = fact(
        "SIMD targets beyond the baseline that are in use", ids=("hardware",), rank=4, unknown=ABSENT
    )
    targets: dict[str, str] | None = fact(  # noqa: RUF009  # it makes a field, as dataclasses.field does
        "the SIMD target that a loop really uses, by function and type",
        ids=("hardware",),
        rank=4,
        unknown=f"{ABSENT}, or is older than 2.1 and does not tell",
    )


def read(place: Place) -> Numpy:  # noqa: ARG001  # sections have one signature
    """Nothing is known of a numpy that is not imported: no test has used it."""
    numpy = sys.modules.get("numpy")
    core = sys.modules.get("numpy._core._multiarray_umath") or sys.modules.get("numpy.core._multiarray_umath")
    if numpy is None or core is None:
        return Numpy()
    version = str(getattr(numpy, "__version__", "")) or None
    features: dict[str, bool] | None = getattr(core, "__cpu_features__", None)
    if features is None:
        return Numpy(version=version, targets=_targets())
    dispatch = tuple(name for name in core.__cpu_dispatch__ if features.get(name))
    return Numpy(
        version=version,
        simd=dispatch[-1] if dispatch else "baseline",
        baseline=tuple(core.__cpu_baseline__),
        dispatch=dispatch,
        targets=_targets(),
    )


def _targets() -> dict[str, str] | None:
    """``{"exp.float64": "AVX512_SKX"}``; a loop without dispatch is left out."""
    try:
        from numpy.lib.introspect import opt_func_info  # noqa: PLC0415  # numpy is there: it is in sys.modules
    except ImportError:
        return None
    found: dict[str, str] = {}
    told: dict[str, dict[str, Any]] = opt_func_info(func_name=f"^({'|'.join(LOOPS)})$", signature="float(64|32)")
    for name, loops in told.items():
        for kind, chars in TYPES.items():
            target = next(
                (info.get("current") for signature, info in loops.items() if signature.startswith(chars)), None
            )
            if target:
                found[f"{name}.{kind}"] = _short(str(target))
    return found


def _short(target: str) -> str:
    """``AVX512_SKX`` of ``AVX512F AVX512CD AVX512_SKX``; ``baseline`` of ``baseline(SSE SSE2)``."""
    return target.partition("(")[0].split()[-1] if target.strip() else target
