"""Snapshots for tests: a real one of this process, and one whose every fact is known beforehand."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from pytest_repro.environment.blas import Blas, Pool
from pytest_repro.environment.ci import Ci
from pytest_repro.environment.container import Container
from pytest_repro.environment.cores import Cores
from pytest_repro.environment.cpu import Cpu
from pytest_repro.environment.distribution import Distribution
from pytest_repro.environment.floats import FloatEnvironment
from pytest_repro.environment.git import Git
from pytest_repro.environment.gpu import Gpu
from pytest_repro.environment.locale import Locale
from pytest_repro.environment.memory import Memory
from pytest_repro.environment.numpy import Numpy
from pytest_repro.environment.packages import Packages
from pytest_repro.environment.place import Place
from pytest_repro.environment.probes import Fingerprint
from pytest_repro.environment.python import Python
from pytest_repro.environment.snapshot import Snapshot, snapshot
from pytest_repro.environment.switches import Switches
from pytest_repro.environment.system import System
from pytest_repro.environment.variables import Variables

OPENBLAS = Pool(
    owner="numpy",
    api="blas",
    name="OpenBLAS",
    version="0.3.31",
    kernel="SkylakeX",
    threads=2,
    layer="pthreads",
    library="libscipy_openblas64_-32a4b2a6.so",
)


@pytest.fixture
def place(tmp_path):
    """A place that is nowhere near this project."""
    return Place(directory=tmp_path)


@pytest.fixture
def known():
    """A snapshot whose facts are written here."""
    return Snapshot(
        floats=FloatEnvironment(flush_to_zero=False, denormals_are_zero=False, rounding="nearest"),
        python=Python(implementation="CPython", version="3.11.7", hash_seed="random"),
        system=System(name="Linux", libc="glibc 2.36"),
        cpu=Cpu(name="A CPU", architecture="x86_64"),
        cores=Cores(count=4, usable=2),
        memory=Memory(total=1 << 34),
        numpy=Numpy(
            version="2.4.6", simd="AVX512_SPR", dispatch=("X86_V3", "AVX512_SPR"), targets={"exp.float64": "X86_V4"}
        ),
        blas=Blas(name="OpenBLAS", version="0.3.31", kernel="SkylakeX", threads=2, layer="pthreads", pools=(OPENBLAS,)),
        gpu=Gpu(present=False, devices=()),
        switches=Switches(),
        variables=Variables(values={"TZ": "UTC"}),
        locale=Locale(name="C", offset=0),
        git=Git(commit="1f3c9e2" + "0" * 33, branch="main", dirty=False),
        ci=Ci(),
        container=Container(kind="none"),
        packages=Packages(count=1, digest="0" * 16, installed=(Distribution(name="numpy", version="2.4.6"),)),
        probes=Fingerprint(digests={"libm": "0" * 16}),
        captured="2026-01-31T12:00:00Z",
        tool="pytest-repro 0.1.0",
    )


@pytest.fixture
def changed(known):
    """The known snapshot with facts of one section replaced: ``changed("blas", threads=1)``."""

    def change(section, **facts):
        return dataclasses.replace(known, **{section: dataclasses.replace(getattr(known, section), **facts)})

    return change


@pytest.fixture(scope="session")
def here():
    """A snapshot of this process, with numpy's BLAS awake."""
    np.ones((2, 2)) @ np.ones((2, 2))
    return snapshot(Path(__file__).parent)
