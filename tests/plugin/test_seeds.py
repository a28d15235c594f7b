"""Seeds of tests, of wider-scoped fixtures and of collection."""

from __future__ import annotations

import re
import sys
from textwrap import dedent

import pytest


@pytest.fixture(autouse=True)
def _no_other_seeds(pytester, monkeypatch):  # noqa: ARG001  # pytester takes the variable out first
    """pytest-randomly, where it is installed, seeds each phase of a test itself."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:randomly")


PRINTS = """
import random, numpy as np, pytest
@pytest.fixture(scope="module")
def wide(): return random.random()
@pytest.fixture
def near(): return random.random()
@pytest.mark.replay
@pytest.mark.parametrize("n", [1, 2])
def test_one(n, wide, near): print("DRAWN", f"one{n}", wide, near, random.random(), np.random.random())
@pytest.mark.replay
def test_two(wide): print("DRAWN two", wide, random.random(), np.random.random())
"""


def drawn(result: pytest.RunResult) -> dict[str, str]:
    """What each test printed, by its name."""
    return dict(re.findall(r"DRAWN (\w+) (.*)", result.stdout.str()))


def test_a_test_draws_the_same_alone_selected_reordered_and_distributed(pytester):
    pytester.makepyfile(test_it=PRINTS)
    base = drawn(pytester.runpytest_subprocess("-s"))
    assert len(base) == 3
    assert drawn(pytester.runpytest_subprocess("-s", "-k", "two")) == {"two": base["two"]}
    assert drawn(pytester.runpytest_subprocess("-s", "test_it.py::test_two", "test_it.py::test_one")) == base
    spread = pytester.runpytest_subprocess("-n2", "-rP")
    assert drawn(spread) == base


def test_another_session_seed_draws_other_numbers(pytester):
    pytester.makepyfile(test_it=PRINTS)
    first, second = (drawn(pytester.runpytest_subprocess("-s", f"--repro-seed={seed}")) for seed in (0, 1))
    assert first.keys() == second.keys()
    assert all(first[name] != second[name] for name in first)


def test_a_wider_fixture_draws_from_a_seed_of_its_own_so_nobody_depends_on_who_came_first(run):
    result = run(
        """
        import random, pytest
        @pytest.fixture(scope="session")
        def consumed(): return [random.random() for _ in range(100)]
        @pytest.mark.replay
        def test_it(consumed):
            after = random.random()
        """
    )
    result.assert_outcomes(passed=1)


def test_the_state_found_is_put_back(run):
    result = run(
        """
        import random, numpy as np, pytest
        random.seed(1); np.random.seed(1)
        before = random.getstate(), np.random.get_state()[1].tolist()
        @pytest.mark.replay
        def test_marked(): x = random.random(), np.random.random()
        def test_unmarked():
            assert (random.getstate(), np.random.get_state()[1].tolist()) == before
        """
    )
    result.assert_outcomes(passed=2)


def test_fixtures_pin_without_replay(run):
    result = run(
        """
        import random, numpy as np
        def test_seed(repro_seed):
            assert random.random() == random.Random(repro_seed).random()
        def test_rng(repro_rng, repro):
            assert repro_rng.random() == np.random.default_rng(repro.seed).random() == repro.rng.random()
        def test_asked_late(request):
            seed = request.getfixturevalue("repro_seed")
            assert random.random() == random.Random(seed).random()
            request.getfixturevalue("repro").record(x=1)
        """
    )
    result.assert_outcomes(passed=3)
    assert "replayed" not in result.stdout.str()


@pytest.mark.parametrize("how", ["--repro=all", "--repro-seed=3", "ini"])
def test_data_drawn_while_tests_are_collected_is_the_same_in_every_process(pytester, how):
    if how == "ini":
        pytester.makeini("[pytest]\nrepro_seed = 3\n")
    pytester.makepyfile(
        test_it=dedent("""
            import random, pytest
            import numpy as np
            @pytest.mark.parametrize("x, y", [(random.random(), np.random.random())])
            def test_it(x, y): print("DRAWN it", x, y)
            """)
    )
    arguments = ["-s"] if how == "ini" else ["-s", how]
    first, second = (drawn(pytester.runpytest_subprocess(*arguments)) for _ in range(2))
    assert first == second
    assert first


def test_a_random_session_seed_is_told_and_can_be_had_again(pytester):
    pytester.makepyfile(test_it=PRINTS)
    first = pytester.runpytest_subprocess("-s", "--repro-seed=random")
    seed = re.search(r"repro: session seed (\d+)", first.stdout.str())
    assert seed
    assert drawn(pytester.runpytest_subprocess("-s", "--repro-seed=last")) == drawn(first)
    assert drawn(pytester.runpytest_subprocess("-s", f"--repro-seed={seed[1]}")) == drawn(first)


def test_last_without_an_earlier_run_is_a_usage_error(pytester):
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_subprocess("--repro-seed=last")
    assert result.ret == 4
    result.stderr.fnmatch_lines(
        ["*no earlier run has left its seed in '--repro-seed'  [[]RPR-U102[]]", "  mend: pytest --repro-seed=random"]
    )


@pytest.mark.parametrize("seed", ["-1", "1.5", "x", str(2**63)])
def test_a_seed_of_another_form_is_a_usage_error(run, seed):
    result = run("def test_it(): pass", f"--repro-seed={seed}")
    assert result.ret == 4
    assert "a seed is a whole number, random or last" in result.stderr.str()


def test_a_seeder_that_raises_is_told_once_and_the_tests_go_on(pytester):
    pytester.makeconftest("def pytest_repro_seed(seed): raise ValueError('no such generator')")
    pytester.makepyfile(
        "import pytest\n@pytest.mark.replay\ndef test_it(): x = 1\n@pytest.mark.replay\ndef test_too(): x = 1\n"
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=2)
    assert result.stdout.str().count("no such generator") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="the entry point is planted with a path file")
def test_entry_points_written_for_pytest_randomly_work_unchanged(pytester):
    meta = pytester.mkdir("planted-1.0.dist-info")
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: planted\nVersion: 1.0\n")
    (meta / "entry_points.txt").write_text("[pytest_randomly.random_seeder]\nplanted = planted_library:seed\n")
    pytester.makepyfile(planted_library="state = None\ndef seed(value):\n    global state\n    state = value\n")
    pytester.makepyfile(
        "import pytest, planted_library\n@pytest.mark.replay\n"
        "def test_it(repro_seed): assert planted_library.state == repro_seed\n"
    )
    pytester.syspathinsert()
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
