"""One child at a time: a hang, restarts and their end, the words that start it, specs that are none."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_repro.diagnose.splitting import Errand
from pytest_repro.errors import ReproError
from pytest_repro.plugin import child, children
from pytest_repro.plugin.children import Child, Command, carry_out
from pytest_repro.plugin.spec import Spec
from pytest_repro.variations.condition import FRESH, Condition


def command(folder: Path, *words: str, ids: tuple[str, ...] = ()) -> Command:
    return Command(
        words=("-p", "repro", "-p", "no:cacheprovider", *words),
        folder=folder,
        appended=(),
        cached=False,
        files=dict.fromkeys(ids, str(folder / "test_it.py")),
        session_seed=0,
    )


def run(folder: Path, source: str, tests: list[str], monkeypatch, **settings):
    """What one child brings of a module's tests."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (folder / "test_it.py").write_text(dedent(source), encoding="utf-8")
    ids = tuple(f"test_it.py::{name}" for name in tests)
    child = Child(errand=Errand(FRESH, ids), home=folder / "home", command=command(folder, ids=ids), **settings)
    carry_out([child], 1, None, lambda _children: None)
    return child.brought()


def test_a_hang_is_ended_after_its_time_and_the_rest_goes_on(tmp_path, monkeypatch):
    source = """
        import time, pytest
        pytestmark = pytest.mark.replay
        def test_hang(): time.sleep(600)
        def test_other(): x = 2
    """
    started = time.monotonic()
    brought = run(tmp_path, source, ["test_hang", "test_other"], monkeypatch, patience_s=2.0)
    assert time.monotonic() - started < 60
    assert brought.lost == {"test_it.py::test_hang": "hung: no end after 2 s"}
    assert list(brought.ended) == ["test_it.py::test_other"]
    assert not brought.failure


def test_a_clock_that_a_test_sets_forward_is_no_hang(tmp_path, monkeypatch):
    source = """
        import time, pytest
        real = time.time
        time.time = lambda: real() - 86400.0  # since it was started, as the parent's clock has it: a day
        @pytest.mark.replay
        def test_it():
            time.sleep(0.5)
            x = 1
    """
    brought = run(tmp_path, source, ["test_it"], monkeypatch, patience_s=30.0)
    assert list(brought.ended) == ["test_it.py::test_it"]
    assert not brought.lost


def test_a_process_that_the_system_does_not_start_says_why_and_the_others_go_on(tmp_path):
    (tmp_path / "taken").write_bytes(b"")
    children = [
        Child(errand=Errand(FRESH, ("a",)), home=home, command=command(tmp_path))
        for home in (tmp_path / "taken" / "home", tmp_path / "home")
    ]
    carry_out(children, 1, None, lambda _children: None)
    refused, started = (child.brought() for child in children)
    assert refused.failure == "the system refused: Not a directory"
    assert not refused.seconds
    assert started.seconds > 0
    assert not started.failure


def test_the_time_that_a_test_may_take_follows_what_it_took_beside_the_control():
    def child(seconds):
        return Child(errand=Errand(FRESH, ()), home=Path(), command=command(Path()), seconds=seconds)

    assert child({"a": 3.0})._allowed("a") == children.GRACE_S + 3.0 * children.SLOWER
    assert child({"a": 1e6})._allowed("a") == child({})._allowed("a") == children.PATIENCE_S


def test_after_some_crashes_a_child_is_given_up_and_says_what_it_left(tmp_path, monkeypatch):
    source = """
        import os, pytest
        pytestmark = pytest.mark.replay
        @pytest.mark.parametrize("n", range(9))
        def test_crash(n): os._exit(n + 1)
    """
    brought = run(tmp_path, source, [f"test_crash[{n}]" for n in range(9)], monkeypatch)
    assert len(brought.lost) == children.RESTARTS + 1
    assert brought.lost["test_it.py::test_crash[0]"] == "ended the process with status 1"
    assert brought.failure.startswith("it ended with status 6 and left 3 tests")


def test_a_child_that_there_was_no_time_for_took_none(tmp_path):
    child = Child(errand=Errand(FRESH, ("a",)), home=tmp_path, command=command(tmp_path))
    carry_out([child], 1, time.monotonic() - 1.0, lambda _children: None)
    brought = child.brought()
    assert brought.cut
    assert brought.seconds < 5.0
    assert not brought.failure


def test_a_test_that_is_not_collected_there_is_missing_and_no_failure(tmp_path, monkeypatch):
    source = "import pytest\n@pytest.mark.replay\ndef test_here(): x = 1\n"
    brought = run(tmp_path, source, ["test_here", "test_gone"], monkeypatch)
    assert list(brought.ended) == ["test_it.py::test_here"]
    assert not brought.lost
    assert not brought.failure


def test_the_words_of_the_session_are_kept_and_ours_come_before_what_ends_options(tmp_path):
    argv = command(tmp_path, "-k", "a b", "--", "-odd").argv(tmp_path / "home", randomised=True)
    at = argv.index("pytest")
    assert argv[0] == sys.executable
    assert argv[at + 1 :] == [
        *("-p", "repro", "-p", "no:cacheprovider", "-k", "a b"),
        *(f"--basetemp={tmp_path / 'home' / 'tmp'}", "--", "-odd"),
    ]


