"""The processor and the C library, as far as variations ask for them: read from files, never from subprocesses."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path


def machine() -> str:
    """``x86_64``, ``arm64``: the architecture in one word, the same on all systems."""
    if not hasattr(os, "uname"):
        return platform.machine().lower().replace("amd64", "x86_64")
    return os.uname().machine.lower().replace("aarch64", "arm64").replace("amd64", "x86_64")


def flags() -> frozenset[str]:
    """Features of the first core as Linux names them (``avx512f``); empty where no file tells."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return frozenset()
    lines = (line for line in text.splitlines() if line.startswith(("flags", "Features")))
    return frozenset(next(lines, "").partition(":")[2].split())


def glibc() -> bool:
    """Whether the C library is glibc on Linux."""
    if sys.platform != "linux":
        return False
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") is not None
    except (ValueError, OSError):  # musl knows no such name
        return False
