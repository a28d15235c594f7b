"""The part of YAML that lock files are written in."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.locks.blocks import DEPTH, Piece, UnreadError, items, sections, tree


def read(text, line=1):
    return tree(Piece(line, text))


def test_lists_may_stand_below_their_key_or_be_indented():
    for indent in ("", "  ", "    "):
        text = (
            f"packages:\n{indent}- name: a\n{indent}  depends:\n{indent}  - b >=1\n{indent}  - c\n{indent}- name: d\n"
        )
        assert read(text) == {"packages": [{"name": "a", "depends": ["b >=1", "c"]}, {"name": "d"}]}


def test_every_value_is_the_text_that_is_written():
    text = "version: 1.10\nzero: 0x10\nyes: true\nnothing: null\nempty:\ndate: 2024-01-01\n"
    assert read(text) == {
        "version": "1.10",
        "zero": "0x10",
        "yes": "true",
        "nothing": "null",
        "empty": "",
        "date": "2024-01-01",
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'it''s'", "it's"),
        ('"a\\"b\\n\\u00e9"', 'a"b\né'),
        ("'a # b'", "a # b"),
        ("a b # c", "a b"),
        ("a#b", "a#b"),
        ("https://example.org/a-1-0.conda#abc", "https://example.org/a-1-0.conda#abc"),
        ("a: b", {"a": "b"}),
        ("'a': b", {"a": "b"}),
        ("{}", {}),
        ("[]", []),
        ("[a, b]", ["a", "b"]),
        ("'long\n    folded'", "long folded"),
        ("plain\n    folded", "plain folded"),
        ("|\n    two\n    lines", "two\nlines"),
    ],
)
def test_texts_are_read_with_and_without_quotes_comments_and_folds(text, value):
    assert read(f"- {text}\n- z\n") == [value, "z"]


def test_comments_blank_lines_and_the_start_of_a_document_are_passed_by():
    assert read("---\n# one\n\na: 1  # two\n  # three\nb: # four\n  - c\r\n") == {"a": "1", "b": ["c"]}


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("a: 1\na: 2\n", "the key a stands twice", 2),
        ("a: &anchor 1\n", "& has a meaning in YAML that no lock file uses", 1),
        ("a: 1\nb: *anchor\n", "* has a meaning in YAML that no lock file uses", 2),
        ("a: !!python/object x\n", "! has a meaning in YAML that no lock file uses", 1),
        ("? a\n: b\n", "? has a meaning in YAML that no lock file uses", 1),
        ("a: 1\n\tb: 2\n", "a tab where spaces should indent", 2),
        ("a:\n    b: 1\n  c: 2\n", "indented as nothing before it is", 3),
        ("- a\nb: 1\n", "indented as nothing before it is", 2),
        ("a: 'open\nb: 1\n", "a quote that is never closed", 1),
        ("a: 'b' c\n", "something after a closed quote", 1),
        ("a: {b: {c: d}}\n", "brackets that hold more than a list of words", 1),
        ("a: 1\nb\n", "neither a key nor an item", 2),
    ],
)
def test_what_no_lock_file_is_written_in_is_refused_with_its_line(text, reason, line):
    with pytest.raises(UnreadError) as caught:
        read(text)
    assert (caught.value.reason, caught.value.line) == (reason, line)


def test_lines_are_counted_from_where_the_piece_begins():
    with pytest.raises(UnreadError) as caught:
        read("a: 1\na: 2\n", line=41)
    assert caught.value.line == 42


def test_depth_is_bounded():
    deep = "".join(f"{' ' * level}a:\n" for level in range(DEPTH * 3))
    with pytest.raises(UnreadError, match="nested too deeply"):
        read(deep)
    with pytest.raises(UnreadError, match="nested too deeply"):
        read("- " * 5000 + "a\n")


def test_a_file_is_cut_at_its_outermost_keys_and_lists_at_their_items():
    text = "# comment\nversion: 6\nempty: []\npackages:\n- a: 1\n  b:\n  - c\n- a: 2\n"
    parts = sections(text)
    assert {key: part.line for key, part in parts.items()} == {"version": 2, "empty": 3, "packages": 4}
    assert [(item.line, tree(item)) for item in items(parts["packages"])] == [
        (5, [{"a": "1", "b": ["c"]}]),
        (8, [{"a": "2"}]),
    ]
    assert items(parts["empty"]) == []
    with pytest.raises(UnreadError, match="the key a stands twice"):
        sections("a: 1\nb: 2\na: 3\n")


@given(st.text(alphabet="ab:- '\"#\n[]{}|&*\t", max_size=60))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(UnreadError):
        read(text)
    with contextlib.suppress(UnreadError):
        sections(text)


words = st.text(alphabet="abcxyz019.-_/", min_size=1, max_size=8).filter(lambda text: not text.startswith("-"))
nodes = st.recursive(
    words, lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(words, inner, min_size=1, max_size=3)
)


def written(node, indent=0):
    pad = " " * indent
    if isinstance(node, str):
        return f"{pad}{json.dumps(node)}\n"
    if isinstance(node, list):
        return "".join(f"{pad}-\n{written(item, indent + 2)}" for item in node)
    return "".join(f"{pad}{key}:\n{written(value, indent + 2)}" for key, value in node.items())


@given(nodes)
def test_what_is_written_as_blocks_is_read_again(node):
    assert read(written(node)) == node


@pytest.mark.parametrize("text", ["- " + " " * 200_000 + "x", "a: '" + "''" * 100_000, "a" * 200_000 + ":" * 200_000])
def test_no_line_costs_more_than_its_length(text):
    start = time.process_time()
    for call, argument in ((read, text), (items, Piece(1, f"k:\n{text}")), (sections, text)):
        with contextlib.suppress(UnreadError):
            call(argument)
    assert time.process_time() - start < 1
