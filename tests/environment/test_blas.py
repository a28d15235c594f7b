"""Every loaded BLAS by its owner, and which of them is numpy's."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from pytest_repro.environment import blas

WHEEL = {
    "user_api": "blas",
    "internal_api": "openblas",
    "version": "0.3.31",
    "architecture": "SkylakeX",
    "num_threads": 2,
    "threading_layer": "pthreads",
    "prefix": "libscipy_openblas",
    "filepath": "/made/lib/python3.12/site-packages/numpy.libs/libscipy_openblas64_-32a4b2a6.so",
}
SCIPY = WHEEL | {"version": "0.3.30", "filepath": "/made/lib/python3.12/site-packages/scipy.libs/libscipy_openblas.so"}
GOMP = {
    "user_api": "openmp",
    "internal_api": "openmp",
    "version": None,
    "num_threads": 4,
    "filepath": "/made/lib/python3.12/site-packages/scikit_learn.libs/libgomp-a34b3233.so.1.0.0",
}


@pytest.fixture
def loaded(monkeypatch):
    """Makes threadpoolctl see the given libraries."""

    def load(*pools):
        monkeypatch.setitem(sys.modules, "threadpoolctl", SimpleNamespace(threadpool_info=lambda: list(pools)))

    return load


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/x/site-packages/numpy.libs/libopenblas64_p-r0-0cf96a72.so", "numpy"),
        ("/x/site-packages/numpy/.dylibs/libopenblas64_.0.dylib", "numpy"),
        ("/x/site-packages/torch/lib/libgomp.so", "torch"),
        ("/x/site-packages/torch.libs/libgomp.so", "torch"),
        ("/opt/conda/lib/libmkl_rt.so.2", "system"),
        ("/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0", "system"),
        ("libopenblas.so", "system"),
    ],
)
def test_a_library_belongs_to_the_package_that_brought_it(loaded, place, path, owner):
    loaded(WHEEL | {"filepath": path})
    assert blas.read(place).pools[0].owner == owner


def test_numpys_own_is_told_apart_from_scipys_whatever_was_loaded_first(loaded, place):
    loaded(SCIPY, GOMP, WHEEL)
    told = blas.read(place)
    assert (told.name, told.version, told.kernel, told.threads, told.layer) == (
        "OpenBLAS",
        "0.3.31",
        "SkylakeX",
        2,
        "pthreads",
    )
    assert told.library == "libscipy_openblas64_-32a4b2a6.so"
    assert [pool.key for pool in told.pools] == ["numpy-openblas", "scipy-openblas", "scikit_learn-openmp"]


def test_a_shared_blas_is_numpys_and_anothers_is_not(loaded, place):
    loaded(SCIPY, WHEEL | {"internal_api": "mkl", "architecture": None, "filepath": "/opt/conda/lib/libmkl_rt.so.2"})
    told = blas.read(place)
    assert (told.name, told.kernel) == ("MKL", None)
    loaded(GOMP)
    assert blas.read(place).threads is None


def test_a_blas_that_threadpoolctl_does_not_see_has_the_name_numpy_was_built_with(loaded, monkeypatch, place):
    loaded()
    for name, told in (("accelerate", "accelerate"), ("/made/up/path", None)):
        config = SimpleNamespace(CONFIG={"Build Dependencies": {"blas": {"name": name}}})
        monkeypatch.setitem(sys.modules, "numpy.__config__", config)
        assert blas.read(place).name == told
        assert blas.read(place).pools == ()
    monkeypatch.delitem(sys.modules, "numpy.__config__")
    assert blas.read(place).name is None


def test_flexiblas_tells_its_backend_and_an_unknown_kernel_is_none(loaded, place):
    loaded({"user_api": "blas", "internal_api": "flexiblas", "current_backend": "NETLIB", "filepath": "/usr/lib/l.so"})
    assert blas.read(place).kernel == "NETLIB"
    loaded(WHEEL | {"internal_api": "blis", "architecture": "unknown"})
    assert (blas.read(place).name, blas.read(place).kernel) == ("BLIS", None)


@pytest.mark.parametrize(
    ("variable", "value", "fact"),
    [("OPENBLAS_NUM_THREADS", "1", "threads"), ("OPENBLAS_CORETYPE", "Haswell", "kernel")],
)
def test_what_a_variable_chose_is_told(place, variable, value, fact):
    np.ones((2, 2)) @ np.ones((2, 2))
    if blas.read(place).name != "OpenBLAS":
        pytest.skip("numpy's BLAS is not OpenBLAS here")  # Accelerate and MKL name no kernel
    code = (
        "import numpy, pathlib; from pytest_repro.environment import blas;"
        "from pytest_repro.environment.place import Place;"
        f"print(blas.read(Place(directory=pathlib.Path('/nowhere'))).{fact})"
    )
    environment = {"PATH": "", variable: value}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"{value}\n"


def test_a_look_leaves_the_variables_as_they_were():
    code = (
        "import os, numpy; before = dict(os.environ)\n"
        "from pathlib import Path\n"
        "from pytest_repro.environment.snapshot import snapshot\n"
        "snapshot(Path.cwd())\n"
        "raise SystemExit(dict(os.environ) != before)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
