"""Entropy as the cause of drift: named at its line, proved by serving it; told by policy before anything drifts."""

from __future__ import annotations

import os

import pytest

DEEP = """
    import uuid
    import pytest
    from model import fit
    @pytest.mark.replay
    def test_it():
        assert uuid.uuid4() is not None
        w = fit()
"""
MODEL = """
    import random
    import numpy as np
    def fit():
        random.Random()
        return draws()
    def draws():
        rng = np.random.default_rng()
        return rng.normal(size=3)
"""


def why(result):
    """The lines beneath *why*."""
    lines = result.outlines
    start = next(number for number, line in enumerate(lines) if line.startswith("  why "))
    found = [lines[start][len("  why ") :].strip()]
    for line in lines[start + 1 :]:
        if not line.startswith(" " * 16):
            break
        if line.startswith(" " * 18):
            found[-1] += f" {line.strip()}"  # what is too long for one line
        else:
            found.append(line.strip())
    return found


def test_the_line_that_draws_is_named_with_its_proof_and_harmless_draws_are_not(run):
    result = run(DEEP, model=MODEL)
    assert result.ret == 1
    (told,) = why(result)
    assert told.startswith("RPR-S201 unseeded numpy: np.random.default_rng() at model.py:7, drawn once (proved: ")
    result.stdout.fnmatch_lines(["  next          pass a seeded generator in: repro_rng*pytest-repro explain S201)"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_workers_are_looked_into_and_their_random_is_seeded_anew_by_the_fork(run):
    result = run(
        """
        import multiprocessing
        import random
        import numpy as np
        import pytest

        pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
        FORK = multiprocessing.get_context("fork")

        def numpy_s(pipe):
            pipe.send(np.random.default_rng().random())

        def python_s(pipe):
            pipe.send(random.random())

        def seeded(pipe):
            pipe.send(random.Random(4).random())

        @pytest.mark.replay
        @pytest.mark.parametrize("work", [numpy_s, python_s, seeded])
        def test_it(work):
            here, there = FORK.Pipe()
            worker = FORK.Process(target=work, args=(there,))
            worker.start()
            value = here.recv()
            worker.join()
        """
    )
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(
        [
            "  why *RPR-S201 unseeded numpy: np.random.default_rng() at test_it.py:10, drawn once (proved:*",
            "  why *RPR-S201 a forked process, in which random seeds itself anew: worker.start() at test_it.py:23,*",
            "  next *seed what the process draws from, in it: random.seed(...), or hand a generator over",
        ]
    )


PLACES = {
    "a fixture": """
        @pytest.fixture
        def made(): return np.random.default_rng().random()   # here
        @pytest.mark.replay
        def test_it(made): x = made
    """,
    "a thread": """
        @pytest.mark.replay
        def test_it():
            found = []
            def work():
                found.append(np.random.default_rng().random())   # here
            thread = threading.Thread(target=work)
            thread.start(); thread.join()
    """,
    "a generator": """
        def numbers():
            while True:
                yield random.Random().random()   # here
        @pytest.mark.replay
        def test_it(): x = next(numbers())
    """,
    "a comprehension": """
        @pytest.mark.replay
        def test_it():
            x = [random.Random().random() for _ in range(3)]   # here
    """,
    "a coroutine": """
        async def draw(): return secrets.randbits(60)   # here
        @pytest.mark.replay
        def test_it(): x = asyncio.run(draw())
    """,
    "an object": """
        class Model:
            def __init__(self): self.rng = np.random.RandomState()   # here
            def fit(self): return self.rng.rand()
        @pytest.mark.replay
        def test_it(): x = Model().fit()
    """,
    "an outcome": """
        @pytest.mark.replay
        def test_it(): pytest.fail(str(os.urandom(8).hex()))   # here
    """,
}


@pytest.mark.parametrize("place", PLACES)
def test_wherever_it_is_drawn_the_line_is_exact(run, place):
    lines = [
        "import asyncio, os, random, secrets, threading",
        "import numpy as np, pytest",
        *PLACES[place].splitlines(),
    ]
    lines = [line.removeprefix("        ") for line in lines]
    line = next(number for number, text in enumerate(lines, 1) if "# here" in text)
    result = run("\n".join(lines))
    assert result.ret == 1
    (told,) = why(result)
    assert told.startswith("RPR-S201 ")
    assert f" at test_it.py:{line}," in told
    assert "(proved: serving the same entropy removes the drift)" in told


def test_what_entropy_does_not_explain_is_said(run):
    result = run(
        """
        import sys, random, pytest
        @pytest.mark.replay
        def test_it():
            turn = sys.repro_turn = getattr(sys, "repro_turn", 0.0) * 1.7 + 3.3
            x = random.Random().random()
        """
    )
    told = why(result)
    assert told[0].startswith("RPR-S201 unseeded random.Random: random.Random() at test_it.py:5")
    assert told[1].startswith("nothing that was tried explains ")


def test_by_policy_a_draw_is_told_before_anything_drifts(run):
    source = """
        import random, pytest
        def noise():
            random.Random()
            return random.Random(4).random()
        @pytest.mark.replay
        def test_it():
            x = noise()
    """
    assert "S201" not in run(source).stdout.str()
    result = run(source, "--repro-policy=S201=fail")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "RPR-S201 unpinned entropy: the test draws operating-system entropy at 1 place",
            "  why           unseeded random.Random: random.Random() at test_it.py:3",
        ]
    )
    assert run(source.replace("Random()", "Random(3)"), "--repro-policy=S201=fail").ret == 0


def test_a_value_that_the_clock_decides_without_being_a_time_is_told_as_such(run):
    result = run(
        """
        import random, time, pytest
        def draw():
            return int(1e9 * random.Random(time.time_ns()).random()) + 10**25
        @pytest.mark.replay
        def test_it():
            x = draw()
        """
    )
    assert result.ret == 1
    assert why(result) == ["the clock decides it (proved: serving the same readings removes the drift)"]


def test_a_draw_inside_a_library_is_told_with_the_library_s_function(pytester, apart):
    pytest.importorskip("scipy")  # in a process of its own: another BLAS would stay in this one
    pytester.makepyfile(
        test_it="from scipy.stats import qmc\ndef test_it():\n    points = qmc.Sobol(2, scramble=True).random(4)\n"
    )
    session = apart("--repro=all")
    assert session.ret == 1
    told = why(session.result)
    assert told[0].startswith(
        "RPR-S201 unseeded numpy: qmc.Sobol(2, scramble=True) at test_it.py:3, inside scipy.stats."
    )
    assert "  next          hand the library its seed where it is called: rng=, random_state=, seed=, v0=" in (
        session.result.outlines
    )
