"""The store beside the modules: what is written, what is kept, what is refused."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_repro.compare import compare
from pytest_repro.store import layout, lock
from pytest_repro.store.change import Change
from pytest_repro.store.local import LocalStore
from pytest_repro.values.tolerance import Tolerances

LATER = dt.datetime(2026, 2, 28, 9, 30, 15, 999, tzinfo=dt.timezone(dt.timedelta(hours=2)))
WHOLE = {
    "source": "3f2a1c9b0d4e5f60",
    "owner": "kim",
    "commit": "1f3c9e2",
    "dirty": False,
    "environment": {"numpy": {"version": "2.4.6"}, "blas": {"kernel": "Haswell"}},
    "lock": {"file": "uv.lock", "digest": "3f2a1c", "state": "in step"},
    "runs": 2,
    "difference": 1.5e-16,
    "plugin": "0.1.0",
}


def changed_lines(before, after):
    """Removed and added lines of a diff without context."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in found if line[0] in "+-" and line[:3] not in ("+++", "---")]


def test_what_is_written_is_read_back_with_all_its_evidence(write, store, module, recorded, observe):
    test = recorded({"record.loss": 0.1, "asserted.f(x)": np.arange(5)}, environment_id="abc-1", **WHOLE)
    assert len(write({"test_fit[adam]": test}).written) == 1
    again = store.book(module, "default").get("test_fit[adam]")
    assert again == test
    found = compare(again.envelope("t"), observe({"record.loss": 0.1, "asserted.f(x)": np.arange(5)}), Tolerances())
    assert (found.gaps, found.compared) == ((), 2)


def test_the_page_is_sorted_and_holds_one_value_a_line(write, page, recorded):
    write({"test_b": recorded(), "test_a[é]": recorded({"record.w": [1.0, float("nan")], "record.n": 3}, **WHOLE)})
    assert (
        page.read_bytes().decode()
        == """{
  "environments": {
    "5e32b664c0de08a3": {
      "blas": {"kernel": "Haswell"},
      "numpy": {"version": "2.4.6"}
    }
  },
  "format": "1.0",
  "module": "test_m.py",
  "profile": "default",
  "tests": {
    "test_a[é]": {
      "outcomes": {"call": "passed", "setup": "passed"},
      "owner": "kim",
      "recorded": {"at": "2026-01-31T12:00:00Z", "commit": "1f3c9e2", "difference": 1.5e-16, "dirty": false, \
"environment": "5e32b664c0de08a3", "lock": {"digest": "3f2a1c", "file": "uv.lock", "state": "in step"}, \
"plugin": "0.1.0", "runs": 2},
      "seed": 7,
      "session_seed": 0,
      "source": "3f2a1c9b0d4e5f60",
      "values": {
        "record.n": 3,
        "record.w": {"dtype": "<f8", "kind": "array", "label": "list[float]", "shape": [2], "values": [1.0, "nan"]}
      }
    },
    "test_b": {
      "outcomes": {"call": "passed", "setup": "passed"},
      "owner": "",
      "recorded": {"at": "2026-01-31T12:00:00Z", "commit": "", "difference": null, "dirty": null, \
"environment": "", "lock": {}, "plugin": "", "runs": 1},
      "seed": 7,
      "session_seed": 0,
      "source": "",
      "values": {
        "record.loss": 0.5
      }
    }
  }
}
"""
    )


VALUES = st.dictionaries(
    st.text(),
    st.one_of(st.floats(), st.integers(), st.text(), st.lists(st.floats(), min_size=1, max_size=70), st.booleans()),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, max_examples=60)
@given(VALUES, st.data())
def test_writing_again_changes_no_byte_and_changing_one_value_one_line(recorded, values, data):
    with tempfile.TemporaryDirectory() as folder:
        module, store = Path(folder) / "test_m.py", LocalStore()
        page = Path(folder) / "__envelopes__" / "test_m.default.json"

        def put(values):
            test = recorded({f"record.{name}": value for name, value in values.items()})
            return store.write([Change(module=module, profile="default", name="t", recorded=test, wish="changed")])

        assert put(values).written
        before = page.read_bytes()
        assert put(values).kept
        assert page.read_bytes() == before
        assert put(values | {data.draw(st.sampled_from(sorted(values))): None}).written
        gone, come = changed_lines(before.decode(), page.read_bytes().decode())
        assert (gone[0], come[0], come.rstrip(",")[-6:]) == ("-", "+", ": null")


