"""Many texts in one leaf: exact, in their order, masked."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_repro.values.budget import Budget
from pytest_repro.values.difference import Difference
from pytest_repro.values.registry import Freezer, from_dict, measure
from pytest_repro.values.tolerance import EXACT

TEXTS = [f"t{number}" for number in range(17)]


def kept(value, **budget):
    (leaf,) = Freezer(budget=Budget(**budget)).freeze("x", value).values()
    return leaf


@pytest.mark.parametrize(
    ("after", "found"),
    [
        pytest.param(TEXTS, Difference(count=17, differing=0, beyond=0), id="same"),
        pytest.param(
            [*TEXTS[:3], "tX", *TEXTS[4:]],
            Difference(
                count=17,
                first=(3,),
                worst=(3,),
                shape="values differ",
                detail="part at character 1: 't3', then 'tX'",
            ),
            id="one text",
        ),
        pytest.param(
            TEXTS[::-1],
            Difference(
                count=17,
                differing=16,
                beyond=16,
                first=(0,),
                worst=(0,),
                shape="same values in other order",
                detail="part at character 1: 't0', then 't16'",
            ),
            id="order",
        ),
        pytest.param([*TEXTS, "more"], Difference(structural="length 17, then 18"), id="length"),
        pytest.param(tuple(TEXTS), Difference(structural="list[str], then tuple[str]"), id="tuple"),
    ],
)
def test_a_long_list_of_texts_is_one_leaf_that_tells_what_differs(after, found):
    assert measure(kept(TEXTS), kept(after), EXACT) == found


def test_texts_above_the_budget_become_a_digest(through_json):
    value = ["a" * 200] * 17
    leaf = kept(value, nbytes=2000)
    assert (leaf.values, leaf.length, leaf.show()) == ((), 17, "17 texts")
    assert through_json(leaf) == leaf
    assert measure(leaf, kept(value), EXACT).identical
    assert measure(leaf, kept([*value[1:], "b"]), EXACT).detail == "too long to keep: digests differ"


def test_texts_survive_the_way_through_json(through_json):
    assert through_json(kept(TEXTS)) == kept(TEXTS)


@pytest.mark.parametrize(
    ("width", "line"), [(40, "['t0', 't1', 't2', 't3', ...] (17,)"), (20, "['t0', ...] (17,)"), (9, "17 texts")]
)
def test_texts_are_shown_by_the_first_of_them(width, line):
    assert kept(TEXTS).show(width) == line


def test_what_stands_in_a_gap_is_compared_and_kept(through_json):
    def column(*gaps):
        return np.array([*gaps, *TEXTS], dtype=object)

    nan = float("nan")
    before, after = kept(column(None, nan)), kept(column(nan, None))
    assert (before.gaps, after.gaps, kept(column(nan, nan)).gaps, kept(TEXTS).gaps) == ("nf", "fn", "f", "")
    assert through_json(before) == before
    assert measure(before, kept(column(nan, nan)), EXACT).detail == "gaps of NaN, None, then of NaN"
    assert measure(before, after, EXACT).detail == "gaps of NaN, None in other places"
    assert not measure(before, kept(column(None, nan)), EXACT).drifted
    assert not measure(before._replace(gaps=""), after, EXACT).drifted  # as an earlier version recorded it
    long = [
        kept(column(*gaps), text=1, spill=1, nbytes=1)._replace(values=(), digest="0") for gaps in [(None,), (nan,)]
    ]
    assert measure(*long, EXACT).drifted


def test_a_letter_of_no_gap_is_refused(refused):
    entry = {"kind": "texts", "label": "a", "values": [None], "gaps": "x"}
    assert "unexpected text 'x' (expected letters of nfta) in 'gaps'" in refused(from_dict, entry)
