"""Fresh processes: what brings one down is blamed and the rest goes on; nothing of them outlives or leaks out."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np  # noqa: F401  # brings the library that is asked
import pytest
from threadpoolctl import threadpool_info

CHILD = """
import os, pytest
def varied(): return os.environ.get("PYTHONHASHSEED") == "5"
"""


def rows(session) -> dict[str, list[str]]:
    """Words of the map by test."""
    lines = session.result.outlines
    start = next(number for number, line in enumerate(lines) if "reproducibility map" in line)
    found = [line.split() for line in lines[start:] if "::" in line and line.startswith("  ")]
    return {words[0].partition("::")[2]: words[1:] for words in found}


def test_a_crash_and_an_exit_are_blamed_on_their_tests_and_the_rest_goes_on(pytester, apart, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(pytester.path))
    pytester.makepyfile(
        test_it=CHILD
        + """
import signal
pytestmark = pytest.mark.replay
def test_before(): x = 1
def test_crash():
    x = 1
    if varied(): os.kill(os.getpid(), signal.SIGSEGV)
def test_between(): x = 2
def test_exit():
    x = 1
    if varied(): os._exit(3)
def test_after(): x = 3
"""
    )
    session = apart("--repro-vary=hashseed=5", "-v")
    assert session.ret == 1
    assert rows(session) == {
        "test_crash": ["=", "DRIFT"],
        "test_exit": ["=", "DRIFT"],
        "test_before": ["=", "="],
        "test_between": ["=", "="],
        "test_after": ["=", "="],
    }
    text = session.result.stdout.str()
    assert "RPR-R111 drift under a condition: call was 'passed', then 'killed by SIGSEGV' under hashseed=5" in text
    assert "call was 'passed', then 'ended the process with status 3' under hashseed=5" in text
    assert not list(pytester.path.glob("pytest-repro-*"))


def test_a_test_that_brings_down_every_process_is_not_called_drift(pytester, apart):
    pytester.makepyfile(
        test_it=CHILD
        + """
@pytest.mark.replay
def test_pid():
    x = 1
    if os.getppid() != int(os.environ["OUTER"]): os._exit(3)
@pytest.mark.replay
def test_other(): x = 2
""",
        conftest="import os\nos.environ.setdefault('OUTER', str(os.getppid()))\n",
    )
    session = apart("--repro-vary=hashseed=5")
    assert session.ret == 0
    assert "RPR-R114 condition not compared: under fresh, hashseed=5: with nothing changed, it ended the process" in (
        session.result.stdout.str()
    )
    assert rows(session)["test_pid"] == ["-"]


def test_an_error_of_the_system_is_the_process_s_own_failure_and_no_drift(pytester, apart):
    pytester.makepyfile(
        test_it=CHILD
        + """
@pytest.mark.replay
def test_port():
    x = 1
    if varied(): raise OSError(98, "Address already in use")
"""
    )
    session = apart("--repro-vary=hashseed=5")
    assert session.ret == 0
    said = "under hashseed=5: the process's own failure: OSError: [Errno 98] Address already in use"
    assert f"RPR-R114 condition not compared: {said}" in session.result.stdout.str()


def test_ids_of_any_characters_find_their_way_and_back(pytester, apart):
    pytester.makepyfile(
        test_it="""
