"""The page: what anything is called stays text, every fact stands on it, nothing is fetched, and it stays small."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_repro.errors import ReproError
from pytest_repro.report.document import Document, Place, Plot, Said
from pytest_repro.report.document import Test as Case
from pytest_repro.report.page import Page, Row, Section, Table

pytest.importorskip("jinja2")
mpl = pytest.importorskip("matplotlib")

from pytest_repro.report import drawing, html  # noqa: E402  # the extra may be missing

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "</style></title></pre></code></svg>",
    "\"><b onclick='x'>",
    "' onfocus='x",
    "{{7*7}}{% raw %}${7*7}",
    "<!--",
    "]]>&lt;&amp;lt;",
    "$x^2$ \\frac{1}{0}",
    "Ünïcode \u202e \u2028 \U0001f600",
]
PAIR = ([0.5, 1.0, None, 2.0] * 3, [0.5, 1.5, 3.0, 2.0] * 3)


class Parsed(HTMLParser):
    """Elements, attributes and texts of a page."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.scripts, self.texts = [], [], [], []
        self._open = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self._open = tag
        self.tags.append((tag, *sorted(name for name, _ in attrs)))
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._open = ""
        self.tags.append((f"/{tag}",))

    def handle_data(self, data):
        if self._open == "script":
            self.scripts[-1] += data
        elif self._open != "style":
            self.texts.append(data)

    @property
    def text(self):
        return "\n".join([*self.texts, *(value or "" for _, _, value in self.attributes)])


def case(say=str, number=0, state="drift", plots=()):
    action = {"drift": "fail", "warned": "warn", "noted": "accept"}.get(state)
    said = (Said(code="R101", action=action, sentence=say("1 of 2 differ")),) if action else ()
    row = Row(*map(say, ("weights", "0.418", "0.561", "0.14", "0.25", "8", "1e-06", "beyond", "worst at [3]")))
    sections = ("where", "why", "condition", "hardware", "environment", "owner", "next")
    page = Page(
        nodeid=say("node"),
        headlines=(say("value drift"),),
        tables=(Table((say("run 1"), say("run 2")), (row,), 37),),
        sections=(*(Section(say(one), (say(f"said {one}"),)) for one in sections), Section("run again", (say("go"),))),
    )
    return Case(
        nodeid=f"{say('a.py')}::{say('test')}[{number}]",
        place=Place(say("a.py"), 71),
        state=state,
        findings=said,
        waived=(say("waiver"),),
        compared=29,
        largest=0.25,
        cells={say("fresh"): say("differs"), say("blas"): "2e-09"},
        page=page if said else None,
        origin=Place(say("origin.py"), 41),
        limits=(say("limit"),),
        plots=plots,
        job=say("linux"),
    )


def document(say=str, tests=None):
    return Document(
        tool=say("pytest-repro 0"),
        created=say("2026-01-31T12:00:00Z"),
        exit_status=13,
        session_seed=171,
        summary=say("summary"),
        hardware=say("Xeon"),
        environment=say("CPython"),
        ids={say("env_id"): say("0a92")},
        columns=((say("fresh"), False), (say("blas"), True)),
        notes=(say("note"),),
        tests=(case(say, plots=drawn(say)),) if tests is None else tests,
        session=(Said(code="L401", action="warn", sentence=say("lock")),),
        notices=(say("notice"),),
    )


def drawn(say=str):
    kinds = {"series": PAIR, "image": ([0.0, 1e-9], [1e-16, 1.0]), "spread": (5, *range(19))}
    return tuple(
        Plot(value=say(f"plotted {kind}"), runs=("run 1", "run 2"), kind=kind, data=data)
        for kind, data in kinds.items()
    )


def data(page):
    return json.loads(Parsed(page).scripts[1])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_page_has_the_same_elements_whatever_anything_is_called(hostile):
    told = []

    def say(words):
        told.append(f"{words} {hostile}")
        return told[-1]

    parsed, plain = Parsed(html.text(document(say))), Parsed(html.text(document(lambda words: f"{words} x")))
    assert parsed.tags == plain.tags
    assert len(parsed.scripts) == 3
    for words in told:
        if words.startswith("node "):
            continue  # the page's id of a test is the test's own
        assert words in parsed.text or words in "".join(parsed.texts), words
    assert case(say).nodeid in [row[0] for row in json.loads(parsed.scripts[1])["tests"]]
    assert "<" not in parsed.scripts[1]


@settings(max_examples=25)
@given(st.text(max_size=60))
def test_any_text_at_all_can_be_written(words):
    page = html.text(document(tests=(replace(case(), nodeid=f"a::{words}"),)))
    page.encode("utf-8")
    assert len(Parsed(page).scripts) == 3
    assert data(page)["tests"][0][0] == f"a::{words}"


def test_half_a_character_is_written_as_what_it_is():
    assert "\\udc80" in html.text(document(lambda words: f"{words}\udc80"))