def test_one_changed_value_is_one_line_and_one_line_of_when_and_where(write, page, recorded):
    write({name: recorded({"record.loss": 0.1, "record.n": 3}, **WHOLE) for name in ("test_a", "test_b")})
    before = page.read_text(encoding="utf-8")
    now = recorded({"record.loss": 0.2, "record.n": 3}, day=LATER, **WHOLE | {"commit": "2222222", "dirty": True})
    assert len(write({"test_a": now}, wish="changed").written) == 1
    assert changed_lines(before, page.read_text(encoding="utf-8")) == [
        (
            '-      "recorded": {"at": "2026-01-31T12:00:00Z", "commit": "1f3c9e2", "difference": 1.5e-16, '
            '"dirty": false, "environment": "5e32b664c0de08a3", "lock": {"digest": "3f2a1c", "file": "uv.lock", '
            '"state": "in step"}, "plugin": "0.1.0", "runs": 2},'
        ),
        (
            '+      "recorded": {"at": "2026-02-28T07:30:15Z", "commit": "2222222", "difference": 1.5e-16, '
            '"dirty": true, "environment": "5e32b664c0de08a3", "lock": {"digest": "3f2a1c", "file": "uv.lock", '
            '"state": "in step"}, "plugin": "0.1.0", "runs": 2},'
        ),
        '-        "record.loss": 0.1,',
        '+        "record.loss": 0.2,',
    ]


def test_date_commit_and_environment_change_only_when_a_value_does(write, page, recorded):
    write({"test_a": recorded(**WHOLE)})
    before = page.read_bytes()
    now = recorded(day=LATER, **WHOLE | {"commit": "2", "environment": {"other": 1}, "runs": 5, "difference": 0.0})
    found = write({"test_a": now}, wish="changed")
    assert (len(found.kept), found.files, page.read_bytes()) == (1, (), before)
    found = write({"test_a": now}, wish="again")
    assert (len(found.written), found.files) == (1, (page,))


@pytest.mark.parametrize("fact", [{"source": "other"}, {"owner": "lee"}])
def test_another_source_or_owner_is_a_change(write, recorded, fact):
    write({"test_a": recorded(**WHOLE)})
    assert write({"test_a": recorded(**WHOLE | fact)}, wish="changed").written


def test_an_integer_and_the_float_that_equals_it_are_two_values(write, recorded):
    write({"test_a": recorded({"record.x": 1})})
    for value in (1.0, True, 1):
        assert write({"test_a": recorded({"record.x": value})}, wish="changed").written


def test_what_is_there_is_kept_unless_changes_are_asked_for(write, store, module, recorded):
    write({"test_a": recorded({"record.x": 1})})
    found = write({"test_a": recorded({"record.x": 2}), "test_b": recorded({"record.x": 3})})
    assert [change.name for change in found.kept] == ["test_a"]
    assert [change.name for change in found.written] == ["test_b"]
    book = store.book(module, "default")
    assert book.names == ("test_a", "test_b")
    assert [book.get(name).observations["record.x"].value for name in book.names] == [1, 3]


def test_a_partial_run_drops_nothing(write, store, module, recorded):
    write({f"test_{number}": recorded() for number in range(5)})
    write({"test_3": recorded({"record.x": 1})}, wish="changed")
    assert store.book(module, "default").names == tuple(f"test_{number}" for number in range(5))


def test_profiles_of_a_module_are_files_of_their_own(write, store, module, recorded):
    (module.parent / "test_m2.py").write_text("", encoding="utf-8")
    for profile in ("linux-py3.11", "default"):
        write({"test_a": recorded()}, profile=profile)
    write({"test_a": recorded()}, into=module.parent / "test_m2.py", profile="other")
    assert store.profiles(module) == ("default", "linux-py3.11")
    assert store.profiles(module.parent / "test_none.py") == ()
    assert "test_a" not in store.book(module, "third")
    assert len(store.book(module, "third")) == 0
    assert store.book(module, "third").get("test_a") is None


