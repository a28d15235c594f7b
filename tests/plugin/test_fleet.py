"""`--dist each`: every worker runs every test, and what parts them is a finding about the session."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from pytest_repro.report import data

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("xdist")

TESTS = """
import os, pytest
import numpy as np
@pytest.mark.replay
def test_same():
    x = np.arange(500.0)
@pytest.mark.replay
def test_place():
    place = os.environ.get("PLACE", "nowhere")
@pytest.mark.replay(ignore=("place",))
def test_ignored():
    place = os.environ.get("PLACE", "nowhere")
    x = 2
@pytest.mark.replay
def test_draws():
    value = np.random.default_rng().random()
def test_plain():
    assert os.environ.get("PLACE", "nowhere")
"""

TWO = ("--dist=each", "--tx", "popen", "--tx", "popen//env:PLACE=elsewhere")


@pytest.fixture
def project(pytester):
    pytester.makefile(".ini", pytest="[pytest]\n")  # by which a worker elsewhere finds the root
    pytester.makepyfile(test_it=TESTS)
    return pytester


def cases(path: Path) -> dict[str, list[bool]]:
    """Whether each testcase of a JUnit file failed, by name."""
    found: dict[str, list[bool]] = {}
    read = ET.parse(path)  # noqa: S314  # a file of our own
    for case in read.iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        found.setdefault(name, []).append(case.find("failure") is not None)
    return found


def table(lines: list[str]) -> dict[str, list[str]]:
    start = next(number for number, line in enumerate(lines) if "repro: workers" in line)
    rows = (line.split() for line in lines[start:] if line.startswith("test_it.py::"))
    return {row[0].partition("::")[2]: row[1:] for row in rows}


def test_what_parts_the_workers_is_one_finding_a_table_and_one_testcase(apart, project):
    done = apart(*TWO, "-k", "not draws", "--junitxml=junit.xml", plugins="xdist")
    text = done.result.stdout.str()
    assert done.ret == 1
    assert "RPR-R117 drift between workers: 1 of 3 tests drift between workers   [fail]" in text
    assert table(done.result.outlines) == {
        "test_place": ["ref", "!", "differs"],
        "test_same": ["ref", "="],
        "test_ignored": ["ref", "="],
    }
    assert "no two columns agree bit for bit; gw0 py" in text
    assert "no drift within a worker, 1 of 3 tests drift between workers (session seed 0)" in text
    found = cases(project.path / "junit.xml")
    assert found.pop("repro::workers") == [True]
    assert found == {
        f"test_it::{name}": [False, False] for name in ("test_same", "test_place", "test_ignored", "test_plain")
    }


def test_workers_that_agree_are_told_nothing(apart, project):
    done = apart("--dist=each", "--tx", "2*popen", "-k", "same or place", "--junitxml=junit.xml", plugins="xdist")
    assert done.ret == 0
    assert "R117" not in done.result.stdout.str()
    assert "repro: workers" not in done.result.stdout.str()
    assert cases(project.path / "junit.xml")["repro::workers"] == [False]


@pytest.mark.usefixtures("project")
def test_a_test_that_drifts_by_itself_is_told_by_each_worker_and_compared_no_further(apart):
    done = apart(*TWO, "-k", "draws", plugins="xdist")
    assert done.ret == 1
    assert "R117" not in done.result.stdout.str()
    done.result.assert_outcomes(failed=2)


def test_a_policy_decides_and_a_report_has_a_column_for_each_worker(apart, project):
    words = ("-k", "not draws", "--repro-policy=R117=warn", "--repro-report=repro.json")
    assert apart(*TWO, *words, plugins="xdist").ret == 0
    found = data.read(project.path / "repro.json")
    assert [label.split()[0] for label, _ in found.columns] == ["gw0", "gw1"]
    cells = {test.nodeid.partition("::")[2]: list(test.cells.values()) for test in found.tests}
    assert cells == {"test_same": ["=", "="], "test_place": ["=", "differs"], "test_ignored": ["=", "="]}
    assert [said.code for said in found.session] == ["R117"]
    assert found.notes[0].startswith("no two columns agree bit for bit; gw0 ")


def test_numbers_under_another_kernel_inform(apart, project):
    pytest.importorskip("threadpoolctl")
    project.makepyfile(
        test_it="""
        import numpy as np, pytest
        @pytest.mark.replay
        def test_solve():
            a = np.random.default_rng(0).normal(size=(80, 80))
            x = np.linalg.solve(a, a.sum(1))
        @pytest.mark.replay(tol=1e-6)
        def test_within():
            a = np.random.default_rng(0).normal(size=(80, 80))
            x = np.linalg.solve(a, a.sum(1))
        """
    )
    done = apart("--dist=each", "--tx", "popen", "--tx", "popen//env:OPENBLAS_CORETYPE=Nehalem", plugins="xdist")
    text = done.result.stdout.str()
    if "blas.kernel (" not in text:
        pytest.skip("another kernel cannot be asked for here")
    assert done.ret == 0
    assert "differ between workers, in numbers, on other hardware, and no tolerance is stated" in text


@pytest.mark.usefixtures("project")
def test_conditions_are_varied_by_one_process_each(apart):
    done = apart(*TWO, "-k", "same", "--repro-vary=hashseed", plugins="xdist")
    assert done.ret == 0
    assert "2 fresh processes" in done.result.stdout.str()


@pytest.fixture
def server(tmp_path, served):
    """Starts execnet's socket server in a folder of its own; the word for ``--tx``."""

    def start(python: str) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        place = tmp_path / "elsewhere"
        place.mkdir()
        variables = {**os.environ, "PLACE": "elsewhere", "PYTHONUNBUFFERED": "1"}
        command = [python, "-m", "execnet.script.socketserver", f"127.0.0.1:{port}"]
        log = tmp_path / "server.txt"
        served(command, lambda: "Accept loop" in log.read_text(encoding="utf-8"), cwd=place, env=variables)
        return f"socket=127.0.0.1:{port}"

    return start


