"""Contracts: everything that is broken told at once, unknown facts break, misspelt names are usage errors."""

from __future__ import annotations

import dataclasses

import pytest

from pytest_repro.environment.contract import ContractBroken, names, require
from pytest_repro.environment.distribution import Distribution
from pytest_repro.environment.fields import fields
from pytest_repro.errors import ReproError


@pytest.fixture
def kept(known):
    """The known snapshot with what a contract may ask for beyond it."""
    installed = tuple(
        Distribution(name=name, version=version)
        for name, version in (("numpy", "2.4.6"), ("scikit-learn", "1.8.0rc1"), ("torch", "2.13.0+cpu"))
    )
    return dataclasses.replace(
        known,
        packages=dataclasses.replace(known.packages, installed=installed),
        cpu=dataclasses.replace(known.cpu, features=("avx2", "fma")),
        unknown={"cores.quota": "no quota is set, or none is told", "switches.torch": "torch was not imported"},
    )


@pytest.mark.parametrize(
    "wants",
    [
        {"numpy": ">=2"},
        {"numpy": ">=2,<3"},
        {"numpy": "2.4.6"},
        {"numpy": True, "tensorflow": None, "jax": False},
        {"scikit_learn": ">=1.8.0rc1", "torch": ">=2"},
        {"python": ">=3.11,<3.12"},
        {"python": ("3.10.1", "3.11.7")},
        {"threads": 2, "cores": ">=2"},
        {"threads": "<=2", "cores_usable": "!=3"},
        {"blas": "OpenBLAS", "blas_version": ">=0.3.20", "blas_kernel": ("Haswell", "skylakex")},
        {"blas": ">=0.3.20"},
        {"gpu": False, "flush_to_zero": False, "floats_rounding": "nearest"},
        {"libc": ">=2.31", "system": "Linux"},
        {"cpu_features": "fma avx2", "hash_seed": "random"},
        {"variables": {"TZ": "UTC", "OMP_NUM_THREADS": None}},
        {"variables": {"TZ": ("UTC", "Etc/UTC")}},
        {"at": {"blas.kernel": "SkylakeX", "numpy.targets.exp.float64": "X86_V4", "packages.numpy": ">=2"}},
        {"at": {"blas.pools.numpy-openblas.threads": 2}},
        {},
    ],
    ids=str,
)
def test_a_contract_that_holds_says_nothing(kept, wants):
    assert require(kept, **wants) is None


def test_all_that_is_broken_is_told_at_once_with_what_was_expected_found_and_how_to_mend_it(kept):
    with pytest.raises(ContractBroken) as caught:
        require(
            kept,
            numpy="<2",
            python=">=3.12",
            threads=1,
            cores=">=4",
            blas_kernel="Haswell",
            flush_to_zero=True,
            gpu=True,
            jax=">=0.4",
            torch=False,
            libc=">=2.38",
            variables={"OMP_NUM_THREADS": 1, "TZ": None},
            at={"blas.version": ">=0.4"},
            system="Linux",
        )
    assert caught.value.code == "E302"
    assert str(caught.value) == (
        "13 of 14 requirements of this environment do not hold  [RPR-E302]\n"
        "  numpy            expected <2             found 2.4.6\n"
        "    mend: pip install 'numpy<2'\n"
        "  python           expected >=3.12         found 3.11.7\n"
        "    mend: run pytest under the Python that is required\n"
        "  threads          expected 1              found 2\n"
        "    mend: OPENBLAS_NUM_THREADS=1 pytest ...\n"
        "  cores            expected >=4            found 2\n"
        "    mend: run where the process may use more or fewer cores: taskset -c 0-3 pytest ...\n"
        "  blas_kernel      expected Haswell        found SkylakeX\n"
        "    mend: OPENBLAS_CORETYPE=Haswell pytest ...\n"
        "  flush_to_zero    expected yes            found no\n"
        "    mend: load no library that was linked with -ffast-math: LD_DEBUG=libs pytest ... lists what is loaded\n"
        "  gpu              expected yes            found no\n"
        "    mend: run where the GPU that is required is visible: nvidia-smi\n"
        "  jax              expected >=0.4          found not installed\n"
        "    mend: pip install 'jax>=0.4'\n"
        "  torch            expected not installed  found 2.13.0+cpu\n"
        "    mend: pip uninstall torch\n"
        "  libc             expected >=2.38         found glibc 2.36\n"
        "    mend: run in the image or on the system that is required\n"
        "  OMP_NUM_THREADS  expected 1              found not set\n"
        "    mend: OMP_NUM_THREADS=1 pytest ...\n"
        "  TZ               expected not set        found UTC\n"
        "    mend: env -u TZ pytest ...\n"
        "  blas.version     expected >=0.4          found 0.3.31\n"
        "    mend: install the numpy that brings it: python -m threadpoolctl -i numpy tells which BLAS is loaded"
    )