def test_every_fact_of_a_document_stands_on_the_page():
    told = []

    def say(words):
        told.append(f"<{words}> is said")
        return told[-1]

    text = "".join(Parsed(html.text(document(say))).text.split())
    for words in {*told} - {"<node> is said"}:
        assert "".join(words.split()) in text, words
    for fact in (
        "13",
        "171",
        "fail",
        "warn",
        "RPR-R101",
        "RPR-L401",
        "37",
        ":71",
        ":41",
        "29values",
        "2.5e-01",
        "2e-09",
    ):
        assert fact in text, fact


def test_tests_are_counted_by_state_and_listed_worst_first():
    order = ("same", "skipped", "noted", "warned", "drift")
    tests = tuple(
        case(number=10 * at + number, state=state) for at, state in enumerate(order) for number in range(at + 1)
    )
    page = html.text(document(tests=tests))
    text = "".join(Parsed(page).texts)
    for number, words in ((5, "drift"), (4, "warned"), (3, "noted"), (1, "the same"), (2, "skipped")):
        assert f"{number} {words}" in text
    assert [row[2] for row in data(page)["tests"]] == [0] * 5 + [1] * 4 + [2] * 3 + [3] + [4] * 2


def test_a_link_to_a_test_is_the_same_in_every_report():
    page = html.text(document())
    assert re.findall(r'<article id="([^"]+)"', page) == ["t-2d6ed2de2507"] == [html.identity(case())]
    assert data(page)["tests"][0][1] == "2d6ed2de2507"
    assert '<a href="#t-2d6ed2de2507">' in page


def test_a_reproducer_is_named_as_a_shell_reads_it():
    page = Parsed(html.text(document(tests=(replace(case(), nodeid="a.py::t[it's $HOME]"),))))
    assert "pytest-repro show 'a.py::t[it'\"'\"'s $HOME]' --reproducer" in page.texts


def test_the_same_document_gives_the_same_page():
    assert html.text(document()) == html.text(document())


def test_a_page_runs_its_own_scripts_only_and_fetches_nothing():
    parsed = Parsed(html.text(document()))
    policy = next(value for tag, name, value in parsed.attributes if tag == "meta" and "default-src" in (value or ""))
    assert policy.startswith("default-src 'none'; ")
    digests = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in parsed.scripts]
    assert re.findall(r"'sha256-([^']+)'", policy) == [digests[0], digests[2]]
    for tag, name, value in parsed.attributes:
        assert not name.startswith("on"), (tag, name)
        if name in ("src", "href", "xlink:href", "action", "srcset"):
            assert value.startswith(("#", "data:")), (tag, name, value)


