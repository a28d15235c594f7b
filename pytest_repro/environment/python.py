"""The interpreter: implementation, version, flags, and the hash seed it was started with."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from pytest_repro.environment.place import Place

STARTED = "/proc/self/environ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Python:
    """Facts about the interpreter; see each field's declaration."""

    implementation: str | None = fact("the interpreter, CPython or PyPy", ids=("environment",), rank=8)
    version: str | None = fact("its version, such as 3.11.7", ids=("environment",), rank=8)
    abi: str | None = fact(
        "tag of its binary interface, with t for a build without the lock", ids=("environment",), rank=8
    )
    compiler: str | None = fact("the compiler that built it", rank=9)
    bits: int | None = fact("width of its pointers in bits", ids=("environment",), rank=8)
    byteorder: str | None = fact("little or big", ids=("hardware",), rank=8)
    gil: bool | None = fact("whether the global lock is in force", ids=("environment",), rank=8)
    optimize: int | None = fact("level of -O; from 1 on, assert statements do nothing", ids=("environment",), rank=8)
    dev_mode: bool | None = fact("whether -X dev is on", rank=11)
    utf8_mode: bool | None = fact("whether UTF-8 mode is on", ids=("context",), rank=10)
    hash_algorithm: str | None = fact("how strings are hashed", ids=("context",), rank=8)
    hash_seed: str | None = fact(
        "the seed of string hashes that took effect: random or a number; it decides the order of sets",
        ids=("context",),
        rank=8,
        unknown="PYTHONHASHSEED may have been set after the interpreter started",
    )
    venv: bool | None = fact("whether it runs in a virtual environment", rank=12)


def read(place: Place) -> Python:  # noqa: ARG001  # sections have one signature
    """From ``sys`` alone; ``platform`` would start a subprocess."""
    names = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}
    _, _, compiler = sys.version.partition("[")
    return Python(
        implementation=names.get(sys.implementation.name, sys.implementation.name),
        version=_version(),
        abi=f"{sys.implementation.cache_tag}{getattr(sys, 'abiflags', '')}",
        compiler=compiler.rstrip("]") or None,
        bits=sys.maxsize.bit_length() + 1,
        byteorder=sys.byteorder,
        gil=bool(getattr(sys, "_is_gil_enabled", lambda: True)()),
        optimize=sys.flags.optimize,
        dev_mode=sys.flags.dev_mode,
        utf8_mode=bool(sys.flags.utf8_mode),
        hash_algorithm=sys.hash_info.algorithm,
        hash_seed=_hash_seed(),
        venv=sys.prefix != sys.base_prefix,
    )


def _version() -> str:
    """``3.11.7``; with what comes before a release: ``3.14.0rc2``."""
    major, minor, micro, level, serial = sys.version_info
    ahead = {"alpha": f"a{serial}", "beta": f"b{serial}", "candidate": f"rc{serial}"}
    return f"{major}.{minor}.{micro}{ahead.get(level, '')}"


def _hash_seed() -> str | None:
    """What took effect at the start.

    ``sys.flags.hash_randomization`` is 1 for ``PYTHONHASHSEED=5`` too, and ``os.environ`` tells what was set since.
    """
    if not sys.flags.hash_randomization:
        return "0"
    if sys.flags.ignore_environment:
        return "random"
    given = _at_start("PYTHONHASHSEED")
    if given in ("", "random"):
        return "random"
    return given if given and given != "0" else None


def _at_start(variable: str) -> str | None:
    """A variable as it was when the process started: empty if it was not set, None if nobody knows any more."""
    try:
        with open(STARTED, "rb") as file:  # noqa: PTH123  # a fraction of pathlib's cost, at every start
            block = file.read()
    except OSError:
        return os.environ.get(variable, "")  # other systems keep no such record: taken as it is now
    told = dict(line.partition(b"=")[::2] for line in block.split(b"\0") if b"=" in line)
    if os.environb.keys().isdisjoint(told):  # who sets the process's title writes over the block: xdist's workers do
        return os.environ.get(variable, "")
    return os.fsdecode(told.get(variable.encode(), b""))