def test_one_broken_requirement_is_told_as_one(kept):
    with pytest.raises(ContractBroken) as caught:
        require(kept, threads="<2")
    assert str(caught.value) == (
        "the requirement of this environment does not hold  [RPR-E302]\n"
        "  threads  expected <2  found 2\n"
        "    mend: OPENBLAS_NUM_THREADS=N pytest ..., with N <2"
    )


def test_an_unknown_fact_breaks_the_contract_and_says_why_it_is_unknown(kept):
    with pytest.raises(ContractBroken) as caught:
        require(kept, cores_quota=">=2", at={"switches.torch.deterministic": True})
    assert [(one.name, one.expected, one.found) for one in caught.value.broken] == [
        ("cores_quota", ">=2", "unknown: no quota is set, or none is told"),
        ("switches.torch.deterministic", "yes", "unknown: torch was not imported"),
    ]


def test_a_section_that_failed_breaks_what_is_required_of_packages(kept):
    facts = dataclasses.replace(
        kept,
        packages=dataclasses.replace(kept.packages, installed=None),
        unknown={"packages": "the section failed"},
    )
    with pytest.raises(ContractBroken) as caught:
        require(facts, numpy=">=2")
    assert caught.value.broken[0].found == "unknown: the section failed"


@pytest.mark.parametrize(
    ("wants", "message"),
    [
        (
            {"kernal": "Haswell"},
            "'kernal' is neither a fact nor an installed distribution; did you mean kernel? in 'require(kernal=...)'",
        ),
        (
            {"nunpy": ">=2"},
            "'nunpy' is neither a fact nor an installed distribution; did you mean numpy? in 'require(nunpy=...)'",
        ),
        (
            {"frobnicate": 3},
            "'frobnicate' is neither a fact nor an installed distribution in 'require(frobnicate=...)'",
        ),
        ({"numpy": "two"}, "'two' is neither a version nor bounds such as '>=2,<3' in 'require(numpy=...)'"),
        ({"threads": "many"}, "unexpected 'many' (the fact is the number 2) in 'require(threads=...)'"),
        ({"blas_kernel": 3}, "unexpected 3 (the fact is the text 'SkylakeX') in 'require(blas_kernel=...)'"),
        ({"flush_to_zero": "no"}, "unexpected 'no' (the fact is False) in 'require(flush_to_zero=...)'"),
        ({"at": {"blas.kernl": "x"}}, "no fact stands at 'blas.kernl'; did you mean blas.kernel? in 'require(at=...)'"),
        (
            {"variables": {"HOME": "x"}},
            "'HOME' is not one of the variables that are recorded in 'require(variables=...)'",
        ),
    ],
    ids=str,
)
def test_what_means_nothing_is_an_error_of_use(kept, wants, message):
    with pytest.raises(ReproError) as caught:
        require(kept, **wants)
    assert str(caught.value) == f'{message}  [RPR-U101]\n  mend: env.require(numpy=">=2", threads=1)'


def test_an_error_of_use_comes_before_anything_broken(kept):
    with pytest.raises(ReproError) as caught:
        require(kept, threads=1, blas_kernal="Haswell")
    assert caught.value.code == "U101"


def test_every_plain_fact_can_be_required_by_its_address_with_underscores():
    known = names()
    for info in fields():
        if not info.table and info.address not in ("blas.pools", "gpu.devices", "numpy.targets"):
            assert known.get(info.address.replace(".", "_")) == info.address or info.name in (
                "torch",
                "tensorflow",
                "jax",
            )


def test_no_secret_is_told_of_a_variable(kept):
    facts = dataclasses.replace(
        kept, variables=dataclasses.replace(kept.variables, values={"TZ": "token=a1b2c3d4e5f6g7h8i9"})
    )
    with pytest.raises(ContractBroken) as caught:
        require(facts, variables={"TZ": "UTC"})
    assert str(caught.value).splitlines()[1] == "  TZ  expected UTC  found token=<secret>"
