"""The variables of variations: merged with what the user has set, and with one another."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_repro.variations import tunables
from pytest_repro.variations.condition import Condition
from pytest_repro.variations.processor import machine
from pytest_repro.variations.registry import VARIATIONS, control_variables, variation


def test_unchanged_processes_share_the_session_s_hash_seed_or_one_of_their_own():
    assert control_variables({}) == {"PYTHONHASHSEED": "1"}
    assert control_variables({"PYTHONHASHSEED": "random"}) == {"PYTHONHASHSEED": "1"}
    assert control_variables({"PYTHONHASHSEED": "77"}) == {"PYTHONHASHSEED": "77"}


def test_the_c_library_s_settings_keep_what_stands_there():
    found = tunables.with_masked({"GLIBC_TUNABLES": "glibc.malloc.check=3:glibc.cpu.hwcaps=-ERMS"}, ("FMA", "AVX2"))
    assert found == {"GLIBC_TUNABLES": "glibc.malloc.check=3:glibc.cpu.hwcaps=-ERMS,-FMA,-AVX2"}
    assert tunables.with_masked(found, ("FMA",)) == found
    assert tunables.with_masked({}, ("FMA",)) == {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA"}


def test_numpy_s_list_of_disabled_features_grows_and_a_list_of_enabled_ones_shrinks():
    simd = variation("simd")
    assert simd.variables("A+B", {"NPY_DISABLE_CPU_FEATURES": "C,A"}) == {"NPY_DISABLE_CPU_FEATURES": "C A B"}
    assert simd.variables("A", {"NPY_ENABLE_CPU_FEATURES": "A B"}) == {"NPY_ENABLE_CPU_FEATURES": "B"}


def test_numpy_is_asked_for_its_names_so_that_none_of_them_is_unknown_to_it():
    simd = variation("simd")
    if simd.missing():
        pytest.skip(simd.missing())
    core = getattr(np, "_core", None) or np.core
    names = simd.variables("older", {})["NPY_DISABLE_CPU_FEATURES"].split()
    assert names
    assert set(names) <= set(core._multiarray_umath.__cpu_dispatch__)
    assert all(core._multiarray_umath.__cpu_features__[name] for name in names)
    assert set(names) <= set(simd.variables("baseline", {})["NPY_DISABLE_CPU_FEATURES"].split())


def test_xla_s_flags_keep_what_stands_there_and_name_one_instruction_set():
    found = variation("jax").variables("AVX", {"XLA_FLAGS": "--xla_a=1 --xla_cpu_max_isa=AVX2"})
    assert found == {"XLA_FLAGS": "--xla_a=1 --xla_cpu_max_isa=AVX"}


def test_variations_of_one_process_build_upon_one_another():
    members = (("hashseed", "5"), ("threads", "2"), ("libm", "nofma"), ("timezone", "UTC"))
    found = Condition("combined", members).variables({"GLIBC_TUNABLES": "glibc.malloc.check=3"})
    assert found["PYTHONHASHSEED"] == "5"
    assert found["OMP_NUM_THREADS"] == "2"
    assert found["TZ"] == "UTC"
    assert found["GLIBC_TUNABLES"].startswith("glibc.malloc.check=3:glibc.cpu.hwcaps=-FMA,")


@pytest.mark.parametrize("one", VARIATIONS, ids=lambda one: one.name)
def test_every_variation_says_what_it_is_in_a_line_and_changes_no_dictionary_that_it_is_given(one):
    given = {"A": "b"}
    for value in one.usual():
        one.variables(value, given)
    assert given == {"A": "b"}
    for said in (one.changes, one.stands_for, one.proof, one.mend):
        assert said
        assert not said.endswith(".")
        assert "\n" not in said


@pytest.mark.skipif(bool(variation("blas").missing()) or machine() == "arm64", reason="kernels of x86")
@pytest.mark.parametrize("pinned", ["Haswell", "nehalem", "SkylakeX"])
def test_a_kernel_that_is_pinned_is_not_the_one_that_is_tried(monkeypatch, pinned):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    (own,) = variation("blas").usual()
    monkeypatch.setenv("OPENBLAS_CORETYPE", pinned)
    (other,) = variation("blas").usual()
    assert other.lower() != pinned.lower()
    assert pinned.lower() == own.lower() or other == own


def test_hardware_is_what_stands_for_hardware_alone():
    assert Condition("blas", (("blas", "Haswell"),)).hardware
    assert not Condition("combined", (("blas", "Haswell"), ("hashseed", "3"))).hardware
    assert not Condition("fresh").hardware