def test_no_script_writes_markup_and_no_style_fetches():
    folder = resources.files("pytest_repro.report").joinpath("templates")
    for one in folder.iterdir():
        text = one.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|https?:|@import|fetch\(", text)
        if one.name.endswith((".js", ".css")):
            assert "</" not in text


def test_colours_of_charts_are_colours_of_the_style():
    style = resources.files("pytest_repro.report").joinpath("templates", "report.css").read_text(encoding="utf-8")
    for name in drawing.COLOURS.values():
        assert f"{name}: light-dark(" in style


def test_ten_thousand_tests_by_eight_conditions_stay_below_ten_megabytes():
    columns = tuple((f"condition{number}", number > 4) for number in range(8))
    cells = [{label: ("=", "DRIFT", f"{1 + at % 89 / 10:.1e}")[at % 3] for label, _ in columns} for at in range(10_000)]
    tests = tuple(
        replace(
            case(number=at, plots=drawn()),
            nodeid=f"tests/unit/some/folder/test_module.py::TestClass::test_of_a_usual_length[parameter-{at}]",
            cells=cells[at],
        )
        for at in range(10_000)
    )
    page = html.text(replace(document(tests=tests), columns=columns))
    assert len(page.encode()) < 10_000_000
    assert page.count("<article") == html.FULL
    assert "9500 more tests have something to tell; they are in the JSON report" in page
    assert page.count("<figure>") == drawing.MOST
    assert f"{drawing.MOST} charts are drawn; the data of 1440 more is in the JSON report" in page
    assert len(data(page)["tests"]) == 10_000


def test_reports_that_are_long_are_fewer(monkeypatch):
    monkeypatch.setattr(html, "BUDGET", 50_000)
    monkeypatch.setattr(html, "MAPPED", 50)
    page = html.text(document(tests=tuple(case(number=at) for at in range(60))))
    assert 5 < page.count("<article") < 15
    assert len(data(page)["tests"]) == 50
    assert "10 more tests are in the JSON report only" in page


@pytest.mark.parametrize("name", html.NEEDED)
def test_a_library_that_is_missing_is_named_with_what_installs_it(monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ReproError, match=f"an HTML report needs {name}") as caught:
        html.text(document())
    assert (caught.value.code, caught.value.place) == ("U102", "--repro-report")
    assert caught.value.mend == "pip install 'pytest-repro[html]'"


def test_importing_the_page_imports_none_of_its_libraries():
    asked = (
        "import sys; from pytest_repro.report import html, drawing; print({'jinja2', 'matplotlib'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_an_empty_session_has_a_page():
    page = html.text(document(tests=()))
    assert "<title>Reproducibility: nothing replayed</title>" in page
    assert data(page)["tests"] == []


@pytest.mark.parametrize(
    ("shown", "level"),
    [
        ("=", 0),
        ("3 ulp", 1),
        ("2e-09", 2),
        ("4e-05", 3),
        ("0.31", 4),
        ("differs", 4),
        ("nan, inf", 4),
        ("nan", 4),
        ("DRIFT", 5),
        ("! dtype", 5),
        ("! 3 ulp", 5),
        ("", -1),
        ("-", -1),
        ("no effect", -1),
        ("ref", -1),
        ("skipped", -1),
    ],
)
def test_a_cell_is_the_darker_the_larger_the_difference(shown, level):
    assert html.word(shown).level == level


@pytest.mark.parametrize(("share", "level"), [(0.0, 1), (0.01, 1), (0.1, 2), (0.4, 3), (0.51, 4), (1.0, 4)])
def test_where_a_tolerance_is_stated_a_cell_is_the_darker_the_more_of_it_is_used(share, level):
    assert html.word("2e-09", share) == html.word("2e-09")._replace(level=level)
    assert html.word("DRIFT", share).level == 5
    assert html.word("=", share).level == 0


def test_a_test_says_in_words_how_much_of_the_tolerance_is_used():
    one = replace(case(str), cells={"blas": "2e-09", "fresh": "="}, shares={"blas": 0.123})
    page = html.text(document(tests=(one,)))
    assert '<span class="share">12 % of the tolerance</span>' in page
    assert [html.part(share) for share in (0.0, 1e-5, 0.0314, 1.0)] == ["0.0 %", "under 0.01 %", "3.1 %", "100 %"]


def test_what_has_no_size_is_larger_than_all_that_has_one():
    sizes = [html.word(shown).size for shown in ("-", "=", "1 ulp", "1e-09", "1e+99", "differs", "DRIFT")]
    assert sizes == sorted(sizes)
    assert [html.far(size).text for size in (None, 0.0, 2e-9, float("inf"))] == ["", "=", "2.0e-09", "inf"]


def test_charts_stand_beside_one_another_and_leave_nothing_behind():
    before = dict(mpl.rcParams)
    page = html.text(document(tests=(case(plots=drawn()), case(number=1, plots=drawn()))))
    assert dict(mpl.rcParams) == before
    names = Counter(re.findall(r'\sid="([^"]+)"', page))
    assert {name: count for name, count in names.items() if count > 1} == {}
    assert set(re.findall(r'(?:url\(|href=")#([^")]+)', page)) <= set(names)


def test_a_chart_says_what_it_shows_to_those_who_do_not_see_it():
    labels = [figure.label for figure in drawing.Drawing().of(case(plots=drawn()))]
    assert labels[0] == "plotted series: two lines of 12 points, one from 0.5 to 2, the other from 0.5 to 3"
    assert labels[1] == "plotted image: 2 rows by 2 columns, 3 of 4 blocks differ, largest 1 at row 1, column 1"
    assert labels[2].startswith("plotted spread: 5 equal; 1 by 1e-16, 2 by 1e-15, ")


def test_two_lines_are_called_what_their_runs_are_called():
    plot = Plot(value="weights", runs=("fresh", "blas"), kind="series", data=PAIR)
    (figure,) = drawing.Drawing().of(case(plots=(plot,)))
    assert figure.keys == ("fresh", "blas")
    assert figure.caption == "fresh and blas: element by element"


def test_the_same_numbers_are_drawn_once_a_test():
    assert len(drawing.Drawing().of(case(plots=drawn() + drawn()))) == 3


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("series", ([None] * 9, [None] * 9)),
        ("series", ("a", "b")),
        ("series", ([1.0], [1.0, 2.0])),
        ("series", ()),
        ("image", ({"a": 1},)),
        ("spread", (1, 2)),
        ("spread", (10**400,) * 20),
        ("unknown", (1, 2)),
    ],
)
def test_what_cannot_be_drawn_is_left_away(kind, numbers):
    assert drawing.Drawing().of(case(plots=(Plot(value="x", runs=("run 1", "run 2"), kind=kind, data=numbers),))) == []


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("series", ([1e308, -1e308, 1.0], [1.0, 1.0, 1.0])),
        ("series", ([1e149, 0.0], [-1e149, 0.0])),
        ("series", ([1.0] * 9, [1.0] * 9)),
        ("image", ([0.0, 0.0],) * 2),
        ("image", ([1e-320, 1.0],) * 2),
        ("image", ([-1.0, 1e300],)),
        ("spread", (0,) * 20),
        ("spread", (10**12,) * 20),
    ],
)
def test_numbers_at_the_ends_of_their_range_are_drawn(kind, numbers):
    assert (
        len(drawing.Drawing().of(case(plots=(Plot(value="x", runs=("run 1", "run 2"), kind=kind, data=numbers),)))) == 1
    )