def test_variables_of_neighbours_do_not_reach_a_child(tmp_path, monkeypatch):
    for name in ("COV_CORE_SOURCE", "COVERAGE_PROCESS_START", "PYTEST_XDIST_WORKER"):
        monkeypatch.setenv(name, "x")
    source = """
        import os, pytest
        @pytest.mark.replay
        def test_it():
            found = sum(name.startswith(("COV", "PYTEST_XDIST", "PYTEST_REPRO")) for name in os.environ)
    """
    brought = run(tmp_path, source, ["test_it"], monkeypatch)
    envelope = brought.ended["test_it.py::test_it"].envelope("fresh")
    assert envelope.observations["locals.found"].show(9) == "0"


def test_a_hash_seed_is_that_of_the_condition_or_the_one_that_unchanged_processes_share(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    source = "import os, pytest\n@pytest.mark.replay\ndef test_it(): seed = os.environ['PYTHONHASHSEED']\n"
    brought = run(tmp_path, source, ["test_it"], monkeypatch)
    assert brought.ended["test_it.py::test_it"].envelope("fresh").observations["locals.seed"].show(9) == "'1'"


def test_readings_are_taken_of_what_is_asked_for_alone(tmp_path, monkeypatch):
    source = "import pytest\n@pytest.mark.replay\ndef test_it(): x = 1\n"
    brought = run(tmp_path, source, ["test_it"], monkeypatch, names=("hashseed", "timezone"))
    assert set(brought.readings) == {"hashseed", "timezone"}


def test_a_spec_comes_back_as_it_was_written(tmp_path):
    spec = Spec(
        folder=str(tmp_path),
        ids=("a::b[\u00e9\n]", "c"),
        files=("x.py",),
        members=Condition("blas", (("blas", "Haswell"),)).members,
        names=("blas",),
        session_seed=2**40,
        parent=os.getpid(),
        traced=("c",),
        watched=("x.py", 3, "fit"),
        between="fixtures:module fixture x",
    )
    assert Spec.read(spec.write()) == spec


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"folder": 3}', "\u00e9", "[" * 100_000, '{"members": [[1, 2]]}', "null", '{"ids": [1]}']
)
def test_what_is_no_spec_is_an_error_of_ours(tmp_path, text):
    (tmp_path / "spec.json").write_text(text, encoding="utf-8")
    with pytest.raises(ReproError, match="not the spec of a child") as caught:
        Spec.read(tmp_path / "spec.json")
    assert (caught.value.code, caught.value.place) == ("U102", "PYTEST_REPRO_CHILD")
    with pytest.raises(ReproError):
        Spec.read(tmp_path / "absent.json")


def test_a_pytest_that_is_handed_a_wrong_spec_refuses_to_run(pytester, monkeypatch):
    pytester.makepyfile(test_it="def test_it(): pass\n")
    monkeypatch.setenv("PYTEST_REPRO_CHILD", str(pytester.path / "absent.json"))
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    assert result.ret == 4
    assert "not the spec of a child" in result.stderr.str()
    assert json.dumps("mend")[1:-1] in result.stderr.str()


class Started:
    """Stands for a process that was started."""

    pid = 4711

    def __init__(self, *, ended):
        self.killed = False
        self._ended = ended

    def poll(self):
        return 1 if self._ended else None

    def kill(self):
        self.killed = True


@pytest.mark.parametrize("ended", [False, True])
def test_on_windows_the_tree_below_a_child_is_killed_as_there_is_no_group(monkeypatch, ended):
    ran = []
    monkeypatch.setattr(children.os, "name", "nt")
    monkeypatch.setattr(children.os, "killpg", None, raising=False)
    monkeypatch.setattr(children.subprocess, "run", lambda words, **_: ran.append(words))
    started = Started(ended=ended)
    children._kill(started)
    assert ran == ([] if ended else [["taskkill", "/F", "/T", "/PID", "4711"]])
    assert started.killed


def test_where_there_is_no_taskkill_the_child_itself_is_killed(monkeypatch):
    def absent(words, **_):
        raise FileNotFoundError(words[0])

    monkeypatch.setattr(children.os, "name", "nt")
    monkeypatch.setattr(children.subprocess, "run", absent)
    started = Started(ended=False)
    children._kill(started)
    assert started.killed


def test_on_windows_nobody_is_an_orphan_since_a_launcher_stands_between_parent_and_child(monkeypatch):
    assert child._orphaned(os.getppid() + 1)
    assert not child._orphaned(os.getppid())
    monkeypatch.setattr(child.os, "name", "nt")
    assert not child._orphaned(os.getppid() + 1)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (3, "ended the process with status 3"),
        (-11, "killed by SIGSEGV"),
        (-9, "killed by SIGKILL, as by a system out of memory"),
        (0xC0000005, "killed by exception 0xC0000005"),
    ],
)
def test_how_a_process_ended_is_told_in_the_words_of_its_system(status, words):
    assert children._end_in_words(status) == words
