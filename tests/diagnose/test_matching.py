"""Which variations make of this environment a recorded one."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pytest_repro.diagnose.matching import matching
from pytest_repro.environment.snapshot import snapshot
from pytest_repro.variations.registry import variation


@pytest.fixture(scope="module")
def now():
    return snapshot(Path())


def other(found, section, **facts):
    return dataclasses.replace(found, **{section: dataclasses.replace(getattr(found, section), **facts)})


def labels(recorded, now):
    return [condition.label for condition in matching(recorded, now)]


def test_the_same_environment_is_made_by_nothing(now):
    assert matching(now, now) == ()


def test_a_recorded_kernel_is_a_value_of_blas(now):
    here = other(now, "blas", name="OpenBLAS", kernel="SkylakeX", threads=2)
    assert labels(other(here, "blas", kernel="Zen"), here) == ["blas=Zen"]
    assert labels(other(here, "blas", kernel="Zen", name="MKL"), here) == [], "no variable makes one library another"
    assert labels(other(here, "blas", kernel=None), here) == []


def test_threads_of_then_are_a_value_of_threads(now):
    here = other(now, "blas", threads=2)
    assert labels(other(here, "blas", threads=5), here) == ["threads=5"]
    assert labels(other(here, "blas", threads=None), here) == []


@pytest.mark.skipif(bool(variation("simd").missing()), reason="numpy has nothing to choose from here")
def test_targets_that_were_not_in_use_are_left_out(now):
    here = other(now, "numpy", dispatch=("A", "B", "C"))
    (condition,) = matching(other(here, "numpy", dispatch=("A",)), here)
    assert condition.members == (("simd", "B+C"),)
    assert labels(other(here, "numpy", dispatch=("A", "B", "C", "D")), here) == [], "none can be added"
    assert labels(other(here, "numpy", dispatch=None), here) == []


@pytest.mark.skipif(bool(variation("libm").missing()), reason="libm's functions cannot be chosen here")
def test_a_processor_without_fused_multiply_add_is_libm_s(now):
    here = other(now, "cpu", features=("avx2", "fma"))
    assert labels(other(here, "cpu", features=("avx2",)), here) == ["libm"]
    assert labels(other(here, "cpu", features=None), here) == []


def test_a_hash_seed_of_then_is_taken_and_a_random_one_cannot_be(now):
    here = other(now, "python", hash_seed="random")
    assert labels(other(here, "python", hash_seed="7"), here) == ["hashseed=7"]
    assert labels(other(here, "python", hash_seed="random"), other(now, "python", hash_seed="3")) == []


def test_a_zone_of_then_is_taken_from_the_variable_or_from_the_system(now):
    here = other(now, "locale", offset=0, zone_file="Etc/UTC")
    then = other(here, "locale", offset=3600, zone_file="Europe/Berlin")
    assert labels(then, here) == ["timezone=Europe/Berlin"]
    assert labels(other(then, "variables", values={"TZ": "Asia/Tokyo"}), here) == ["timezone=Asia/Tokyo"]


def test_several_are_tried_alone_and_then_together(now):
    here = other(other(now, "blas", threads=2), "python", hash_seed="1")
    then = other(other(here, "blas", threads=5), "python", hash_seed="7")
    assert labels(then, here) == ["threads=5", "hashseed=7", "combined"]
    assert matching(then, here)[-1].members == (("threads", "5"), ("hashseed", "7"))
