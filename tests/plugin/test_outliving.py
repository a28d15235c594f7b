"""State of the process that a test leaves: it is named, put back, and a warning wherever it lies."""

from __future__ import annotations

import pytest

LEFT = {
    "os.environ": (
        "def test_it():\n    seen = os.environ.get('REPRO_LEFT', '')\n    os.environ['REPRO_LEFT'] = seen + 'x'"
    ),
    "sys.path": "def test_it():\n    count = len(sys.path)\n    sys.path.append('nowhere')",
    "attributes of test_it.counted": (
        "def counted(): pass\ndef test_it():\n    calls = counted.calls = getattr(counted, 'calls', 0) + 1"
    ),
    "default arguments of test_it.kept": (
        "def kept(one, all=[]):\n    all.append(one)\n    return len(all)\ndef test_it():\n    count = kept(1)"
    ),
    "class attribute test_it.Settings.mode": (
        "class Settings: mode = 'a'\ndef test_it():\n    seen = Settings.mode\n    Settings.mode = seen + 'x'"
    ),
}


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch):
    monkeypatch.setenv("REPRO_LEFT", "")
    monkeypatch.syspath_prepend(".")


@pytest.mark.parametrize("behind", ["", "\ndef test_behind(): pass"], ids=["last", "not-last"])
@pytest.mark.parametrize("place", LEFT)
def test_what_a_test_leaves_is_named_and_put_back(pytester, apart, place, behind):
    pytester.makepyfile(test_it=f"import os, sys\n{LEFT[place]}{behind}\n")
    session = apart("--repro=all")
    text = " ".join(session.result.stdout.str().split())
    assert session.ret == 0, text
    assert f"RPR-R105 not idempotent: {place} changed by the test" in text
    assert f"state outlives the test: {place} (proved: put back, the drift is gone)" in text


@pytest.mark.parametrize("behind", ["", "\ndef test_behind(): pass"], ids=["last", "not-last"])
def test_a_count_of_the_interpreter_goes_on_wherever_the_test_stands(pytester, apart, behind):
    pytester.makepyfile(
        test_it=f"import threading\ndef test_it():\n    name = threading.Thread(target=print).name{behind}\n"
    )
    session = apart("--repro=all")
    assert session.ret == 0
    assert "a count goes on from run to run (likely)" in session.result.stdout.str()


HOSTILE = """
import random
class Proxy:
    @property
    def __class__(self): raise RuntimeError("outside of a context")
class Odd:
    def __getattr__(self, name): raise RuntimeError(name)
class Holder: odd = Odd()
proxy, kept = Proxy(), {"proxy": Proxy()}
def test_it(): x = random.SystemRandom().random()
"""


def test_globals_that_answer_no_question_keep_no_drift_from_being_told(pytester, apart):
    pytester.makepyfile(test_it=HOSTILE)
    session = apart("--repro=all")
    text = session.result.stdout.str()
    assert session.ret == 1, text
    assert "fault of pytest-repro" not in text
    assert "proved: serving the same entropy removes the drift" in " ".join(text.split())


def test_a_folder_that_a_test_stays_in_is_there_for_its_next_run(pytester, apart):
    pytester.makepyfile(
        test_it="""
import os
def test_it(tmp_path):
    begun = os.path.exists("here.txt")
    os.chdir(tmp_path)
    open("here.txt", "w").close()
    now = os.path.basename(os.getcwd())
"""
    )
    session = apart("--repro=all")
    assert session.ret == 0, session.result.stdout.str()
    assert "RPR-" not in session.result.stdout.str()


def test_without_pytest_s_own_temporary_folders_a_fixture_of_that_name_is_the_user_s(pytester, apart):
    pytester.makepyfile(
        test_it="""
import pathlib, pytest
@pytest.fixture
def tmp_path(): return pathlib.Path(".")
def test_it(tmp_path): x = 1
"""
    )
    session = apart("--repro=all", "-p", "no:tmpdir")
    assert session.ret == 0, session.result.stdout.str()


PATCHED = """
import hashlib, json, os, pytest
def boom(*words, **named): raise RuntimeError("patched")
def test_dumps(monkeypatch):
    monkeypatch.setattr(json, "dumps", boom)
    for i in range(80): assert abs(i) >= 0
def test_digests(monkeypatch):
    monkeypatch.setattr(hashlib, "sha256", boom)
    for i in range(80): assert abs(i) >= 0
@pytest.mark.replay(observe="+files")
def test_system(monkeypatch, tmp_path):
    (tmp_path / "out.txt").write_text("x")
    monkeypatch.setattr(os, "name", "nt")
"""


def test_what_a_test_patches_disturbs_no_observation(pytester, apart):
    pytester.makepyfile(test_it=PATCHED)
    session = apart("--repro=all")
    assert session.ret == 0, session.result.stdout.str()
    assert "3 tests replayed" in session.summary()


def test_a_generator_that_a_test_patches_is_pinned_again_for_the_next(pytester, apart):
    pytester.makepyfile(
        test_it="""
import numpy as np, pytest
def boom(*words): raise RuntimeError("patched")
@pytest.fixture(scope="session")
def late(): return np.random.rand()
def test_patches(monkeypatch, request):
    monkeypatch.setattr(np.random, "seed", boom)
    monkeypatch.setattr(np.random, "get_bit_generator", boom)
    request.getfixturevalue("late")
def test_draws(): x = np.random.rand()
"""
    )
    session = apart("--repro=all")
    assert session.ret == 0, session.result.stdout.str()
    assert "RPR-S203" not in session.result.stdout.str()
    assert "no drift" in session.summary()


def test_a_profiler_that_hides_the_locals_is_said_so(pytester, apart):
    pytester.makepyfile(
        test_it="""
import threading
def test_elsewhere(elsewhere): x = 1
""",
        conftest="""
import pytest, threading
@pytest.fixture
def elsewhere(): pass
@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    thread = threading.Thread(target=pyfuncitem.obj, args=(None,))
    thread.start()
    thread.join()
    return True
""",
    )
    session = apart("--repro=all", "-v")
    assert session.ret == 0
    assert "locals not seen: the test runs elsewhere, or a profiler is in the way" in session.result.stdout.str()
