"""What outlives a run is kept and put back in place."""

from __future__ import annotations

import random
from collections import OrderedDict, defaultdict, deque

import numpy as np
import pytest

from pytest_repro.observe.keeping import Keeper, Slot


class Own:
    """A class of the project."""

    def __init__(self):
        self.count = 0
        self.items = [1, 2]


def slot(value, holder=None, key="x"):
    return Slot("x", holder, key, value)


CHANGES = {
    "list": ([1, [2, 3]], lambda v: (v.append(4), v[1].clear())),
    "deque": (deque([1, 2]), lambda v: v.popleft()),
    "dict": ({"a": [1]}, lambda v: (v["a"].append(2), v.pop("a"))),
    "OrderedDict": (OrderedDict(a=1, b=2), lambda v: v.move_to_end("a")),
    "defaultdict": (defaultdict(list, a=[1]), lambda v: v["b"].append(1)),
    "set": ({1, 2}, lambda v: v.add(3)),
    "bytearray": (bytearray(b"ab"), lambda v: v.extend(b"c")),
    "array": (np.arange(3.0), lambda v: v.fill(7)),
    "tuple of lists": (([1], [2]), lambda v: v[0].append(3)),
}


@pytest.mark.parametrize(("value", "change"), CHANGES.values(), ids=CHANGES)
def test_a_container_gets_its_content_back_and_stays_the_same_object(value, change):
    before = repr(value)
    keeper = Keeper([slot(value)])
    change(value)
    assert repr(value) != before
    keeper.put_back()
    assert repr(value) == before
    assert keeper.lost == set()


@pytest.mark.parametrize(
    "draw", [random.Random(3), np.random.default_rng(3), np.random.RandomState(3)], ids=lambda v: type(v).__name__
)
def test_a_generator_draws_the_same_again(draw):
    keeper = Keeper([slot(draw)])
    first = draw.random()
    keeper.put_back()
    assert draw.random() == first


def test_an_object_of_the_project_gets_its_attributes_back():
    value = Own()
    keeper = Keeper([slot(value)])
    value.count, value.new = 5, 1
    value.items.append(3)
    keeper.put_back()
    assert vars(value) == {"count": 0, "items": [1, 2]}


def test_a_name_is_bound_to_its_old_value():
    names = {"x": 1}
    keeper = Keeper([slot(1, names)])
    names["x"] = 2
    keeper.put_back()
    assert names == {"x": 1}


def test_what_cannot_be_put_back_is_told():
    assert Keeper([slot(iter([1]))]).lost == {"x"}
    assert Keeper([slot(np.zeros(9_000_000))]).lost == {"x"}


def test_cycles_end():
    value: list[object] = [1]
    value.append(value)
    keeper = Keeper([slot(value)])
    value.clear()
    keeper.put_back()
    assert value[0] == 1
    assert value[1] is value
