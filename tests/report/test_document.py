"""A document: it comes back from JSON as it was, the schema describes it, and what is none is told as such."""

from __future__ import annotations

import copy
import json
import math
from importlib import resources

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import ReproError
from pytest_repro.report import data
from pytest_repro.report.document import Document, Place, Plot, Said, from_dict, to_dict
from pytest_repro.report.document import Test as Case
from pytest_repro.report.page import Page, Row, Section, Table

TEXTS = st.text(alphabet="ab <>&\"'`|@*_[]()#\n\u00e9", max_size=12)
ROWS = st.builds(Row, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.sampled_from(["drift", "within"]), TEXTS)
TABLES = st.builds(Table, st.tuples(TEXTS, TEXTS), st.lists(ROWS, max_size=2).map(tuple), st.integers(0, 9))
SECTIONS = st.builds(Section, st.sampled_from(["where", "why", "run again"]), st.lists(TEXTS, max_size=2).map(tuple))
PAGES = st.builds(
    Page,
    nodeid=TEXTS,
    headlines=st.lists(TEXTS, max_size=2).map(tuple),
    tables=st.lists(TABLES, max_size=2).map(tuple),
    sections=st.lists(SECTIONS, max_size=2).map(tuple),
)
PLACES = st.builds(Place, st.sampled_from(["a.py", "b c.py"]), st.integers(1, 99))
SAID = st.builds(
    Said, code=st.sampled_from(["R101", "S201"]), action=st.sampled_from(["fail", "warn", "accept"]), sentence=TEXTS
)
PLOTS = st.builds(
    Plot,
    value=TEXTS,
    runs=st.just(("run 1", "run 2")),
    kind=st.just("spread"),
    data=st.lists(st.integers(0, 9), min_size=20, max_size=20).map(tuple),
)
TESTS = st.builds(
    Case,
    nodeid=TEXTS,
    place=PLACES,
    state=st.sampled_from(["drift", "warned", "noted", "same", "skipped"]),
    findings=st.lists(SAID, max_size=2).map(tuple),
    waived=st.lists(TEXTS, max_size=1).map(tuple),
    compared=st.integers(0, 99),
    largest=st.none() | st.floats(0, 2) | st.just(math.inf),
    cells=st.dictionaries(st.sampled_from(["fresh", "blas"]), st.sampled_from(["=", "DRIFT", "3 ulp"]), max_size=2),
    shares=st.dictionaries(st.sampled_from(["fresh", "blas"]), st.floats(0, 1), max_size=2),
    page=st.none() | PAGES,
    origin=st.none() | PLACES,
    limits=st.lists(TEXTS, max_size=2).map(tuple),
    plots=st.lists(PLOTS, max_size=1).map(tuple),
    result=st.sampled_from(["", "0a"]),
    job=st.just(""),
)
DOCUMENTS = st.builds(
    Document,
    tool=st.just("pytest-repro 0.1.0"),
    created=st.just("2026-01-31T12:00:00Z"),
    exit_status=st.integers(0, 5),
    session_seed=st.integers(0, 2**63 - 1),
    summary=TEXTS,
    hardware=TEXTS,
    environment=TEXTS,
    ids=st.just({"env_id": "0a"}),
    columns=st.just((("fresh", False), ("blas", True))),
    notes=st.lists(TEXTS, max_size=1).map(tuple),
    tests=st.lists(TESTS, max_size=3).map(tuple),
    session=st.lists(SAID, max_size=1).map(tuple),
    notices=st.lists(TEXTS, max_size=1).map(tuple),
    snapshot=st.none() | st.just({"schema": "x"}),
)
SCHEMA = json.loads(resources.files("pytest_repro.report").joinpath("schemas", "report-1.json").read_text("utf-8"))


@given(DOCUMENTS)
def test_a_document_comes_back_from_its_file_and_the_schema_describes_it(tmp_path_factory, document):
    path = tmp_path_factory.getbasetemp() / "repro.json"
    path.write_text(data.text(document), encoding="utf-8")
    assert data.read(path) == document
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(path.read_text(encoding="utf-8")))


@given(DOCUMENTS)
def test_tests_with_something_to_tell_come_worst_first(document):
    order = ["drift", "warned", "noted"]
    ranks = [(order.index(test.state), -(test.largest or 0.0)) for test in document.telling]
    assert ranks == sorted(ranks)
    assert sum(document.counts.values()) == len(document.tests)


def small() -> dict[str, object]:
    test = Case(nodeid="test_a.py::test_x", place=Place("test_a.py", 3), state="same")
    made = Document(
        tool="pytest-repro 0.1.0",
        created="2026-01-31T12:00:00Z",
        exit_status=0,
        session_seed=0,
        summary="",
        hardware="",
        environment="",
        tests=(test,),
    )
    return json.loads(json.dumps(to_dict(made)))


def spoilt(change) -> object:
    found = copy.deepcopy(small())
    return change(found) or found


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.update(schema="other"),
        lambda one: one.update(version="2.0"),
        lambda one: one.update(tests={}),
        lambda one: one.update(tests=[3]),
        lambda one: one.pop("summary"),
        lambda one: one.update(exit_status="0"),
        lambda one: one.update(columns=[["blas"]]),
        lambda one: one.update(ids={"a": 3}),
        lambda one: one["tests"][0].update(state="odd"),
        lambda one: one["tests"][0].update(place="test_a.py:3"),
        lambda one: one["tests"][0].update(page={"nodeid": "x"}),
        lambda one: one["tests"][0].update(
            page={
                "nodeid": "x",
                "headlines": [],
                "sections": [],
                "tables": [{"columns": ["a"], "rows": [], "hidden": 0}],
            }
        ),
        lambda one: one["tests"][0].update(cells={"fresh": 1}),
        lambda _one: ["no object"],
    ],
    ids=range(14),
)
def test_what_is_no_report_is_an_error_of_ours(tmp_path, change):
    path = tmp_path / "repro.json"
    path.write_text(json.dumps(spoilt(change)), encoding="utf-8")
    with pytest.raises(ReproError, match="is no report") as caught:
        data.read(path)
    assert caught.value.code == "U104"


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\ud800"])
def test_what_is_no_json_is_an_error_of_ours(tmp_path, text):
    path = tmp_path / "repro.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ReproError):
        data.read(path)
    with pytest.raises(ReproError, match="cannot be read: FileNotFoundError"):
        data.read(tmp_path / "absent.json")


def test_a_field_that_a_later_minor_version_adds_is_passed_over():
    later = small() | {"version": "1.7", "more": {"of": "it"}}
    later["tests"][0]["more"] = 3
    assert from_dict(later) == from_dict(small())
    jsonschema.Draft202012Validator(SCHEMA).validate(later)


def test_a_report_above_the_limit_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "repro.json"
    path.write_text("[" + " " * (2 << 20) + "]", encoding="utf-8")
    monkeypatch.setattr(data, "LIMIT", 1 << 20)
    with pytest.raises(ReproError, match=r"'repro\.json' is no report: it has over 1 MiB"):
        data.read(path)
