"""Every code has a page, and every page keeps to its form."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from pytest_repro.controls.catalogue import CATALOGUE, control
from pytest_repro.errors import ReproError
from pytest_repro.plugin.hooks import INI
from pytest_repro.report.explain import ERRORS, codes, explain

PAGES = resources.files("pytest_repro.report").joinpath("pages")
HEADINGS = ["What it means", "How it is found, and what proves it", "Causes, the likeliest first", "Mend"]


def test_there_is_a_page_for_every_code_and_no_other():
    assert sorted(page.name for page in PAGES.iterdir()) == sorted(f"{code}.md" for code in codes())


@pytest.mark.parametrize("code", [entry.code for entry in CATALOGUE])
def test_a_page_names_code_title_action_and_family_and_has_all_parts(code):
    entry, page = control(code), explain(code)
    lines = page.splitlines()
    assert lines[0] == f"# RPR-{code} {entry.title}"
    assert lines[2].startswith(f"Default action: {entry.action}. Family: {entry.family}.")
    assert re.findall("^## (.*)", page, re.MULTILINE) == [*HEADINGS, "Change what follows"]


@pytest.mark.parametrize(("code", "title"), ERRORS)
def test_a_page_of_an_error_names_code_and_title_and_has_all_parts(code, title):
    page = explain(code)
    assert page.startswith(f"# RPR-{code} {title}\n\nAn error: no policy changes it.")
    assert re.findall("^## (.*)", page, re.MULTILINE) == HEADINGS


@pytest.mark.parametrize("code", codes())
def test_a_page_fits_a_screen_and_names_only_codes_and_settings_that_exist(code):
    page = explain(code)
    lines = page.splitlines()
    assert 25 <= len(lines) <= 62
    assert max(map(len, lines)) <= 120
    assert "    " in page  # at least one line to paste
    assert set(re.findall(r"RPR-([A-Z]\d+)", page)) <= set(codes())
    assert set(re.findall(r"^ +(repro\w*) = ", page, re.MULTILINE)) <= {name for name, _, _ in INI}


@pytest.mark.parametrize("word", ["R101", "RPR-R101", "r101", " rpr-r101 "])
def test_a_code_may_be_written_in_any_way(word):
    assert explain(word).startswith("# RPR-R101 value drift\n")


def test_without_a_word_all_are_listed_with_their_actions():
    shown = explain("")
    for entry in CATALOGUE:
        assert f"RPR-{entry.code}  {entry.title}" in shown
        assert re.search(f"{entry.title} +{entry.action}$", shown, re.MULTILINE)
    assert all(f"RPR-{code}  {title}" in shown for code, title in ERRORS)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (
            "R110",
            "there is no code 'R110'; near it are R101, R102, R104 in 'explain'  [RPR-U104]\n  mend: pytest-repro",
        ),
        ("valu drift", "there is no code 'valu drift' in 'explain'  [RPR-U104]\n  mend: pytest-repro explain R101"),
        ("../R101", "there is no code '../R101'"),
        ("zzz", "there is no code 'zzz' in 'explain'  [RPR-U104]\n  mend: pytest-repro explain   lists all codes"),
    ],
)
def test_a_word_that_is_no_code_is_refused_with_the_nearest(word, message):
    with pytest.raises(ReproError) as caught:
        explain(word)
    assert str(caught.value).startswith(message)
