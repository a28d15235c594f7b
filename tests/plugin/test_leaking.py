"""State that the first run of a test left: what carries it is named, and proved in fresh processes."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

MODEL = """
import functools, os, sys
@functools.lru_cache
def grid(n):
    return [0.0] * n
KEPT = {}
def once(n):
    if n in KEPT:
        return KEPT[n] + 1e-9
    return KEPT.setdefault(n, n * 0.5)
def interpreter():
    return vars(sys).setdefault("first", "yes"), vars(sys).pop("first_run", "over")
"""

HEAD = """
import os, pytest, sys, model
sys.first_run = "now"
pytestmark = pytest.mark.replay
@pytest.fixture(scope="session")
def innocent(): return 3
@pytest.fixture(scope="module")
def shelf(): return {}
@pytest.fixture
def reader(shelf): return shelf
"""

FRESH = "between two runs in a fresh process, the drift is gone"

CASES = {
    "a functools cache": (
        """
        def test_it(innocent):
            values = model.grid(3)
            first = values[0]
            values[0] = 1.0
        """,
        "functools cache model.grid",
        "emptied",
    ),
    "a global of the project": (
        "def test_it(innocent):\n    x = model.once(3)\n",
        "module global model.KEPT",
        "put back",
    ),
    "a wider fixture": (
        """
        def test_it(innocent, reader):
            known = "x" in reader
            reader["x"] = 1
        """,
        "module fixture shelf",
        "torn down",
    ),
    "a setup of the class": (
        """
        class TestIt:
            @classmethod
            def setup_class(cls):
                cls.rows = {}
            def test_it(self, innocent):
                known = "x" in self.rows
                self.rows["x"] = 1
        """,
        "setup_class of TestIt",
        "torn down",
    ),
    "a wider fixture that cannot be put back": (
        """
        @pytest.fixture(scope="class")
        def opaque():
            class Slots:
                __slots__ = ("n",)
            made = Slots()
            made.n = 0
            return made
        class TestIt:
            def test_it(self, opaque, innocent):
                seen = min(opaque.n, 1)
                opaque.n += 1
        """,
        "class fixture opaque",
        "torn down",
    ),
}


@pytest.fixture
def suite(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "model.py").write_text(MODEL, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")

    def run(source: str, *words: str) -> str:
        (tmp_path / "test_it.py").write_text(HEAD + dedent(source), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-p", "repro", "-p", "no:cacheprovider", *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
        assert (done.returncode, done.stderr) == (0, "")
        return " ".join(done.stdout.split())

    return run


@pytest.mark.parametrize(("source", "named", "undone"), CASES.values(), ids=CASES)
def test_what_carries_state_over_is_named_and_proved(suite, source, named, undone):
    told = suite(source)
    assert f"why {named}: {undone} {FRESH} (proved)" in told
    assert f"RPR-R105 not idempotent: {named} " in told
    assert ("next empty it in a fixture's teardown: model.grid.cache_clear()" in told) == ("cache" in named)


def test_what_is_kept_elsewhere_is_said_to_be(suite):
    told = suite("def test_it(innocent):\n    x = model.interpreter()\n")
    assert "RPR-R105 not idempotent: an earlier run left something; " in told
    assert "something else keeps it, a library, a file, the environment (likely)" in told
    assert "proved" not in told


def test_a_drift_that_takes_the_tests_before_it_is_said_to(suite):
    source = """
    def test_before(): model.KEPT["ready"] = True
    def test_it():
        seen = "ready" in model.KEPT and "again" in model.KEPT
        model.KEPT["again"] = 1
    """
    told = suite(source)
    assert "alone in a fresh process its two runs agree: other tests that ran before have a part in it" in told


def test_a_cause_that_is_proved_already_and_one_that_nobody_is_told_of_cost_no_process(suite):
    proved = "SEEN = []\ndef test_it():\n    SEEN.append(1)\n    n = len(SEEN)\n"
    assert f"put back {FRESH}" not in suite(proved)
    told = suite("def test_it(innocent):\n    x = model.once(3)\n", "--repro-policy=R105=accept")
    assert FRESH not in told


def test_what_changed_and_cannot_be_put_back_is_not_said_to_be_elsewhere(suite):
    source = """
    import collections
    G = collections.Counter()
    def test_it(innocent):
        G["x"] += 1
        seen = G["x"]
    """
    told = suite(source)
    assert "module global test_it.G changed by the test" in told
    assert "not all of it could be put back to prove it: module global test_it.G" in told
    assert "something else keeps it" not in told
