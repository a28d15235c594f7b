"""The markers: where they stand, what they say, and what they are refused."""

from __future__ import annotations

import pytest

from pytest_repro.variations.registry import VARIATIONS

CONDITIONS = ", ".join(("recorded", "recorded:same-hardware", "combined", *(one.name for one in VARIATIONS)))

DRIFT = "import random, pytest\ndef draw(): return random.SystemRandom().random()\n"


def test_a_marker_works_on_a_function_a_class_and_a_module(run):
    result = run(
        DRIFT
        + """
@pytest.mark.replay
def test_function(): x = draw()
@pytest.mark.replay
class TestClass:
    def test_method(self): x = draw()
def test_unmarked(): x = draw()
"""
    )
    result.assert_outcomes(failed=2, passed=1)
    result = run(
        "import random, pytest\npytestmark = pytest.mark.replay\ndef test_it(): x = random.SystemRandom().random()\n"
    )
    result.assert_outcomes(failed=1)


def test_no_replay_is_a_limit_that_no_option_lifts(run):
    result = run(
        DRIFT
        + """
@pytest.mark.no_replay(reason="draws from hardware")
@pytest.mark.replay
def test_function(): x = draw()
@pytest.mark.no_replay
class TestClass:
    @pytest.mark.replay
    def test_method(self): x = draw()
""",
        "--repro=all",
    )
    result.assert_outcomes(passed=2)
    assert "replayed" not in result.stdout.str()


def test_all_replays_what_nobody_marked_and_off_replays_nothing(run):
    source = DRIFT + "def test_unmarked(): x = draw()\n@pytest.mark.replay\ndef test_marked(): x = draw()\n"
    run(source, "--repro=all").assert_outcomes(failed=2)
    run(source, "--repro=off", "--strict-markers").assert_outcomes(passed=2)


def test_the_nearest_marker_wins_argument_by_argument(run):
    result = run(
        """
        import pytest, sys
        def either(first, second):  # in turn; nobody looks at sys
            sys.repro_turn = not getattr(sys, "repro_turn", False)
            return first if sys.repro_turn else second
        @pytest.mark.replay(tol=1e-3, owner="@class")
        class TestClass:
            def test_class_tolerance(self): x = either(1.0, 1.0001)
            @pytest.mark.replay(tol=1e-9)
            def test_own_tolerance(self): x = either(1.0, 1.0001)
            @pytest.mark.replay(rtol=1e-2)
            def test_own_rtol_and_the_class_atol(self): x = either(1.0, 1.005)
        """
    )
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*test_own_tolerance*", "*owner *@class*"])


def test_the_last_matching_pattern_wins_and_brackets_are_plain(run):
    result = run(
        """
        import pytest, sys
        def either(first, second):  # in turn; nobody looks at sys
            sys.repro_turn = not getattr(sys, "repro_turn", False)
            return first if sys.repro_turn else second
        @pytest.mark.replay(tol={"*": 1e-12, 'scores["loss"]': {"rtol": 1e-2}, "scores*acc*": {"ulp": 4}})
        def test_it():
            scores = either({"loss": 1.0, "acc": 0.1 + 0.2}, {"loss": 1.001, "acc": 0.3})
        """
    )
    result.assert_outcomes(passed=1)


