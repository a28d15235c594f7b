"""The fuzzer: all readers keep the law, and a reader that breaks it is found."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_repro.errors import ReproError

PROGRAMS = Path(__file__).parents[1] / "benchmarks"

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is bounded by means of Linux")


@pytest.fixture(scope="module")
def fuzz():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PROGRAMS)
        return importlib.import_module("fuzz")


def test_any_bytes_give_every_reader_a_value_or_an_error_of_ours(fuzz, tmp_path):
    counts = fuzz.fuzz(fuzz.readers(tmp_path), tmp_path, inputs=2000, seconds=30)
    assert {name: one.smallest for name, one in counts.items() if one.smallest} == {}
    assert all(one.inputs for one in counts.values())


def test_inputs_that_are_grown_by_what_they_reach_keep_the_law_as_well(tmp_path):
    pytest.importorskip("atheris", reason="the engine that grows them")
    words = [sys.executable, str(PROGRAMS / "fuzz_guided.py"), "--inputs", "400", "--only", "npy"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^npy +4\d\d ", done.stdout, re.MULTILINE)


def hang(_data, _folder):
    while True:
        time.sleep(0.01)


def leave(_data, folder):
    (folder / ".." / "left").write_bytes(b"")


def swallow(_data, _folder):
    return len(bytearray(1 << 30))


def stumble(data, _folder):
    try:
        return json.loads(data)
    except ValueError:
        raise ReproError("B602", "no JSON") from None


@pytest.mark.parametrize(
    ("bad", "said"),
    [(hang, "SlowError"), (leave, "EscapeError"), (swallow, "MemoryError"), (stumble, "RecursionError")],
)
def test_a_reader_that_breaks_the_law_is_found(fuzz, tmp_path, monkeypatch, bad, said):
    monkeypatch.setattr(fuzz, "PATIENCE_S", 0.2)
    folder = tmp_path / "inner"
    folder.mkdir()
    data = b"[" * 100_000
    with fuzz.bounded():
        assert fuzz.outcome(fuzz.Reader("bad", [data], bad), data, folder).startswith(said)
    assert os.listdir(tmp_path) == ["inner"]  # noqa: PTH208  # names are asked for


def test_the_smallest_input_of_a_break_is_kept(fuzz, tmp_path):
    def bad(data, _folder):
        if b"x" in data:
            raise KeyError

    folder = tmp_path / "inner"
    folder.mkdir()
    reader = fuzz.Reader("bad", [b"abc"], bad)
    counts = fuzz.fuzz([reader], folder, inputs=3000)
    assert counts["bad"].crashes
    assert fuzz.keep(counts, tmp_path / "kept")
    assert {path.read_bytes() for path in (tmp_path / "kept").iterdir()} == {b"x"}
