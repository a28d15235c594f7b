"""What a snapshot shows to be wrong, and above all: what it does not call wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_repro.controls.effects import ineffective
from pytest_repro.controls.surroundings import findings
from pytest_repro.environment.blas import Blas
from pytest_repro.environment.cores import Cores
from pytest_repro.environment.cpu import Cpu
from pytest_repro.environment.distribution import Distribution
from pytest_repro.environment.floats import FloatEnvironment
from pytest_repro.environment.git import Git
from pytest_repro.environment.gpu import Gpu
from pytest_repro.environment.packages import Packages
from pytest_repro.environment.python import Python
from pytest_repro.environment.snapshot import snapshot
from pytest_repro.environment.switches import Switches


def told(snapshot, policy=None):
    return {finding.code: finding for finding in findings(snapshot, policy or {})}


def effects(snapshot):
    return [one.words for one in ineffective(snapshot)]


def test_where_nothing_is_wrong_nothing_is_told(surroundings):
    assert findings(surroundings(), {}) == ()


def test_where_nothing_is_known_only_that_is_told(surroundings):
    """No absence of knowledge is taken for a fault, but for the two that make a drift untraceable."""
    empty = surroundings()
    blank = {name: type(getattr(empty, name))() for name in ("cpu", "cores", "floats", "numpy", "blas", "git", "gpu")}
    assert sorted(told(replace(empty, **blank))) == ["E304", "H501"]


@pytest.mark.no_replay(reason="it looks at what a snapshot of this moment costs")
def test_this_machine_itself_gives_no_finding_but_of_its_working_tree(tmp_path):
    assert set(told(snapshot(tmp_path))) <= {"E304", "E305", "H505"}


def test_the_policy_decides_the_action(surroundings):
    dirty = surroundings(git=Git(commit="a" * 40, dirty=True))
    assert told(dirty)["E304"].action == "accept"
    assert told(dirty, {"E304": "fail"})["E304"].action == "fail"


def test_a_failed_section_is_named_with_its_error(surroundings):
    found = told(surroundings(errors={"gpu": "OSError: no", "git": "ValueError: x"}))["E301"]
    assert found.headline == (
        "RPR-E301 environment not captured: 2 sections of the snapshot could not be read: gpu, git"
    )
    assert found.reasons == ("gpu: OSError: no", "git: ValueError: x")
    assert found.about == ("gpu", "git")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"OMP_NUM_THREADS": "1"}, ["OMP_NUM_THREADS=1, and numpy's OpenBLAS has 2 threads"]),
        ({"OMP_NUM_THREADS": "1,2"}, ["OMP_NUM_THREADS=1, and numpy's OpenBLAS has 2 threads"]),
        ({"OMP_NUM_THREADS": "2"}, []),
        ({"OMP_NUM_THREADS": "8"}, []),
        ({"OMP_NUM_THREADS": ""}, []),
        ({"OMP_NUM_THREADS": "0"}, []),
        ({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "2"}, []),
        ({"MKL_NUM_THREADS": "1"}, []),
        (
            {"OMP_NUM_THREADS": "auto"},
            ["OMP_NUM_THREADS=auto is no number of threads; numpy's OpenBLAS has 2 threads"],
        ),
        (
            {"OPENBLAS_CORETYPE": "Haswell"},
            ["OPENBLAS_CORETYPE=Haswell, and numpy's OpenBLAS runs SkylakeX"],
        ),
        ({"OPENBLAS_CORETYPE": "SKYLAKEX"}, []),
        ({"PYTHONHASHSEED": "5"}, ["PYTHONHASHSEED=5, and the interpreter started with random"]),
        ({"PYTHONHASHSEED": "random"}, []),
        (
            {"NPY_DISABLE_CPU_FEATURES": "X86_V4,AVX512_ICL"},
            ["NPY_DISABLE_CPU_FEATURES names X86_V4, and numpy uses it still"],
        ),
        ({"NPY_DISABLE_CPU_FEATURES": "AVX512_ICL"}, []),
        ({"PYTHONOPTIMIZE": "1"}, ["PYTHONOPTIMIZE=1, and assert statements are not optimised away"]),
        ({"PYTHONOPTIMIZE": ""}, []),
        ({"PYTHONUTF8": "0"}, []),
        ({"PYTHONUTF8": "1"}, ["PYTHONUTF8=1, and UTF-8 mode is off"]),
    ],
)
def test_a_variable_is_without_effect_where_the_process_does_otherwise(surroundings, variables, words):
    assert effects(surroundings(variables=variables)) == words


@pytest.mark.parametrize(
    ("wish", "seed", "words"),
    [
        ("5", "5", []),
        ("05", "5", []),
        ("5", "7", ["PYTHONHASHSEED=5, and the interpreter started with the seed 7"]),
        ("0", None, ["PYTHONHASHSEED=0, and the interpreter started with another seed"]),
        ("random", "7", ["PYTHONHASHSEED=random, and the interpreter started with the seed 7"]),
    ],
)
def test_a_hash_seed_that_was_set_too_late_is_told(surroundings, wish, seed, words):
    assert effects(surroundings(variables={"PYTHONHASHSEED": wish}, python=Python(hash_seed=seed))) == words


def test_each_variable_is_told_once_however_many_pools_ignore_it(surroundings):
    pools = (surroundings.pool(), surroundings.pool("scipy"), surroundings.pool("system", "OpenMP", api="openmp"))
    some = surroundings(variables={"OMP_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Zen"}, blas=Blas(pools=pools))
    found = told(some)["E303"]
    assert found.sentence == "2 variables are set and do nothing"
    assert found.about == ("OMP_NUM_THREADS", "OPENBLAS_CORETYPE")
    assert found.reasons[0] == "OMP_NUM_THREADS=1, and numpy's OpenBLAS has 2 threads"


def test_jax_in_32_bits_is_told_where_64_were_asked_for(surroundings):
    some = surroundings(variables={"JAX_ENABLE_X64": "1"}, switches=Switches(jax={"enable_x64": False}))
    assert effects(some) == ["JAX_ENABLE_X64=1, and jax computes in 32 bits"]
    assert effects(surroundings(variables={"JAX_ENABLE_X64": "0"}, switches=Switches(jax={"enable_x64": False}))) == []


@pytest.mark.parametrize(
    ("git", "unknown", "sentence"),
    [
        (Git(commit="1f3c9e2a" * 5, dirty=True), {}, "files differ from commit 1f3c9e2"),
        (Git(), {"git.commit": "not in a git repository"}, "no commit is known: not in a git repository"),
    ],
)
def test_code_that_no_commit_holds_is_told(surroundings, git, unknown, sentence):
    assert told(surroundings(git=git, unknown=unknown))["E304"].sentence == sentence


def test_a_slow_snapshot_names_its_slowest_sections(surroundings):
    found = told(surroundings(cost={"cpu": 300.0, "git": 20.0, "gpu": 1.0, "ci": 0.1}))["E305"]
    assert found.sentence == "the snapshot takes 321 ms of 250"
    assert found.reasons == ("cpu took 300 ms", "git took 20 ms", "gpu took 1 ms")


def test_a_large_snapshot_is_told(surroundings):
    found = told(surroundings(variables={"LD_PRELOAD": "x" * 9000}))["E305"]
    assert found.sentence.startswith("the snapshot takes ")
    assert found.sentence.endswith(" bytes of 8192")


def test_hardware_without_a_name_is_told_with_the_reason(surroundings):
    found = told(surroundings(cpu=Cpu(), blas=Blas(), unknown={"cpu.name": "no file tells it"}))["H501"]
    assert found.sentence == "the CPU's name and the BLAS that numpy uses are not known"
    assert found.reasons == ("cpu.name: no file tells it", "blas.name: no reason given")


@pytest.mark.parametrize(
    ("floats", "sentence"),
    [
        (FloatEnvironment(flush_to_zero=True, rounding="nearest"), "results too small to be normal become zero"),
        (FloatEnvironment(denormals_are_zero=True), "such numbers are read as zero"),
        (FloatEnvironment(rounding="up"), "rounding goes up"),
    ],
)
def test_another_float_environment_is_told(surroundings, floats, sentence):
    assert told(surroundings(floats=floats))["H502"].sentence == sentence


GPU = Gpu(present=True, name="H200", cuda="12.8")
PLUGIN = Packages(installed=(Distribution(name="jax-cuda12-plugin", version="0.9"),))


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"switches": Switches(torch={"deterministic_algorithms": False})}, ("torch",)),
        ({"switches": Switches(torch={"deterministic_algorithms": True, "cudnn_benchmark": True})}, ("torch",)),
        ({"switches": Switches(torch={"deterministic_algorithms": True})}, None),
        ({"switches": Switches(torch={"deterministic_algorithms": False}), "gpu": Gpu(present=False)}, None),
        ({"switches": Switches(torch={"deterministic_algorithms": False}), "gpu": Gpu(present=True)}, None),
        ({"switches": Switches(tensorflow={"op_determinism": False})}, ("tensorflow",)),
        ({"switches": Switches(tensorflow={"op_determinism": True})}, None),
        ({"switches": Switches(jax={})}, None),
        ({"switches": Switches(jax={}), "packages": PLUGIN}, ("jax",)),
        (
            {
                "switches": Switches(jax={}),
                "packages": PLUGIN,
                "variables": {"XLA_FLAGS": "--xla_gpu_deterministic_ops=true"},
            },
            None,
        ),
        ({}, None),
    ],
)
def test_kernels_that_may_differ_are_told_only_of_loaded_builds_for_the_gpu(surroundings, changes, about):
    found = told(surroundings(**{"gpu": GPU, **changes})).get("H503")
    assert (found and found.about) == about


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cores": Cores(usable=1)}, "2 threads on 1 core"),
        ({"cores": Cores(usable=4, quota=1.5)}, None),
        ({"cores": Cores(usable=4, quota=0.5)}, "2 threads on 1 core"),
        ({"variables": {"PYTEST_XDIST_WORKER_COUNT": "4"}}, "4 workers of 2 threads each on 4 cores"),
        ({"variables": {"PYTEST_XDIST_WORKER_COUNT": "2"}}, None),
        ({"cores": Cores()}, None),
    ],
)
def test_more_threads_than_cores_are_told_workers_and_quota_counted(surroundings, changes, sentence):
    found = told(surroundings(**changes)).get("H505")
    assert (found and found.sentence) == sentence


def test_one_thread_a_worker_is_never_too_much(surroundings):
    single = Blas(name="OpenBLAS", pools=(surroundings.pool(threads=1),))
    assert findings(surroundings(blas=single, variables={"PYTEST_XDIST_WORKER_COUNT": "64"}), {}) == ()
