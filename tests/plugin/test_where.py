"""Where a report says that runs part: in process, under a condition, between processes, after an earlier run."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from pytest_repro.plugin import laboratory, progress
from pytest_repro.report import where as lines_of

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 12) and sys.gettrace() is not None, reason="coverage or a debugger traces already"
)


def where(result):
    """The lines beneath *where* of the first report."""
    lines = result.outlines
    start = next((number for number, line in enumerate(lines) if line.startswith("  where ")), None)
    if start is None:
        return []
    found = [lines[start][16:]]
    for line in lines[start + 1 :]:
        if not line.startswith(" " * 16):
            break
        found.append(line[16:])
    return found


def test_the_way_from_the_origin_to_the_test(run):
    result = run(
        """
        import pytest
        from model import fit
        @pytest.mark.replay
        def test_it():
            w = fit(3)
        """,
        model="""
        import random
        def noise():
            value = random.SystemRandom().random()
            return value
        def fit(size):
            scale = noise()
            return [scale * number for number in range(size)]
        """,
    )
    told = where(result)
    assert told[0] == "model.py:3  value = random.SystemRandom().random()"
    assert told[1].startswith("  value: 0.")
    # before 3.12 a comprehension is a function of its own, to which the value is handed at once
    assert "model.py:7  return [scale * number for number in range(size)]" in told
    assert told[-2] == "test_it.py:5  w = fit(3)"
    assert told[-1].startswith("  w: ")


def test_a_line_that_makes_an_array_and_writes_nothing_is_told_with_its_mend(run):
    # what this process has spent differs each time and is no entropy, no clock and no state: as memory is
    result = run(
        """
        import pytest
        from model import empty
        @pytest.mark.replay
        def test_it():
            x = empty(3)
        """,
        model="""
        from resource import getrusage
        def empty(size):
            spent = sum(getrusage(0)[:2])
            return [spent] * size
        """,
    )
    result.stdout.no_fnmatch_line("*memory is read*")
    result = run(
        """
        import pytest
        from resource import getrusage as empty
        @pytest.mark.replay
        def test_it():
            x = sum(empty(0)[:2])
        """
    )
    result.stdout.fnmatch_lines(
        [
            "  where *test_it.py:5  x = sum(empty(0)?:2?)",
            "  why *memory is read that nothing wrote to: it holds what was there before (likely)",
            "  next *write before reading: numpy.zeros or numpy.full in place of numpy.empty",
        ]
    )


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("out = np.empty(size)", True),
        ("out = np.empty_like(x)", True),
        ("x = torch.empty((2, 3), dtype=torch.float64)", True),
        ("x = rng.permutation(n)", False),
        ("if queue.empty():", False),
        ("ok = frame.empty", False),
        ("x = nonempty(3)", False),
    ],
)
def test_which_lines_write_nothing(tmp_path, line, found):
    source = tmp_path / "model.py"
    source.write_text(f"{line}\n", encoding="utf-8")
    step = SimpleNamespace(file=str(source), line=1, name="x", before="1", after="2")
    assert lines_of.unwritten(step) is found


def test_what_two_traced_runs_do_not_show_is_said(run):
    result = run(
        """
        import pytest
        from model import second
        @pytest.mark.replay
        def test_it():
            x = "once" if second() else "always"
        """,
        model="""
        import sys
        def second():
            sys.repro_turns = getattr(sys, "repro_turns", 0) + 1
            return sys.repro_turns == 2
        """,
    )
    assert result.ret == 1
    assert where(result) == ["not seen under tracing: two more runs, line by line, agree"]


def test_numbers_that_are_addresses_are_memory_that_nothing_wrote_to_though_no_trace_shows_it(run):
    result = run(
        """
        import numpy as np, pytest
        from model import second
        @pytest.mark.replay
        def test_it():
            x = np.array([1.0, 2.0, 6.9e-310 if second() else 4.6e-310])
        """,
        model="""
        import sys
        def second():
            sys.repro_turns = getattr(sys, "repro_turns", 0) + 1
            return sys.repro_turns == 2
        """,
    )
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*1 of 3 elements, worst at [[]2[]]; leftover memory",
            "  why *memory is read that nothing wrote to: it holds what was there before (likely)",
            "  next *write before reading: numpy.zeros or numpy.full in place of numpy.empty",
        ]
    )


def test_a_line_of_the_test_that_makes_the_drifted_array_and_writes_nothing_is_told_though_no_trace_shows_it(run):
    result = run(
        """
        import pytest
        from model import empty
        @pytest.mark.replay
        def test_it():
            other = [1.0]
            x = empty(3)
        """,
        model="""
        import sys
        def empty(size):
            sys.repro_turns = getattr(sys, "repro_turns", 0) + 1
            return [float(sys.repro_turns == 2)] * size
        """,
    )
    assert where(result) == ["test_it.py:6  x = empty(3)"]
    result.stdout.fnmatch_lines(["  why *memory is read that nothing wrote to: * (perhaps: no trace tells)"])


def test_the_line_that_an_earlier_run_changed_something_at_stands_first(run):
    result = run(
        """
        import pytest
        @pytest.fixture(scope="module")
        def bag(): return []
        @pytest.mark.replay
        def test_it(bag):
            bag.append(1)
            total = sum(bag)
        """
    )
    assert where(result)[0] == "test_it.py:6  bag.append(1)   (an earlier run left it changed)"


SETS = """
import model
def test_it():
    first = model.first(["alpha", "beta", "gamma", "delta", "epsilon", "zeta"])
