"""The neighbours that watch code run: pytest-cov, coverage, profilers."""

from __future__ import annotations

import json
import pstats
import sys

import pytest

MODEL = """
def sign(x):
    if x > 0:
        return 1
    elif x < 0:
        return -1
    else:
        return 0

def never(x):
    if x:
        return 1
    return 0
"""

SUITE = """
import pytest, model
pytestmark = pytest.mark.replay
@pytest.mark.parametrize("x", [3, -3, 0])
def test_sign(x):
    got = model.sign(x)
    for i in range(2):
        if i:
            got += i
    assert got == (x > 0) - (x < 0) + 1
"""


def covered(pytester):
    """Of each file: lines that did not run, branches that were not taken."""
    files = json.loads((pytester.path / "coverage.json").read_text())["files"]
    return {name: (told["missing_lines"], told.get("missing_branches")) for name, told in files.items()}


@pytest.fixture
def suite(pytester):
    pytester.makepyfile(test_it=SUITE, model=MODEL)


@pytest.mark.usefixtures("suite")
@pytest.mark.parametrize("core", ["ctrace", "sysmon"])
def test_what_is_covered_is_what_is_covered_without_replay(apart, pytester, monkeypatch, core):
    pytest.importorskip("pytest_cov")
    if core == "sysmon" and sys.version_info < (3, 12):
        pytest.skip("sys.monitoring came with Python 3.12")
    monkeypatch.setenv("COVERAGE_CORE", core)
    branch = ["--cov-branch"] if core == "ctrace" else []  # sys.monitoring sees branches from Python 3.14 on
    told = []
    for mode in ("off", "marked"):
        arguments = ["--cov=model", "--cov=test_it", "--cov-report=json", *branch]
        session = apart(*arguments, f"--repro={mode}", plugins="pytest_cov")
        session.result.assert_outcomes(passed=3)
        told.append(covered(pytester))
    assert told[0] == told[1]
    assert told[1]["test_it.py"] == ([], [] if branch else None)
    assert len(told[1]["model.py"][0]) == 3


@pytest.mark.usefixtures("suite")
def test_coverage_run_sees_every_line_and_branch_of_the_test(pytester):
    pytest.importorskip("coverage")
    run = ["-m", "coverage", "run", "--branch", "--include=model.py,test_it.py"]
    done = pytester.run(sys.executable, *run, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider")
    done.assert_outcomes(passed=3)
    pytester.run(sys.executable, "-m", "coverage", "json")
    told = covered(pytester)
    assert told["test_it.py"] == ([], [])
    assert len(told["model.py"][0]) == 3


@pytest.mark.usefixtures("suite")
def test_a_session_under_cprofile_is_profiled_to_its_end(pytester):
    arguments = ["-p", "no:randomly", "-p", "no:cacheprovider", "-q"]
    done = pytester.run(sys.executable, "-m", "cProfile", "-o", "out.prof", "-m", "pytest", *arguments)
    done.assert_outcomes(passed=3)
    assert done.ret == 0
    assert "a fault of pytest-repro" not in done.stdout.str()
    stats = pstats.Stats(str(pytester.path / "out.prof")).stats  # type: ignore[attr-defined]
    calls = {key[2]: told[0] for key, told in stats.items() if key[0].endswith(("model.py", "main.py"))}
    assert calls["sign"] == 6
    assert calls["pytest_runtestloop"] == calls["wrap_session"] == 1


def test_a_profiler_that_a_test_sets_is_left_to_it(run):
    result = run(
        """
        import sys, pytest
        pytestmark = pytest.mark.replay
        def work(): return 1
        def test_own():
            seen = []
            def mine(frame, event, arg):
                if event == "call": seen.append(frame.f_code.co_name)
            sys.setprofile(mine)
            try:
                work()
            finally:
                sys.setprofile(None)
            assert "work" in seen
            assert sys.getprofile() is None
            names = sorted(set(seen))
        def test_none_is_left(): assert sys.getprofile() is None
        def test_no_tracing_either(): assert sys.gettrace() is None or "coverage" in sys.modules
        """
    )
    result.assert_outcomes(passed=3)
