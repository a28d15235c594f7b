"""Addresses of the places where a value is looked at."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.observe.sites import LONGEST, RETURN, Mark, one_line, shortened, sites


def test_the_second_place_with_a_text_has_an_ordinal_in_source_order():
    marks = [Mark("f(x)", 9, 4), Mark("g", 5, 0), Mark("f(x)", 2, 8), Mark("f(x)", 2, 3)]
    assert [site.address for site in sites(marks)] == [
        "asserted.f(x)#3",
        "asserted.g",
        "asserted.f(x)#2",
        "asserted.f(x)",
    ]


def test_return_values_share_an_address():
    assert [tuple(site) for site in sites([Mark(RETURN, 4, 0), Mark(RETURN, 6, 0)])] == [
        ("return", 4, "return"),
        ("return", 6, "return"),
    ]


def test_a_long_text_ends_in_a_digest():
    text = "f(" + ", ".join(map(str, range(60))) + ")"
    assert shortened(text)[:72] == text[:69] + "..."
    assert len(shortened(text)) == LONGEST
    assert sites([Mark(text, 1, 0)])[0].text == text


@given(st.text(min_size=0, max_size=200), st.text(min_size=0, max_size=200))
def test_different_texts_stay_different(one, other):
    assert len(shortened(one)) <= LONGEST
    assert (shortened(one) == shortened(other)) is (one == other)


def text_of(source):
    return one_line(ast.parse(source, mode="eval").body, source.split("\n"))


def test_blanks_are_one_space():
    assert text_of("f(\n    a,\n\t  b\n)") == "f( a, b )"


def test_a_comment_is_no_part_of_a_text():
    assert text_of("f(\n    a,  # why\n)") == "f(a)"


def test_columns_count_bytes():
    assert text_of("f('é', 'ü').x") == "f('é', 'ü').x"
    source = "['é',\n 'ü' + f('ä')\n]"
    inner = ast.parse(source, mode="eval").body.elts[1].right
    assert one_line(inner, source.split("\n")) == "f('ä')"
