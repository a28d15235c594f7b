"""The CPU: its name, the cores this process may use, the widest SIMD numpy found."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path


def facts() -> dict[str, str | None]:
    """Name, cores and SIMD; read from files where the system has them."""
    return {
        "cpu.name": _name(),
        "cpu.cores": f"{_usable()} of {os.cpu_count() or '?'} cores",
        "cpu.simd": _simd(),
    }


def _name() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return _asked()
    # x86 says "model name", some Arm kernels "Model"; the first block speaks for all cores
    for line in lines[:60]:
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Model", "cpu model") and value.strip():
            return " ".join(value.split())
    return platform.machine() or None


def _asked() -> str | None:
    """What py-cpuinfo tells, on systems without the file; both distributions of that module name serve.

    It takes a second or more, so only a report asks, once a process.
    """
    try:
        from cpuinfo import get_cpu_info  # noqa: PLC0415  # 80 ms to import, and raises on machines it does not know
    except Exception:  # noqa: BLE001  # version 9 raises a bare Exception there
        return platform.processor() or None
    brand = get_cpu_info().get("brand_raw")
    return str(brand) if brand else platform.processor() or None


def _usable() -> int | str:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or "?"


def _simd() -> str | None:
    """The last SIMD target that numpy dispatches to here; None without numpy."""
    core = sys.modules.get("numpy._core._multiarray_umath") or sys.modules.get("numpy.core._multiarray_umath")
    features = getattr(core, "__cpu_features__", None)
    targets = getattr(core, "__cpu_dispatch__", None)
    if not features or not targets:
        return None
    usable = [name for name in targets if features.get(name)]
    return usable[-1] if usable else "baseline"
