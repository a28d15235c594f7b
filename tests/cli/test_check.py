"""`pytest-repro check`: what is broken in a store, and what may go."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("stores", Path(__file__).with_name("stores.py"))
stores = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(stores)
project, put, here, four, command = stores.project, stores.put, stores.here, stores.four, stores.command
recorded, fit = stores.recorded, stores.fit

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def home(project):
    return project / "tests" / "__envelopes__"


@pytest.mark.usefixtures("four")
def test_a_sound_store_is_one_line(command):
    assert command("check") == (0, "8 tests in 4 files, 2 arrays: sound\n", "")


def test_nothing_recorded_is_sound(command):
    assert command("check") == (0, "0 tests in 0 files, 0 arrays: sound\n", "")


@pytest.mark.usefixtures("four")
def test_every_fault_is_told_with_its_code_and_mend(command, home):
    home.joinpath("test_m.linux-a.json").write_text("{", encoding="utf-8")
    newer = json.loads(home.joinpath("test_m.short.json").read_text(encoding="utf-8")) | {"format": "9.0"}
    home.joinpath("test_m.short.json").write_text(json.dumps(newer), encoding="utf-8")
    array = min(home.joinpath("arrays").iterdir())
    data = bytearray(array.read_bytes())
    data[-1] ^= 1
    array.write_bytes(data)
    status, out, err = command("check")
    assert (status, err) == (1, "")
    assert (
        out
        == f"""4 tests in 2 files, 2 arrays: 3 faults

  tests/__envelopes__/test_m.linux-a.json
    RPR-B602 not JSON on line 1: Expecting property name enclosed in double quotes
    mend: git checkout -- __envelopes__/test_m.linux-a.json, or delete it and run pytest --repro-record

  tests/__envelopes__/test_m.short.json
    RPR-B604 format 9.0 is newer than 1.0, the newest that is known here in 'format'
    mend: pip install --upgrade pytest-repro

  tests/__envelopes__/arrays/{array.name}
    RPR-B602 an array's file is not what was recorded: its digest differs
    mend: pytest --repro-record-all
