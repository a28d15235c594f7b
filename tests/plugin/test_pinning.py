"""Entropy pinned: what draws without a seed is served from it, in every phase, in every process."""

from __future__ import annotations

SUITE = """
import random, secrets, tempfile, uuid
import numpy as np
import pytest
import drawn

@pytest.fixture(scope="module")
def shared():
    return np.random.default_rng().random()

@pytest.mark.parametrize("made", [np.random.default_rng().random()])
def test_parameter(made):
    print("\\nSEEN parameter", made)

def test_all(shared):
    inner = [random.Random().random(), secrets.token_hex(4), str(uuid.uuid4()), np.random.RandomState().rand()]
    print("\\nSEEN all", drawn.AT_IMPORT, shared, *inner)

def test_other():
    print("\\nSEEN other", random.Random().random())
"""
DRAWN = "import random\nAT_IMPORT = random.Random().random()\n"
CONFTEST = "import drawn\n"


def seen(result):
    """What the tests drew, by test."""
    return dict(line.removeprefix("SEEN ").split(" ", 1) for line in result.outlines if line.startswith("SEEN "))


def write(pytester):
    pytester.makepyfile(test_it=SUITE, drawn=DRAWN, conftest=CONFTEST)


def test_two_sessions_draw_the_same_from_the_first_conftest_on(pytester, apart):
    write(pytester)
    one, two = (apart("-s", "--repro-pin=entropy").result for _ in range(2))
    assert len(seen(one)) == 3
    assert seen(one) == seen(two)
    assert "repro: session seed 0, entropy pinned" in one.outlines
    assert seen(apart("-s", "--repro-pin=entropy", "--repro-seed=1").result)["other"] != seen(one)["other"]
    assert seen(apart("-s").result)["all"] != seen(one)["all"]


def test_the_ini_file_pins_too_and_a_test_alone_draws_what_it_draws_among_others(pytester, apart):
    write(pytester)
    pytester.makeini("[pytest]\nrepro_pin = entropy\n")
    whole = seen(apart("-s").result)
    assert seen(apart("-s", "test_it.py::test_other").result)["other"] == whole["other"]
    assert seen(apart("-s", "test_it.py::test_all").result)["all"] == whole["all"]


def test_replayed_tests_do_not_drift_and_the_places_are_told(pytester, apart):
    write(pytester)
    assert apart("--repro=all").ret == 1
    session = apart("--repro=all", "--repro-pin=entropy", "-v")
    assert session.ret == 0, session.result.stdout.str()
    assert ", entropy pinned at " in session.summary()
    told = session.result.stdout.str().partition("repro: entropy served from the seed")[2]
    assert "unseeded random.Random: random.Random() at drawn.py:2" in told
    assert "unseeded numpy: np.random.default_rng() at test_it.py:8" in told


def test_xdist_s_workers_and_fresh_processes_draw_the_same(pytester, apart):
    write(pytester)
    session = apart("--repro=all", "--repro-pin=entropy", "-n2", plugins="xdist")
    assert session.ret == 0, session.result.stdout.str()  # both workers collected the same parameter
    assert ", entropy pinned at " in session.summary()
    session = apart("--repro=all", "--repro-pin=entropy", "--repro-vary=hashseed")
    assert session.ret == 0, session.result.stdout.str()


def test_without_it_a_fresh_process_draws_anew(pytester, apart):
    pytester.makepyfile(test_it="import drawn\ndef test_it(): x = drawn.AT_IMPORT\n", drawn=DRAWN)
    assert apart("--repro=all", "--repro-vary=hashseed").ret == 1
    assert apart("--repro=all", "--repro-vary=hashseed", "--repro-pin=entropy").ret == 0


def test_names_of_temporary_files_stay_new(pytester, apart):
    body = "    tempfile._name_sequence = None\n    print('SEEN', tempfile.mktemp())\n"
    pytester.makepyfile(test_it=f"import tempfile\ndef test_it():\n{body}")
    one, two = (apart("-s", "--repro-pin=entropy").result.stdout.str().partition("SEEN ")[2][:40] for _ in range(2))
    assert one
    assert one != two


def test_a_wider_fixture_shifts_no_draw_of_the_test(run):
    result = run(
        """
        import random, pytest
        def draw(): return random.Random().random()
        @pytest.fixture(scope="module")
        def late(): return draw()
        @pytest.mark.replay
        def test_it(request):
            a = draw()
            b = request.getfixturevalue("late")
            c = draw()
            assert len({a, b, c}) == 3
        """,
        "--repro-pin=entropy",
    )
    assert result.ret == 0, result.stdout.str()


def test_a_word_that_means_nothing_is_a_usage_error(run):
    result = run("def test_it(): pass", "--repro-pin=everything")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*what is pinned is seeds or entropy, not 'everything' in 'repro_pin'*"])


def test_afterwards_entropy_is_entropy(run):
    import random  # noqa: PLC0415  # its own state is looked at

    before = random.Random.seed.__code__
    assert run("import random\ndef test_it(): random.Random()", "--repro-pin=entropy").ret == 0
    assert random.Random.seed.__code__ is before
