"""The interpreter and the system it runs on."""

from __future__ import annotations

import os
import sys


def facts() -> dict[str, str | None]:
    """Implementation, version, system and C library; never a subprocess, as ``platform.uname`` would start."""
    version = ".".join(map(str, sys.version_info[:3]))
    names = {"cpython": "CPython", "pypy": "PyPy"}
    return {
        "python.implementation": names.get(sys.implementation.name, sys.implementation.name),
        "python.version": version,
        "system.name": _system(),
        "system.libc": _libc(),
        "numpy.version": getattr(sys.modules.get("numpy"), "__version__", None),
    }


def _system() -> str:
    named = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}
    return named.get(sys.platform, sys.platform)


def _libc() -> str | None:
    if not hasattr(os, "confstr"):
        return None
    try:
        return os.confstr("CS_GNU_LIBC_VERSION")
    except (ValueError, OSError):  # musl and macOS know no such name
        return None
