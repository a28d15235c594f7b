"""What py-cpuinfo answers, kept until the machine starts again: it takes 0.3 to 1.5 seconds, because it sleeps."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.environment import kept

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = "cpuinfo.json"
BOOT = "/proc/sys/kernel/random/boot_id"
DAY = 86400  # seconds
ASKED = ("brand_raw", "arch", "vendor_id_raw", "family", "model", "stepping", "flags")


def answer(cache: Path | None) -> Mapping[str, object] | None:
    """Name, maker, family, model and flags of the CPU, and the ``version`` of who told; None where nobody is asked.

    Two distributions install a module of this name, ``py-cpuinfo`` and ``py-cpuinfo2``; only what both have is used.

    Args:
        cache: Folder that keeps the answer until the next start of the machine.
    """
    boot = _boot()
    if cache is None:
        return _ask()
    known = kept.read(cache / KEPT)
    told = known.get("answer") if known.get("boot") == boot else None
    if isinstance(told, dict):
        return told
    told = _ask()
    if told is not None:
        kept.write(cache / KEPT, {"boot": boot, "answer": told})
    return told


def _ask() -> dict[str, object] | None:
    try:
        import cpuinfo  # noqa: PLC0415  # 80 ms, and version 9 raises here on machines it does not know

        told = cpuinfo.get_cpu_info()
    except Exception:  # noqa: BLE001  # not installed, or a bare Exception
        return None
    version = getattr(cpuinfo, "CPUINFO_VERSION_STRING", None) or told.get("cpuinfo_version_string") or ""
    return {key: told[key] for key in ASKED if key in told} | {"version": str(version)}


def _boot() -> str:
    """A digest that changes when the machine starts again; the id itself would name the machine."""
    try:
        told = Path(BOOT).read_text(encoding="ascii").strip()
    except OSError:
        told = str(int((time.time() - time.monotonic()) // DAY))  # the day of the start, where the clock counts from it
    words = "|".join((told, platform.machine(), platform.release(), str(os.cpu_count())))
    return hashlib.sha256(words.encode()).hexdigest()[:16]
