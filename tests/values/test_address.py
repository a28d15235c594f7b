"""Addresses: what a pattern finds is what its characters say, and soon, whatever the pattern is."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_repro.values.address import category, matches, rest


def found(pattern: str, text: str) -> bool:
    """The meaning of a pattern, character by character."""

    @cache
    def from_here(at: int, where: int) -> bool:
        if at == len(pattern):
            return where == len(text)
        if pattern[at] == "*":
            return from_here(at + 1, where) or (where < len(text) and from_here(at, where + 1))
        return where < len(text) and pattern[at] in ("?", text[where]) and from_here(at + 1, where + 1)

    return from_here(0, 0)


@given(st.text(alphabet="ab*?.[3", max_size=9), st.text(alphabet="ab.[3\n", max_size=9))
@example("a*ab", "aab")
@example("*a*a", "aaa")
@example("a?[3*", "ab[3]")
def test_a_star_is_any_text_a_question_mark_any_character_and_all_else_itself(pattern, text):
    address = f"locals.{text}"
    assert matches(pattern, address) == (found(pattern, address) or found(pattern, rest(address)))


@pytest.mark.parametrize("pattern", ["a*" * 40 + "b", "*a" * 40, "?*" * 40 + "b", "*" * 5000 + "b"])
def test_a_pattern_of_many_stars_is_answered_before_anybody_waits(pattern):
    assert not matches(pattern, "locals." + "a" * 30 + "c")


def test_an_address_is_its_category_and_the_rest():
    assert (category("stdout[3]"), rest("stdout[3]")) == ("stdout", "[3]")
    assert (category("locals.model.coef_"), rest("locals.model.coef_")) == ("locals", "model.coef_")
