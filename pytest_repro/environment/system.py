"""The operating system, its C library and its distribution; no subprocess."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from pytest_repro.environment.place import Place

RELEASES = ("/etc/os-release", "/usr/lib/os-release")
MUSL = "/lib"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Facts about the operating system."""

    name: str | None = fact("Linux, macOS or Windows", ids=("environment", "hardware"), rank=7)
    libc: str | None = fact("C library and version; its mathematics is what math.sin runs", ids=("hardware",), rank=7)
    release: str | None = fact("release of the kernel", rank=11)
    distribution: str | None = fact("the distribution and its version, such as debian 12", ids=("context",), rank=11)


def read(place: Place) -> System:  # noqa: ARG001  # sections have one signature
    """From the kernel's call and two files."""
    names = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}
    return System(
        name=names.get(sys.platform, sys.platform),
        libc=_libc(),
        release=_release(),
        distribution=_distribution(),
    )


def _libc() -> str | None:
    try:
        return os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, ValueError, OSError):  # Windows has no confstr, musl and macOS know no such name
        pass
    # musl tells its version to nobody who asks by file; that it is musl explains most of what can differ
    return "musl" if sys.platform == "linux" and any(Path(MUSL).glob("ld-musl-*.so.1")) else None


def _release() -> str | None:
    if hasattr(os, "uname"):
        return os.uname().release  # the node name beside it is not anybody's business
    windows = getattr(sys, "getwindowsversion", None)
    return ".".join(map(str, windows()[:3])) if windows else None


def _distribution() -> str | None:
    for path in RELEASES:
        try:
            lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        told = {key: value.strip("\"' ") for key, _, value in (line.partition("=") for line in lines)}
        return " ".join(told[key] for key in ("ID", "VERSION_ID") if told.get(key)) or None
    if sys.platform == "darwin":
        import platform  # noqa: PLC0415  # only here; mac_ver reads a file

        return f"macOS {platform.mac_ver()[0]}"
    return None
