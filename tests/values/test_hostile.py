"""Hostile objects: whatever a user overrides is never called, and what raises all the same is told."""

from __future__ import annotations

import collections
import sys

import numpy as np
import pytest

from pytest_repro.values.opaque import Opaque
from pytest_repro.values.registry import Freezer, opaque

SPECIAL = (
    "__eq__",
    "__ne__",
    "__lt__",
    "__repr__",
    "__str__",
    "__iter__",
    "__next__",
    "__hash__",
    "__bool__",
    "__len__",
    "__getitem__",
    "__contains__",
    "__reduce__",
    "__getattr__",
    "__getattribute__",
    "__getstate__",
    "__format__",
    "__call__",
    "__float__",
    "__int__",
    "__index__",
    "__abs__",
    "__array__",
    "__dir__",
    "items",
    "keys",
    "values",
    "get",
    "copy",
    "__sizeof__",
    "__length_hint__",
    "__fspath__",
    "__enter__",
    "__array_function__",
    "__array_ufunc__",
    "view",
    "encode",
    "replace",
    "astype",
    "tolist",
)


class UserCodeError(Exception):
    pass


def ran(*_, **__):
    raise UserCodeError


ALL = dict.fromkeys(SPECIAL, ran)


class Meta(type):
    """A metaclass on which any question raises."""

    __hash__ = __eq__ = __repr__ = __getattribute__ = __instancecheck__ = __subclasscheck__ = __dir__ = ran  # type: ignore[assignment]


def derived(name, *bases, **more):
    return type(name, bases, ALL | more)


def made(base, *items):
    """An instance of a subclass of ``base`` whose every special method raises, filled past them."""
    cls = derived(f"Hostile{base.__name__}", base)
    return base.__new__(cls, *items)


def filled(base, fill, *items):
    value = made(base)
    fill(value, *items)
    return value


def state(value):
    object.__setattr__(value, "x", 1.5)
    return value


HASHED = type("Hashed", (), {"__slots__": ("number",)})


def hashed(number):
    key = HASHED()
    key.number = number
    return key


KEYED = {hashed(1): "a", hashed(2): "b"}
ORDERED = collections.OrderedDict(KEYED)
HASHED.__hash__ = HASHED.__eq__ = ran


@pytest.mark.parametrize(
    ("value", "leaves"),
    [
        pytest.param(state(derived("Attr")()), {".type": "Attr", ".x": "1.5"}, id="object"),
        pytest.param(
            state(derived("Lying", __class__=property(ran))()), {".type": "Lying", ".x": "1.5"}, id="__class__"
        ),
        pytest.param(
            filled(list, list.extend, [1, 2]), {".len": "Hostilelist of 2", "[0]": "1", "[1]": "2"}, id="list"
        ),
        pytest.param(made(tuple, (1,)), {".len": "Hostiletuple of 1", "[0]": "1"}, id="tuple"),
        pytest.param(filled(dict, dict.update, {"a": 1}), {".keys": '{"a"}', '["a"]': "1"}, id="dict"),
        pytest.param(filled(set, set.update, [1]), {"": "{1}"}, id="set"),
        pytest.param(made(frozenset, [1]), {"": "{1}"}, id="frozenset"),
        pytest.param(made(str, "a"), {"": "'a'"}, id="str"),
        pytest.param(made(bytes, b"a"), {"": "b'a'"}, id="bytes"),
        pytest.param(made(float, 1.5), {"": "1.5"}, id="float"),
        pytest.param(made(int, 3), {"": "3"}, id="int"),
        pytest.param(
            np.arange(3.0).view(derived("Hostilearray", np.ndarray, dtype=property(ran), shape=property(ran))),
            {"": "[0, 1, 2] (3,) float64"},
            id="array",
        ),
        pytest.param(
            filled(collections.deque, collections.deque.append, 1),
            {".len": "Hostiledeque of 1", "[0]": "1"},
            id="deque",
        ),
    ],
)
def test_no_override_of_a_user_is_ever_called(value, leaves):
    found = Freezer().freeze("x", value)
    shown = {address[1:]: leaf.show(90).removeprefix(f"{__name__}.") for address, leaf in found.items()}
    assert shown == leaves


@pytest.mark.parametrize("value", [KEYED, ORDERED], ids=["dict", "ordered"])
def test_no_hash_or_equality_of_a_key_is_ever_called(value):
    assert [leaf.show(120) for leaf in Freezer().freeze("x", value).values()] == [
        "{" + ", ".join(f"{HASHED.__module__}.Hashed(number={number})" for number in (1, 2)) + "}",
        "'a'",
        "'b'",
    ]


def test_no_question_is_put_to_a_metaclass():
    cls = Meta("Guarded", (), {})
    value = object.__new__(cls)
    found = Freezer().freeze("x", [value, cls, value, *[value] * 20])
    assert found["x[0].type"].show(80) == f"{__name__}.Guarded"
    assert found["x[1]"].show(80) == f"{__name__}.Guarded"
    assert found["x[2]"].show() == "same as x[0]"


def test_a_dictionary_hidden_behind_a_property_is_not_asked_for():
    cls = derived("Hidden", __dict__=property(ran))
    (leaf,) = Freezer().freeze("x", object.__new__(cls)).values()
    assert opaque(leaf)


def test_a_value_that_cannot_be_read_becomes_a_leaf_that_says_so():
    released = memoryview(b"a")
    released.release()
    assert Freezer().freeze("x", [released, 1])["x[0]"] == Opaque("memoryview", "cannot be read: ValueError")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interruption_is_never_swallowed(error):
    def interrupt(_):
        raise error

    with pytest.raises(error):
        Freezer().freeze("x", type("Interrupting", (Exception,), {"__str__": interrupt})())


def test_the_walk_is_deeper_than_the_interpreters_stack():
    value = bottom = []
    for _ in range(10 * sys.getrecursionlimit()):
        bottom.append([])
        bottom = bottom[0]
    assert len(Freezer().freeze("x", value)) == 9
    while value:
        value = value.pop()
