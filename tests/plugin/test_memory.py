"""What a replay leaves behind: nothing that grows with the number of tests but what pytest itself keeps."""

from __future__ import annotations

CONFTEST = """
import gc
def pytest_sessionfinish(session):
    gc.collect()
    from pytest_repro.plugin.run import Run
    kept = [one for one in gc.get_objects() if type(one) is Run]
    with open("kept.txt", "w") as file:
        file.write(str(len(kept)))
"""


def test_the_runs_of_a_session_are_let_go_though_fixtures_of_the_session_keep_their_items(apart, pytester):
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        test_it="""
        import pytest
        @pytest.mark.replay
        @pytest.mark.parametrize("number", range(40))
        def test_it(number, tmp_path, subtests=None):
            value = number * 1.5
        """
    )
    assert apart().ret == 0
    assert int((pytester.path / "kept.txt").read_text()) <= 2
