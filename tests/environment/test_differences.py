"""Differences of environments: the true cause first, on real pairs of this machine and on made-up ones."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.environment.differences import differences
from pytest_repro.environment.distribution import Distribution
from pytest_repro.environment.fields import fields
from pytest_repro.environment.reasons import REASONS, reason
from pytest_repro.environment.snapshot import Snapshot

ROOT = Path(__file__).parents[2]

TAKEN = """
import ctypes, importlib.util, json, pathlib, sys
sys.path.insert(0, sys.argv[1])
if len(sys.argv) > 2:
    ctypes.CDLL(sys.argv[2])
import numpy
if importlib.util.find_spec("scipy"):
    import scipy.linalg
from pytest_repro.environment.snapshot import snapshot
print(json.dumps(snapshot(pathlib.Path(sys.argv[1])).to_dict()))
"""

OLDER = "PYTEST_REPRO_NUMPY_1"
"""Variable that names an interpreter with numpy 1.26; sessions of nox set it."""


def taken(*arguments: str, python: str = sys.executable, **variables: str) -> Snapshot:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("OPENBLAS", "NPY_", "OMP_"))}
    command = [python, "-W", "ignore", "-c", TAKEN, str(ROOT), *arguments]
    done = subprocess.run(command, env={**environ, **variables}, capture_output=True, check=True)
    return Snapshot.from_dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def before() -> Snapshot:
    return taken()


def first(before: Snapshot, after: Snapshot) -> tuple[str, object, object]:
    (found, *_) = differences(before, after).differences
    return found.address, found.before, found.after


def test_an_environment_does_not_differ_from_itself_in_another_process(before):
    found = differences(before, taken())
    assert found.differences == ()
    assert found.changed == ()
    assert found.alike
    assert found.sentence == (
        "the numeric stack behaves alike: all 10 probes gave the same bits; "
        "look at code, data and seeds before hardware"
    )


def test_another_kernel_of_blas_is_told_first_and_who_set_it(before):
    if before.blas.kernel not in ("SkylakeX", "Cooperlake", "SapphireRapids"):
        pytest.skip("needs OpenBLAS on a processor with AVX-512")  # it asks for that kernel by name
    found = differences(before, taken(OPENBLAS_CORETYPE="Haswell"))
    (cause, variable) = found.differences
    assert (cause.address, cause.before, cause.after) == ("blas.kernel", before.blas.kernel, "Haswell")
    assert cause.why == "BLAS adds in another order for each kind of processor: no two kernels agree to the last bit"
    assert cause.evidence.endswith("gave other bits; set by OPENBLAS_CORETYPE")
    assert cause.suspect
    assert "blas.pools.numpy-openblas.kernel" in cause.also
    assert variable.address == "variables.OPENBLAS_CORETYPE"
    assert not found.alike


def test_numpy_without_avx512_is_told_first(before):
    wide = [name for name in before.numpy.dispatch or () if "512" in name or name == "X86_V4"]
    if not wide:
        pytest.skip("needs a processor with AVX-512")  # else there is no newer target to leave out
    found = differences(before, taken(NPY_DISABLE_CPU_FEATURES=" ".join(wide)))
    (cause, variable) = found.differences
    assert {cause.address, *cause.also} >= {"numpy.simd", "numpy.dispatch"}
    assert cause.why == "numpy's loops use other instructions, which round and break ties differently"
    assert cause.suspect
    assert variable.address == "variables.NPY_DISABLE_CPU_FEATURES"


def test_one_thread_is_told_first(before):
    if (before.blas.threads or 1) < 2:
        pytest.skip("needs two threads, and a BLAS that tells how many it has")  # one thread cannot be made fewer
    assert first(before, taken(OPENBLAS_NUM_THREADS="1")) == ("blas.threads", before.blas.threads, 1)


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs gcc")
def test_numbers_flushed_to_zero_by_a_library_are_told_first(before, tmp_path):
    (tmp_path / "fast.c").write_text("int fast(void) { return 1; }\n")
    library = str(tmp_path / "fast.so")
    subprocess.run(["gcc", "-shared", "-fPIC", "-ffast-math", str(tmp_path / "fast.c"), "-o", library], check=True)
    after = taken(library)
    if not after.floats.flush_to_zero:
        pytest.skip("this compiler's fast mathematics leaves the float environment alone")  # gcc from 13 on does
    assert first(before, after) == ("floats.flush_to_zero", False, True)


def test_another_numpy_is_told_first(before):
    python = os.environ.get(OLDER)
    if not python:
        pytest.skip(f"{OLDER} names no interpreter with another numpy")  # one environment holds one numpy
    address, then, now = first(before, taken(python=python))
    assert (address, then) == ("numpy.version", before.numpy.version)
    assert now != then


def test_another_libm_is_told_by_the_variable_that_chose_it(before):
    if "fma" not in (before.cpu.features or ()) or not str(before.system.libc).startswith("glibc"):
        pytest.skip("needs glibc on a processor with fused multiply-add")
    tuned = "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F,-FMA4"
    assert first(before, taken(GLIBC_TUNABLES=tuned)) == ("variables.GLIBC_TUNABLES", None, tuned)


def test_where_the_probes_agree_hardware_is_no_suspect_and_the_hash_seed_goes_first(known):
    probes = {"digests": {"libm": "a" * 16, "blas": "b" * 16, "lapack": "c" * 16, "loops64": "d" * 16}}
    left = _with(_with(known, "probes", **probes), "python", hash_seed="1")
    right = _with(_with(left, "blas", kernel="Zen"), "python", hash_seed="2")
    found = differences(left, right)
    assert [one.address for one in found.differences] == ["python.hash_seed", "blas.kernel"]
    kernel = found.differences[1]
    assert kernel.evidence == "the probes blas and lapack gave the same bits"
    assert not kernel.suspect
    assert found.alike


def test_another_processor_with_the_same_kernel_and_the_same_bits_is_no_suspect(known):
    left = _with(known, "probes", digests={"libm": "a" * 16, "blas": "b" * 16, "loops64": "d" * 16})
    right = _with(_with(left, "cpu", model=143, name="Another CPU"), "packages", installed=_packages(scipy="1.12"))
    left = _with(left, "packages", installed=_packages(scipy="1.11"))
    assert first(left, right) == ("packages.scipy", "1.11", "1.12")


def test_a_patch_of_numpy_that_changed_no_bit_stands_behind_the_kernel_that_did(known):
    left = _with(known, "probes", digests={"loops64": "a" * 16, "blas": "b" * 16, "lapack": "c" * 16})
    right = _with(left, "probes", digests={"loops64": "a" * 16, "blas": "e" * 16, "lapack": "f" * 16})
    right = _with(_with(right, "numpy", version="2.4.7"), "blas", kernel="Zen")
    found = differences(left, right)
    assert [one.address for one in found.differences] == ["blas.kernel", "numpy.version"]
    assert found.sentence == (
        "the numeric stack behaves differently, in 2 of 3 probes: products of matrices and vectors; "
        "solutions of equations, eigenvalues and singular values"
    )


def test_another_numpy_that_brings_another_blas_stands_before_it(known):
    left = _with(known, "probes", digests={"loops64": "a" * 16, "blas": "b" * 16})
    right = _with(left, "probes", digests={"loops64": "a" * 16, "blas": "e" * 16})
    right = _with(_with(right, "numpy", version="2.5.0"), "blas", version="0.3.34")
    assert [one.address for one in differences(left, right).differences] == ["numpy.version", "blas.version"]


def test_without_probes_in_both_rank_alone_orders_and_it_is_said(known):
    left = _with(known, "probes", digests={"libm": "a" * 16})
    right = _with(_with(_with(left, "probes", digests=None), "blas", threads=1), "numpy", version="2.5.0")
    found = differences(left, right)
    assert [one.address for one in found.differences] == ["numpy.version", "blas.threads"]
    assert found.alike is None
    assert found.sentence == "no probe was run in both: nothing is known of how the numeric stacks behave"


def test_what_is_unknown_on_one_side_is_told_so_and_stands_behind_what_is_known(known):
    right = _with(_with(known, "blas", kernel=None), "cores", usable=8)
    right = replace(right, unknown={"blas.kernel": "threadpoolctl does not tell"})
    found = differences(known, right)
    assert [one.address for one in found.differences] == ["cores.usable", "blas.kernel"]
    assert found.differences[1].evidence.startswith("not known on one side")


def test_a_package_that_only_one_side_has_installed_stands_behind_those_of_another_version(known):
    left = _with(known, "packages", installed=_packages(torch="2.13", scipy="1.11"))
    right = _with(known, "packages", installed=_packages(scipy="1.12"))
    assert [(one.address, one.rank) for one in differences(left, right).differences] == [
        ("packages.scipy", 1),
        ("packages.torch", 10),
    ]


def test_files_of_a_package_are_told_with_its_version_and_alone_where_the_version_is_the_same(known):
    left, right, other = (
        _with(known, "packages", digest=digest, installed=(Distribution(name="scipy", version=version, record=record),))
        for digest, version, record in (("1" * 16, "1.11", "a"), ("2" * 16, "1.12", "b"), ("3" * 16, "1.11", "c"))
    )
    newer, built = (differences(left, one).differences for one in (right, other))
    assert [one.address for one in newer] == ["packages.scipy", "packages.digest"]
    assert newer[0].also == ("packages.scipy.record",)
    assert built[0].address == "packages.scipy.record"
    assert built[0].why == "the same version from another build"


def test_a_variable_that_took_no_effect_stands_alone(known):
    right = _with(known, "variables", values={"TZ": "UTC", "OMP_NUM_THREADS": "1"})
    (found,) = differences(known, right).differences
    assert (found.address, found.before, found.after) == ("variables.OMP_NUM_THREADS", None, "1")
    assert found.evidence == ""


def test_every_fact_has_a_reason_of_its_own_and_each_reason_a_fact():
    for info in fields():
        if info.section != "probes":  # evidence, and no difference of their own
            assert reason(f"{info.address}.x" if info.table else info.address) != "known to differ, not known to matter"
    assert len({pattern for pattern, _ in REASONS}) == len(REASONS)


def test_a_comparison_is_plain_json(known):
    data = differences(known, _with(known, "blas", threads=1)).to_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["alike"] is True
    assert data["probes"] == {"compared": ["libm"], "changed": []}
    assert data["differences"] == [
        {
            "address": "blas.threads",
            "before": 2,
            "after": 1,
            "why": "work is shared among another number of threads, and partial sums are rounded",
            "evidence": "",
            "rank": 5,
            "suspect": False,
            "also": [],
        }
    ]


def _with(facts: Snapshot, section: str, **values: object) -> Snapshot:
    return replace(facts, **{section: replace(getattr(facts, section), **values)})


def _packages(**versions: str) -> tuple[Distribution, ...]:
    return tuple(Distribution(name=name, version=version) for name, version in sorted(versions.items()))
