"""Containers of the language: their leaves, the order of their children, and what a subclass cannot change."""

from __future__ import annotations

import collections
import time
import types

import pytest

from pytest_repro.values.budget import Budget
from pytest_repro.values.difference import IDENTICAL, Difference
from pytest_repro.values.registry import Freezer, from_dict, measure
from pytest_repro.values.tolerance import EXACT

Point = collections.namedtuple("Point", "u v")  # noqa: PYI024  # the untyped one is the commoner in tests


class Stack(list):
    """A list with a state of its own."""

    limit = 3

    def __init__(self, *items):
        super().__init__(items)
        self.name = "s"


class Node:
    def __init__(self, number):
        self.number = number


def shown(value, **settings):
    return {address: leaf.show(60) for address, leaf in Freezer(**settings).freeze("x", value).items()}


def only(value):
    (leaf,) = Freezer().freeze("x", value).values()
    return leaf


@pytest.mark.parametrize(
    ("value", "leaves"),
    [
        pytest.param([], {"x.len": "list of 0"}, id="empty list"),
        pytest.param((1, "a"), {"x.len": "tuple of 2", "x[0]": "1", "x[1]": "'a'"}, id="tuple"),
        pytest.param(Point(1, 2), {"x.len": f"{__name__}.Point of 2", "x.u": "1", "x.v": "2"}, id="named tuple"),
        pytest.param(collections.deque([1]), {"x.len": "collections.deque of 1", "x[0]": "1"}, id="deque"),
        pytest.param(Stack(1), {"x.len": f"{__name__}.Stack of 1", "x[0]": "1", "x.name": "'s'"}, id="subclass"),
        pytest.param({"b": 1, "a": 2}, {"x.keys": '{"b", "a"}', 'x["a"]': "2", 'x["b"]': "1"}, id="dict"),
        pytest.param(
            {1: 0, (1, "a"): 0, None: 0},
            {"x.keys": '{1, (1, "a"), None}', 'x[(1, "a")]': "0", "x[1]": "0", "x[None]": "0"},
            id="keys",
        ),
        pytest.param(
            {Node(1): "n"},
            {"x.keys": f"{{{__name__}.Node(number=1)}}", f"x[{__name__}.Node(number=1)]": "'n'"},
            id="object as key",
        ),
        pytest.param(collections.Counter("aab"), {"x.keys": '{"a", "b"}', 'x["a"]': "2", 'x["b"]': "1"}, id="counter"),
        pytest.param(types.MappingProxyType({"a": 1}), {"x.keys": '{"a"}', 'x["a"]': "1"}, id="proxy"),
        pytest.param(
            {"a": 1}.items(),
            {"x.len": "dict_items of 1", "x[0].len": "tuple of 2", "x[0][0]": "'a'", "x[0][1]": "1"},
            id="view",
        ),
        pytest.param({3, 1, 2}, {"x": "{1, 2, 3}"}, id="set"),
        pytest.param(frozenset({("b", 1.5), None}), {"x": '{("b", 1.5), None}'}, id="frozenset"),
        pytest.param({"k": {"a": 1}}, {"x.keys": '{"k"}', 'x["k"].keys': '{"a"}', 'x["k"]["a"]': "1"}, id="nested"),
        pytest.param(['"', "\n"], {"x.len": "list of 2", "x[0]": "'\"'", "x[1]": "'\\n'"}, id="quotes"),
    ],
)
def test_a_container_yields_its_leaves_and_children(value, leaves):
    assert shown(value) == leaves


def test_a_key_is_quoted_as_json_quotes_it():
    assert list(shown({'a"b\n': 1})) == ["x.keys", 'x["a\\"b\\n"]']


def test_the_order_of_keys_is_told_once_and_misaligns_nothing():
    before, after = (Freezer().freeze("x", value) for value in ({"a": 1, "b": 2}, {"b": 2, "a": 1}))
    assert list(before) == list(after)
    found = {address: measure(before[address], after[address], EXACT) for address in before}
    assert found == {
        "x.keys": Difference(shape="same values in other order", detail='order parts at position 0: "a", then "b"'),
        'x["a"]': IDENTICAL,
        'x["b"]': IDENTICAL,
    }


def test_the_order_of_an_ordered_dict_is_its_own():
    value = collections.OrderedDict(a=1, b=2)
    value.move_to_end("a")
    assert shown(value)["x.keys"] == '{"b", "a"}'


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        pytest.param({1, 2}, {1, 2}, IDENTICAL, id="same"),
        pytest.param({1, 2}, {2, 3, 4}, Difference(shape="values differ", detail="without 1; new 3, 4"), id="members"),
        pytest.param(
            {1}, {1, *range(2, 9)}, Difference(shape="values differ", detail="new 2, 3, 4 and 4 more"), id="many"
        ),
        pytest.param({1}, frozenset({1}), Difference(structural="set, then frozenset"), id="frozen"),
    ],
)
def test_sets_differ_by_what_came_and_went(before, after, found):
    assert measure(only(before), only(after), EXACT) == found


