"""Another layout of memory: what is ordered by where objects lie comes in another order.

Linux draws a layout for each process. So that two processes that are compared do not differ in it by accident, all of
them are started without; this variation leaves it on.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from pytest_repro.variations.variation import Variation

FIXED = 0x0040000
"""``ADDR_NO_RANDOMIZE`` of Linux's personality."""

BOOTSTRAP = (
    "import ctypes,os,sys;"
    "c=ctypes.CDLL(None);"
    f"c.personality(c.personality(0xffffffff)|{FIXED});"
    "os.execv(sys.argv[1],sys.argv[1:])"
)
PATIENCE_S = 20


@lru_cache(maxsize=1)
def _fixable() -> bool:
    """Whether a process can be started with a fixed layout: containers may forbid it."""
    if sys.platform != "linux":
        return False
    code = f"import ctypes;raise SystemExit(not ctypes.CDLL(None).personality(0xffffffff) & {FIXED})"
    words = [sys.executable, "-I", "-S", "-c", BOOTSTRAP, sys.executable, "-I", "-S", "-c", code]
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(words, capture_output=True, check=False, timeout=PATIENCE_S, stdin=subprocess.DEVNULL)  # noqa: S603  # this Python, our words
        return done.returncode == 0
    return False


def launcher(*, randomised: bool) -> tuple[str, ...]:
    """Words in front of a Python's own: they fix its layout of memory and become it.

    Args:
        randomised: Whether the layout is left to the system.

    Returns:
        Nothing where the layout cannot be fixed, or is not to be.
    """
    if randomised or not _fixable():
        return ()
    return (sys.executable, "-I", "-S", "-c", BOOTSTRAP)


def _missing() -> str:
    return "" if _fixable() else "the layout of memory cannot be fixed here, so that it differs in each process anyhow"


def _read(_value: str) -> str:
    try:
        flags = int(Path("/proc/self/personality").read_text(encoding="ascii"), 16)
    except (OSError, ValueError):
        library: Any = ctypes.CDLL(None)
        flags = int(library.personality(0xFFFFFFFF)) if hasattr(library, "personality") else 0
    return "fixed" if flags & FIXED else "drawn for each process"


ASLR = Variation(
    name="aslr",
    kind="behaviour",
    changes="objects lie elsewhere in memory",
    stands_for="any other process",
    proof="the process's own flags",
    mend="order by a value, not by identity: no sets of plain objects, no key=id",
    nightly=True,
    usual=lambda: ("drawn",),
    missing=_missing,
    check=lambda value: "" if value == "drawn" else f"aslr has the one value drawn, not {value!r:.40}",
    read=_read,
)
