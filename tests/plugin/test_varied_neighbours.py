"""Neighbours beside fresh processes: the same reports as without, one a test; nothing of theirs is written twice."""

from __future__ import annotations

import re

import pytest

SUITE = """
import doctest, unittest, pytest, random
replay = pytest.mark.replay

@pytest.fixture(scope="module")
def wide():
    yield [random.random()]

@replay
def test_holds(wide, tmp_path, repro_seed):
    (tmp_path / "x").write_text("x")
    drawn, seed = random.random(), repro_seed

@replay
@pytest.mark.parametrize("n", [1, 2, 3])
def test_numbers(n): total = n * 2

@replay
def test_set(): names = list({"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"})

@replay
@pytest.mark.skip
def test_skipped(): pass

@replay
@pytest.mark.xfail(strict=True)
def test_expected(): assert 0

@replay
def test_fails(): assert 1 == 2

def test_unmarked(): pass

@replay
class TestMethods:
    def test_method(self): x = 1

class TestUnit(unittest.TestCase):
    @pytest.mark.replay
    def test_unit(self):
        for n in range(2):
            with self.subTest(n=n): self.assertEqual(n, n)
"""


def outcomes(session):
    return sorted(report for report in session.reports if report[1] == "call" or report[2] != "passed")


def drifted(session, name):
    return [
        (nodeid, when, "failed") if name in nodeid else report for report in session for nodeid, when, _ in [report]
    ]


@pytest.fixture
def suite(pytester):
    pytester.makepyfile(test_it=SUITE)
    return pytester


@pytest.mark.usefixtures("suite")
def test_beside_nobody_only_the_drift_is_added(apart):
    plain, varied = apart("--repro=off"), apart("--repro-vary=hashseed")
    assert outcomes(varied) == drifted(outcomes(plain), "test_set")


@pytest.mark.usefixtures("suite")
@pytest.mark.parametrize("mode", ["load", "loadgroup", "worksteal"])
def test_xdist_s_controller_runs_the_processes_and_its_workers_judge(apart, mode):
    plain = apart("--repro=off")
    varied = apart("-n2", f"--dist={mode}", "--repro-vary=hashseed", plugins="xdist")
    assert outcomes(varied) == drifted(outcomes(plain), "test_set")
    assert "6 fresh processes" in varied.summary()
    text = varied.result.stdout.str()
    assert "RPR-R111 drift under a condition" in text
    assert "reproducibility map" in text


def test_under_xdist_a_marker_alone_reaches_the_controller(pytester, apart):
    pytester.makepyfile(
        test_it="""
import pytest
@pytest.mark.replay(vary="hashseed")
def test_set(): names = list({"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"})
@pytest.mark.replay
def test_other(): x = 1
"""
    )
    session = apart("-n2", plugins="xdist")
    assert session.ret == 1
    assert "6 fresh processes" in session.summary()
    assert [nodeid for nodeid, _, outcome in session.reports if outcome == "failed"] == ["test_it.py::test_set"]


DYING = """
import os, threading, time
def pytest_collection_finish(session):
    if os.environ.get("PYTEST_XDIST_WORKER") == "gw1":
        def die():
            time.sleep(0.5)  # the controller runs the fresh processes by now, for longer than that
            os._exit(9)
        threading.Thread(target=die, daemon=True).start()
"""


def test_a_worker_that_dies_while_the_fresh_processes_run_is_replaced(pytester, apart):
    pytester.makeconftest(DYING)
    pytester.makepyfile(
        test_it="""
import pytest, time
pytestmark = pytest.mark.replay(vary=["hashseed"])
@pytest.mark.parametrize("n", range(8))
def test_it(n):
    time.sleep(0.1)
    double = n * 2
"""
    )
    session = apart("-n2", plugins="xdist")
    session.result.stdout.no_fnmatch_line("*INTERNALERROR*")
    session.result.stdout.fnmatch_lines(["*worker 'gw1' crashed while running 'test_it.py::test_it*"])
    assert session.ret == 1
    assert {nodeid for nodeid, _, _ in session.reports} == {f"test_it.py::test_it[{n}]" for n in range(8)}


def test_with_coverage_no_data_of_the_processes_is_written(suite, apart):
    session = apart("--cov=test_it", "--cov-report=term", "--repro-vary=hashseed", plugins="pytest_cov")
    assert [path.name for path in suite.path.glob(".coverage*")] == [".coverage"]
    assert re.search(r"test_it\.py +\d+ +\d+ +\d+%", session.result.stdout.str())


@pytest.mark.usefixtures("suite")
def test_with_reruns_a_drift_under_a_condition_is_told_once_and_no_process_reruns(apart):
    plain = apart("--repro=off")
    session = apart("--reruns=2", "--repro-vary=hashseed", plugins="rerunfailures")
    assert [nodeid for nodeid, when, outcome in session.reports if outcome == "failed"] == [
        nodeid for nodeid, when, outcome in drifted(plain.reports, "test_set") if when == "call" and outcome == "failed"
    ]


