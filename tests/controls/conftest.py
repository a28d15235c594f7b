"""A snapshot to change: a real one would differ from machine to machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_repro.environment.blas import Blas, Pool
from pytest_repro.environment.cores import Cores
from pytest_repro.environment.cpu import Cpu
from pytest_repro.environment.floats import FloatEnvironment
from pytest_repro.environment.git import Git
from pytest_repro.environment.gpu import Gpu
from pytest_repro.environment.numpy import Numpy
from pytest_repro.environment.python import Python
from pytest_repro.environment.registry import SECTIONS
from pytest_repro.environment.snapshot import Snapshot
from pytest_repro.environment.variables import Variables


def pool(owner="numpy", name="OpenBLAS", threads=2, kernel="SkylakeX", api="blas"):
    return Pool(owner=owner, api=api, name=name, version="0.3.31", kernel=kernel, threads=threads, layer="pthreads")


CLEAN = {
    "cpu": Cpu(name="Xeon"),
    "cores": Cores(count=4, usable=4),
    "floats": FloatEnvironment(flush_to_zero=False, denormals_are_zero=False, rounding="nearest"),
    "numpy": Numpy(version="2.4.6", simd="AVX512_ICL", dispatch=("X86_V3", "X86_V4")),
    "blas": Blas(name="OpenBLAS", version="0.3.31", kernel="SkylakeX", threads=2, pools=(pool(),)),
    "git": Git(commit="1f3c9e2" + "0" * 33, branch="main", dirty=False),
    "gpu": Gpu(present=False, devices=()),
    "python": Python(version="3.11.7", hash_seed="random", optimize=0, utf8_mode=False, dev_mode=False),
    "variables": Variables(values={}),
}


@pytest.fixture
def surroundings():
    """A snapshot in which nothing is wrong, with whatever the caller changes."""

    def made(variables=None, **changes):
        if variables is not None:
            changes["variables"] = Variables(values=variables)
        sections = {section.name: section.kind() for section in SECTIONS}
        clean = Snapshot(
            **{**sections, **CLEAN}, cost={"cpu": 1.0, "git": 3.0}, captured="2026-07-01T00:00:00Z", tool="pytest-repro"
        )
        return replace(clean, **changes)

    made.pool = pool
    return made
