"""Bits of probes as a reading: the proof that numbers are computed otherwise."""

from __future__ import annotations

import sys

from pytest_repro.probes.registry import run

ABSENT = "numpy not loaded"


def bits(*names: str) -> str:
    """Digests of the named probes, eight digits each; says so where numpy is not imported.

    Args:
        names: Of probes that need numpy.
    """
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return ABSENT
    found = run(numpy, names)
    return " ".join(found.get(name, "none")[:8] for name in names)
