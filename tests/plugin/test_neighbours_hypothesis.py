"""The neighbour hypothesis: both runs of an ``@given`` test see the same examples."""

from __future__ import annotations

import json
import re

import pytest

pytest.importorskip("hypothesis")

SUITE = """
import hypothesis, json, os, pytest, sys, unittest
from hypothesis import given, seed, settings, strategies as st

sys.seen = {}  # out of sight: each run leaves its mark on it
def note(name, value):
    sys.seen.setdefault(name, []).append(value)

hypothesis.settings.register_profile("small", max_examples=20)
hypothesis.settings.load_profile("small")

@pytest.fixture(autouse=True, scope="module")
def write():
    yield
    with open(os.environ["EXAMPLES"], "w") as file:
        json.dump(sys.seen, file)

@given(st.integers())
def test_integers(i):
    note("integers", i)

@given(st.floats(allow_nan=False), st.lists(st.integers()))
def test_local(x, words):
    y = (x, words)

@settings(derandomize=True)
@given(st.integers())
def test_derandomized(i):
    note("derandomized", i)

@seed(7)
@given(st.integers())
def test_own_seed(i):
    note("own", i)

class TestMethod:
    @given(i=st.integers())
    def test_method(self, i):
        note("method", i)

class TestUnit(unittest.TestCase):
    @given(i=st.integers())
    def test_unit(self, i):
        note("unit", i)

@pytest.mark.parametrize("n", [1, 2])
@given(i=st.integers())
def test_parameter(n, i):
    note(f"parameter {n}", i)

@settings(database=None)
@given(data=st.data())
def test_interactive(data):
    note("data", data.draw(st.integers()))
"""


def halves(seen):
    return {name: (values[: len(values) // 2], values[len(values) // 2 :]) for name, values in seen.items()}


@pytest.fixture
def examples(apart, pytester, monkeypatch):
    """The examples that each run of each test saw."""
    path = pytester.path / "examples.json"
    monkeypatch.setenv("EXAMPLES", str(path))
    pytester.makepyfile(test_it=SUITE)

    def examples(*arguments):
        session = apart("-W", "error", *arguments, plugins="hypothesispytest")
        assert session.ret == 0, session.result.stdout.str()
        return json.loads(path.read_text()), session

    return examples


def test_both_runs_draw_the_same_examples_and_none_drifts(examples):
    seen, session = examples("--repro=all")
    session.result.assert_outcomes(passed=9)
    assert ", no drift" in session.summary()
    assert len(seen) == 8
    for name, (first, second) in halves(seen).items():
        assert len(first) >= 5, name
        assert first == second, name


def test_seeds_that_the_user_fixed_are_kept(examples):
    plain, _ = examples("--repro=off")
    replayed, _ = examples("--repro=all", "--repro-seed=5")
    for name in ("derandomized", "own"):
        assert halves(replayed)[name] == (plain[name], plain[name]), name
    forced, _ = examples("--repro=off", "--hypothesis-seed=3")
    both, _ = examples("--repro=all", "--repro-seed=5", "--hypothesis-seed=3")
    assert halves(both)["integers"] == (forced["integers"], forced["integers"])


def test_the_session_seed_decides_what_is_drawn(examples):
    one, _ = examples("--repro-seed=1", "--repro=all")
    again, _ = examples("--repro-seed=1", "--repro=all")
    two, _ = examples("--repro-seed=2", "--repro=all")
    assert one == again
    assert one["integers"] != two["integers"]


def test_a_falsifying_example_is_told_once_and_no_drift(apart, pytester):
    pytester.makepyfile(
        """
        import pytest
        from hypothesis import given, strategies as st
        @pytest.mark.replay
        @given(st.integers())
        def test_it(i):
            assert i < 100
        """
    )
    session = apart(plugins="hypothesispytest")
    session.result.assert_outcomes(failed=1)
    text = session.result.stdout.str()
    assert len(re.findall(r"^E +(Falsifying example|Failing test case): test_it", text, re.MULTILINE)) == 1
    assert "RPR-R10" not in text


def test_how_long_an_example_takes_is_asked_of_the_visible_run_alone(apart, pytester):
    pytester.makepyfile(
        """
        import os, sys, time, pytest
        from hypothesis import HealthCheck, given, settings, strategies as st
        hidden = []
        @st.composite
        def slowly(draw):
            if len(hidden) == 1:
                time.sleep(0.25)
            return draw(st.integers(0, 9))
        @pytest.fixture
        def turn():
            hidden.append(None)
            return len(hidden)
        @settings(deadline=100, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(i=slowly())
        def test_it(turn, i):
            double = 2 * i
            if turn == 1 or os.environ.get("TZ") not in (None, "UTC"):
                time.sleep(0.15)
        """
    )
    session = apart("--repro=all", "--repro-vary=timezone", plugins="hypothesispytest")
    session.result.assert_outcomes(passed=1)
    assert ", no drift" in session.summary()
    assert "the same under timezone" in session.result.stdout.str()


def test_a_deadline_that_the_visible_run_misses_fails_the_test(apart, pytester):
    pytester.makepyfile(
        """
        import time, pytest
        from hypothesis import given, settings, strategies as st
        @pytest.mark.replay
        @settings(deadline=20, max_examples=5)
        @given(i=st.integers())
        def test_it(i):
            time.sleep(0.05)
        """
    )
    session = apart(plugins="hypothesispytest")
    session.result.assert_outcomes(failed=1)
    assert "DeadlineExceeded" in session.result.stdout.str()
