"""Outcomes under replay: a test keeps its own, and a flip is told."""

from __future__ import annotations

COUNTER = """
import pytest
pytestmark = pytest.mark.replay
N = {}
def n(key):
    N[key] = N.get(key, 0) + 1
    return N[key]
"""


def outcome(run, body, *arguments):
    return run(COUNTER + body, *arguments)


def test_a_failing_test_fails_once_with_its_own_text(run):
    result = outcome(run, "def test_it():\n    print('PRINTED_ONCE')\n    assert 1 == 2\n")
    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    assert text.count("PRINTED_ONCE") == 2  # in the source that the traceback shows, and captured once
    assert "assert 1 == 2" in text
    assert "RPR-" not in text


def test_what_fails_only_the_second_time_is_a_drift_and_not_a_failure_of_the_test(run):
    result = outcome(run, "def test_it():\n    assert n('x') == 1\n")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["RPR-R105 not idempotent: module global test_it.N changed*", "  outcome.call *'passed'  'failed' *drift*"]
    )


def test_an_outcome_that_nothing_explains_is_a_drift_that_fails(run):
    body = """
import sys
def test_it():
    sys.repro_turn = not getattr(sys, "repro_turn", False)
    assert sys.repro_turn
"""
    result = outcome(run, body)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["RPR-R102 outcome drift: call was 'passed', then 'failed'*"])
    assert "assert False" not in [line.strip() for line in result.stdout.lines if line.startswith("E ")]


def test_what_fails_only_the_first_time_keeps_its_failure(run):
    result = outcome(run, "def test_it():\n    assert n('x') != 1\n", "--repro-policy=R105=accept")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 1 != 1*"])


def test_an_expected_failure_that_fails_twice_stays_expected(run):
    result = outcome(
        run,
        """
@pytest.mark.xfail
def test_loose(): assert 0
@pytest.mark.xfail(strict=True)
def test_strict(): assert 0
@pytest.mark.xfail(raises=ValueError)
def test_raises(): raise ValueError("x")
""",
    )
    result.assert_outcomes(xfailed=3)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["repro: 3 tests replayed, *"])


def test_an_unexpected_pass_stays_what_it_is(run):
    result = outcome(
        run,
        """
@pytest.mark.xfail(strict=True)
def test_strict(): pass
@pytest.mark.xfail
def test_loose(): pass
""",
    )
    result.assert_outcomes(failed=1, xpassed=1)
    result.stdout.fnmatch_lines(["*XPASS(strict)*"])


def test_a_flip_under_xfail_is_a_drift(run):
    result = outcome(
        run,
        """
import os
@pytest.mark.xfail
def test_it(): assert n('x') == 1
""",
        "--repro-policy=R105=fail",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["RPR-R105 not idempotent: module global test_it.N changed by the test*"])


def test_skips_are_skips(run):
    result = outcome(
        run,
        """
@pytest.mark.skip(reason="never")
def test_one(): pass
def test_two(): pytest.skip("inside")
@pytest.fixture
def absent(): pytest.skip("in a fixture")
def test_three(absent): pass
""",
    )
    result.assert_outcomes(skipped=3)
    assert "RPR-" not in result.stdout.str()
    result.stdout.fnmatch_lines(["repro: 0 tests replayed, *"])


def test_a_skip_in_the_second_run_alone_is_a_drift(run):
    result = outcome(run, "def test_it():\n    if n('x') == 2: pytest.skip('second')\n", "--repro-policy=R105=fail")
    result.assert_outcomes(failed=1)


def test_an_error_in_teardown_is_told_once(run):
    result = outcome(
        run,
        """
@pytest.fixture
def bad():
    yield
    raise ValueError("torn")
def test_it(bad): pass
""",
    )
    result.assert_outcomes(passed=1, errors=1)


def test_an_error_in_the_first_teardown_alone_is_an_error_and_a_drift(run):
    result = outcome(
        run,
        """
@pytest.fixture
def bad():
    yield
    if n('x') == 1: raise ValueError("torn once")
def test_it(bad): pass
""",
        "--repro-policy=R105=fail",
    )
    result.assert_outcomes(failed=1, errors=1)


def test_a_module_fixture_that_fails_is_an_error_of_each_test(run):
    result = outcome(
        run,
        """
@pytest.fixture(scope="module")
def bad(): raise RuntimeError("module")
def test_one(bad): pass
def test_two(bad): pass
""",
    )
    result.assert_outcomes(errors=2)
    assert "RPR-" not in result.stdout.str()


def test_interrupting_the_hidden_run_ends_the_session_with_status_2(pytester):
    pytester.makepyfile(
        COUNTER + "def test_it():\n    if n('x') == 1: raise KeyboardInterrupt\ndef test_after(): pass\n"
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*KeyboardInterrupt*"])


def test_the_message_of_an_exception_is_compared_without_addresses_and_temporary_paths(run):
    result = outcome(
        run,
        """
def test_address(): raise ValueError(f"no {object()!r}")
def test_path(tmp_path): raise ValueError(f"no {tmp_path}/x")
""",
    )
    result.assert_outcomes(failed=2)
    assert "RPR-" not in result.stdout.str()


def test_setup_only_and_trace_run_nothing_twice(run):
    result = outcome(run, "def test_it():\n    print('BODY')\n", "--setup-only")
    assert "BODY" not in result.stdout.str()
    assert result.ret == 0