def test_workers_that_name_their_tests_otherwise_are_told_to(apart, project, server):
    words = ("--dist=each", "--tx", "popen", "--tx", server(sys.executable), f"--rsyncdir={project.path}", "-k", "same")
    done = apart(*words, plugins="xdist")
    assert done.ret == 0
    assert "RPR-R117 drift between workers: no test was compared: the workers name their tests otherwise" in (
        done.result.stdout.str()
    )


@pytest.mark.parametrize("other", [False, True], ids=["this interpreter", "another interpreter"])
def test_a_worker_that_a_socket_reaches_shares_no_disk(apart, project, server, other):
    python = os.environ.get("PYTEST_REPRO_OTHER_PYTHON", "") if other else sys.executable
    if not python:
        pytest.skip("PYTEST_REPRO_OTHER_PYTHON names no interpreter that has pytest-xdist and this plugin")
    words = ("--dist=each", "--tx", "popen", "--tx", server(python), f"--rsyncdir={project.path}", "-k", "not draws")
    # named, the folder has the root of the project on both sides
    done = apart(*words, str(project.path), plugins="xdist")
    assert done.ret == 1, done.result.stdout.str()
    rows = table(done.result.outlines)
    assert rows["test_place"] == ["ref", "!", "differs"]
    assert rows["test_same"] == ["ref", "="]
    assert ("python.version (" in done.result.stdout.str() or "numpy.version (" in done.result.stdout.str()) == other


CONFIG = """
Host box
  HostName 127.0.0.1
  Port {port}
  User me
  IdentityFile {folder}/client
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
"""


def test_a_worker_that_ssh_reaches_is_compared(apart, project, ssh_server):
    if shutil.which("ssh") is None:
        pytest.skip("needs the client of ssh")
    port = (ssh_server / "port").read_text(encoding="ascii")
    (ssh_server / "config").write_text(CONFIG.format(port=port, folder=ssh_server), encoding="utf-8")
    python = os.environ.get("PYTEST_REPRO_OTHER_PYTHON", sys.executable)
    box = f"ssh=-F {ssh_server}/config box//python={python}//chdir={project.path}//env:PLACE=elsewhere"
    done = apart("--dist=each", "--tx", "popen", "--tx", box, "-k", "not draws", plugins="xdist")
    assert done.ret == 1, done.result.stdout.str()
    rows = table(done.result.outlines)
    assert rows["test_place"] == ["ref", "!", "differs"]
    assert rows["test_same"] == ["ref", "="]