@pytest.mark.parametrize(
    ("before", "after", "structural"),
    [
        (["a"], ("a",), "list, then tuple"),
        (["a"], ["a", "b"], "length 1, then 2"),
        (Point(1, 2), (1, 2), f"{__name__}.Point, then tuple"),
        ([1], {"a": 1}, None),
    ],
)
def test_another_sort_or_length_is_structural(before, after, structural):
    first, then = (Freezer().freeze("x", value) for value in (before, after))
    if structural is None:
        assert set(first).isdisjoint(then)
    else:
        assert measure(first["x.len"], then["x.len"], EXACT) == Difference(structural=structural)


def test_colliding_keys_are_told_apart_by_an_ordinal():
    class Same:
        __slots__ = ()

    assert list(shown({Same(): 1, Same(): 2}))[1:] == [
        f"x[<{__name__}.{Same.__qualname__}>]",
        f"x[<{__name__}.{Same.__qualname__}>]#2",
    ]


def test_many_keys_become_a_digest(through_json):
    before, after = (dict.fromkeys(range(10_001)) for _ in range(2))
    after[-1] = after.pop(0)
    leaf, then = (Freezer(budget=Budget(leaves=5)).freeze("x", value)["x.keys"] for value in (before, after))
    assert (leaf.texts, leaf.number, leaf.show()) == ((), 10_001, "dict of 10001")
    assert through_json(leaf) == leaf
    assert measure(leaf, leaf, EXACT) == IDENTICAL
    assert measure(leaf, then, EXACT).detail == "10001, then 10001 keys; too many to keep: digests differ"


@pytest.mark.parametrize("value", [[1], {"a": 1}, {1}, Point(1, 2), ["a"] * 20, ["b"] * 3])
def test_every_leaf_of_a_container_survives_the_way_through_json(value, through_json):
    for leaf in Freezer().freeze("x", value).values():
        assert through_json(leaf) == leaf


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "length", "label": "list", "number": -1}, "unexpected value -1 (expected >= 0) in 'number'"),
        ({"kind": "keys", "label": "dict", "texts": [1]}, "unexpected type int (expected str) in 'texts[0]'"),
        ({"kind": "members", "label": "set"}, "missing field in 'texts'"),
        ({"kind": "texts", "label": "list[str]", "values": [1]}, "unexpected type int (expected str) in 'values[0]'"),
    ],
)
def test_a_malformed_leaf_is_named_with_its_place(entry, message, refused):
    assert refused(from_dict, entry) == f"{message}  [RPR-B602]\n  mend: pytest --repro-record-all"


def ordinal(number):
    """The set of all smaller ordinals, as von Neumann has it: its text would double with each."""
    smaller = []
    for _ in range(number + 1):
        smaller.append(frozenset(smaller))
    return smaller[-1]


def pairs(number):
    pair = ()
    for _ in range(number):
        pair = (pair, pair)
    return pair


@pytest.mark.parametrize(("make", "number"), [(ordinal, 60), (pairs, 14)])  # a tuple's own hash doubles as well
@pytest.mark.parametrize("hold", [lambda key: {key: 1}, lambda key: {key}, lambda key: {(key, 1)}])
def test_keys_that_share_their_parts_take_no_time(make, number, hold):
    started = time.perf_counter()
    before, again, other = (Freezer().freeze("x", hold(make(one))) for one in (number, number, number + 1))
    assert before == again != other
    assert time.perf_counter() - started < 5
    assert max(map(len, before)) < 10_000


def test_items_that_are_known_as_attributes_are_told_as_such():
    optimize = pytest.importorskip("scipy.optimize", reason="its results are what is asked")
    bunch = pytest.importorskip("sklearn.utils", reason="its bunches are what is asked").Bunch
    found = shown(optimize.OptimizeResult(x=1.5, nit=3))
    assert found == {"x.keys": found["x.keys"], "x.nit": "3", "x.x": "1.5"}
    kept = shown(bunch(target=2.5, keys=0, **{"of two words": 1}))
    assert kept == {"x.keys": kept["x.keys"], 'x["keys"]': "0", 'x["of two words"]': "1", "x.target": "2.5"}
    assert shown(collections.OrderedDict(a=1)).keys() == {"x.keys", 'x["a"]'}
