"""`pytest-repro show NODEID --reproducer` as its user sees it: a script, verified, or why there is none."""

from __future__ import annotations

import subprocess
import sys
from typing import NamedTuple

import pytest

MODEL = """
import os, random
SEEN = []
class Key:
    def same(self, word):
        return 0
def noise(size):
    return [random.SystemRandom().randrange(10**9) for _ in range(size)]
def ordered(words):
    return ";".join(words)
def by_key(words):
    return sorted(words, key=Key().same)
def listed(folder):
    return os.listdir(folder)
def counted():
    SEEN.append(1)
    return len(SEEN)
"""

TESTS = """
import pytest, model
@pytest.fixture
def folder(tmp_path):
    for name in "abcdefgh":
        (tmp_path / name).touch()
    return tmp_path
WORDS = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta"}
def test_noise():
    drawn = model.noise(3)
def test_ordered():
    text = model.ordered(WORDS)
def test_by_key():
    words = model.by_key(WORDS)
def test_listed(folder):
    names = model.listed(folder)
@pytest.mark.replay(vary="hashseed")
def test_counted():
    count = model.counted()
def test_steady():
    total = sum(range(4))
"""


class Done(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def show(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "model.py").write_text(MODEL, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p repro\n", encoding="utf-8")

    def show(*words: str) -> Done:
        command = [sys.executable, "-m", "pytest_repro.cli.main", "show", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        return Done(done.returncode, done.stdout, done.stderr)

    return show


def test_a_script_is_written_verified_and_told_of(show, tmp_path):
    done = show("test_it.py::test_noise", "--reproducer", "--vary=hashseed")
    assert done.status == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == "  reproducer    repro_test_noise.py, of test_it.py::test_noise"
    assert lines[1].startswith("  verified      exits 1 here in ")
    assert lines[2] == "  condition     nothing is changed: the same process, called twice"
    assert lines[-1] == "  run it        python repro_test_noise.py"
    script = tmp_path / "repro_test_noise.py"
    source = script.read_text(encoding="utf-8")
    assert "import model" not in source
    assert "pytest_repro" not in source
    assert f"{source.count(chr(10))} lines" in lines[1]
    alone = tmp_path / "elsewhere"
    alone.mkdir()
    (alone / "it.py").write_text(source, encoding="utf-8")
    assert subprocess.run([sys.executable, "-I", "it.py"], cwd=alone, check=False).returncode == 1


def test_a_condition_is_named_with_what_makes_it_and_nothing_is_overwritten(show, tmp_path):
    (tmp_path / "repro_test_ordered.py").write_text("mine", encoding="utf-8")
    done = show("test_it.py::test_ordered", "--reproducer", "--vary=hashseed")
    assert done.status == 0, done.err
    assert "repro_test_ordered_2.py, of test_it.py::test_ordered" in done.out
    assert "  condition     hashseed: PYTHONHASHSEED=" in done.out
    assert (tmp_path / "repro_test_ordered.py").read_text(encoding="utf-8") == "mine"
    source = (tmp_path / "repro_test_ordered_2.py").read_text(encoding="utf-8")
    assert "';'.join({" in source or '";".join({' in source or "(';').join({" in source


@pytest.mark.parametrize(
    ("test", "vary", "reason"),
    [
        ("test_by_key", "hashseed", "its inputs cannot be made again without pickle: a model.Key"),
        (
            "test_listed",
            "file_order",
            "file_order is changed inside of a process, which a script of its own does not do",
        ),
        ("test_counted", "hashseed", "fresh processes agree, under each condition"),
        ("test_steady", "hashseed", "fresh processes agree, under each condition"),
    ],
)
def test_where_there_is_none_the_reason_and_the_command_are_told(show, tmp_path, test, vary, reason):
    done = show(f"test_it.py::{test}", "--reproducer", f"--vary={vary}")
    assert done.status == 1, done.err
    assert f"no reproducer of test_it.py::{test}" in done.out
    assert reason in done.out
    assert f"pytest test_it.py::{test} --repro=all --repro-vary={vary}" in done.out
    assert not list(tmp_path.glob("repro_*"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--reproducer"], "--reproducer takes the id of a test"),
        (["test_it.py::test_noise", "--reproducer", "--output=model.py"], "'model.py' is there already"),
        (["test_it.py::test_noise", "--reproducer", "--output=no/such.py"], "no folder 'no'"),
        (
            ["test_it.py::test_noise", "--reproducer", "--vary=blsa"],
            "there is no condition 'blsa'; near it is blas",
        ),
        (["test_it.py::test_absent", "--reproducer"], "pytest ran no test, see above"),
        (["--no-such-word"], "unknown words: --no-such-word"),
    ],
)
def test_mistakes_of_use_are_told(show, words, sentence):
    done = show(*words)
    assert done.status == 4
    assert f"{sentence} in '" in done.err
    assert "[RPR-U104]" in done.err
    assert "Traceback" not in done.err