def test_an_environment_is_kept_once_and_goes_with_the_last_test_that_names_it(write, store, module, recorded):
    old, new = {"environment": {"numpy": "1"}}, {"environment": {"numpy": "2"}}
    write({"test_a": recorded(**old), "test_b": recorded(**old)})
    assert len(store.book(module, "default").environments) == 1
    write({"test_a": recorded({"record.x": 1}, **new)}, wish="changed")
    assert len(store.book(module, "default").environments) == 2
    write({"test_b": recorded({"record.x": 1}, **new)}, wish="changed")
    assert list(store.book(module, "default").environments.values()) == [{"numpy": "2"}]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(), unique=True, min_size=1, max_size=5))
def test_a_test_may_be_called_anything(recorded, names):
    with tempfile.TemporaryDirectory() as folder:
        module, store = Path(folder) / "test_m.py", LocalStore()
        changes = [
            Change(module=module, profile="p", name=name, recorded=recorded({"record.x": at}))
            for at, name in enumerate(names)
        ]
        assert len(store.write(changes).written) == len(names)
        book = store.book(module, "p")
        assert [book.get(name).observations["record.x"].value for name in names] == list(range(len(names)))


def test_names_that_differ_by_case_alone_are_two_tests(write, store, module, recorded):
    write({"test_a[A]": recorded({"record.x": 1}), "test_a[a]": recorded({"record.x": 2})})
    book = store.book(module, "default")
    assert [book.get(name).observations["record.x"].value for name in ("test_a[A]", "test_a[a]")] == [1, 2]


def test_two_profiles_that_a_file_system_holds_for_one_do_not_mix(write, page, recorded, refused, store, module):
    write({"test_a": recorded()}, profile="Default")
    (page.parent / "test_m.Default.json").rename(page)
    assert refused(store.book, module, "default").startswith(
        "'Default' is recorded there, not 'default' in '__envelopes__/test_m.default.json.profile'  [RPR-B602]"
    )
    before = page.read_bytes()
    assert [no.error.code for no in write({"test_b": recorded()}).refused] == ["B602"]
    assert page.read_bytes() == before


def test_large_arrays_stand_apart_once_by_content(write, store, module, page, recorded, observe):
    values = np.random.default_rng(0).normal(size=(10, 10))
    write({"test_a": recorded({"record.w": values}), "test_b": recorded({"record.w": values})})
    (file,) = (page.parent / "arrays").iterdir()
    assert np.array_equal(np.load(file, allow_pickle=False), values)
    again = store.book(module, "default").get("test_a")
    assert not compare(again.envelope("t"), observe({"record.w": values}), Tolerances()).gaps
    assert compare(again.envelope("t"), observe({"record.w": values + 1}), Tolerances()).drifts
    # what was read can be recorded again, in this store or another
    assert write({"test_c": again}).written
    assert write({"test_a": again}, into=module.parent / "sub" / "test_n.py").written
    assert (module.parent / "sub" / "__envelopes__" / "arrays" / file.name).read_bytes() == file.read_bytes()


def test_a_store_of_its_own_mirrors_the_project(tmp_path, module, recorded, refused):
    store = LocalStore(folder=tmp_path / "store", root=module.parent)
    inner = module.parent / "sub" / "test_n.py"
    changes = [Change(module=path, profile="p", name="t", recorded=recorded()) for path in (module, inner)]
    assert store.write(changes).files == (
        tmp_path / "store" / "__envelopes__" / "test_m.p.json",
        tmp_path / "store" / "sub" / "__envelopes__" / "test_n.p.json",
    )
    assert "t" in store.book(inner, "p")
    outside = module.parent / ".." / "test_x.py"
    message = (
        "the module is outside of the project whose envelopes are kept there in 'test_x.py'  [RPR-B605]\n"
        "  mend: record without --repro-store"
    )
    assert refused(store.book, outside, "p") == message
    (no,) = store.write([Change(module=outside, profile="p", name="t", recorded=recorded())]).refused
    assert str(no.error) == message


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("place", ["__envelopes__", "__envelopes__/arrays", "__envelopes__/test_m.default.json"])
def test_links_are_neither_followed_nor_replaced(tmp_path, module, write, store, recorded, refused, place):
    target = tmp_path / "elsewhere"
    if place.endswith(".json"):
        target.write_text("secret", encoding="utf-8")
    else:
        target.mkdir()
    link = module.parent / place
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(target)
    test = recorded({"record.w": np.arange(100.0)})
    (no,) = write({"test_a": test}).refused
    what = "file" if place.endswith(".json") else "folder"
    assert str(no.error).startswith(f"not a plain {what}, nothing is read or written there in '")
    assert no.error.code == "B605"
    assert target.is_file() or not list(target.iterdir())
    assert link.is_symlink()
    if "arrays" not in place:
        assert "not a plain" in refused(store.book, module, "default")


