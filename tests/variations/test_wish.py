"""What users write of conditions: every word means one thing, and what means nothing is refused with its mend."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import ReproError
from pytest_repro.variations.registry import MEMBERS, VARIATIONS, variation
from pytest_repro.variations.wish import is_condition, parse, resolve

NAMES = [one.name for one in VARIATIONS]
HERE = [name for name in NAMES if not variation(name).missing() and not variation(name).library]


def conditions(said, loaded=()):
    return [one.label for one in resolve(parse(said, "--repro-vary", "U102"), set(loaded).__contains__).conditions]


def refused(said, code="U102", place="--repro-vary"):
    with pytest.raises(ReproError) as caught:
        parse(said, place, code)
    return str(caught.value)


def test_names_stand_for_their_usual_values_in_the_order_in_which_they_are_written():
    assert conditions("test_order, hashseed") == ["test_order", "hashseed"]
    assert conditions(("test_order", "hashseed")) == ["test_order", "hashseed"]
    assert conditions("hashseed,hashseed") == ["hashseed"]


def test_a_value_is_part_of_the_label_unless_it_is_the_usual_one():
    assert conditions("threads=1,4") == ["threads", "threads=4"]
    assert conditions("threads=1,4,hashseed") == ["threads", "threads=4", "hashseed"]
    assert conditions("hashseed=5") == ["hashseed=5"]


def test_all_is_every_single_variation_that_can_be_made_here_and_whose_library_is_loaded():
    assert conditions("all") == HERE
    if not variation("torch").missing():
        assert set(conditions("all", ["torch"])) - set(HERE) == {"torch"}


def test_minus_leaves_out_of_all_and_of_combined_and_alone_stands_for_all_the_others():
    assert "hashseed" not in conditions("all,-hashseed")
    assert conditions("-hashseed") == conditions("all,-hashseed")
    (combined,) = resolve(parse("combined,-hashseed", "p", "U102"), lambda _: False).conditions
    assert [name for name, _ in combined.members] == [name for name in MEMBERS if name in HERE and name != "hashseed"]


def test_combined_holds_its_members_at_once_and_is_split_into_each_of_them():
    (combined,) = resolve(parse("combined", "p", "U102"), lambda _: False).conditions
    assert combined.label == "combined"
    assert [one.label for one in combined.singles()] == [name for name in MEMBERS if name in HERE]
    assert not combined.hardware


def test_fresh_asks_for_no_condition_and_none_for_nothing_at_all():
    assert conditions("fresh") == []
    assert parse("none", "p", "U102").none
    assert not parse("fresh", "p", "U102").none


def test_what_cannot_be_made_here_is_told_with_its_reason():
    resolved = resolve(parse("all", "p", "U102"), lambda _: True)
    missing = {name for name in NAMES if variation(name).missing()}
    assert set(resolved.unavailable) == missing
    assert all(resolved.unavailable.values())


def test_a_word_that_means_nothing_is_refused_with_what_was_meant():
    assert refused("hashseeds") == (
        "there is no condition 'hashseeds'; near it is hashseed in '--repro-vary'  [RPR-U102]\n"
        "  mend: pytest --repro-vary=hashseed   (pytest-repro explain variations lists all)"
    )
    assert refused("blas=", "U101", "vary").startswith("a value is missing behind = in 'vary'  [RPR-U101]\n")
    assert 'mend: write vary="blas=' in refused("blas=", "U101", "vary")
    assert refused("none,blas").startswith("none goes with nothing else")
    assert refused(" , ").startswith("no condition is named")
    assert refused("4").startswith("there is no condition '4'")
    assert refused("hashseed,4").startswith("there is no condition '4'")
    assert refused("-blass").startswith("there is no condition '-blass'; near it is blas")
    assert refused("threads=1,x").startswith("a number of threads is a whole number from 1 to 1024, not 'x'")
    assert refused("hashseed=4294967296").startswith("a hash seed is a whole number from 0 to 4294967295")


@pytest.mark.parametrize("name", NAMES)
def test_a_value_of_every_variation_is_checked(name):
    assert variation(name).check("") or name == "test_order"
    assert all(not variation(name).check(value) for value in variation(name).usual())


def test_a_tolerance_may_be_stated_under_a_variation_with_or_without_a_value_and_under_the_combination():
    assert all(map(is_condition, [*NAMES, "combined", "threads=4", "blas=Nehalem"]))
    assert not any(map(is_condition, ["", "blass", "threads=", "threads=x", "all", "fresh", 3, None]))


@given(st.text(max_size=40))
def test_any_text_is_a_wish_or_an_error_of_ours(text):
    wish = said = None
    try:
        wish = parse(text, "p", "U102")
    except ReproError as error:
        said = error
    if wish is None:
        assert said.code == "U102"
        assert said.mend
    else:
        resolve(wish, lambda _: True)
