"""What check finds and what prune takes away."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pytest_repro.store import integrity
from pytest_repro.store.change import Change
from pytest_repro.store.local import LocalStore

BIG = {"record.w": np.arange(100.0)}


@pytest.fixture
def project(module):
    return module.parent


def told(faults):
    return [(fault.path.name, fault.error.code, fault.error.sentence) for fault in faults]


def test_a_sound_store_has_nothing_to_tell(write, project, recorded, module):
    write({"test_a": recorded(BIG, environment={"a": 1}), "test_b": recorded()})
    health = integrity.examine(project, collected={module: ["test_a", "test_b"]})
    assert (health.tests, health.faults, health.obsolete, health.orphans) == (2, (), (), ())


def test_every_fault_is_told_and_none_hides_another(write, project, page, recorded):
    write({"test_a": recorded(BIG), "test_b": recorded()})
    (array,) = (page.parent / "arrays").iterdir()
    data = bytearray(array.read_bytes())
    data[-1] ^= 1
    array.write_bytes(data)
    raw = json.loads(page.read_bytes())
    raw["tests"]["test_b"]["seed"] = None
    page.write_text(json.dumps(raw), encoding="utf-8")
    (page.parent / "test_n.default.json").write_text("{", encoding="utf-8")
    (page.parent / "test_o.default.json").write_text(json.dumps(raw | {"format": "3.0"}), encoding="utf-8")
    (page.parent / "test_p.default.json").write_text(json.dumps(raw | {"tests": {}}), encoding="utf-8")
    assert told(integrity.examine(project).faults) == [
        ("test_m.default.json", "B602", "unexpected type NoneType (expected int)"),
        ("test_n.default.json", "B602", "not JSON on line 1: Expecting property name enclosed in double quotes"),
        ("test_o.default.json", "B604", "format 3.0 is newer than 1.0, the newest that is known here"),
        ("test_p.default.json", "B602", "'test_m.py' is recorded there, which this file's name does not say"),
        (array.name, "B602", "an array's file is not what was recorded: its digest differs"),
    ]


def test_a_store_that_is_a_link_is_told_and_not_entered(tmp_path, project):
    (tmp_path / "elsewhere").mkdir()
    (project / "__envelopes__").symlink_to(tmp_path / "elsewhere")
    (fault,) = integrity.examine(project).faults
    assert fault.error.code == "B605"
    assert integrity.prune(project, delete=True).files == ()


def test_hidden_folders_and_virtual_environments_are_not_entered(write, project, recorded):
    for name in (".tox", "venv"):
        write({"test_a": recorded()}, into=project / name / "lib" / "test_x.py")
    (project / "venv" / "pyvenv.cfg").write_text("", encoding="utf-8")
    assert integrity.examine(project).folders == ()


def test_a_renamed_test_is_obsolete_with_a_hint_at_its_new_name(write, project, module, page, recorded):
    write({"test_fit[adam]": recorded(), "test_b": recorded(), "test_other": recorded()})
    collected = {module: ["test_b", "test_fit[adamw]", "test_unlike_all_others"]}
    found = integrity.examine(project, collected=collected).obsolete
    assert [(test.name, test.hint) for test in found] == [("test_fit[adam]", "test_fit[adamw]"), ("test_other", "")]
    assert {(test.path, test.module, test.profile) for test in found} == {(page, module, "default")}


def test_of_a_module_that_was_not_collected_nothing_is_obsolete_unless_it_is_gone(write, project, module, recorded):
    gone = project / "test_gone.py"
    for path in (module, gone):
        write({"test_a": recorded()}, into=path)
    assert integrity.examine(project).obsolete == ()
    assert [test.module for test in integrity.examine(project, collected={}).obsolete] == [gone]


def test_pruning_tells_first_and_deletes_only_when_told(write, store, project, module, page, recorded):
    write({"test_a": recorded(BIG), "test_b": recorded({"record.w": np.arange(200.0)}, environment={"a": 1})})
    arrays = {path.stat().st_size: path for path in (page.parent / "arrays").iterdir()}
    before = page.read_bytes()
    planned = integrity.prune(project, collected={module: ["test_a"]})
    assert ([test.name for test in planned.tests], planned.files) == (["test_b"], (arrays[128 + 1600],))
    assert page.read_bytes() == before
    assert not planned.deleted
    done = integrity.prune(project, collected={module: ["test_a"]}, delete=True)
    assert (done.tests, done.files, done.deleted) == (planned.tests, planned.files, True)
    assert list((page.parent / "arrays").iterdir()) == [arrays[128 + 800]]
    book = store.book(module, "default")
    assert (book.names, dict(book.environments)) == (("test_a",), {})
    assert integrity.examine(project).faults == ()
    assert integrity.prune(project, collected={module: ["test_a"]}).files == ()


def test_an_array_that_was_replaced_is_an_orphan(write, project, recorded):
    write({"test_a": recorded(BIG)})
    write({"test_a": recorded({"record.w": np.zeros(100)})}, wish="changed")
    (orphan,) = integrity.examine(project).orphans
    assert integrity.prune(project, delete=True).files == (orphan,)
    assert not orphan.exists()


def test_a_book_without_tests_goes_as_a_whole(write, project, module, page, recorded):
    write({"test_a": recorded(BIG)})
    module.unlink()
    assert integrity.prune(project, collected={}, delete=True).files[0] == page
    assert not page.exists()
    assert list((page.parent / "arrays").iterdir()) == []


def test_arrays_beside_a_page_that_cannot_be_read_stay(write, project, page, recorded):
    write({"test_a": recorded(BIG)})
    page.write_text("{", encoding="utf-8")
    assert integrity.examine(project).orphans == ()
    assert integrity.prune(project, delete=True).files == ()
    assert len(list((page.parent / "arrays").iterdir())) == 1


def test_a_store_of_its_own_is_held_against_the_project_it_mirrors(tmp_path, module, project, recorded):
    store = LocalStore(folder=tmp_path / "store", root=project)
    inner = project / "sub" / "test_n.py"
    store.write([Change(module=path, profile="p", name="t", recorded=recorded()) for path in (module, inner)])
    found = integrity.examine(tmp_path / "store", collected={module: ["t"]}, project=project).obsolete
    assert [test.module for test in found] == [inner]