@pytest.mark.skipif(os.name == "nt", reason="no links without a privilege there")
def test_an_array_that_is_a_link_is_not_read(tmp_path, module, write, page, recorded, store, refused):
    write({"test_a": recorded({"record.w": np.arange(100.0)})})
    (file,) = (page.parent / "arrays").iterdir()
    file.rename(tmp_path / "elsewhere.npy")
    file.symlink_to(tmp_path / "elsewhere.npy")
    assert "not a plain file" in refused(store.book(module, "default").get, "test_a")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among files there")
def test_a_pipe_is_not_waited_for(page, store, module, refused):
    page.parent.mkdir()
    os.mkfifo(page)
    assert "not a plain file" in refused(store.book, module, "default")


def test_a_folder_in_place_of_a_page_is_refused(page, store, module, refused):
    page.mkdir(parents=True)
    assert "not a plain file" in refused(store.book, module, "default")


def test_what_is_above_the_limit_is_refused_and_the_rest_is_written(module, page, recorded, refused):
    store = LocalStore(2000)

    def put(name, value):
        test = recorded({"record.w": value})
        return store.write([Change(module=module, profile="default", name=name, recorded=test)])

    assert put("test_a", np.arange(200.0)).written
    (no,) = put("test_b", np.arange(300.0)).refused
    assert str(no.error).startswith('2400 bytes are more than repro_store_limit allows (2000) in \'tests["test_b"].')
    assert no.error.code == "B606"
    (no,) = put("test_c", "x" * 2000).refused
    assert (no.error.code, no.error.place) == ("B606", "__envelopes__/test_m.default.json")
    assert store.book(module, "default").names == ("test_a",)
    page.write_text(page.read_text(encoding="utf-8") + " " * 2000, encoding="utf-8")
    assert "are more than repro_store_limit allows" in refused(store.book, module, "default")


def test_two_changes_of_one_test_leave_the_last(store, module, recorded):
    changes = [
        Change(module=module, profile="default", name="t", recorded=recorded({"record.x": x}), wish="changed")
        for x in (1, 2)
    ]
    assert len(store.write(changes).written) == 2
    assert store.book(module, "default").get("t").observations["record.x"].value == 2


def test_a_folder_that_cannot_be_written_is_told_and_others_are_written(monkeypatch, store, module, recorded):
    inner = module.parent / "sub" / "test_n.py"
    real = os.replace

    def full(source, target):
        if "test_m" in str(target):
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    found = store.write([Change(module=at, profile="p", name="t", recorded=recorded()) for at in (module, inner)])
    assert [change.module for change in found.written] == [inner]
    (no,) = found.refused
    assert str(no.error) == (
        "cannot be written: No space left on device in '__envelopes__'  [RPR-B607]\n"
        "  mend: make room or make the folder writable, or record elsewhere with --repro-store=DIR"
    )
    assert list((module.parent / "__envelopes__").iterdir()) == []


def test_nothing_but_envelopes_is_left_in_the_repository(write, module, page, recorded):
    write({"test_a": recorded({"record.w": np.arange(100.0)})})
    assert sorted(path.name for path in page.parent.iterdir()) == ["arrays", "test_m.default.json"]
    assert [path.suffix for path in (page.parent / "arrays").iterdir()] == [".npy"]
    assert sorted(path.name for path in module.parent.iterdir()) == ["__envelopes__", "test_m.py"]


def test_a_lock_that_is_held_for_too_long_is_told(tmp_path, refused):
    with lock.held(tmp_path):

        def wait():
            with lock.held(tmp_path, patience_s=0.05):
                pytest.fail("two hold one lock")

        assert refused(wait) == (
            f"another session has been recording there for 0.05 seconds in '{tmp_path.name}'  [RPR-B607]\n"
            "  mend: let it end, then run pytest --repro-record again"
        )


@given(st.floats(), st.integers(), st.text())
def test_a_line_is_one_line_and_reads_back(number, whole, text):
    value = {"a": [whole, text], "b": text} | ({"c": number} if np.isfinite(number) else {})
    line = layout.line(value)
    assert line.isprintable()
    assert json.loads(line) == json.loads(json.dumps(value))
