"""Probes: the same bits in each process of one numeric stack, others when the stack changes, and no trace left."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

from pytest_repro.probes import registry
from pytest_repro.probes.probe import Probe
from pytest_repro.probes.registry import PROBES, run

NAMES = ("floats", "libm", "loops64", "loops32", "complex", "sums", "sorting", "blas", "lapack", "threads")

ASKED = """
import json, sys
import numpy
from threadpoolctl import threadpool_info
from pytest_repro.probes.registry import run
core = sys.modules.get("numpy._core._multiarray_umath") or sys.modules["numpy.core._multiarray_umath"]
blas = next((pool for pool in threadpool_info() if pool["user_api"] == "blas"), {})
print(json.dumps({
    "digests": run(numpy),
    "kernel": blas.get("architecture"),
    "threads": blas.get("num_threads"),
    "simd": [name for name in core.__cpu_dispatch__ if core.__cpu_features__[name]],
}))
"""


def asked(**variables: str) -> dict:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("OPENBLAS", "NPY_", "OMP_"))}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASKED], env={**environ, **variables}, capture_output=True, check=True
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def here() -> dict:
    return asked()


def changed(before: dict, after: dict) -> list[str]:
    return [name for name in NAMES if before["digests"][name] != after["digests"][name]]


def widest(simd: list[str]) -> str:
    """The name by which numpy's AVX-512 is switched off; another in each line of versions."""
    return " ".join(name for name in simd if "512" in name or name == "X86_V4")


def test_each_probe_has_a_digest_of_its_own():
    found = run(np)
    assert tuple(found) == NAMES == tuple(probe.name for probe in PROBES)
    assert len(set(found.values())) == len(NAMES)
    assert all(re.fullmatch("[0-9a-f]{16}", digest) for digest in found.values())


def test_without_numpy_only_those_are_run_that_need_none():
    assert list(run(None)) == ["floats", "libm"]
    assert run(None).items() <= run(np).items()


def test_the_same_stack_gives_the_same_bits_again_and_in_another_process(here):
    assert run(np) == run(np)
    assert changed(here, asked()) == []


@pytest.mark.parametrize("variables", [{"PYTHONHASHSEED": "7"}, {"TZ": "Asia/Tokyo"}, {"LC_ALL": "C"}], ids=str)
def test_what_computes_nothing_changes_nothing(here, variables):
    assert changed(here, asked(**variables)) == []


def test_the_number_of_threads_changes_the_probe_of_threads_alone(here):
    if here["kernel"] is None or here["threads"] == 1:
        pytest.skip("numpy's BLAS is not known to threadpoolctl, or has one thread")
    assert set(changed(here, asked(OPENBLAS_NUM_THREADS="1"))) <= {"threads"}


def test_another_kernel_of_blas_changes_products_and_linear_algebra_and_nothing_of_numpys_own(here):
    if here["kernel"] not in ("SkylakeX", "Cooperlake", "SapphireRapids"):
        pytest.skip("needs OpenBLAS on a processor with AVX-512")
    after = asked(OPENBLAS_CORETYPE="Haswell")
    assert after["kernel"] == "Haswell"
    assert {"blas", "lapack"} <= set(changed(here, after)) <= {"blas", "lapack", "threads"}


def test_numpy_without_avx512_changes_its_loops_and_sorts_and_not_linear_algebra(here):
    if not widest(here["simd"]):
        pytest.skip("needs a processor with AVX-512")
    found = changed(here, asked(NPY_DISABLE_CPU_FEATURES=widest(here["simd"])))
    assert {"loops64", "sorting"} <= set(found) <= {"loops64", "loops32", "complex", "sums", "sorting"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="GLIBC_TUNABLES belongs to glibc")
def test_a_libm_without_fused_multiply_add_changes_its_own_probe(here):
    with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123  # a file of the kernel
        if " fma" not in file.read() or not os.confstr("CS_GNU_LIBC_VERSION"):
            pytest.skip("needs glibc on a processor with fused multiply-add")
    found = changed(here, asked(GLIBC_TUNABLES="glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F,-FMA4"))
    assert "libm" in found
    assert not {"blas", "lapack", "floats"} & set(found)


def test_no_trace_is_left_in_generators_error_state_warnings_and_modules():
    run(np)
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002  # the legacy generator is what is watched
    before = (random.getstate(), str(np.random.get_state()), np.geterr(), set(sys.modules))  # noqa: NPY002
    with np.errstate(all="raise"), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        run(np)
        assert set(np.geterr().values()) == {"raise"}
    assert told == []
    assert (random.getstate(), str(np.random.get_state()), np.geterr(), set(sys.modules)) == before  # noqa: NPY002


def test_a_probe_that_cannot_be_run_is_missing_and_the_others_are_there(monkeypatch):
    def broken(_):
        raise ImportError("this numpy was built without LAPACK")

    monkeypatch.setattr(registry, "PROBES", (Probe("lapack", "nothing", broken), *PROBES[:2]))
    assert list(run(np)) == ["floats", "libm"]


@pytest.mark.no_replay(reason="it measures time, which is another one in each run")
def test_all_probes_take_two_milliseconds_once_warm():
    run(np)
    took = []
    for _ in range(100):  # a busy machine leaves some of them alone
        start = time.thread_time()
        run(np)
        took.append(time.thread_time() - start)
    assert min(took) < 0.006  # 1.3 on the machine it was made on, of which two are allowed
