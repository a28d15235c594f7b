"""`pytest-repro compare` over reports of several jobs: one table, one page, and what the worst of them says."""

from __future__ import annotations

import json

import pytest

from pytest_repro.report import data
from pytest_repro.report.document import Document, Place, Said
from pytest_repro.report.document import Test as Case


@pytest.fixture
def write(tmp_path):
    def write(name: str, **states: str):
        action = {"drift": "fail", "warned": "warn", "noted": "accept"}
        tests = tuple(
            Case(
                nodeid=f"test_a.py::{test}",
                place=Place("test_a.py", 1),
                state=state,
                findings=(Said(code="R101", action=action[state], sentence=f"on {name}"),) if state in action else (),
                cells={"blas": "2e-09" if state == "noted" else "="},
            )
            for test, state in states.items()
        )
        found = Document(
            tool="pytest-repro 0.1.0",
            created=f"2026-01-0{len(states)}T00:00:00Z",
            exit_status=int("drift" in states.values()),
            session_seed=0,
            summary=f"repro: {len(tests)} tests",
            hardware="Intel" if name != "arm" else "Arm",
            environment="CPython 3.11",
            columns=(("blas", True),),
            tests=tests,
        )
        path = tmp_path / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data.text(found), encoding="utf-8")
        return str(path)

    return write


def test_several_jobs_are_one_table_with_a_column_each(command, write):
    words = [write("linux", test_x="same", test_y="noted"), write("arm", test_x="drift", test_y="noted")]
    done = command("compare", *words)
    assert done.returncode == 1
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if "::" in line}
    assert rows["test_a.py::test_x"][:2] == ["=", "DRIFT"]
    assert rows["test_a.py::test_y"][:2] == ["noted", "noted"]
    assert "linux: Intel" in done.stdout
    assert "arm: Arm" in done.stdout
    assert "linux, arm: CPython 3.11" in done.stdout


def test_of_each_test_the_worst_job_is_kept(command, write):
    words = [write("a", test_x="same"), write("b", test_x="drift"), write("c", test_x="warned")]
    found = json.loads(command("compare", *words, "--json").stdout)
    (test,) = found["tests"]
    assert (test["state"], test["job"], test["findings"][0]["sentence"]) == ("drift", "b", "on b")
    assert [column[0] for column in found["columns"]] == ["a", "b", "c"], "a condition under which nothing is seen"
    assert command("compare", words[0], write("d", test_x="same")).returncode == 0


def test_jobs_are_called_as_their_folders_where_their_files_are_called_alike(command, write):
    words = [write("linux/repro", test_x="same"), write("arm/repro", test_x="same")]
    found = json.loads(command("compare", *words, "--json").stdout)
    assert [column[0] for column in found["columns"]] == ["linux", "arm"]
    twice = json.loads(command("compare", words[0], words[0], "--json").stdout)
    assert [column[0] for column in twice["columns"]] == ["linux", "linux #2"]


def test_one_report_alone_is_told_too(command, write):
    done = command("compare", write("one", test_x="noted"))
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "tests: 1 noted")


def test_a_broken_report_is_an_error_of_ours(command, tmp_path):
    (tmp_path / "bad.json").write_text('{"schema": "pytest-repro/report", "version": "9.0"}', encoding="utf-8")
    done = command("compare", "bad.json")
    assert done.returncode == 4
    assert "'bad.json' is no report: a report of version '9.0', this is 1.0" in done.stderr


def test_a_page_is_written_of_all_jobs_and_where_it_cannot_be_that_is_told(command, write, tmp_path):
    words = [write("linux", test_x="same"), write("arm", test_x="drift")]
    done = command("compare", *words, "--html=all.html")
    assert done.returncode == 1, done.stderr
    text = (tmp_path / "all.html").read_text(encoding="utf-8")
    assert "test_a.py::test_x" in text
    assert "on arm" in text
    done = command("compare", *words, "--html=no/such.html")
    assert done.returncode == 4
    assert "'such.html' cannot be written" in done.stderr
