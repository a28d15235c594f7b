"""Exact single values: what they are kept as, and how far two of them are apart."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import functools
import hashlib
import math
import pathlib
import re
import uuid

import pytest

from pytest_repro.values.difference import IDENTICAL, Difference
from pytest_repro.values.registry import Freezer, from_dict, measure, opaque
from pytest_repro.values.scalar import KINDS, Scalar
from pytest_repro.values.tolerance import EXACT, Tolerance


class Colour(enum.IntEnum):
    RED = 1


class Counted(int):
    def __repr__(self):
        raise SystemError


class Flags(enum.Flag):
    A = 1
    B = 2


class Word(enum.StrEnum):
    ONE = "one"


def law():
    """A function, to be named."""


def kept(value):
    (leaf,) = Freezer().freeze("x", value).values()
    return leaf


@pytest.mark.parametrize(
    ("value", "kind", "canonical"),
    [
        pytest.param(None, "None", None, id="none"),
        pytest.param(True, "bool", True, id="bool"),
        pytest.param(7, "int", 7, id="int"),
        pytest.param(b"ab", "bytes", b"ab", id="bytes"),
        pytest.param(bytearray(b"ab"), "bytearray", b"ab", id="bytearray"),
        pytest.param(memoryview(b"ab"), "memoryview", b"ab", id="memoryview"),
        pytest.param(Colour.RED, "enum", f"{__name__}.Colour.RED", id="an IntEnum is no int"),
        pytest.param(Word.ONE, "enum", f"{__name__}.Word.ONE", id="a StrEnum is no text"),
        pytest.param(Flags.A | Flags.B, "enum", f"{__name__}.Flags.A|B", id="combined flags"),
        pytest.param(decimal.Decimal("1.10"), "decimal", "1.10", id="decimal keeps its digits"),
        pytest.param(fractions.Fraction(1, 3), "fraction", "1/3", id="fraction"),
        pytest.param(dt.date(2020, 1, 2), "date", "2020-01-02", id="date"),
        pytest.param(dt.time(1, 2), "time", "01:02:00", id="time"),
        pytest.param(dt.datetime(2020, 1, 2, tzinfo=dt.UTC), "datetime", "2020-01-02T00:00:00+00:00", id="datetime"),
        pytest.param(dt.timedelta(seconds=1), "timedelta", "0:00:01", id="timedelta"),
        pytest.param(dt.UTC, "timezone", "UTC", id="timezone"),
        pytest.param(
            uuid.uuid5(uuid.NAMESPACE_DNS, "a"),
            "uuid",
            "4f3f2898-69e3-5a0d-820a-c4e87987dbce",
            id="a uuid made of a name",
        ),
        pytest.param(uuid.UUID("12345678-1234-4234-8234-123456789abc"), "uuid", "<uuid>", id="a drawn uuid"),
        pytest.param(range(1, 9, 2), "range", "range(1, 9, 2)", id="range"),
        pytest.param(slice(None, 3), "slice", "slice(None, 3, None)", id="slice"),
        pytest.param(pathlib.PurePosixPath("a/b"), "path", "a/b", id="path"),
        pytest.param(re.compile("a+", re.IGNORECASE), "pattern", "'a+', flags 34", id="pattern"),
        pytest.param(law, "name", f"{__name__}.law", id="function"),
        pytest.param(len, "name", "len", id="function of C"),
        pytest.param(functools.lru_cache(law), "name", f"{__name__}.law", id="memoised function"),
        pytest.param([].append, "name", "list.append", id="method of C"),
        pytest.param(Colour, "name", f"{__name__}.Colour", id="class"),
        pytest.param(math, "name", "math", id="module"),
        pytest.param(list[int], "name", "list[int]", id="type hint"),
        pytest.param(int | None, "name", "int | None", id="union"),
        pytest.param(..., "name", "Ellipsis", id="ellipsis"),
        pytest.param(NotImplemented, "name", "NotImplemented", id="not implemented"),
    ],
)
def test_a_single_value_is_kept_as_its_canonical_text(value, kind, canonical):
    assert kept(value) == Scalar(kind, canonical)
    assert kind in KINDS


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        pytest.param(3, 3, IDENTICAL, id="same"),
        pytest.param(3, 4, Difference(absolute=1.0, relative=0.25, shape="values differ"), id="integers"),
        pytest.param(3, -3, Difference(absolute=6.0, relative=2.0, shape="sign flip"), id="sign"),
        pytest.param(10**400, 0, Difference(absolute=None, relative=1.0, shape="values differ"), id="beyond floats"),
        pytest.param(True, False, Difference(shape="values differ"), id="bools have no distance"),
        pytest.param(1, True, Difference(structural="int, then bool"), id="a bool is no int"),
        pytest.param(0, 0.0, Difference(structural="int, then float"), id="a float is no int"),
        pytest.param(1, "1", Difference(structural="int, then str"), id="a text is no int"),
        pytest.param(None, 1, Difference(structural="None, then int"), id="none is no int"),
        pytest.param(b"a", bytearray(b"a"), Difference(structural="bytes, then bytearray"), id="bytes"),
        pytest.param(object(), [], Difference(structural="object, then list"), id="containers by their label"),
    ],
)
@pytest.mark.parametrize("tolerance", [EXACT, Tolerance(rtol=10.0, atol=10.0)], ids=["exact", "wide"])
def test_exact_values_are_exact_under_any_tolerance(before, after, found, tolerance):
    (leaf,), (then,) = Freezer().freeze("x", before).values(), Freezer().freeze("x", after).values()
    assert measure(leaf, then, tolerance) == found


@pytest.mark.parametrize(
    "number",
    [0, -1, 2**53, 2**53 + 1, -(2**200), 10**5000],
    ids=["zero", "minus one", "53 bits", "54 bits", "200 bits", "5000 digits"],
)
def test_integers_of_any_size_survive_the_way_through_json(number, through_json):
    assert through_json(kept(number)) == Scalar("int", number)


def test_a_huge_integer_is_shown_in_hexadecimal():
    assert kept(10**5000).show() == "0x31e20801036510f3c591f…"
    assert kept(-(10**5000)).show(12) == "-0x31e20801…"


def test_bytes_above_the_budget_become_a_digest(through_json):
    data = b"a" * (1 << 21)
    leaf = kept(data)
    assert leaf.value == f"2097152 bytes, sha256 {hashlib.sha256(data).hexdigest()}"
    assert through_json(leaf) == leaf
    assert not measure(leaf, kept(data[:-1] + b"b"), EXACT).identical


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "int", "value": True}, "unexpected type bool (expected int) in 'value'"),
        ({"kind": "int", "value": 1.5}, "unexpected type float (expected int) in 'value'"),
        ({"kind": "int", "value": "0xzz"}, "unexpected text (expected a hexadecimal number) in 'value'"),
        ({"kind": "bool", "value": 1}, "unexpected type int (expected bool) in 'value'"),
        ({"kind": "None", "value": 0}, "unexpected type int (expected NoneType) in 'value'"),
        ({"kind": "path"}, "missing field in 'value'"),
        ({"kind": "path", "base64": "YQ=="}, "base64 does not belong to path in 'base64'"),
        ({"kind": "bytes", "base64": "?"}, "unexpected text (expected base64) in 'base64'"),
    ],
)
def test_a_malformed_entry_is_named_with_its_place(entry, message, refused):
    assert refused(from_dict, entry) == f"{message}  [RPR-B602]\n  mend: pytest --repro-record-all"


HUGE = 10**5000


@pytest.mark.parametrize(
    "make",
    [
        lambda k: fractions.Fraction(HUGE + k, 7),
        lambda k: range(HUGE + k, HUGE + 9, 3),
        lambda k: slice(HUGE + k),
        lambda k: {HUGE + k: 1, "loss": 0.5},
        lambda k: {Counted(HUGE + k)},
    ],
    ids=["a fraction", "a range", "a slice", "a key", "a member"],
)
def test_integers_beyond_the_digits_that_python_writes_are_values_as_any(make):
    leaves = Freezer().freeze("x", make(1))
    assert not any(map(opaque, leaves.values()))
    assert leaves == Freezer().freeze("x", make(1))
    assert leaves != Freezer().freeze("x", make(2))
