"""The float environment: what arithmetic tells of it, against what the C library and the compiler set."""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import shutil
import subprocess
import sys

import pytest

from pytest_repro.probes.floats import Floats, float_environment

ROUNDINGS = {"nearest": 0x000, "down": 0x400, "up": 0x800, "zero": 0xC00}  # fenv.h of x86

TOLD = """
import ctypes, json, sys, threading
from dataclasses import asdict
from pytest_repro.probes.floats import float_environment
from pytest_repro.probes.registry import run
before, digest = asdict(float_environment()), run(None)["floats"]
ctypes.CDLL(sys.argv[1])
told = [asdict(float_environment())]
other = threading.Thread(target=lambda: told.append(asdict(float_environment())))
other.start(); other.join()
print(json.dumps([before, *told, digest != run(None)["floats"]]))
"""


def test_a_process_that_nobody_changed_keeps_tiny_numbers_and_rounds_to_the_nearest():
    assert float_environment() == Floats(flush_to_zero=False, denormals_are_zero=False, rounding="nearest")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="numbers of glibc on x86")
@pytest.mark.parametrize("name", ROUNDINGS)
def test_each_direction_of_rounding_is_told(name):
    libm = ctypes.CDLL(ctypes.util.find_library("m"))
    if libm.fegetround() != ROUNDINGS["nearest"] or libm.fesetround(ROUNDINGS[name]):
        pytest.skip("this processor numbers them otherwise")
    try:
        found = float_environment()
    finally:
        libm.fesetround(ROUNDINGS["nearest"])
    assert found == Floats(flush_to_zero=False, denormals_are_zero=False, rounding=name)


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs gcc")
def test_a_library_linked_for_fast_mathematics_flushes_tiny_numbers_in_later_threads_too(tmp_path):
    (tmp_path / "fast.c").write_text("int fast(void) { return 1; }\n")
    library = tmp_path / "fast.so"
    build = ["gcc", "-shared", "-fPIC", "-ffast-math", str(tmp_path / "fast.c"), "-o", str(library)]
    subprocess.run(build, check=True)
    done = subprocess.run([sys.executable, "-c", TOLD, str(library)], capture_output=True, check=True)
    kept = {"flush_to_zero": False, "denormals_are_zero": False, "rounding": "nearest"}
    before, after, later, moved = json.loads(done.stdout)
    assert before == kept
    if after == kept:
        pytest.skip("this compiler's fast mathematics leaves the float environment alone")
    assert after == later == {"flush_to_zero": True, "denormals_are_zero": True, "rounding": "nearest"}
    assert moved
