"""The neighbour pytest-xdist: what a marker asks for in the workers is told by the controller."""

from __future__ import annotations

import re
from collections import Counter

import pytest

pytest.importorskip("xdist")

SUITE = """
import pytest, random, sys
replay = pytest.mark.replay
G = []

@pytest.fixture(scope="module")
def wide():
    return [random.random()]

@replay
def test_holds(wide, repro_seed):
    drawn, seed = random.random(), repro_seed

@replay(tol=1e-6)
def test_drifts():
    drawn = random.SystemRandom().random()

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("n", [1, 2, 3])
@replay
def test_grouped(n):
    total = n + random.random()

@replay
def test_leaves():
    G.append(1)
    length = len(G)

@replay
def test_fails():
    assert 1 == 2

@replay
@pytest.mark.skip
def test_skipped(): pass

@replay
@pytest.mark.xfail(strict=True)
def test_expected(): assert 0

def test_unmarked(): pass

class TestMethods:
    @replay
    def test_method(self):
        x = 1
"""

DRIFTS = "test_it.py::test_drifts"

MODES = {
    "load": ("-n2", "--dist=load"),
    "loadscope": ("-n2", "--dist=loadscope"),
    "loadfile": ("-n2", "--dist=loadfile"),
    "loadgroup": ("-n2", "--dist=loadgroup"),
    "worksteal": ("-n2", "--dist=worksteal"),
    "each": ("--tx=2*popen", "--dist=each"),
}


def plain(nodeid: str) -> str:
    """Without the suffix that loadgroup puts behind a node id."""
    return nodeid.partition("@")[0]


def test_every_mode_tells_what_a_serial_run_tells(apart, pytester):
    pytester.makepyfile(test_it=SUITE)
    serial = apart()
    assert serial.ret == 1
    line = r"repro: 9 tests replayed, \d+ values compared, 1 drift, 1 warned, .*\(session seed 0\)"
    assert re.fullmatch(line, serial.summary())
    for mode, arguments in MODES.items():
        session = apart(*arguments, plugins="xdist")
        times = 2 if mode == "each" else 1
        told = Counter((plain(nodeid), when, outcome) for nodeid, when, outcome in session.reports)
        assert told == Counter(serial.reports * times), mode
        assert session.ret == serial.ret, mode
        text = session.result.stdout.str()
        assert text.count("[drift] ___") == times, mode
        assert len(re.findall(r"^RPR-R101 value drift: \d+ of \d+ observed", text, re.MULTILINE)) == times, mode
        assert text.count("RPR-R105 not idempotent: module global test_it.G changed by the test") == 1, mode
        assert f"pytest {DRIFTS} --repro-seed=0" in text, mode
        if times == 1:
            assert session.summary() == serial.summary(), mode


def test_a_session_seed_that_is_drawn_is_the_same_in_each_worker(apart, pytester):
    pytester.makepyfile(
        """
        import pytest, random
        @pytest.mark.parametrize("n", range(4))
        def test_it(n, repro_seed):
            print("SEED", n, repro_seed, random.random())
        """
    )
    drawn = apart("-n2", "-rP", "--repro-seed=random", "--repro=all", plugins="xdist.plugin")
    assert drawn.ret == 0
    header = next(line for line in drawn.result.outlines if line.startswith("repro: session seed "))
    seed = header.rpartition(" ")[2]
    assert drawn.summary().endswith(f"(session seed {seed})")
    again = apart("-rP", f"--repro-seed={seed}", "--repro=all")
    told = [sorted(line for line in ran.result.outlines if line.startswith("SEED")) for ran in (drawn, again)]
    assert len(told[0]) == 4
    assert told[0] == told[1]


@pytest.mark.parametrize("mode", ["load", "each"])
def test_a_wrong_marker_is_one_usage_error_with_its_text(apart, pytester, mode):
    pytester.makepyfile(
        test_it="import pytest\n@pytest.mark.replay(tol=-1)\ndef test_it(): pass\n",
        test_other="def test_a(): pass\ndef test_b(): pass\n",
    )
    session = apart(*MODES[mode], plugins="xdist")
    assert session.ret == 4
    text = session.result.stdout.str() + session.result.stderr.str()
    assert text.count("test_it.py:2: a tolerance is a finite number >= 0, not -1 in 'tol'  [RPR-U101]") == 1
    assert "Traceback" not in text
    assert "INTERNALERROR" not in text
    assert session.reports == []


def test_a_fault_of_the_plugin_in_a_worker_keeps_the_verdict_and_gives_status_3(apart, pytester):
    pytester.makeconftest(
        """
        from pytest_repro.plugin import judgement
        def broken(*args): raise LookupError("planted")
        judgement.verdict_of = broken
        """
    )
    pytester.makepyfile("import pytest\n@pytest.mark.replay\ndef test_it(): x = 1\n")
    session = apart("-n1", plugins="xdist")
    assert session.ret == 3
    session.result.assert_outcomes(passed=1)
    session.result.stdout.fnmatch_lines(["*repro: a fault of pytest-repro itself*", "*LookupError: planted"])


def test_a_worker_that_dies_in_a_replayed_test_is_told_of_that_test(apart, pytester):
    pytester.makepyfile(
        """
        import os, pytest
        @pytest.mark.replay
        def test_dies(): os._exit(1)
        @pytest.mark.replay
        def test_lives(): x = 1
        """
    )
    session = apart("-n1", plugins="xdist")
    session.result.assert_outcomes(passed=1, failed=1)
    session.result.stdout.fnmatch_lines(["*worker 'gw0' crashed while running 'test_*.py::test_dies'*"])
    assert session.summary().startswith("repro: 1 test replayed, ")
