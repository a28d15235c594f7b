"""One document in every format: the facts agree, and what a test is called breaks out of none of them."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import ReproError
from pytest_repro.report import annotation, data, markdown, sarif
from pytest_repro.report.document import Document, Place, Said
from pytest_repro.report.document import Test as Case
from pytest_repro.report.page import Page, Row, Section, Table

HOSTILE = [
    "<script>alert(1)</script>",
    "```\n# heading\n",
    "a|b\n|---|\n",
    "[link](javascript:alert(1))",
    "@everyone #1 !important",
    "::error file=x::boo",
    "</details><img src=x onerror=alert(1)>",
    "%0A::warning::x",
    "$x^2$ \\(a\\)",
]


def document(name: str = "test_a.py::test_x", *, many: int = 1, state: str = "drift", said: str = "1 of 2 differ"):
    action = {"drift": "fail", "warned": "warn", "noted": "accept"}[state]
    row = Row("weights", "0.418", "0.561", "0.14", "0.25", "-", "1e-06", "drift", "worst at [3]")
    tests = tuple(
        Case(
            nodeid=f"{name}{number or ''}",
            place=Place("tests/test_a.py", 7),
            state=state,
            findings=(Said(code="R101", action=action, sentence=said),),
            compared=2,
            largest=0.25,
            cells={"fresh": "=", "blas": "2e-09"},
            page=Page(
                nodeid=f"{name}{number or ''}",
                headlines=(f"RPR-R101 value drift: {said}",),
                tables=(Table(("run 1", "run 2"), (row,), 3),),
                sections=(Section("where", ("model.py:41  rng = default_rng()",)), Section("run again", ("pytest x",))),
            ),
            origin=Place("model.py", 41 + number),
        )
        for number in range(many)
    )
    return Document(
        tool="pytest-repro 0.1.0",
        created="2026-01-31T12:00:00Z",
        exit_status=1,
        session_seed=0,
        summary="repro: 1 test replayed",
        hardware="Intel Xeon",
        environment="CPython 3.11",
        columns=(("fresh", False), ("blas", True)),
        tests=tests,
    )


def test_the_facts_of_a_verdict_stand_in_every_format():
    found = document()
    texts = {"json": data.text(found), "md": markdown.text(found), "sarif": sarif.text(found)}
    texts["annotation"] = "\n".join(annotation.lines(found))
    for name, text in texts.items():
        for fact in ("R101", "1 of 2 differ", "model.py"):
            assert fact in text, (name, fact)
    for name in ("json", "md"):
        for fact in (
            "weights",
            "0.418",
            "0.561",
            "worst at [3]",
            "model.py:41  rng = default_rng()",
            "2e-09",
            "pytest x",
        ):
            assert fact in texts[name].replace("\\", ""), (name, fact)


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_stays_text_whatever_a_test_is_called(name):
    text = markdown.text(document(name, said=name))
    outside = re.sub(r"^(`{3,})text\n.*?\n\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert "<script" not in outside
    assert "<img" not in outside
    assert outside.count("</details>") == 1
    assert not re.search(r"(?<!\\)\[link\](?!\\)\(", outside)
    assert "@everyone" not in outside
    assert "\n::error" not in outside
    lines = [line for line in outside.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {4}, "a test and two conditions a row"


@given(st.text(max_size=200))
def test_a_fence_is_longer_than_any_in_it(words):
    fenced = markdown.fenced(words)
    fence = re.match(r"`+", fenced)[0]
    assert fence not in words
    assert fenced.endswith(f"\n{fence}")


def test_markdown_is_cut_before_it_is_too_large_and_says_so(monkeypatch):
    assert len(markdown.text(document(many=30))) < markdown.LIMIT
    text = markdown.text(document(many=3000))
    assert text.count("<details>") == markdown.MOST
    assert "and 2780 tests more" in text
    monkeypatch.setattr(markdown, "LIMIT", 1000)
    text = markdown.text(document(many=30))
    assert len(text) < 1200
    assert "The rest was left out" in text


@pytest.mark.parametrize("name", HOSTILE)
def test_an_annotation_is_one_line_whatever_a_test_is_called(name):
    (line,) = annotation.lines(document(name, said=name))
    assert "\n" not in line
    assert line.startswith("::error file=model.py,line=41,title=RPR-R101 ")
    assert line.count("::") == 2 or "::" in name
    head = line.split("::")[1]
    assert head.count(",") == 2


def test_annotations_are_grouped_by_cause_and_no_more_than_are_shown():
    assert len(annotation.lines(document(many=30))) == 10
    same = document(many=1)
    grouped = Document(**{**vars_of(same), "tests": same.tests * 4})
    (line,) = annotation.lines(grouped)
    assert "(and 3 more)" in line
    assert annotation.lines(document(state="noted")) == []
    assert annotation.lines(document(state="warned"))[0].startswith("::warning ")


def vars_of(found: Document) -> dict[str, object]:
    return {name: getattr(found, name) for name in Document.__dataclass_fields__}


@pytest.mark.parametrize("name", HOSTILE)
def test_sarif_has_a_rule_for_each_result_and_a_place(name):
    found = json.loads(sarif.text(document(name, said=name)))
    (run,) = found["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "RPR-R101"
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("model.py", 41)
    related = result["relatedLocations"][0]["physicalLocation"]
    assert (related["artifactLocation"]["uri"], related["region"]["startLine"]) == ("tests/test_a.py", 7)


def test_a_fingerprint_outlives_a_moved_line():
    moved = document()
    moved = Document(**{**vars_of(moved), "tests": (vars_test(moved.tests[0], place=Place("tests/test_a.py", 99)),)})
    prints = [
        json.loads(sarif.text(one))["runs"][0]["results"][0]["partialFingerprints"] for one in (document(), moved)
    ]
    assert prints[0] == prints[1]


def vars_test(test: Case, **changed) -> Case:
    return Case(**{**{name: getattr(test, name) for name in Case.__dataclass_fields__}, **changed})


def test_a_session_with_nothing_to_tell_is_short():
    calm = document(state="noted")
    calm = Document(**{**vars_of(calm), "tests": ()})
    assert "nothing replayed" in markdown.text(calm)
    assert json.loads(sarif.text(calm))["runs"][0]["results"] == []


@pytest.mark.parametrize("key", ["largest", "shares"])
def test_a_report_with_a_number_beyond_every_double_is_none(tmp_path, key):
    content = json.loads(data.text(document()))
    content["tests"][0][key] = 10**400 if key == "largest" else {"fresh": 10**400}
    path = tmp_path / "repro.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ReproError, match="a number beyond every double"):
        data.read(path)


def test_half_of_a_surrogate_pair_becomes_its_escape():
    text = markdown.text(document("test_a.py::test_\ud800"))
    assert "ud800" in text
    assert text.encode("utf-8").decode("utf-8") == text
