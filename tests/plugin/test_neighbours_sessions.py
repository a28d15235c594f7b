"""Sessions inside sessions and one after another: suites of plugins, scripts that call pytest, notebooks."""

from __future__ import annotations

import importlib.util

import pytest

SUITE = """
import random, pytest
pytest_plugins = ["pytester"]
pytestmark = pytest.mark.replay

REPLAYED = "import pytest\\n@pytest.mark.replay\\ndef test_a(): x = 1\\n"
DRAWS = "import pytest, numpy as np\\n@pytest.mark.replay\\ndef test_a(): x = np.random.default_rng().random()\\n"

def test_text_of_a_session(pytester):
    pytester.makepyfile("def test_a(): pass\\ndef test_b(): assert 0\\n")
    result = pytester.runpytest("-p", "no:cacheprovider", "-p", "no:repro")
    result.assert_outcomes(passed=1, failed=1)
    text = result.stdout.str()
    lines = result.outlines

def test_session_that_replays(pytester):
    pytester.makepyfile(REPLAYED)
    counts = pytester.runpytest("-p", "repro").parseoutcomes()
    assert counts == {"passed": 1}

def test_session_that_drifts(pytester):
    pytester.makepyfile(DRAWS)
    counts = pytester.runpytest("-p", "repro", "-q").parseoutcomes()
    assert counts == {"failed": 1}

@pytest.mark.parametrize("words", [["--repro=all", "--repro-seed=5"], ["--repro-pin=entropy"], ["--repro=off"]])
def test_session_with_options_draws_nothing_of_this_one(pytester, words):
    pytester.makepyfile(DRAWS)
    before = random.getstate()
    status = int(pytester.runpytest("-p", "repro", *words).ret)
    untouched = random.getstate() == before
    assert untouched

def test_session_in_a_process_of_its_own(pytester):
    pytester.makepyfile(REPLAYED)
    counts = pytester.runpytest_subprocess("-p", "repro").parseoutcomes()
    assert counts == {"passed": 1}
"""


@pytest.mark.parametrize("words", [(), ("--repro-vary=hashseed",), ("--repro-pin=entropy",)], ids=" ".join)
def test_the_suite_of_a_plugin_that_runs_pytest_is_replayed(apart, pytester, words):
    pytester.makepyfile(test_it=SUITE)
    for kept in (("--repro-record",), ()):
        done = apart(*words, *kept, "test_it.py")
        text = done.result.stdout.str()
        assert done.ret == 0, text
        assert "RPR-" not in text
        assert "7 tests replayed" in done.summary()


SCRIPT = """
import builtins, os, random, sys, threading, time, uuid, warnings
import numpy as np, pytest

def state():
    found = {name: id(getattr(random, name)) for name in ("random", "seed", "Random", "_urandom")}
    found |= {name: id(getattr(time, name)) for name in ("time", "perf_counter", "monotonic", "time_ns", "sleep")}
    found |= {name: id(getattr(os, name)) for name in ("urandom", "listdir", "scandir")}
    found |= {"code": id(random.Random.seed.__code__), "uuid": id(uuid.uuid4.__code__), "open": id(builtins.open)}
    found |= {"rng": id(np.random.default_rng), "sequence": id(np.random.SeedSequence)}
    found |= {"trace": sys.gettrace(), "profile": sys.getprofile(), "finders": list(sys.meta_path)}
    found |= {"threads": threading.active_count(), "shown": id(warnings.showwarning)}
    found |= {"drawn": random.getstate(), "legacy": repr(np.random.get_state()), "place": os.getcwd()}
    found["variables"] = {name for name in os.environ if "REPRO" in name or name == "PYTHONHASHSEED"}
    if sys.version_info >= (3, 12):
        found["tools"] = [sys.monitoring.get_tool(number) for number in range(6)]
        found["events"] = [sys.monitoring.get_events(n) for n in range(6) if sys.monitoring.get_tool(n)]
    return found

before = state()
for _ in range(2):
    assert pytest.main([*sys.argv[1:], "-p", "no:cacheprovider", "test_it.py"]) == 1
    after = state()
    assert after == before, {name: (before[name], after[name]) for name in after if after[name] != before[name]}
print("ALL AS IT WAS")
"""

WATCHED = """
import random, pytest, numpy as np
@pytest.mark.replay
def test_holds(): x = random.random()
@pytest.mark.replay
def test_drifts(): y = np.random.default_rng().random()
def test_fails(): assert 0
"""


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--repro=all", "--repro-seed=3"),
        ("--repro-pin=entropy",),
        ("--repro-vary=hashseed",),
        ("--repro-policy=S201=fail",),
        ("--repro-record",),
    ],
    ids=" ".join,
)
def test_two_sessions_of_one_script_leave_everything_as_it_was(pytester, monkeypatch, words):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(main=SCRIPT, test_it=WATCHED)
    begun = f"import runpy, sys; sys.argv[1:] = {['-p', 'repro', *words]!r}"
    result = pytester.runpython_c(f"{begun}; runpy.run_path('main.py')")
    assert result.ret == 0, result.stderr.str()
    assert result.outlines[-1] == "ALL AS IT WAS"
    replayed = [line for line in result.outlines if line.startswith("repro: ") and "replayed" in line]
    assert len(replayed) == 2
    assert len({line.partition(", recorded")[0].partition(" fresh processes in")[0] for line in replayed}) == 1


NOTEBOOK = """
{"cells": [
 {"cell_type": "code", "execution_count": 1, "id": "a", "metadata": {}, "source": ["1 + 1"],
  "outputs": [{"data": {"text/plain": ["2"]}, "execution_count": 1, "metadata": {}, "output_type": "execute_result"}]},
 {"cell_type": "code", "execution_count": 2, "id": "b", "metadata": {}, "outputs": [], "source": ["x = [1]"]},
 {"cell_type": "code", "execution_count": 3, "id": "c", "metadata": {}, "source": ["x.append(2); x"],
  "outputs": [{"data": {"text/plain": ["[1, 2]"]}, "execution_count": 3, "metadata": {},
  "output_type": "execute_result"}]}],
 "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
 "nbformat": 4, "nbformat_minor": 5}
"""


@pytest.mark.parametrize("words", [("--repro=off",), (), ("--repro=all",), ("--repro=all", "--repro-vary=hashseed")])
def test_a_notebook_runs_its_cells_once_and_passes_as_without_replay(apart, pytester, words):
    if importlib.util.find_spec("nbval") is None or importlib.util.find_spec("ipykernel") is None:
        pytest.skip("needs nbval, ipykernel")
    (pytester.path / "book.ipynb").write_text(NOTEBOOK, encoding="utf-8")
    done = apart("--nbval", *words, "book.ipynb", plugins="nbval.plugin")
    assert done.ret == 0, done.result.stdout.str()
    assert [ended for _, when, ended in done.reports if when == "call"] == ["passed"] * 3
