"""From a value to its recipe, from that to source text, and from the text to the value again: the same to the bit."""

from __future__ import annotations

import datetime as dt
import functools
import math
import operator
import os
import random
import sys
from collections import OrderedDict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pytest_repro.reproducer.calls import Keeper
from pytest_repro.reproducer.cook import Cook
from pytest_repro.reproducer.outcome import Parts
from pytest_repro.reproducer.recipe import Call, Items, Literal, Lost, Name
from pytest_repro.reproducer.script import program
from pytest_repro.reproducer.text import Writer

OURS = __name__
FACTOR = 3.5


def foreign(module) -> bool:
    return module.__name__ != OURS


def again(value, folder: Path):
    """The value that the text of its recipe makes."""
    cook = Cook(foreign)
    recipe = cook.of(value)
    call = Call(function=Name("copy", "copy"), arguments=(recipe,), arrays=cook.arrays)
    assert call.lost == ()
    text = Writer(call).write()
    data = folder / "data.npz"
    if text.data:
        np.savez(data, **text.data)
    names = {"DATA_FILE": str(data) if text.data else ""}
    exec(program(text), names)  # noqa: S102  # the text of a value made above
    return names["compute"]()


def same(one, other) -> bool:
    return type(one) is type(other) and Parts()(one) == Parts()(other)


PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.complex_numbers(),
        st.binary(max_size=8),
        st.text(alphabet="abc \n'\"{}\u00e9", max_size=8),
    ),
    lambda parts: st.one_of(
        st.lists(parts, max_size=4),
        st.lists(parts, max_size=3).map(tuple),
        st.dictionaries(st.text(alphabet="xyz", max_size=3), parts, max_size=3),
        st.sets(st.integers(), max_size=4),
        st.frozensets(st.text(alphabet="xyz", max_size=3), max_size=4),
    ),
    max_leaves=10,
)


@given(PLAIN)
def test_plain_values_come_back(tmp_path_factory, value):
    assert same(again(value, tmp_path_factory.getbasetemp()), value)


@given(
    hnp.arrays(
        st.one_of(
            hnp.floating_dtypes(endianness="="),
            hnp.integer_dtypes(),
            hnp.boolean_dtypes(),
            hnp.complex_number_dtypes(),
            hnp.datetime64_dtypes(),
            hnp.unicode_string_dtypes(max_len=4),
        ),
        hnp.array_shapes(min_dims=0, max_side=9, min_side=0),
    )
)
def test_arrays_come_back_small_ones_in_the_text_itself(tmp_path_factory, value):
    if value.dtype.kind == "U" and value.size:
        value = np.char.replace(value, "/", "_")
    found = again(value, tmp_path_factory.getbasetemp())
    assert (found.shape, found.dtype) == (value.shape, value.dtype)
    assert found.tobytes() == value.tobytes() or np.array_equal(found, value, equal_nan=value.dtype.kind in "fc")


VALUES = [
    *(np.float32(0.1), np.float64("nan"), np.int8(-3), np.bool_(1), np.complex64(1 + 2j)),
    *(np.datetime64("2024-02-29T12:00", "ns"), np.timedelta64(3, "D"), np.str_("a")),
    *(np.dtype("f4"), slice(1, None, 2), range(3, 9), ..., NotImplemented, dt.date(2024, 2, 29)),
    *(dt.datetime(2024, 2, 29, 1, 2, 3, 4), dt.timedelta(3, 4, 5), dt.time(1, 2)),  # noqa: DTZ001  # a value as users have it
    *(np.arange(1000.0).reshape(10, 100), {"w": np.arange(100)}, [np.zeros(70), np.zeros(70)]),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__}-{str(value)[:12]!r}")
def test_values_of_python_and_numpy_come_back(tmp_path, value):
    assert same(again(value, tmp_path), value)


