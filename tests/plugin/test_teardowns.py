"""Fixtures of wider scope that fail where they end: their errors are pytest's to tell, replayed or not."""

from __future__ import annotations

import pytest

SCOPES = ("class", "module", "package", "session")

LEFT = """
    import pytest
    @pytest.fixture(scope="{scope}")
    def room():
        made = []
        yield made
        {end}
    class TestRoom:
        def test_first(self): first = 1
        def test_last(self, room):
            room.append(1)
            assert room
    """

ENDS = {
    "error": ("raise RuntimeError('left open')", "RuntimeError: left open"),
    "assert": ("assert not made, 'left open'", "AssertionError: left open"),
    "fail": ("pytest.fail('left open')", "Failed: left open"),
}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("end", ENDS)
def test_an_error_at_the_end_of_a_wider_scope_is_told_as_without_replay(run, scope, end):
    statement, told = ENDS[end]
    source = LEFT.format(scope=scope, end=statement)
    run(source, "--repro=off").assert_outcomes(passed=2, errors=1)
    result = run(source, "--repro=all")
    result.assert_outcomes(passed=2, errors=1)
    assert f"ERROR test_it.py::TestRoom::test_last - {told}" in result.outlines
    assert "RPR-R102" not in result.stdout.str()
    assert "fault of pytest-repro" not in result.stdout.str()


def test_a_skip_at_the_end_of_a_wider_scope_beside_a_drift_is_no_fault(run):
    result = run(
        """
        import pytest, random
        @pytest.fixture(scope="session")
        def room():
            yield 1
            pytest.skip("no cleanup here")
        @pytest.mark.replay
        def test_draws(room): x = random.SystemRandom().random()
        """
    )
    result.assert_outcomes(failed=1, skipped=1)
    assert "RPR-R102" not in result.stdout.str()
    assert "proved: serving the same entropy removes the drift" in " ".join(result.stdout.str().split())


def test_an_error_of_the_test_s_own_fixture_that_one_run_alone_has_is_a_drift_still(run):
    result = run(
        """
        import pytest
        TURN = []
        @pytest.fixture
        def room():
            yield
            TURN.append(1)
            assert len(TURN) % 2
        @pytest.fixture(scope="module")
        def wide(): yield
        @pytest.mark.replay
        def test_it(room, wide): x = 1
        def test_other(wide): pass
        """,
        "--repro-policy=R105=fail",
    )
    assert "outcome.teardown" in result.stdout.str()
    assert result.ret == 1


SUMMARY = "short test summary info"


@pytest.mark.parametrize(
    ("words", "body", "counts"),
    [
        ("-x", "assert 0", {"failed": 1, "errors": 1}),
        ("--maxfail=1", "assert 0", {"failed": 1, "errors": 1}),
        ("--maxfail=2", "assert 0", {"failed": 1, "passed": 1, "errors": 1}),
        ("-x", "pass", {"passed": 2, "errors": 1}),
    ],
)
def test_where_the_session_stops_at_a_failure_wider_scopes_are_torn_down_with_it(run, words, body, counts):
    source = f"""
        import pytest
        @pytest.fixture(scope="module")
        def wide():
            yield
            raise RuntimeError("left open")
        @pytest.mark.replay
        def test_one(wide): {body}
        def test_two(wide): pass
        """
    plain = run(source, words, "--repro=off")
    if SUMMARY not in plain.stdout.str():
        pytest.skip("this pytest loses its own summary there, as 8.2 does")
    plain.assert_outcomes(**counts)
    result = run(source, words)
    result.assert_outcomes(**counts)
    assert SUMMARY in result.stdout.str()
    assert "ERROR test_it.py::test_one" in result.stdout.str() or "ERROR test_it.py::test_two" in result.stdout.str()
