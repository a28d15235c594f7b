"""The report of a drift: planted causes, and what a reader finds in it."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from pytest_repro.plugin import heading

PLANTED = {
    "in-the-test": """
        def test_it():
            weights = np.random.default_rng().normal(size=64)
            assert weights.shape == (64,)
        """,
    "in-a-fixture": """
        @pytest.fixture
        def weights():
            return np.random.default_rng().normal(size=64)
        def test_it(weights):
            assert weights.shape == (64,)
        """,
    "three-calls-deep": """
        def one(): return two()
        def two(): return three()
        def three(): return np.random.default_rng().normal(size=64)
        def test_it():
            weights = one()
            assert weights.shape == (64,)
        """,
    "only-asserted-on": """
        def weights(): return np.random.default_rng().normal(size=64)
        def test_it():
            assert weights().shape == (64,)
        """,
}


@pytest.mark.parametrize("body", PLANTED.values(), ids=PLANTED)
def test_an_unseeded_generator_is_a_drift_wherever_it_is_drawn(run, body):
    result = run("import numpy as np, pytest\npytestmark = pytest.mark.replay(tol=1e-6)\n" + dedent(body))
    result.assert_outcomes(failed=1)
    assert result.ret == 1
    text = result.stdout.str()
    assert re.search(
        r"RPR-R101 value drift: \d+ of \d+ observed values? differ between run 1 and run 2 of this test", text
    )
    assert "weights" in text
    assert "64 of 64 elements" in text
    assert "unrelated draws" in text
    assert "pass a seeded generator in: repro_rng, or default_rng(seed)" in text


def test_the_report_says_what_how_far_condition_hardware_environment_and_what_next_in_this_order(run):
    result = run(
        """
        import numpy as np, pytest
        @pytest.mark.replay(tol=1e-6)
        def test_fit():
            weights = np.random.default_rng().normal(size=64)
        """
    )
    result.stdout.fnmatch_lines(
        [
            "*_ test_fit [[]drift] _*",
            "RPR-R101 value drift: *",
            "  value *run 1 *run 2 *abs *rel *ulp *tol*",
            "  weights *1e-06 *drift*",
            "  condition     same process, session seed 0*",
            "  hardware      *cores*; *",
            "  environment   CPython 3.*, numpy *, Linux glibc *; *",
            "  run again     pytest test_it.py::test_fit --repro-seed=0",
            "  next          pass a seeded generator in*",
            "FAILED test_it.py::test_fit - RPR-R101 value drift: *",
            "repro: 1 test replayed, * values compared, 1 drift (session seed 0)",
        ]
    )


def test_seed_and_command_stand_in_the_report_under_quiet_too(run):
    result = run(
        """
        import random, pytest
        @pytest.mark.replay
        def test_draw():
            x = random.SystemRandom().random()
        """,
        "-q",
        "--repro-seed=7",
    )
    result.stdout.fnmatch_lines(["*session seed 7*", "*pytest test_it.py::test_draw --repro-seed=7"])


def test_the_command_of_an_unmarked_test_replays_it_again(run):
    result = run("import random\ndef test_draw():\n    x = random.SystemRandom().random()\n", "--repro=all")
    result.stdout.fnmatch_lines(["*pytest test_it.py::test_draw --repro-seed=0 --repro=all"])


def test_success_is_one_line(run):
    result = run("import pytest\n@pytest.mark.replay\ndef test_sum():\n    total = sum([0.1] * 3)\n    assert total\n")
    assert result.ret == 0
    told = [line for line in result.stdout.lines if "repro" in line and "plugins:" not in line]
    assert told == ["repro: 1 test replayed, 1 value compared, no drift (session seed 0)"]


def test_verbose_tells_what_was_compared_and_what_was_opaque(run):
    result = run(
        """
        import pytest, threading
        @pytest.mark.replay
        def test_sum():
            lock = threading.Lock()
            total = 0.1 + 0.2
        """,
        "-v",
    )
    result.stdout.fnmatch_lines(["*test_it.py::test_sum  compared 1 value; opaque *: lock (<_thread.lock>)*"])


def test_a_tolerance_is_offered_only_for_rounding(run):
    result = run(
        """
        import pytest, sys
        def total_of():
            sys.repro_turn = not getattr(sys, "repro_turn", False)
            return 0.1 + 0.2 if sys.repro_turn else 0.3
        @pytest.mark.replay
        def test_sum():
            total = total_of()
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*rounding-like*", "*state it: @pytest.mark.replay(tol=1e-14)"])


def test_thread_arrival_order_is_told_as_another_order(run):
    result = run(
        """
        import pytest, sys, threading
        def work(number, turns, arrived):
            turns[number].wait()
            arrived.append(number)
            for later in turns[number + 1 :] if sys.repro_turn else turns[:number][::-1]:
                return later.set()
        @pytest.mark.replay
        def test_threads():
            arrived = []
            sys.repro_turn = not getattr(sys, "repro_turn", False)  # stands for the scheduler
            turns = [threading.Event() for _ in range(6)]
            threads = [threading.Thread(target=work, args=(number, turns, arrived)) for number in range(6)]
            for thread in threads: thread.start()
            turns[0 if sys.repro_turn else -1].set()
            for thread in threads: thread.join()
            assert len(arrived) == 6
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  arrived *", "*same values in other order*", "  next *sort before using*"])


def test_many_drifts_of_one_function_are_one_line_in_the_summary(run):
    result = run(
        """
        import pytest, random
        @pytest.mark.parametrize("n", range(5))
        def test_draw(n):
            x = random.SystemRandom().random()
        """,
        "--repro=all",
    )
    result.assert_outcomes(failed=5)
    result.stdout.fnmatch_lines(["RPR-R101 in 5 tests of test_it.py::test_draw"])


def test_after_twenty_full_reports_a_drift_is_told_in_a_line(run, monkeypatch):
    assert heading.MOST_PAGES == 20
    monkeypatch.setattr(heading, "MOST_PAGES", 2)  # each of them costs the runs that look for its cause
    result = run(
        """
        import pytest, random
        @pytest.mark.replay
        @pytest.mark.parametrize("number", range(5))
        def test_it(number):
            value = random.SystemRandom().random()
        """
    )
    assert result.ret == 1
    lines = result.outlines
    assert sum(line.startswith("  run again ") for line in lines) == 2
    assert sum(line == "  in full: --repro-report=repro.html, or run this test alone" for line in lines) == 3
    summary = [line for line in lines if line.startswith("FAILED test_it.py::test_it[")]
    assert len(summary) == 5
    assert all(" - RPR-R101 value drift" in line for line in summary)
