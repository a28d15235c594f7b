"""Reports of several jobs as one: which agree bit for bit, and what parts the others from them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_repro.environment.snapshot import snapshot
from pytest_repro.report.document import Document, Place
from pytest_repro.report.document import Test as Case
from pytest_repro.report.merging import merged


def job(snapshot=None, state="same", **results):
    tests = tuple(Case(nodeid=name, place=Place("t.py", 1), state=state, result=one) for name, one in results.items())
    return Document(
        tool="pytest-repro 0",
        created="2026-01-31T12:00:00Z",
        exit_status=0,
        session_seed=0,
        summary="",
        hardware="",
        environment="",
        tests=tests,
        snapshot=snapshot,
    )


def cells(document):
    return {test.nodeid: dict(test.cells) for test in document.tests}


def test_several_sessions_are_one_document_with_their_jobs():
    both = merged([("linux", job(a="1")), ("macos", job(a="1"))])
    assert [test.job for test in both.tests] == ["linux"]
    assert cells(both) == {"a": {"linux": "=", "macos": "="}}
    assert both.columns == (("linux", False), ("macos", False))
    assert both.counts["same"] == 1
    assert both.summary == "linux: ; macos: "
    assert both.notes == ("all 2 agree bit for bit",)


def test_another_result_than_in_the_first_job_is_shown_where_nothing_else_was_found():
    found = merged([("x", job(a="1", b="")), ("y", job(a="2", b="5")), ("z", job(a="1", b="6"))])
    assert cells(found) == {"a": {"x": "=", "y": "differs", "z": "="}, "b": {"x": "=", "y": "=", "z": "differs"}}
    drift = merged([("x", job(a="1")), ("y", job(a="2", state="drift"))])
    assert cells(drift) == {"a": {"x": "=", "y": "DRIFT"}}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return snapshot(tmp_path_factory.mktemp("project")).to_dict()


def changed(here, **facts):
    sections = dict(here["sections"])
    sections["python"] = {**sections["python"], **facts}
    data = {**here, "sections": sections}
    from pytest_repro.environment.identity import digest  # noqa: PLC0415

    rest = {key: value for key, value in data.items() if key != "digest"}
    return {**rest, "digest": digest(rest)}


def test_what_parts_jobs_that_agree_from_the_others_is_named(here):
    other = changed(here, hash_seed="12345")
    found = merged([("a", job(here, t="1", u="8")), ("b", job(other, t="2", u="8")), ("c", job(here, t="1", u="8"))])
    assert found.notes[0] == "these 2 agree bit for bit: a, c"
    assert found.notes[1].startswith("b differs from them in python.hash_seed (")
    assert found.notes[1].endswith("-> 12345)")


def test_jobs_are_compared_in_the_tests_that_they_share():
    found = merged([("a", job(t="1")), ("b", job(t="1", u="2")), ("c", job(u="3"))])
    assert found.notes[0] == "these 2 agree bit for bit: a, b"
    assert found.notes[1] == "c differs from them; why is not known: an environment cannot be read"
    assert merged([("a", job(t="1")), ("b", job(u="1"))]).notes == ()
    assert merged([("a", job(t="")), ("b", job(t=""))]).notes == ()


@pytest.mark.parametrize("broken", [{}, {"schema": "other"}])
def test_an_environment_that_cannot_be_read_parts_nothing(here, broken):
    found = merged([("a", job(here, t="1")), ("b", job(broken, t="2"))])
    assert found.notes[0] == "no two columns agree bit for bit; a is the first"
    assert "why is not known" in found.notes[1]


def test_notes_of_the_jobs_follow():
    one, other = job(a="1"), replace(job(a="1"), notes=("3 tests more",))
    assert merged([("x", one), ("y", other)]).notes == ("all 2 agree bit for bit", "y: 3 tests more")
