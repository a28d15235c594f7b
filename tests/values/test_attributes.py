"""Objects of any class: what of them is seen, and what is left alone."""

from __future__ import annotations

import collections
import dataclasses
import functools
import types

import numpy as np
import pytest

from pytest_repro.values.attributes import foreign
from pytest_repro.values.registry import Freezer, opaque


@dataclasses.dataclass
class Plain:
    a: int
    _b: object = None


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    a: int


class Base:
    __slots__ = ("_x", "unset")

    def __init__(self):
        self._x = 1


class Mixed(Base):
    def __init__(self):
        super().__init__()
        self.y = 2
        self.__secret = 3

    @property
    def loud(self):
        raise AssertionError("a property was read")


class Typed:
    def __init__(self):
        self.type = "mine"


class Empty:
    pass


class Bare:
    __slots__ = ()


class Data(collections.UserDict):
    """Of the project, but a base of it is not."""


def shown(value):
    return {address: leaf.show(80) for address, leaf in Freezer().freeze("x", value).items()}


@pytest.mark.parametrize(
    ("value", "leaves"),
    [
        pytest.param(Plain(1), {"x.type": "Plain", "x.a": "1", "x._b": "None"}, id="dataclass"),
        pytest.param(Slotted(1), {"x.type": "Slotted", "x.a": "1"}, id="slots"),
        pytest.param(
            Mixed(), {"x.type": "Mixed", "x._x": "1", "x.y": "2", "x._Mixed__secret": "3"}, id="slots and dictionary"
        ),
        pytest.param(Typed(), {"x.__class__": "Typed", "x.type": "'mine'"}, id="an attribute named type"),
        pytest.param(Empty(), {"x.type": "Empty"}, id="no attributes"),
        pytest.param(Bare(), {"x.type": "Bare"}, id="no attributes possible"),
        pytest.param(Data(a=1), {"x.type": "Data", "x.data.keys": '{"a"}', 'x.data["a"]': "1"}, id="derived"),
    ],
)
def test_an_object_is_its_class_and_its_attributes(value, leaves):
    class_leaf = next(iter(leaves))
    assert shown(value) == leaves | {class_leaf: f"{__name__}.{leaves[class_leaf]}"}


def test_objects_of_the_standard_library_show_what_is_public():
    assert shown(types.SimpleNamespace(a=1)) == {"x.type": "types.SimpleNamespace", "x.a": "1"}
    partial = shown(functools.partial(len, "a"))
    assert partial["x.func"] == "len"
    assert partial["x.args[0]"] == "'a'"


@pytest.mark.parametrize(("value", "answer"), [(Plain(1), False), (Data(), True), (types.SimpleNamespace(), True)])
def test_a_foreign_base_makes_an_object_foreign(value, answer):
    assert foreign(value) is answer


def test_fitted_attributes_are_leaves_and_private_ones_of_foreign_objects_are_not():
    model = pytest.importorskip("sklearn.linear_model").LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
    model._buffer = object()
    leaves = shown(model)
    assert leaves["x.coef_"] == "[2] (1,) float64"
    assert not [address for address in leaves if "._" in address]


def test_a_fitted_tree_is_read_through_its_getters():
    model = pytest.importorskip("sklearn.tree").DecisionTreeRegressor(random_state=0)
    leaves = Freezer().freeze("x", model.fit([[0.0], [1.0]], [0.0, 2.0]))
    assert leaves["x.tree_.threshold"].show() == "[0.5, ...] (3,) float64"
    assert leaves["x.tree_.value"].shape == (3, 1, 1)


def test_an_object_whose_state_cannot_be_seen_is_opaque():
    (leaf,) = Freezer().freeze("x", object()).values()
    assert opaque(leaf)
    assert leaf.show() == "<object>"


def test_attributes_set_later_change_nothing():
    value = Plain(1, [1])
    leaves = Freezer().freeze("x", value)
    value._b.append(2)
    value.a = 5
    assert leaves == Freezer().freeze("x", Plain(1, [1]))


@pytest.mark.parametrize("slots", [True, False])
def test_an_object_of_attrs_is_its_class_and_its_attributes(slots):
    attrs = pytest.importorskip("attrs")
    made = attrs.make_class("Made", {"a": attrs.field(), "b": attrs.field(factory=list)}, slots=slots)
    leaves = shown(made(1))
    assert list(leaves) == ["x.type", "x.a", "x.b.len"]
    assert leaves["x.a"] == "1"


def test_an_attribute_that_a_cached_property_left_is_no_value_of_its_own():
    class Lazy:
        def __init__(self):
            self.given = 1

        @functools.cached_property
        def derived(self):
            return self.given + 1

    before, after = Lazy(), Lazy()
    assert after.derived == 2
    assert Freezer().freeze("x", before) == Freezer().freeze("x", after)


class Grid(np.ndarray):
    pass


class Length(float):
    pass


class Phase(complex):
    pass


class Label(str):  # noqa: SLOT000  # it is to hold more
    pass


class Group(set):
    pass


class Fixed(frozenset):
    pass


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.zeros(2).view(Grid), "[0, 0] (2,) float64"),
        (Length(1.5), "1.5"),
        (Phase(1j), "1j"),
        (Label("a"), "'a'"),
        (Group([1]), "{1}"),
        (Fixed([1]), "{1}"),
    ],
)
def test_what_a_subclass_of_a_plain_value_holds_is_seen_beneath_it(value, shown):
    def leaves():
        return {address: leaf.show(60) for address, leaf in Freezer().freeze("x", value).items()}

    assert leaves() == {"x": shown}
    value.unit, value._cache = "m", 3
    assert leaves() == {"x": shown, "x.unit": "'m'"}


def test_texts_that_hold_one_another_are_told_once():
    one, other = Label("a"), Label("b")
    one.first = one.second = other
    other.first = other.second = one
    shown = {address: leaf.show(60) for address, leaf in Freezer().freeze("x", [one]).items()}
    assert shown["x[0].first.first"] == "same as x[0]"
    assert len(shown) == 6


def test_the_length_of_a_queue_and_what_fills_a_mask_are_seen():
    assert Freezer().freeze("x", collections.deque([1], 3))["x.maxlen"].value == 3
    assert "x.maxlen" not in Freezer().freeze("x", collections.deque([1]))
    filled = np.ma.array([1.0, 2.0], mask=[0, 1], fill_value=7)
    assert Freezer().freeze("x", filled)["x.fill_value"].show() == "7.0"


@pytest.mark.parametrize("dtype", ["f8", "i2", "?", "c16", "U2", "S4", "M8[s]", "m8[s]", "O", "V3"])
def test_what_fills_a_mask_by_default_is_no_value_whether_it_was_asked_for_or_not(dtype):
    value = np.ma.masked_all(3, dtype)
    before = Freezer().freeze("x", value)
    assert value.fill_value is not None
    assert Freezer().freeze("x", value) == before
    assert not any(map(opaque, before.values()))
