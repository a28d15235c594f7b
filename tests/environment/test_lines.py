"""The two lines of a report: short, and silent about what is unknown or as usual."""

from __future__ import annotations

import dataclasses

from pytest_repro.environment.blas import Blas, Pool
from pytest_repro.environment.device import Device
from pytest_repro.environment.lines import environment_line, hardware_line


def test_the_lines_put_the_facts_in_words(known):
    assert hardware_line(known) == "A CPU, 2 of 4 cores, AVX512_SPR; OpenBLAS 0.3.31 SkylakeX, 2 threads; no GPU"
    assert environment_line(known) == "CPython 3.11.7, numpy 2.4.6, Linux glibc 2.36; commit 1f3c9e2 clean"


def test_the_lock_stands_before_the_commit(known):
    line = environment_line(known, "uv.lock 3f2a1c in step")
    assert line == "CPython 3.11.7, numpy 2.4.6, Linux glibc 2.36; uv.lock 3f2a1c in step; commit 1f3c9e2 clean"


def test_what_is_unknown_is_left_out_and_never_guessed(known):
    bare = dataclasses.replace(
        known,
        cpu=type(known.cpu)(),
        numpy=type(known.numpy)(),
        blas=Blas(),
        system=type(known.system)(name="Linux"),
        git=type(known.git)(),
        unknown={"git.commit": "not in a git repository"},
    )
    assert hardware_line(bare) == "2 of 4 cores; no GPU"
    assert environment_line(bare) == "CPython 3.11.7, numpy not imported, Linux; not in a git repository"


def test_libraries_that_say_the_same_are_told_once_and_one_thread_is_no_threads(changed):
    one = Pool(owner="numpy", api="blas", name="OpenBLAS", version="0.3.31", kernel="Zen", threads=1)
    pools = (one, dataclasses.replace(one, owner="scipy"), Pool(owner="torch", api="openmp", name="OpenMP", threads=8))
    line = hardware_line(changed("blas", pools=pools))
    assert line == "A CPU, 2 of 4 cores, AVX512_SPR; OpenBLAS 0.3.31 Zen, 1 thread; no GPU"


def test_a_quota_is_told_where_it_holds_the_process_back(changed):
    assert hardware_line(changed("cores", quota=1.5)).startswith("A CPU, 2 of 4 cores, a quota of 1.5, AVX512_SPR; ")
    assert hardware_line(changed("cores", quota=2.0)).startswith("A CPU, 2 of 4 cores, AVX512_SPR; ")


def test_gpus_have_name_number_and_driver(changed):
    two = (Device(name="NVIDIA H200"), Device(name="NVIDIA H200"))
    line = hardware_line(changed("gpu", present=True, name="NVIDIA H200", devices=two, driver="570.86"))
    assert line.endswith("; 2 x NVIDIA H200, driver 570.86")
    assert hardware_line(changed("gpu", present=None)).endswith("2 threads")


def test_an_unusual_float_environment_is_told(changed):
    line = hardware_line(changed("floats", denormals_are_zero=True, rounding="up"))
    assert line.endswith("; no GPU; subnormal numbers become zero, rounding goes up")


def test_a_changed_tree_is_dirty(changed):
    assert environment_line(changed("git", dirty=True)).endswith("; commit 1f3c9e2 dirty")
