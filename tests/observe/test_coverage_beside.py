"""Coverage sees of a recorded function what it sees of the plain one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_repro

PROGRAM = """
import sys
from _pytest.assertion import rewrite
from pytest_repro.observe.asserted import Asserted
from pytest_repro.observe.frame import FrameHold
from pytest_repro.observe.recompile import Recompiler
from pytest_repro.observe.recorder import Recorder
import subject

recorder = Recorder(lambda address, value: {address: None})
if sys.argv[1] == "watched":
    with Asserted(subject.test_it, recorder, Recompiler(), rewrite=None) as asserted:
        with FrameHold(subject.test_it.__code__) as hold:
            subject.test_it()
    assert asserted.reason == "" and hold.entered and len(recorder.leaves) > 5, asserted.reason
else:
    subject.test_it()
"""

SUBJECT = """\
def f(x):
    return x * 2


def test_it():
    total = 0
    for i in range(3):
        if i == 7:
            total += f(i)
        else:
            total -= f(
                i
            )
        assert (
            f(i)
            == i * 2
        ), f(9)
    try:
        int(str(f(1)) + "x")
    except ValueError:
        total = max(
            total,
            f(1),
        )
    return [f(i) for i in range(total)]
"""

CORES = ["ctrace", pytest.param("sysmon", marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="3.12"))]


def measured(folder, way, core, branch):
    data = folder / f"data-{way}"
    environment = {**os.environ, "COVERAGE_CORE": core, "PYTHONPATH": str(Path(pytest_repro.__file__).parent.parent)}
    run = [
        "run",
        f"--data-file={data}",
        f"--include={folder}/subject.py",
        *(["--branch"] if branch else []),
        "program.py",
        way,
    ]
    for arguments in (run, ["json", f"--data-file={data}", "-o", f"{data}.json"]):
        command = [sys.executable, "-m", "coverage", *arguments]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    found = json.loads((folder / f"data-{way}.json").read_text())["files"]["subject.py"]
    return {key: found.get(key) for key in ("executed_lines", "missing_lines", "executed_branches", "missing_branches")}


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
def test_the_same_lines_and_branches_are_seen(tmp_path, core, branch):
    pytest.importorskip("coverage")
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "subject.py").write_text(SUBJECT)
    plain = measured(tmp_path, "plain", core, branch)
    assert measured(tmp_path, "watched", core, branch) == plain
    assert plain["missing_lines"] == [9]