@pytest.mark.usefixtures("suite")
def test_with_randomly_the_processes_shuffle_and_seed_alike(apart):
    pytest.importorskip("pytest_randomly")
    plain = apart("--repro=off")
    session = apart("--repro-vary=hashseed", plugins="pytest_randomly")
    assert outcomes(session) == drifted(outcomes(plain), "test_set")


def test_a_time_limit_holds_in_each_process(pytester, apart):
    pytester.makepyfile(
        test_it="""
import os, time, pytest
@pytest.mark.replay
@pytest.mark.timeout(5)
def test_slow():
    x = 1
    time.sleep(60 * (os.environ.get("PYTHONHASHSEED") == "5"))
"""
    )
    session = apart("--repro-vary=hashseed=5", plugins="timeout")
    assert session.ret == 1
    said = "call was 'passed', then 'failed'; 1 of 2 observed values differ under hashseed=5"
    assert said in session.result.stdout.str()


@pytest.mark.usefixtures("suite")
def test_last_failed_selects_the_same_tests_in_the_processes_and_is_not_disturbed(apart):
    assert apart("--repro=off", cache=True).ret == 1
    session = apart("--lf", "--repro-vary=hashseed", cache=True)
    assert {nodeid for nodeid, _, _ in session.reports} == {"test_it.py::test_fails"}
    again = apart("--lf", "--repro=off", cache=True)
    assert {nodeid for nodeid, _, _ in again.reports} == {"test_it.py::test_fails"}


def test_coroutines_and_examples_of_hypothesis_are_the_same_in_every_process(pytester, apart):
    pytest.importorskip("pytest_asyncio")
    pytester.makepyfile(
        test_it="""
import asyncio, pytest
from hypothesis import given, strategies as st
@pytest.mark.replay
@pytest.mark.asyncio
async def test_coroutine():
    await asyncio.sleep(0)
    x = 1
@pytest.mark.replay
@given(st.lists(st.integers()))
def test_examples(xs):
    total = sum(xs)
"""
    )
    loop = "asyncio_default_fixture_loop_scope=function"
    session = apart("--repro-vary=hashseed", "-v", "-o", loop, plugins="asyncio hypothesispytest")
    assert session.ret == 0, session.result.stdout.str()
    assert sum(bool(re.search(r"= +=$", line)) for line in session.result.outlines) == 2


def test_doctests_are_varied_too(pytester, apart):
    pytester.makepyfile(mod='"""\n>>> 1 + 1\n2\n"""\n')
    session = apart("--doctest-modules", "--repro=all", "--repro-vary=hashseed", "-v")
    assert session.ret == 0
    assert "2 fresh processes" in session.summary()


def test_a_plugin_that_was_handed_over_as_an_object_is_told(pytester):
    pytester.makepyfile(
        main="""
import pytest, sys
class Plugin: pass
words = ["-p", "no:cacheprovider", "-p", "no:randomly", "test_it.py", "--repro-vary=fresh"]
sys.exit(pytest.main(words, plugins=[Plugin()]))
""",
        test_it="import pytest\n@pytest.mark.replay\ndef test_it(): x = 1\n",
    )
    result = pytester.runpython("main.py")
    assert result.ret == 0
    assert "1 plugin was handed to pytest.main as an object and is in no fresh process" in result.stdout.str()


def test_what_a_killed_worker_left_unfinished_hinders_no_other(pytester, apart):
    pytester.makepyfile(test_it="import pytest\n@pytest.mark.replay(vary=['hashseed'])\ndef test_it(): x = 1\n")
    pytester.makeconftest(
        """
        from pathlib import Path
        import pytest
        @pytest.hookimpl(trylast=True)
        def pytest_configure_node(node):  # as gw0 leaves it when it is killed while it tells what is wanted
            if "repro_conditions" in node.workerinput:
                folder = Path(node.workerinput["repro_conditions"])
                folder.mkdir(mode=0o700, exist_ok=True)
                (folder / "wanted.json.1").write_text('{"groups": [')
        """
    )
    session = apart("-n2", plugins="xdist")
    session.result.stdout.fnmatch_lines(["repro: 1 test replayed, 1 value compared, no drift, 2 fresh processes in *"])


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("write_text('{')", "what its fresh processes left cannot be read: conditions are no conditions"),
        ("unlink()", "its fresh processes ran on another machine"),
    ],
)
def test_results_that_a_worker_cannot_read_are_told_as_not_compared(pytester, apart, what, told):
    pytester.makepyfile(test_it="import pytest\n@pytest.mark.replay(vary=['hashseed'])\ndef test_it(): x = 1\n")
    pytester.makeconftest(
        f"""
        from pathlib import Path
        def pytest_runtest_setup(item):
            if (given := getattr(item.config, "workerinput", {{}}).get("repro_conditions")):
                path = Path(given, "conditions.json")
                if path.exists():
                    path.{what}
        """
    )
    session = apart("-n2", "-v", plugins="xdist")
    assert session.ret == 0
    session.result.stdout.fnmatch_lines([f"*under all conditions: {told}*"])