"""
    )


@pytest.mark.usefixtures("four")
def test_the_same_as_json(command, home, project):
    home.joinpath("test_m.linux-a.json").write_text("{", encoding="utf-8")
    status, out, _ = command("check", "--json")
    data = json.loads(out)
    assert (status, data["schema"], data["sound"], data["tests"]) == (1, "pytest-repro/check", False, 6)
    assert [(fault["file"], fault["code"]) for fault in data["faults"]] == [
        ("tests/__envelopes__/test_m.linux-a.json", "RPR-B602")
    ]
    assert str(project) not in out


@pytest.mark.usefixtures("four")
def test_a_link_in_a_store_is_a_fault(command, home):
    home.joinpath("test_x.p.json").symlink_to("/etc/passwd")
    status, out, _ = command("check")
    assert status == 1
    assert "RPR-B605 not a plain file, nothing is read or written there" in out


def test_an_array_that_nothing_names_is_told_and_no_fault(command, put):
    put("p", {"test_fit": recorded(fit())})
    put("p", {"test_fit": recorded(fit(0.5))})
    status, out, _ = command("check")
    assert status == 0
    lines = out.splitlines()
    assert lines[0] == "1 test in 1 file, 2 arrays: sound"
    assert lines[2] == "1 file that nothing names (pytest-repro check --prune)"
    assert lines[3].startswith("  tests/__envelopes__/arrays/")


def test_pruning_lists_and_deletes_only_with_yes(command, put, home):
    gone = {"test_gone": recorded(fit(0.5)), "test_fut": recorded({"record.n": 1})}
    put("p", {"test_count": recorded({"record.n": 3}), **gone})
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    status, out, _ = command("check", "--prune")
    assert status == 0
    lines = out.splitlines()
    assert lines[2] == "2 recorded tests not collected any more, to be deleted"
    assert [" ".join(line.split()) for line in lines[3:5]] == [
        "tests/__envelopes__/test_m.p.json test_fut renamed to test_fit?",
        "tests/__envelopes__/test_m.p.json test_gone",
    ]
    assert lines[5] == "1 file that nothing names then, to be deleted"
    assert lines[-1] == "nothing was deleted; pytest-repro check --prune --yes deletes"
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    status, out, _ = command("check", "--prune", "--yes")
    assert (status, out.splitlines()[0]) == (0, "1 test in 1 file, 0 arrays: sound")
    assert out.splitlines()[2] == "2 recorded tests not collected any more, deleted"
    assert list(json.loads(home.joinpath("test_m.p.json").read_text(encoding="utf-8"))["tests"]) == ["test_count"]
    assert command("check", "--prune")[1].endswith("\n\nnothing to prune\n")


def test_pruning_as_json_holds_the_same(command, put):
    put("p", {"test_fit": recorded({"record.n": 1}), "test_unlike_all": recorded({"record.n": 1})})
    data = json.loads(command("check", "--prune", "--json")[1])
    assert data["prune"] == {
        "deleted": False,
        "files": [],
        "refused": [],
        "tests": [{"file": "tests/__envelopes__/test_m.p.json", "hint": "", "profile": "p", "test": "test_unlike_all"}],
    }


def test_tests_of_a_module_that_cannot_be_imported_stay(command, put, project):
    put("p", {"test_gone": recorded({"record.n": 1})})
    project.joinpath("tests", "test_m.py").write_text("import no_such_module\n", encoding="utf-8")
    assert command("check", "--prune", "--yes")[1] == "1 test in 1 file, 0 arrays: sound\n\nnothing to prune\n"


def test_tests_that_an_option_deselects_stay(command, put, project):
    put("p", {"test_fit": recorded({"record.n": 1}), "test_count": recorded({"record.n": 1})})
    for addopts in ("-k count", "--deselect tests/test_m.py::test_fit", "tests/test_m.py::test_count"):
        project.joinpath("pytest.ini").write_text(f"[pytest]\naddopts = {addopts}\n", encoding="utf-8")
        assert command("check", "--prune", "--yes")[1].endswith("\n\nnothing to prune\n"), addopts


def test_a_module_that_is_gone_takes_its_tests_with_it(command, put, home, project):
    put("p", {"test_fit": recorded(fit())})
    project.joinpath("tests", "test_m.py").unlink()
    out = command("check", "--prune", "--yes")[1]
    assert "1 recorded test not collected any more, deleted\n" in out
    assert [path for path in home.rglob("*.[jn][sp]*") if path.is_file()] == []


def test_yes_goes_with_prune(command):
    status, _, err = command("check", "--yes")
    assert (status, err.splitlines()[0]) == (4, "pytest-repro: --yes goes with --prune in 'check'  [RPR-U104]")


def test_a_store_of_its_own_is_named(command, project, tmp_path):
    store = stores.LocalStore(folder=tmp_path / "store", root=project)
    module = project / "tests" / "test_m.py"
    store.write([stores.Change(module=module, profile="p", name="test_gone", recorded=recorded({"record.n": 1}))])
    where = os.path.relpath(tmp_path / "store", project)
    assert command("check", "--store", where)[1] == "1 test in 1 file, 0 arrays: sound\n"
    out = command("check", "--store", where, "--prune")[1]
    assert "tests/__envelopes__/test_m.p.json  test_gone" in out
    assert command("show", "--store", where)[1].splitlines()[1].split()[:2] == ["tests/test_m.py", "p"]


@pytest.mark.usefixtures("four")
def test_the_module_of_the_command_is_run_by_its_own_door(project):
    done = stores.door("check", project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "8 tests in 4 files, 2 arrays: sound\n", "")


def alike(environment, value, **facts):
    return recorded({"record.x": value}, environment, source="0a1b", **facts)


def test_two_profiles_recorded_alike_that_differ_fail_the_check(command, project, put, here):
    put("default", {"test_fit": alike(here, 1.0)})
    put("copy", {"test_fit": alike(here, 2.0)})
    status, out, _ = command("check")
    assert status == 1
    assert out.startswith(
        "2 tests in 2 files, 0 arrays: 1 finding\n\n  tests/__envelopes__/test_m.copy.json: test_fit\n"
    )
    assert "RPR-B609 inconsistent baseline: profiles copy and default were recorded in one environment" in out
    data = json.loads(command("check", "--json")[1])
    assert [one["code"] for one in data["findings"]] == ["RPR-B609"]
    assert data["sound"] is False
    project.joinpath("pytest.ini").write_text("[pytest]\nrepro_policy = B609=accept\n", encoding="utf-8")
    assert command("check") == (0, "2 tests in 2 files, 0 arrays: sound\n", "")


def test_what_nobody_answers_for_is_told_by_policy(command, project, put, here):
    put("default", {"test_fit": alike(here, 1.0, owner="")})
    assert command("check")[0] == 0
    project.joinpath("pytest.ini").write_text("[pytest]\nrepro_policy = B608=warn\n", encoding="utf-8")
    status, out, _ = command("check")
    assert status == 0
    assert "RPR-B608 baseline cannot be audited: recorded with no owner   [warn]\n" in out
    project.joinpath("pytest.ini").write_text("[pytest]\nrepro_policy = B608=fail\n", encoding="utf-8")
    assert command("check")[0] == 1
