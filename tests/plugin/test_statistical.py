"""Tests that are meant to be random: other seeds each run, distributions compared, and what that excludes."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest

pytest.importorskip("scipy")


@pytest.fixture
def run(pytester):
    """In a process of its own: another BLAS, once loaded, would stay in this one."""

    def run(source, *words):
        pytester.makepyfile(test_it=dedent(source))
        command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", *words]
        return pytester.run(*command)

    return run


def test_draws_under_different_seeds_pass_though_no_two_runs_agree(run):
    result = run(
        """
        import random, pytest
        SEEN = set()
        @pytest.mark.replay(statistical=True)
        def test_it(repro_seed):
            x = random.gauss(0, 1)
            SEEN.add((repro_seed, x))
        def test_seen():
            assert len(SEEN) == 20
            assert len({seed for seed, _ in SEEN}) == 20
        """
    )
    assert result.ret == 0, result.stdout.str()


def test_the_same_session_seed_gives_the_same_runs(run):
    source = """
        import random, pytest
        @pytest.mark.replay(statistical=True, runs=8)
        def test_it(repro_rng):
            print("DREW", random.random(), repro_rng.random())
    """
    one, two = ([line for line in run(source, "-s").outlines if line.startswith("DREW")] for _ in range(2))
    assert one
    assert one == two


def test_a_distribution_that_moves_from_run_to_run_fails_with_both_medians(run):
    result = run(
        """
        import random, pytest
        SEEN = []
        @pytest.mark.replay(statistical=True)
        def test_it():
            SEEN.append(1)
            x = random.gauss(0, 1) + 10 * (len(SEEN) > 10)
        """
    )
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "RPR-R109 distribution drift: * numbers are distributed otherwise in later runs",
            "  why           *: median * in the first 10 runs, then *",
            "  condition     20 runs in the same process, each under a seed of its own*",
        ]
    )


def test_an_outcome_that_depends_on_the_seed_is_told(run):
    result = run(
        """
        import random, pytest
        @pytest.mark.replay(statistical=True)
        def test_it():
            x = random.random()
            assert x < 0.5
        """
    )
    assert result.ret == 1
    assert "RPR-R102 outcome drift: 2 ends in 20 runs under different seeds" in result.stdout.str()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("statistical=1", "statistical is True or False, not 1 in 'statistical'"),
        ("alpha=0.1", "alpha goes with statistical=True in 'alpha'"),
        ("statistical=True, alpha=2", "alpha is a probability in (0, 1), not 2 in 'alpha'"),
        ("statistical=True, runs=3", "fewer than 8 runs tell nothing of a distribution in 'runs'"),
        ("statistical=True, tol=1e-6", "tol compares values, and statistical=True compares distributions in 'tol'"),
        ("statistical=True, vary='all'", "vary compares values, and statistical=True compares distributions in 'vary'"),
    ],
)
def test_arguments_that_do_not_go_together_are_usage_errors(run, arguments, told):
    result = run(f"import pytest\n@pytest.mark.replay({arguments})\ndef test_it(): pass\n")
    assert result.ret == 4
    assert told in result.stderr.str()


def test_it_is_neither_varied_nor_recorded(pytester, apart):
    pytester.makepyfile(
        test_it="import random, pytest\n@pytest.mark.replay(statistical=True)\ndef test_it(): x = random.random()\n"
    )
    session = apart("--repro-vary=hashseed", "--repro-record")
    assert session.ret == 0, session.result.stdout.str()
    assert "fresh" not in session.summary()
    assert not list(pytester.path.glob("__envelopes__/*"))