@pytest.mark.parametrize(
    "value",
    [
        len,
        math.sin,
        np.linalg.inv,
        np.add,
        np.float64,
        operator.matmul,
        dt.date,
        "x".join,
        [3, 1].index,
        np.random,
        int,
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_functions_and_modules_are_named_as_their_documentation_names_them(value):
    cook = Cook(foreign)
    call = Call(function=cook.of(value), arguments=(), arrays=cook.arrays)
    assert call.lost == ()


def test_the_public_name_is_taken_where_a_library_defines_in_a_private_room():
    assert Cook(foreign).of(np.linalg.inv) == Name("numpy.linalg", "inv")
    assert Cook(foreign).of(np.random.default_rng) == Name("numpy.random", "default_rng")
    assert Cook(foreign).of(np.random.RandomState) == Name("numpy.random", "RandomState")
    assert Cook(foreign).of(os.urandom) == Name("os", "urandom")


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.random.default_rng(3),
        lambda: np.random.RandomState(3),
        lambda: random.Random(3),
        lambda: np.random.Generator(np.random.MT19937(3)),
    ],
    ids=["Generator", "RandomState", "Random", "MT19937"],
)
def test_a_generator_goes_on_where_it_stood(tmp_path, make):
    made = make()
    draw = made.random
    draw()
    copied = again(made, tmp_path)
    assert [copied.random() for _ in range(3)] == [draw() for _ in range(3)]


def scaled(value):
    return math.sqrt(value) * FACTOR


def outer(value):
    return scaled(value) + np.float64(1)


def test_a_function_of_the_user_goes_along_with_what_it_names(tmp_path):
    assert again(outer, tmp_path)(4.0) == outer(4.0)
    assert again(functools.partial(outer, 9.0), tmp_path)() == outer(9.0)


def test_a_closure_takes_its_cells_along(tmp_path):
    height = 2.5

    def lifted(value):
        return value + height

    assert again(lifted, tmp_path)(1.0) == 3.5


class Own:
    def method(self):
        return self


def nested(depth: int):
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Own(), f"a {OURS}.Own"),
        (Own().method, f"a {OURS}.Own"),
        (lambda: 3, f"the function <lambda> of {OURS}"),
        (sys.modules[OURS], f"the module {OURS}"),
        (OrderedDict(a=1), "a collections.OrderedDict"),
        (Fraction(1, 3), "a fractions.Fraction"),
        (nested(40), "values nested too deep"),
        ([0] * 30_000, "a list of 30000 items"),
        (np.array([object()]), "an array of Python objects"),
        (np.zeros(1 << 24), "arrays of more than 64 MiB"),
        (str(Path(sys.executable)), "a path of this machine"),
        ("ghp_" + "a1B2" * 9, "a text that looks like a password or key"),
        (np.dtype([("a", "i4")]), "a dtype of several fields"),
    ],
    ids=lambda one: one[:20] if isinstance(one, str) else "",
)
def test_what_cannot_be_made_again_is_told_by_name(value, reason):
    cook = Cook(foreign)
    assert Call(function=Literal("f"), arguments=(cook.of([value]),)).lost == (reason,)


def test_a_set_is_written_in_one_order_whatever_its_own_is():
    recipe = Cook(foreign).of({"b", "a", "c"})
    assert recipe == Items("set", (Literal("'a'"), Literal("'b'"), Literal("'c'")))


def test_arguments_are_called_what_the_source_or_the_function_calls_them():
    keep = Keeper(foreign)
    assert keep(scaled, (1.0,), {}, "scaled(x.y)").names == ("y",)
    assert keep(scaled, (1.0,), {}, "scaled(3)").names == ("value",)
    assert keep(operator.matmul, (1.0, 2.0), {}, "left @ 3").names == ("left", "b")
    assert keep(print, (1.0, 2.0), {}, "print(*rows)").names == ("", "")
    assert keep(scaled, (1.0,), {}, "not python (").names == ("value",)


def test_lost_is_told_once():
    assert Call(function=Lost("x"), arguments=(Lost("x"), Lost("y"))).lost == ("x", "y")
