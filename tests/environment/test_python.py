"""The interpreter's facts, and the hash seed that took effect whatever was set since."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pytest_repro.environment import python

ASK = (
    "import os, pathlib; from pytest_repro.environment import python; from pytest_repro.environment.place import Place;"
    "{}; print(python.read(Place(directory=pathlib.Path('/nowhere'))).hash_seed)"
)


def seed(monkeypatch, given, *options, late="0"):
    if given is None:
        monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    else:
        monkeypatch.setenv("PYTHONHASHSEED", given)
    command = [sys.executable, *options, "-c", ASK.format(late)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep no record of how a process was started")
@pytest.mark.parametrize(
    ("given", "options", "told"),
    [("0", (), "0"), ("5", (), "5"), ("random", (), "random"), (None, (), "random"), ("5", ("-I",), "random")],
)
def test_the_hash_seed_is_the_one_of_the_start(monkeypatch, given, options, told):
    assert seed(monkeypatch, given, *options) == told
    assert seed(monkeypatch, given, *options, late="os.environ['PYTHONHASHSEED'] = '7'") == told


def test_where_the_process_wrote_over_its_record_the_variable_is_asked(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONHASHSEED", "5")
    (tmp_path / "environ").write_bytes(b"worker [gw0] a title\0\0\0")
    monkeypatch.setattr(python, "STARTED", str(tmp_path / "environ"))
    assert python._at_start("PYTHONHASHSEED") == "5"
    monkeypatch.setattr(python, "STARTED", str(tmp_path / "absent"))
    assert python._at_start("PYTHONHASHSEED") == "5"
    assert python._at_start("NOT_SET_AT_ALL") == ""


def test_a_seed_of_zero_that_is_not_in_force_is_unknown(monkeypatch):
    flags = type("Flags", (), {"hash_randomization": 1, "ignore_environment": 0})
    monkeypatch.setattr(python.sys, "flags", flags)
    monkeypatch.setattr(python, "_at_start", lambda _: "0")
    assert python._hash_seed() is None


def test_versions_before_a_release_say_so(monkeypatch):
    monkeypatch.setattr(python.sys, "version_info", (3, 14, 0, "candidate", 2))
    assert python._version() == "3.14.0rc2"
    monkeypatch.setattr(python.sys, "version_info", (3, 14, 1, "final", 0))
    assert python._version() == "3.14.1"


def test_the_facts_of_this_interpreter(place):
    told = python.read(place)
    assert (told.implementation, told.byteorder, told.bits) == ("CPython", sys.byteorder, 64)
    assert told.optimize == 0
    assert told.abi.startswith("cpython-3")
    assert told.gil is True or "t" in told.abi
