"""Texts: kept, masked, digested when long; a difference says where two of them part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.values.budget import Budget
from pytest_repro.values.difference import IDENTICAL, Difference
from pytest_repro.values.registry import Freezer, from_dict, measure
from pytest_repro.values.text import common
from pytest_repro.values.tolerance import EXACT


def kept(value, **budget):
    (leaf,) = Freezer(budget=Budget(**budget)).freeze("x", value).values()
    return leaf


@pytest.mark.parametrize(
    ("before", "after", "detail"),
    [
        ("abc", "abd", "part at character 2: 'abc', then 'abd'"),
        ("abc", "abcd", "part at character 3: 'abc', then 'abcd'"),
        ("", "a", "part at character 0: '', then 'a'"),
        (
            "one\ntwo\nthree",
            "one\ntwo\nthrEe",
            "part at line 3, character 3: 'one\\ntwo\\nthree', then 'one\\ntwo\\nthrEe'",
        ),
        (
            "x" * 50 + "a" + "y" * 50,
            "x" * 50 + "b",
            "part at character 50: '…xxxxxxxxxxxxayyyyyyyyyyy…', then '…xxxxxxxxxxxxb'",
        ),
    ],
)
def test_a_difference_says_where_two_texts_part(before, after, detail):
    assert measure(kept(before), kept(after), EXACT) == Difference(shape="values differ", detail=detail)


@given(st.text(), st.text(), st.text())
def test_what_two_texts_have_in_common_is_their_longest_common_start(head, left, right):
    length = common(head + left, head + right)
    assert (head + left)[:length] == (head + right)[:length]
    assert (head + left)[: length + 1] != (head + right)[: length + 1] or length == min(
        len(head + left), len(head + right)
    )


@pytest.mark.parametrize(
    ("value", "width", "line"),
    [
        ("abc", 24, "'abc'"),
        ("it's", 24, '"it\'s"'),
        ("a" * 30, 10, "'aaaaaaa…'"),
        ("a\nb", 24, "'a\\nb'"),
    ],
)
def test_a_text_is_shown_in_quotes_and_told_to_go_on(value, width, line):
    assert kept(value).show(width) == line
    assert len(line) <= width


def test_a_text_above_the_budget_keeps_its_head_and_a_digest(through_json):
    leaf = kept("a" * 5000, text=2000)
    assert (leaf.value, leaf.length, len(leaf.digest)) == ("a" * 200, 5000, 64)
    assert leaf.show(10) == "'aaaaaaa…'"
    assert through_json(leaf) == leaf
    assert measure(leaf, kept("a" * 5000, text=2000), EXACT) == IDENTICAL
    assert measure(leaf, kept("a" * 5000), EXACT) == IDENTICAL
    assert measure(leaf, kept("a" * 5000 + "b", text=2000), EXACT).detail == "part somewhere after character 200"


@given(st.text(st.characters()))
def test_every_text_survives_the_way_through_json(through_json, value):
    leaf = kept(value)
    assert through_json(leaf) == leaf


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "text", "value": None}, "unexpected type NoneType (expected str) in 'value'"),
        ({"kind": "text", "value": "abc", "length": 2, "sha256": ""}, "unexpected value 2 (expected >= 3) in 'length'"),
        (
            {"kind": "text", "value": "abc", "length": True, "sha256": ""},
            "unexpected type bool (expected int) in 'length'",
        ),
    ],
)
def test_a_malformed_text_is_named_with_its_place(entry, message, refused):
    assert refused(from_dict, entry) == f"{message}  [RPR-B602]\n  mend: pytest --repro-record-all"
