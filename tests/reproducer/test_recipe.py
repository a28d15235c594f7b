"""Recipes: what is written comes back; what is none is an error of ours."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import ReproError
from pytest_repro.reproducer.recipe import (
    Array,
    Attribute,
    Items,
    Literal,
    Lost,
    Made,
    Name,
    Source,
    from_data,
    to_data,
    walked,
)

NAMES = st.from_regex(r"[a-z]{1,5}", fullmatch=True)
LEAVES = st.one_of(
    st.builds(Literal, st.text(max_size=5)),
    st.builds(Array, st.integers(0, 9)),
    st.builds(Name, NAMES, NAMES),
    st.builds(Lost, st.text(max_size=5)),
)


def inner(parts):
    items = st.lists(parts, max_size=3).map(tuple)
    named = st.lists(st.tuples(NAMES, parts), max_size=2).map(tuple)
    return st.one_of(
        st.builds(Items, st.sampled_from(["list", "dict", "set"]), items),
        st.builds(Made, parts, items, named),
        st.builds(Attribute, parts, NAMES),
        st.builds(Source, NAMES, st.text(max_size=9), named),
    )


RECIPES = st.recursive(LEAVES, inner, max_leaves=8)


@given(RECIPES)
def test_a_recipe_comes_back_from_json(recipe):
    assert from_data(json.loads(json.dumps(to_data(recipe)))) == recipe


@pytest.mark.parametrize(
    "data",
    [
        *(None, [], {}, "literal", ["literal"], ["literal", 3], ["array", "0"], ["array", True], ["name", "os"]),
        *(["items", "list", 3], ["items", "list", [3]], ["made", ["literal", "1"], [], [["a"]]], ["attribute", 3, "x"]),
        *(["source", "f", "text", "needs"], ["unknown", 1], ["made", ["lost", "x"], [], [[1, ["lost", "x"]]]]),
    ],
)
def test_what_is_no_recipe_is_an_error_of_ours(data):
    with pytest.raises(ReproError) as caught:
        from_data(data)
    assert caught.value.code == "B602"


@given(RECIPES)
def test_every_part_is_walked(recipe):
    found = list(walked([recipe]))
    assert found[0] == recipe
    assert sum(isinstance(one, Literal | Array | Name | Lost) for one in found) >= (
        1 if isinstance(recipe, Literal | Array | Name | Lost) else 0
    )