def test_more_runs_find_what_two_may_miss(run):
    result = run(
        """
        import pytest, sys
        @pytest.mark.replay(runs=4)
        def test_it():
            sys.repro_turns = getattr(sys, "repro_turns", 0) + 1
            late = sys.repro_turns % 4 == 0
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*between run 1 and run 4 of this test", "  value *run 1 *run 4 *"])


def test_ignored_addresses_are_not_compared_and_patterns_that_find_nothing_are_told(run):
    source = """
        import pytest, random
        class Fit:
            def __init__(self): self.elapsed = random.SystemRandom().random()
        @pytest.mark.replay(ignore=("*.elapsed", "nothing_of_this_name"))
        def test_it():
            fit = Fit()
            total = 1
        """
    result = run(source)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["RPR-R107 pattern without address: 'nothing_of_this_name' found nothing in this session"]
    )


@pytest.mark.parametrize(
    ("arguments", "sentence", "place"),
    [
        ("tol=-1", "a tolerance is a finite number >= 0, not -1", "tol"),
        ("tol='x'", "a tolerance is a number >= 0, not 'x'", "tol"),
        ("tol=float('nan')", "a tolerance is a finite number >= 0, not nan", "tol"),
        ("tol={'w*': {'rtoll': 1}}", "unknown key 'rtoll', expected rtol, atol, ulp", 'tol["w*"]'),
        ("tol={3: 1}", "a pattern is a text, not 3", "tol"),
        ("tol=1, rtol=1", "tol states rtol and atol already", "tol"),
        ("1, 2", "replay takes one positional argument, not 2", "replay"),
        ("tolerance=1", "replay has no argument 'tolerance'", "replay"),
        ("runs=1", "one run has nothing to be compared with", "runs"),
        ("runs=2.5", "runs is a whole number >= 2, not 2.5", "runs"),
        ("ignore=3", "ignore is a tuple of texts, not 3", "ignore"),
        ("ignore=('a', None)", "a pattern is a text, not None", "ignore[1]"),
        ("observe=('local',)", "nothing is called 'local'", "observe"),
        ("owner=3", "owner is a text, not 3", "owner"),
        ("recorded=3", "recorded is True, False or a pattern, not 3", "recorded"),
        ("under=3", "under maps conditions to tolerances, not 3", "under"),
        ("under={'blass': 1}", f"there is no condition 'blass', only {CONDITIONS}", "under"),
        ("under={'threads=x': 1}", f"there is no condition 'threads=x', only {CONDITIONS}", "under"),
        ("under={'recorded': -1}", "a tolerance is a finite number >= 0, not -1", 'under["recorded"].tol'),
        ("vary='blass'", "there is no condition 'blass'; near it is blas", "vary"),
        ("vary=7", "vary is a text or a tuple of texts, not 7", "vary"),
        ("vary='none,blas'", "none goes with nothing else", "vary"),
        ("vary='threads=0'", "a number of threads is a whole number from 1 to 1024, not '0'", "vary"),
    ],
)
def test_a_wrong_argument_is_a_usage_error_with_file_line_place_and_mend(run, arguments, sentence, place):
    result = run(f"import pytest\n\n@pytest.mark.replay({arguments})\ndef test_it(): pass\n")
    assert result.ret == 4
    text = result.stderr.str()
    assert f"test_it.py:3: {sentence} in '{place}'  [RPR-U101]\n  mend: " in text
    assert "Traceback" not in text


def test_no_replay_takes_a_reason_and_nothing_else(run):
    result = run("import pytest\n\n@pytest.mark.no_replay(because=3)\n@pytest.mark.replay\ndef test_it(): pass\n")
    assert result.ret == 4
    assert "no_replay takes a reason, a text, and nothing else" in result.stderr.str()


@pytest.mark.parametrize(
    ("ini", "sentence"),
    [
        ("repro = sometimes", "repro is marked, all or off, not 'sometimes' in 'repro'"),
        ("repro_seed = x", "a seed is a whole number, random or last, not 'x' in 'repro_seed'"),
        ("repro_tol = much", "not a tolerance: 'much' in 'repro_tol[much]'"),
        ("repro_tol = w* = rtol=-1", "a tolerance is a finite number >= 0, not -1.0 in 'repro_tol[w* = rtol=-1]'"),
        ("repro_observe = everything", "nothing is called 'everything' in 'repro_observe'"),
        ("repro_junit = yes", "repro_junit is drift, all or off, not 'yes' in 'repro_junit'"),
        ("repro_policy = R999=fail", "there is no control 'R999' in 'repro_policy'"),
        ("repro_policy = R101=ignore", "unknown action 'ignore' in 'repro_policy.R101'"),
    ],
)
def test_a_wrong_ini_value_is_a_usage_error_with_its_name_and_mend(pytester, run, ini, sentence):
    pytester.makeini(f"[pytest]\n{ini}\n")
    result = run("def test_it(): pass\n")
    assert result.ret == 4
    assert sentence in result.stderr.str()
    assert "mend: " in result.stderr.str()


def test_ini_values_hold_for_tests_that_say_nothing(pytester, run):
    lines = ["[pytest]", "repro = all", "repro_tol =", "    1e-3", "    w* = rtol=1e-1, ulp=4"]
    lines += ["repro_ignore = noise", "repro_observe = locals", "repro_owner = @lab", ""]
    pytester.makeini("\n".join(lines))
    result = run(
        """
        import sys, random
        def either(first, second):  # in turn; nobody looks at sys
            sys.repro_turn = not getattr(sys, "repro_turn", False)
            return first if sys.repro_turn else second
        def test_it():
            x, weight = either((1.0, 1.0), (1.0001, 1.05))
            noise = random.SystemRandom().random()
        """
    )
    result.assert_outcomes(passed=1)


def test_a_stated_zero_is_arithmetic_and_nothing_stated_is_bit_for_bit(run):
    source = """
        import pytest, sys
        def either(first, second):  # in turn; nobody looks at sys
            sys.repro_turn = not getattr(sys, "repro_turn", False)
            return first if sys.repro_turn else second
        @pytest.mark.replay({})
        def test_it():
            zero = either(0.0, -0.0)
        """
    run(source.format("")).assert_outcomes(failed=1)
    run(source.format("tol=0")).assert_outcomes(passed=1)