"""
MODEL = """
import random
DRAWN = random.Random().random()
def first(names):
    seen = set(names)
    order = list(seen)
    return order[0]
def drawn():
    return DRAWN * 2
"""


@pytest.mark.parametrize("more", [(), ("-n2",)])
def test_under_a_condition_both_processes_are_traced(pytester, apart, more):
    pytester.makepyfile(test_it=SETS, model=MODEL)
    session = apart("--repro=all", "--repro-vary=hashseed=1,2", *more, plugins="xdist" if more else "")
    assert session.ret == 1
    told = where(session.result)
    assert told[0] == "model.py:5  order = list(seen)"
    assert "test_it.py:3  first = model.first(" in told[-2]


def test_between_two_unchanged_processes_the_line_is_named_too(pytester, apart):
    pytester.makepyfile(test_it="import model\ndef test_it(): value = model.drawn()\n", model=MODEL)
    session = apart("--repro=all", "--repro-vary=hashseed")
    assert session.ret == 1
    assert "RPR-R113" in session.result.stdout.str()
    assert where(session.result)[0] == "model.py:8  return DRAWN * 2"
    # the condition and its control, two that are unchanged, and those two traced
    assert "1 drift, 6 fresh processes in " in session.result.stdout.str()


def test_a_debugger_s_tracer_is_left_in_peace(pytester, apart):
    pytester.makepyfile(
        test_it="import random\ndef test_it(): x = random.Random().random()\n",
        conftest="import sys\ndef pytest_runtest_setup():\n    sys.settrace(lambda *_: None)\n",
    )
    session = apart("--repro=all")
    assert session.ret == 1
    assert where(session.result)[0] == "test_it.py:2  def test_it(): x = random.Random().random()"


def test_what_is_named_a_secret_is_not_shown_where_it_parts(run):
    result = run(
        """
        import random, pytest
        @pytest.mark.replay
        def test_it():
            password = f"hunter{random.SystemRandom().randrange(10**9)}"
        """
    )
    assert result.ret == 1
    assert where(result)[1].startswith("  password: ")
    assert "hunter" not in "".join(where(result)[1:])


DRAWS = """
    import pytest, random
    @pytest.mark.replay
    def test_it():
        value = random.SystemRandom().random()
"""


def test_a_session_whose_time_for_searches_is_spent_says_so_and_calls_a_drift_what_it_is(run, monkeypatch):
    monkeypatch.setattr(laboratory, "ALL_SECONDS", 0.0)
    result = run(DRAWS)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["RPR-R101 value drift: *", "  why           RPR-S201 *"])
    monkeypatch.setattr(laboratory, "SECONDS", 0.0)
    monkeypatch.setattr(laboratory, "ALL_SECONDS", 600.0)
    assert run(DRAWS).ret == 1


def test_a_long_search_is_told_on_lines_of_its_own(run, monkeypatch):
    monkeypatch.setattr(progress, "BETWEEN_S", 0.0)
    result = run(DRAWS)
    told = [line for line in result.outlines if line.startswith("repro: looking for the cause of ")]
    assert told[0] == "repro: looking for the cause of test_it.py::test_it, run 1"
    assert len(told) > 3
    assert not any("looking for" in line for line in run(DRAWS, "-q").outlines)
