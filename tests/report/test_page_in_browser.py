"""The page in a browser: filters, order, links, colours, copying, the keyboard, and 10,000 tests in under a second."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from pytest_repro.report.document import Document, Place, Said
from pytest_repro.report.document import Test as Case
from pytest_repro.report.page import Page, Row, Section, Table

api = pytest.importorskip("playwright.sync_api")
pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")

from pytest_repro.report import html  # noqa: E402  # the extra may be missing

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs a Chromium")

COLUMNS = (("fresh", False), ("hashseed", False), ("blas", True))
COUNT = "document.getElementById('found').textContent"


def case(name, state="same", largest=None, **cells):
    action = {"drift": "fail", "warned": "warn"}.get(state)
    said = (Said(code="R101", action=action, sentence=f"{name} differs"),) if action else ()
    row = Row("weights", "0.1", "0.2", "0.1", "0.5", "-", "exact", "drift", "")
    page = Page(
        nodeid=name,
        headlines=(f"RPR-R101 value drift: {name} differs",),
        tables=(Table(("run 1", "run 2"), (row,), 0),),
        sections=(Section("where", ("model.py:4  x = <b>",)), Section("run again", (f"pytest '{name}'",))),
    )
    place = Place("a.py", 1)
    known = {"fresh": "=", **cells}
    return Case(
        nodeid=name, place=place, state=state, findings=said, largest=largest, cells=known, page=page if said else None
    )


def document(tests):
    return Document(
        tool="pytest-repro 0",
        created="2026-01-31T12:00:00Z",
        exit_status=1,
        session_seed=0,
        summary="repro: some tests replayed",
        hardware="Xeon",
        environment="CPython",
        columns=COLUMNS,
        tests=tuple(tests),
    )


SMALL = document(
    [
        case("a.py::test_same", hashseed="="),
        case("a.py::test_small", "drift", 1e-9, blas="1.0e-09"),
        case("b.py::test_<script>alert(1)</script>", "drift", 0.5, blas="DRIFT"),
        case("b.py::test_left", "warned", hashseed="3 ulp"),
    ]
)


@pytest.fixture(scope="module")
def browser():
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=PROGRAM)
        yield started
        started.close()


@pytest.fixture
def visit(browser, tmp_path):
    """Opens a page; at the end nothing was fetched beside it, and its console has stayed empty."""
    contexts, told, fetched = [], [], []

    def opened(found=SMALL, fragment="", **settings):
        path = tmp_path / "repro.html"
        path.write_text(html.text(found), encoding="utf-8")
        context = browser.new_context(**settings)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: told.append(message.text))
        tab.on("pageerror", lambda error: told.append(str(error)))
        tab.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
        tab.on("request", lambda request: fetched.append(request.url))
        tab.goto(f"{path.as_uri()}{fragment}")
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert told == []
    assert {url for url in fetched if not url.startswith(("data:", tmp_path.as_uri()))} == set()


def rows(tab):
    return [text.replace("\n", "") for text in tab.locator("#rows th").all_inner_texts()]


def articles(tab):
    return tab.locator("article:visible h3").all_inner_texts()


def test_the_map_has_a_row_a_test_worst_first_and_writes_names_as_text(visit):
    tab = visit()
    names = ["b.py::test_<script>alert(1)</script>", "a.py::test_small", "b.py::test_left", "a.py::test_same"]
    assert rows(tab) == names
    assert articles(tab) == names[:3]
    cells = tab.locator("#rows tr").nth(0).locator("td").all_inner_texts()
    assert cells == ["drift", "5.0e-01", "=", "", "DRIFT"]
    assert tab.locator("thead th.simulated").first.inner_text() == "simulated"


def test_the_script_writes_the_rows_that_are_there_without_it(visit):
    with_script, without = visit(), visit(java_script_enabled=False)
    for part in ("#rows", ".map thead"):
        assert with_script.locator(part).inner_text() == without.locator(part).inner_text()
    assert without.locator("article").count() == 3
    assert without.locator("button:not(.sort):visible").count() == 0
    assert "2 drift" in without.locator(".tally").inner_text()
    said = without.get_by_text("model.py:4 x = <b>").first
    assert said.is_visible()
    without.locator("summary").first.click()
    assert not said.is_visible()


def test_a_search_keeps_rows_and_reports_that_have_all_its_words(visit):
    tab = visit()
    tab.fill("#search", "B.PY r101")
    assert rows(tab) == articles(tab) == ["b.py::test_<script>alert(1)</script>", "b.py::test_left"]
    assert tab.inner_text("#found") == "2 of 4 tests"
    tab.fill("#search", "nothing like it")
    assert rows(tab) == articles(tab) == []
    assert tab.locator("#none").is_visible()


def test_states_that_are_pressed_are_kept_and_none_keeps_all(visit):
    tab = visit()
    tab.click("[data-state=warned]")
    assert rows(tab) == ["b.py::test_left"]
    tab.click("[data-state=same]")
    assert rows(tab) == ["b.py::test_left", "a.py::test_same"]
    assert tab.get_attribute("[data-state=same]", "aria-pressed") == "true"
    for state in ("warned", "same"):
        tab.click(f"button[data-state={state}]")
    assert len(rows(tab)) == 4
    assert tab.locator("button[data-state=noted]").is_disabled()


def test_a_column_sorts_up_then_down_then_not_at_all(visit):
    tab = visit()
    before = rows(tab)
    head = tab.locator("thead th[aria-sort]").first
    for sort, order in (("ascending", sorted(before)), ("descending", sorted(before)[::-1]), ("none", before)):
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == sort
        assert rows(tab) == order
    tab.get_by_role("button", name="hashseed").click()
    assert rows(tab)[0] == "b.py::test_left", "numbers begin with the worst"
    assert tab.locator("th[aria-sort=descending]").inner_text() == "hashseed"


def test_a_link_to_a_test_opens_it(visit):
    wanted = html.identity(SMALL.tests[3])
    tab = visit(fragment=f"#{wanted}")
    tab.wait_for_function(f"document.activeElement.closest('article')?.id === '{wanted}'")
    assert tab.locator(f"#{wanted} details").get_attribute("open") is not None
    tab.fill("#search", "test_left")
    tab.evaluate(f"location.hash = '{html.identity(SMALL.tests[1])}'")
    tab.wait_for_function("document.activeElement.closest('article')?.innerText.includes('test_small')")
    assert len(rows(tab)) == 4, "a filter that hides the test is cleared"


def test_the_map_links_to_the_report_of_a_test(visit):
    tab = visit()
    tab.get_by_role("button", name="Close all").click()
    tab.locator("#rows a").nth(1).click()
    tab.wait_for_function("document.activeElement.closest('article')?.innerText.includes('test_small differs')")
    assert tab.locator("#rows a").count() == 3


def test_colours_follow_the_system_until_chosen_and_are_remembered(visit):
    tab = visit(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = tab.evaluate(ground)
    assert tab.get_attribute("#theme", "aria-pressed") == "true"
    tab.click("#theme")
    light = tab.evaluate(ground)
    assert light != dark
    tab.reload()
    assert tab.evaluate(ground) == light
    assert tab.get_attribute("#theme", "aria-pressed") == "false"


def test_a_command_is_copied_as_it_stands(visit):
    tab = visit(permissions=["clipboard-read", "clipboard-write"])
    button = tab.locator("article .copy").first
    button.click()
    tab.wait_for_function("document.querySelector('article .copy').textContent === 'Copied'")
    assert tab.evaluate("navigator.clipboard.readText()") == "pytest 'b.py::test_<script>alert(1)</script>'"


def test_all_is_reached_by_the_keyboard(visit):
    tab = visit()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.locator(".skip").bounding_box()["x"] >= 0
    reached = set()
    for _ in range(60):
        tab.keyboard.press("Tab")
        reached.add(
            tab.evaluate(
                "(() => { const one = document.activeElement;"
                " return one.id || one.dataset.state || one.className || one.tagName; })()"
            )
        )
    assert {"theme", "search", "drift", "sort", "scroll", "open", "SUMMARY", "copy", "A"} <= reached
    tab.locator("summary").first.focus()
    before = tab.locator("details").first.get_attribute("open")
    tab.keyboard.press("Enter")
    assert tab.locator("details").first.get_attribute("open") != before


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_page_is_never_wider_than_its_window(visit, width):
    long = replace(SMALL.tests[1], nodeid=f"{'folder/' * 20}test_a.py::test_{'x' * 300}")
    tab = visit(document([*SMALL.tests, long]), viewport={"width": width, "height": 800})
    tab.get_by_role("button", name="Open all").click()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_ten_thousand_tests_are_filtered_and_sorted_in_under_a_second(visit):
    states = ("drift", "warned", "same", "same", "same", "same", "same", "same", "same", "same")
    tests = [
        case(
            f"tests/unit/test_module_{at % 97}.py::test_of_usual_length[{at}]", states[at % 10], at / 1e5, blas="1e-09"
        )
        for at in range(10_000)
    ]
    columns = tuple((f"condition{number}", number > 4) for number in range(8))
    cells = {label: "2.0e-09" for label, _ in columns}
    tests = [replace(one, cells=cells) for one in tests]
    tab = visit(replace(document(tests), columns=columns))
    painted = tab.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert painted < 1000
    timed = """([what, text]) => {
        const start = performance.now();
        const one = document.querySelector(what);
        if (text === null) one.click();
        else { one.value = text; one.dispatchEvent(new Event("input")); }
        document.body.getBoundingClientRect();
        return performance.now() - start;
    }"""
    for what in (["#search", "test_module_13.py"], ["#search", ""], [".sort", None], ["[data-state=same]", None]):
        assert tab.evaluate(timed, what) < 1000
    assert tab.evaluate(COUNT) == "8000 of 10000 tests"
    assert tab.locator("#rows tr").count() == html.ROWS
    tab.click("#after")
    assert tab.inner_text("#shown") == "rows 101 to 200 of 8000"
