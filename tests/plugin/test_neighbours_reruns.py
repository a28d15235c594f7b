"""The neighbours that time, repeat or shuffle tests: pytest-timeout, pytest-rerunfailures, pytest-randomly."""

from __future__ import annotations

import re

import pytest

METHODS = ["signal", "thread"]


@pytest.mark.parametrize("method", METHODS)
def test_each_run_has_the_whole_time_that_a_timeout_allows(apart, pytester, method):
    pytest.importorskip("pytest_timeout")
    pytester.makepyfile(
        """
        import pytest, random, time
        @pytest.mark.replay(runs=3)
        @pytest.mark.timeout(1)
        def test_slow():
            time.sleep(0.55)
            value = 1
        @pytest.mark.replay
        @pytest.mark.timeout(1)
        def test_slow_and_drifting():
            time.sleep(0.55)
            drawn = random.SystemRandom().random()
        @pytest.mark.replay
        @pytest.mark.timeout(1, func_only=True)
        def test_slow_body():
            time.sleep(0.55)
            value = 1
        """
    )
    session = apart(f"--timeout-method={method}", plugins="timeout")
    session.result.assert_outcomes(passed=2, failed=1)
    text = session.result.stdout.str()
    assert "RPR-R101 value drift: " in text
    assert "Timeout" not in text
    assert session.ret == 1


def test_a_hanging_test_fails_once_and_the_next_is_replayed(apart, pytester):
    pytest.importorskip("pytest_timeout")
    pytester.makepyfile(
        """
        import pytest, time
        pytestmark = pytest.mark.replay
        @pytest.mark.timeout(0.4)
        def test_hangs(): time.sleep(30)
        def test_next(): value = 1
        """
    )
    session = apart("--timeout-method=signal", plugins="timeout")
    session.result.assert_outcomes(passed=1, failed=1)
    text = session.result.stdout.str()
    assert len(re.findall(r"^E +Failed: Timeout \(>0\.4s\) from pytest-timeout\.$", text, re.MULTILINE)) == 1
    assert "RPR-R10" not in text


FLAKY = """
import pytest, random, sys
N = {}
def n(key):
    N[key] = N.get(key, 0) + 1
    return N[key]
def note(key): n(key)
@pytest.mark.replay
def test_drifts():
    drawn = random.SystemRandom().random()
@pytest.mark.replay
def test_fails():
    note("fails")
    assert 1 == 2
@pytest.mark.replay
def test_holds(): value = 1
def test_unmarked():
    assert n("unmarked") == 2
def test_how_often_it_ran():
    assert N == {"fails": 4, "unmarked": 2}
"""


def test_a_drift_is_no_failure_to_be_rerun_and_a_failure_is_one(apart, pytester):
    pytest.importorskip("pytest_rerunfailures")
    pytester.makepyfile(test_it=FLAKY)
    session = apart("--reruns=2", "-rR", plugins="rerunfailures")
    ended = [(name.partition("::")[2], outcome) for name, when, outcome in session.reports if when == "call"]
    assert ended == [
        ("test_drifts", "failed"),
        ("test_fails", "rerun"),
        ("test_fails", "rerun"),
        ("test_fails", "failed"),
        ("test_holds", "passed"),
        ("test_unmarked", "rerun"),
        ("test_unmarked", "passed"),
        ("test_how_often_it_ran", "passed"),
    ]
    assert session.ret == 1
    session.result.stdout.fnmatch_lines(["*2 failed, 3 passed, 3 rerun in *"])
    assert re.fullmatch(r"repro: 3 tests replayed, \d+ values? compared, 1 drift, .*", session.summary())


FLIPS = """
import pytest
N = {}
def n(key):
    N[key] = N.get(key, 0) + 1
    return N[key]
@pytest.mark.replay
def test_fails_first(): assert n("a") > 1
@pytest.mark.replay
def test_fails_twice(): assert n("b") > 2
@pytest.mark.replay
def test_fails_second(): assert n("c") != 2
"""


@pytest.mark.parametrize("action", ["warn", "fail"])
def test_a_flaky_failure_passes_by_its_reruns_and_the_flip_is_told(apart, pytester, action):
    pytest.importorskip("pytest_rerunfailures")
    pytester.makepyfile(test_it=FLIPS)
    policy = [f"--repro-policy={code}={action}" for code in ("R102", "R105")]
    session = apart("--reruns=2", *policy, plugins="rerunfailures")
    final = {name: outcome for name, when, outcome in session.reports if when == "call"}
    assert list(final.values()) == ["passed" if action == "warn" else "failed"] * 3
    assert session.ret == (0 if action == "warn" else 1)
    text = session.result.stdout.str()
    for name in ("test_fails_first", "test_fails_twice", "test_fails_second"):
        assert re.search(rf"_ (test_it\.py::)?{name}( \[drift\])? _", text), name


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="subtests came into pytest with 9.0")
def test_a_flaky_subtest_is_counted_as_without_replay(apart, pytester):
    pytest.importorskip("pytest_rerunfailures")
    pytester.makepyfile(
        test_it="""
        N = []
        def test_it(subtests):
            with subtests.test("a"):
                N.append(1)
                assert len(N) > 2
        """
    )
    told = [
        apart("--reruns=3", f"--repro={mode}", "--repro-policy=R105=accept", plugins="rerunfailures")
        for mode in ("off", "all")
    ]
    assert [session.ret for session in told] == [0, 0]
    ends = [re.sub(r" in .*", "", session.result.outlines[-1].strip("= ")) for session in told]
    assert ends == ["1 passed, 2 rerun", "1 passed, 1 rerun"]


RANDOMLY = """
import random, pytest
@pytest.fixture
def drawn(): return random.random()
def test_drawn(drawn):
    here = random.random()
    print("DRAWN", drawn, here)
def test_more():
    here = [random.random() for _ in range(3)]
    print("MORE", here)
class TestIt:
    def test_method(self): value = 1
"""


@pytest.mark.parametrize("reset", [True, False], ids=["reseeding", "not-reseeding"])
def test_randomly_shuffles_and_reseeds_and_nothing_drifts(apart, pytester, reset):
    pytest.importorskip("pytest_randomly")
    pytester.makepyfile(test_it=RANDOMLY)
    arguments = ["--repro=all", "-rP", "-p", "randomly", *([] if reset else ["--randomly-dont-reset-seed"])]
    told = []
    for seed in ("1", "1", "2"):
        session = apart(*arguments, f"--randomly-seed={seed}", plugins="randomly")
        session.result.assert_outcomes(passed=3)
        assert ", no drift" in session.summary()
        told.append(sorted(line for line in session.result.outlines if line.startswith(("DRAWN", "MORE"))))
    assert told[0] == told[1]
    assert (told[0] == told[2]) is not reset  # who reseeds decides what is drawn


def test_a_drift_under_randomly_is_run_again_with_its_seed_too(apart, pytester):
    pytest.importorskip("pytest_randomly")
    pytester.makepyfile(test_it="def test_it():\n    import random\n    drawn = random.SystemRandom().random()\n")
    session = apart("--repro=all", "--randomly-seed=5", plugins="randomly")
    session.result.stdout.fnmatch_lines(
        ["  run again     pytest test_it.py::test_it --repro-seed=0 --repro=all --randomly-seed=5"]
    )