import pytest
@pytest.mark.replay
@pytest.mark.parametrize("p", ["a b", "x::y", "[z", "\\u00e9", "n\\nl", "a/b", "-d", "'q\\"", "\\\\", "%s", "\\u2028"])
def test_ids(p): x = p * 2
"""
    )
    session = apart("--repro-vary=hashseed=5", "-v")
    assert session.ret == 0
    assert "11 tests the same" not in session.result.stdout.str()
    assert sum(bool(re.search(r"= +=$", line)) for line in session.result.outlines) == 11


def test_a_child_records_nothing_reruns_nothing_and_writes_no_file_of_its_parent(pytester, apart):
    pytester.makepyfile(
        test_it="""
import os, pytest
@pytest.mark.replay
def test_it(tmp_path): x = 1
def test_unmarked():
    with open(os.environ["RUNS"], "a") as file: file.write("x")
"""
    )
    runs = pytester.path / "runs"
    os.environ["RUNS"] = str(runs)
    try:
        session = apart(
            "--repro-vary=hashseed=5",
            "--repro-record",
            "--junitxml=out.xml",
            f"--basetemp={pytester.path / 'base'}",
            "--maxfail=1",
            cache=True,
        )
    finally:
        del os.environ["RUNS"]
    assert session.ret == 0
    assert runs.read_text() == "x"  # what is not replayed runs in no child
    assert (pytester.path / "out.xml").read_text().count("<testcase") == 2
    assert (pytester.path / "base").is_dir()
    assert "recorded 1 test in 1 file" in session.summary()
    assert [report[0] for report in session.reports].count("test_it.py::test_it") == 3


def test_a_pytest_that_a_test_starts_in_a_child_is_no_child(pytester, apart):
    pytester.makepyfile(
        test_it="""
import os, subprocess, sys, pytest
@pytest.mark.replay
def test_nested(tmp_path):
    (tmp_path / "test_inner.py").write_text("def test_inner(): pass\\n")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path)
    passed = "1 passed" in done.stdout
    del done
    assert passed
"""
    )
    session = apart("--repro-vary=hashseed=5")
    assert session.ret == 0, session.result.stdout.str()


def test_what_is_drawn_at_import_is_told_as_a_drift_between_processes_and_of_no_condition(pytester, apart):
    pytester.makepyfile(
        test_it="""
import os, pytest
SALT = os.urandom(4).hex()
@pytest.mark.replay
def test_salt(): x = SALT + "!"
"""
    )
    session = apart("--repro-vary=combined")
    text = session.result.stdout.str()
    assert session.ret == 1
    assert "RPR-R113 drift between processes: 1 of 1 observed values differ from one fresh process to the next" in text
    assert "RPR-R111" not in text
    assert rows(session)["test_salt"][0] == "DRIFT"
    assert "6 fresh processes" in session.summary()  # a pair of twins, traced as well; nothing was left to be split


def test_beside_a_drift_between_two_runs_a_drift_between_processes_blames_no_import(pytester, apart):
    pytester.makepyfile(
        test_it="""
import os, pytest
SALT = os.urandom(4).hex()
@pytest.mark.replay
def test_both():
    drawn = os.urandom(4).hex()
    salted = SALT + "!"
"""
    )
    session = apart("--repro-vary=combined")
    text = session.result.stdout.str()
    assert session.ret == 1
    assert text.index("RPR-R101 value drift") < text.index("RPR-R113 drift between processes: 1 of 3 observed values")
    assert "what moves other values between two runs of one process may move these" in text
    assert "a new process draws it anew" not in text


def test_the_marker_asks_for_conditions_and_none_is_a_limit_that_no_option_lifts(pytester, apart):
    pytester.makepyfile(
        test_it=CHILD
        + """
@pytest.mark.replay(vary="hashseed=5")
def test_varied(): x = varied()
@pytest.mark.replay(vary="none")
def test_never(): x = varied()
@pytest.mark.replay
def test_plain(): x = varied()
"""
    )
    session = apart()
    assert session.ret == 1
    assert list(rows(session)) == ["test_varied"]
    session = apart("--repro-vary=hashseed=5")
    assert set(rows(session)) == {"test_varied", "test_plain"}
    assert apart("--repro-vary=none").ret == 0


def test_one_run_suffices_where_something_is_varied(pytester, apart):
    pytester.makepyfile(
        test_it=CHILD
        + """
@pytest.mark.replay(runs=1, vary="hashseed=5")
def test_varied(): x = varied()
"""
    )
    session = apart()
    assert session.ret == 1
    assert "under hashseed=5" in session.result.stdout.str()


TOLERANT = """
import os, pytest
def value(): return 1.0 + 1e-12 * (os.environ.get("OPENBLAS_CORETYPE") == "Nehalem")
@pytest.mark.replay
def test_unstated(): x = value()
@pytest.mark.replay(tol=0)
def test_exact(): x = value()
@pytest.mark.replay(tol=0, under={"blas": 1e-9})
def test_under(): x = value()
@pytest.mark.replay(tol=0, under={"blas": 1e-9, "blas=Nehalem": 0})
def test_most_specific(): x = value()
@pytest.mark.replay
def test_kind(): x = [1] if value() == 1.0 else None
@pytest.mark.replay
def test_outcome(): assert value() == 1.0
@pytest.mark.replay
def test_text(): x = f"loss {value()!r}"
"""


def test_simulated_hardware_informs_and_a_stated_tolerance_fails(pytester, apart, monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)  # a machine may pin the kernel that is tried here
    pytester.makepyfile(test_it=TOLERANT, conftest="import numpy\n")
    session = apart("--repro-vary=blas=Nehalem", "-v")
    failed = {nodeid.partition("::")[2] for nodeid, _, outcome in session.reports if outcome == "failed"}
    assert failed == {"test_exact", "test_most_specific", "test_kind", "test_outcome"}
    words = {name: cells[-1] for name, cells in rows(session).items()}
    assert words["test_unstated"] == "1.0e-12"
    assert words["test_exact"] == "DRIFT"
    assert words["test_text"] == "differs"
    session = apart("--repro-vary=blas=Nehalem", "--repro-policy=R112=fail")
    failed = {nodeid.partition("::")[2] for nodeid, _, outcome in session.reports if outcome == "failed"}
    assert {"test_unstated", "test_text"} <= failed
    assert "test_under" not in failed


def test_what_has_no_effect_is_told_as_such_and_never_as_the_same(pytester, apart):
    # the kernel that is used anyway; a name that does not exist changes the choice in some versions
    pytester.makepyfile(
        test_it="import pytest\n@pytest.mark.replay\ndef test_it(): x = 1\n",
        conftest="import numpy\n",
    )
    kernel = next(
        one["architecture"]
        for one in threadpool_info()
        if one["internal_api"] == "openblas" and "numpy" in one["filepath"]
    )
    session = apart(f"--repro-vary=blas={kernel}", "-v")
    assert rows(session)["test_it"] == ["=", "no", "effect"]
    assert f"  no effect here: blas={kernel} (blas reads " in session.result.stdout.str()
    session = apart(f"--repro-vary=blas={kernel}", "--repro-policy=R115=fail")
    assert session.ret == 1
    said = f"RPR-R115 condition without effect: blas={kernel} changed nothing on this machine   [fail]"
    assert said in session.result.stdout.str()


SLOW = """
import os, time, pytest
@pytest.mark.replay
def test_slow():
    open(os.environ["PIDS"] + str(os.getpid()), "w").close()
    time.sleep(60)
"""


def slow_session(pytester) -> tuple[subprocess.Popen[bytes], list[int]]:
    """A session whose unchanged fresh process sleeps by now, and which one that is."""
    pytester.makepyfile(test_it=SLOW)
    pids = pytester.path / "pids"
    pids.mkdir()
    own = {"PIDS": f"{pids}/", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "TMPDIR": str(pytester.path)}
    words = [sys.executable, "-m", "pytest", "-p", "repro", "-p", "no:cacheprovider", "--repro-vary=hashseed=5"]
    process = subprocess.Popen(
        words,
        env={**os.environ, **own},
        cwd=pytester.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # a shell's background jobs, and workers of one, ignore the interrupt, and so would this
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL) if os.name == "posix" else None,  # noqa: PLW1509  # no threads here
    )
    for _ in range(400):
        if list(pids.iterdir()):
            break
        time.sleep(0.05)
    return process, [int(path.name) for path in pids.iterdir()]


def _alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_an_interrupt_leaves_no_process_and_no_folder(pytester):
    process, running = slow_session(pytester)
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=30)[0].decode()
    assert process.returncode == 2, output
    assert running
    assert not any(map(_alive, running))
    assert not list(pytester.path.glob("pytest-repro-*"))


def test_no_child_outlives_a_parent_that_is_killed(pytester):
    process, (child,) = slow_session(pytester)
    process.kill()
    process.communicate()
    for _ in range(100):
        if not _alive(child):
            break
        time.sleep(0.05)
    assert not _alive(child)


def test_a_budget_that_runs_out_is_counted_and_said(pytester, apart):
    pytester.makepyfile(
        test_it="""
import time, pytest
@pytest.mark.replay
@pytest.mark.parametrize("n", range(40))
def test_it(n):
    x = n
    time.sleep(0.12)
"""
    )
    session = apart("--repro-vary=hashseed=5", "--repro-budget=5", "-k", "test_it")
    summary = session.summary()
    assert session.ret == 0
    assert " not compared (budget)" in summary
    text = session.result.stdout.str()
    assert "  the budget let " in text
    assert "; begun elsewhere each day, all are covered in " in text


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--repro-budget=soon", "not a time: 'soon' in 'repro_budget'"),
        ("--repro-jobs=0", "jobs are a whole number >= 1, not '0' in 'repro_jobs'"),
        ("--repro-vary=hashseeds", "there is no condition 'hashseeds'; near it is hashseed in '--repro-vary'"),
    ],
)
def test_an_option_that_means_nothing_is_a_usage_error(run, option, sentence):
    result = run("def test_it(): pass\n", option)
    assert result.ret == 4
    assert f"{sentence}  [RPR-U102]" in result.stderr.str()


def test_processes_side_by_side_bring_the_same(pytester, apart):
    pytester.makepyfile(test_it=CHILD + "@pytest.mark.replay\ndef test_it(): x = varied()\n")
    one, two = apart("--repro-vary=hashseed=5,timezone"), apart("--repro-vary=hashseed=5,timezone", "--repro-jobs=2")
    assert rows(one) == rows(two) == {"test_it": ["=", "DRIFT"]}


def test_a_process_that_cannot_start_is_told_with_the_end_of_its_output(pytester, apart):
    pytester.makepyfile(
        test_it="import pytest\n@pytest.mark.replay\ndef test_it(): x = 1\n",
        conftest="import os\nif os.environ.get('PYTHONHASHSEED') == '5': raise RuntimeError('not under five')\n",
    )
    session = apart("--repro-vary=hashseed=5")
    text = session.result.stdout.str()
    assert session.ret == 0
    assert "repro: the process hashseed=5 could not run" in text
    assert "RuntimeError: not under five" in text
    assert "RPR-R114 condition not compared: under hashseed=5: the process could not run" in text
