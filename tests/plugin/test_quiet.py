"""Installing changes nothing: outcomes, output, generator states, files, imports."""

from __future__ import annotations

import re
import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

import pytest_repro

if TYPE_CHECKING:
    from pathlib import Path

SUITES = {
    "plain": """
        import random
        random.seed(5)
        def test_one(): print("STATE", random.random())
        def test_two(tmp_path): (tmp_path / "x").write_text("x")
        def test_fails(): assert 1 == 2
        """,
    "numpy": """
        import numpy as np, pytest, warnings
        np.random.seed(5)
        @pytest.mark.parametrize("n", [1, 2])
        def test_one(n): print("STATE", np.random.normal())
        @pytest.mark.xfail
        def test_two(): warnings.warn("seen"); assert 0
        """,
    "unittest": """
        import random, unittest
        random.seed(5)
        class TestIt(unittest.TestCase):
            def setUp(self): self.x = random.random()
            def test_one(self): print("STATE", self.x)
            def test_two(self): self.skipTest("no")
        """,
}


@pytest.fixture(autouse=True)
def _no_other_seeds(pytester, monkeypatch):  # noqa: ARG001  # pytester takes the variable out first
    """pytest-randomly, where it is installed, changes what any two runs have in common."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:randomly")


def told(result: pytest.RunResult) -> list[str]:
    """The output without what differs between any two runs: times, and the list of plugins."""
    lines = [re.sub(r"in \d+\.\d+s", "in TIME", line) for line in result.outlines if not line.startswith("plugins:")]
    return [line.strip("= ") for line in lines]


def files_of(folder: Path) -> list[str]:
    """What a run left in the folder, but for pytester's own folders of the runs."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("runpytest-"))


@pytest.mark.parametrize("source", SUITES.values(), ids=SUITES)
def test_a_suite_that_asks_for_nothing_runs_as_without_the_plugin(pytester, source):
    pytester.makepyfile(test_it=dedent(source))
    arguments = ("-s", "-v", "-p", "no:cacheprovider")
    without = pytester.runpytest_subprocess(*arguments, "-p", "no:repro")
    before = files_of(pytester.path)
    with_it = pytester.runpytest_subprocess(*arguments)
    assert told(with_it) == told(without)
    assert with_it.ret == without.ret
    assert files_of(pytester.path) == before


def test_a_run_without_markers_leaves_no_seed_in_the_cache(pytester):
    pytester.makepyfile("def test_it(): pass")
    pytester.runpytest_subprocess()
    assert not list(pytester.path.glob(".pytest_cache/v/repro*"))


def imported(*arguments: str) -> set[str]:
    """Modules that a pytest run imports, as the interpreter itself tells."""
    command = [sys.executable, "-X", "importtime", "-m", "pytest", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def test_loading_the_plugin_imports_nothing_heavy(pytester, monkeypatch):
    pytester.makepyfile("def test_it(): pass")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    arguments = ("-p", "no:cacheprovider", "-q", str(pytester.path))
    with_it = imported("-p", "pytest_repro.plugin.hooks", *arguments)
    bare = imported(*arguments)
    added = with_it - bare
    assert "numpy" not in with_it
    assert added <= {
        "pytest_repro",
        "pytest_repro.plugin",
        "pytest_repro.plugin.fixtures",
        "pytest_repro.plugin.hooks",
        "pytest_repro.plugin.childhood",
        "pytest_repro.plugin.hookspecs",
    }


def test_a_fresh_process_that_judges_nothing_imports_nothing_that_judges(pytester):
    pytester.makepyfile(test_it="def test_it(): x = 1.5\n")
    pytester.makeconftest(
        """
        import os, sys
        def pytest_unconfigure(config):
            who = "child" if config.pluginmanager.hasplugin("repro-child") else "parent"
            with open(f"{who}.txt", "w") as file:
                file.write("\\n".join(name for name in sys.modules if name.startswith("pytest_repro")))
        """
    )
    pytester.runpytest_subprocess("--repro=all", "--repro-vary=hashseed=5").assert_outcomes(passed=1)
    child, parent = (set((pytester.path / f"{who}.txt").read_text("ascii").split()) for who in ("child", "parent"))
    judging = {
        "pytest_repro.controls.waiving",
        "pytest_repro.plugin.judgement",
        "pytest_repro.plugin.judging",
        "pytest_repro.plugin.reporting",
        "pytest_repro.report.page",
    }
    assert judging <= parent
    assert not judging & child
    assert "pytest_repro.values.registry" in child


def test_the_package_exports_lazily():
    code = "import sys, pytest_repro; assert 'numpy' not in sys.modules; print(pytest_repro.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", done.stdout)


def test_the_door_opens_for_its_names_alone():
    assert pytest_repro.Repro.__name__ == "Repro"
    assert pytest_repro.ReproError("U101", "x").code == "U101"
    with pytest.raises(AttributeError, match="module 'pytest_repro' has no attribute 'Envelope'"):
        _ = pytest_repro.Envelope
