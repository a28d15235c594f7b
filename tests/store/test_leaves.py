"""Leaves on their way to a file and back."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pytest_repro.errors import ReproError
from pytest_repro.store import layout, leaves
from pytest_repro.store.shelf import Shelf
from pytest_repro.store.shelved import Shelved
from pytest_repro.values.registry import Freezer, from_dict, measure
from pytest_repro.values.scalar import Scalar
from pytest_repro.values.text import Text
from pytest_repro.values.tolerance import EXACT, Tolerance
from pytest_repro.values.words import Words

ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(),
    st.binary(),
    st.decimals(),
    st.fractions(),
    st.dates(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.uuids(),
    st.builds(ValueError, st.text()),
    st.builds(np.random.default_rng, st.integers(0, 9)),
    st.sampled_from([object(), iter([]), range(3), slice(1), int, ..., np.float32(0.1), np.int8(3)]),
)
DTYPES = st.one_of(
    hnp.scalar_dtypes(),
    hnp.unicode_string_dtypes(max_len=4),
    hnp.byte_string_dtypes(max_len=4),
    hnp.array_dtypes(max_size=3),
    st.sampled_from([np.dtype("g"), np.dtype("G"), np.dtype("V3")]),
)


@st.composite
def arrays(draw):
    """An array of any dtype, small or with a file of its own."""
    dtype = draw(DTYPES)
    shape = draw(st.one_of(hnp.array_shapes(min_dims=0, max_dims=3, max_side=4), st.sampled_from([(65,), (9, 9)])))
    if dtype.kind == "V" and dtype.names is None:
        return np.zeros(shape, dtype)
    if dtype.char in "gG":
        values = draw(hnp.arrays(np.float64 if dtype.char == "g" else np.complex128, shape)).astype(dtype)
        with np.errstate(all="ignore"):
            return values / 3
    return draw(hnp.arrays(dtype, shape, fill=st.nothing() if np.prod(shape) < 64 else None))


VALUES = st.recursive(
    st.one_of(ATOMS, arrays()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(st.floats(), min_size=17, max_size=70),
        st.lists(st.text(), min_size=17, max_size=20),
        st.dictionaries(st.text(), inner, max_size=4),
        st.sets(st.integers(), max_size=4),
    ),
    max_leaves=6,
)
SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A shelf that is used by all examples: arrays are kept by content."""
    return Shelf(tmp_path_factory.mktemp("store") / "arrays", 1 << 20)


@pytest.fixture(scope="module")
def kept(shelf):
    """A leaf as it comes back from the text of a file."""

    def travel(leaf, address="record.x"):
        plain = leaves.written(address, leaf, shelf)
        if isinstance(plain, dict) and "npy" in plain:
            shelf.write({plain["npy"]})
        text = layout.line(plain)
        assert "\n" not in text
        return leaves.read(json.loads(text), shelf)

    return travel


@SLOW
@given(VALUES)
def test_every_leaf_comes_back_from_a_file_identical(kept, value):
    for leaf in Freezer().freeze("x", value).values():
        again = kept(leaf)
        assert again.kind == leaf.kind
        for one, other in ((leaf, again), (again, leaf)):
            assert measure(one, other, EXACT).identical


@SLOW
@given(VALUES)
def test_every_leaf_that_comes_back_is_shown_and_written_as_before(kept, value):
    for leaf in Freezer().freeze("x", value).values():
        again = kept(leaf)
        assert again.show(60) == leaf.show(60)
        assert from_dict(json.loads(json.dumps(again.to_dict()))).kind == leaf.kind


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (1.0, "1.0"),
        (1e300, "1e+300"),
        (float("nan"), '{"kind": "float", "value": "nan"}'),
        (float("-inf"), '{"kind": "float", "value": "-inf"}'),
        (-0.0, '{"kind": "float", "value": "-0.0"}'),
        (3, "3"),
        (1 << 60, '{"kind": "int", "value": "0x1000000000000000"}'),
        (True, "true"),
        (None, "null"),
        ("a", '"a"'),
        ("é\n\u202e\u2028\U000e0001", '"é\\n\\u202e\\u2028\\udb40\\udc01"'),
        (1 + 2j, '{"imag": 2.0, "kind": "complex", "real": 1.0}'),
        (np.float32(0.1), '{"dtype": "<f4", "kind": "array", "label": "numpy.float32", "shape": [], "values": [0.1]}'),
        (
            np.array([[1, 2]], ">i2"),
            '{"dtype": ">i2", "kind": "array", "label": "array", "shape": [1, 2], "values": [1, 2]}',
        ),
        (
            [0.1, float("nan")],
            '{"dtype": "<f8", "kind": "array", "label": "list[float]", "shape": [2], "values": [0.1, "nan"]}',
        ),
        (
            np.array([1j], "c8"),
            '{"dtype": "<c8", "kind": "array", "label": "array", "shape": [1], "values": [0.0, 1.0]}',
        ),
    ],
)
def test_a_value_stands_as_a_reader_would_write_it(shelf, value, text):
    (leaf,) = Freezer().freeze("x", value).values()
    assert layout.line(leaves.written("record.x", leaf, shelf)) == text


def test_a_large_array_stands_as_its_summary_and_the_digest_of_its_file(shelf):
    (leaf,) = Freezer().freeze("x", np.append(np.arange(99.0), np.inf)).values()
    found = leaves.written("record.x", leaf, shelf)
    assert len(found.pop("npy")) == 64
    assert found == {
        "kind": "array",
        "label": "array",
        "dtype": "<f8",
        "shape": [100],
        "min": 0.0,
        "max": 98.0,
        "mean": 49.0,
        "nonfinite": 1,
    }


def test_a_nan_is_the_same_whatever_its_payload(shelf):
    one, other = (np.array([bits], np.uint64).view(np.float64) for bits in (0x7FF8000000000000, 0xFFF8000000000001))
    texts = [leaves.written("record.x", Freezer().freeze("x", value)["x"], shelf) for value in (one, other)]
    assert texts[0] == texts[1]


def test_a_long_text_is_a_digest_unless_the_test_handed_it_over(shelf, kept):
    (leaf,) = Freezer().freeze("x", "a" * 201).values()
    assert leaves.written("record.x", leaf, shelf) == leaves.written("return", leaf, shelf) == "a" * 201
    found = leaves.written("asserted.f()", leaf, shelf)
    assert (found["length"], found["value"]) == (201, "")
    assert "aaa" not in json.dumps(found)
    again = kept(leaf, "asserted.f()")
    assert measure(again, leaf, EXACT).identical
    assert measure(again, Text("a" * 200 + "b", 201), EXACT).drifted


def test_long_texts_of_a_list_are_a_digest_as_well(shelf, kept):
    (leaf,) = Freezer().freeze("x", ["b" * 201] * 20).values()
    assert isinstance(leaf, Words)
    assert "bbb" not in json.dumps(leaves.written("locals.x", leaf, shelf))
    assert "bbb" in json.dumps(leaves.written("record.x", leaf, shelf))
    assert measure(kept(leaf, "locals.x"), leaf, EXACT).identical


def test_two_lone_surrogates_side_by_side_are_not_joined(kept):
    (leaf,) = Freezer().freeze("x", "\ud83d\ude00").values()
    assert measure(kept(leaf), leaf, EXACT).identical
    assert measure(kept(leaf), Text("\U0001f600", 1), EXACT).drifted


def test_an_identity_of_a_run_stands_as_one_and_comes_back(shelf):
    leaf = Scalar("int", leaves.IDENTITY)
    assert leaves.written("record.x", leaf, shelf) == {"kind": "identity"}
    assert leaves.read({"kind": "identity"}, shelf) == leaf


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "unexpected type list (expected dict)"),
        ({"kind": "pickle"}, "unknown kind 'pickle' in 'kind'"),
        (float("inf"), "a number beyond every double"),
        ({"kind": "array", "npy": 3, "label": "a"}, "unexpected type int (expected str) in 'npy'"),
        (
            {"kind": "array", "npy": "../../../x", "label": "a"},
            "unexpected text '../../../x' (expected 64 hexadecimal digits) in 'npy'",
        ),
        (
            {"kind": "array", "npy": "0" * 64, "label": "a"},
            f"an array's file is missing in '{{place}}/arrays/{'0' * 64}.npy'",
        ),
        ({"kind": "array", "values": []}, "missing field in 'label'"),
    ],
)
def test_a_malformed_entry_is_refused_with_its_place(shelf, data, message, refused):
    text = refused(leaves.read, data, shelf)
    assert text.startswith(message.format(place=shelf.folder.parent.name) + "  [RPR-B602]")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"dtype": "O"}, "unexpected dtype 'O' in 'dtype'"),
        ({"dtype": "f8"}, "unexpected dtype 'f8' in 'dtype'"),
        ({"dtype": "no"}, "unknown dtype 'no' in 'dtype'"),
        ({"dtype": "<f4", "values": [1e39]}, "a number beyond every float32 in 'values'"),
        ({"dtype": "<f8", "values": [float("inf")]}, "a number beyond every float64 in 'values'"),
        ({"dtype": "|i1", "values": [300]}, "a number beyond every int8 in 'values'"),
        ({"shape": [1 << 62]}, "unexpected length 1 (expected 4611686018427387904) in 'values'"),
        ({"shape": [1] * 70}, "more dimensions than numpy has in 'shape'"),
        ({"shape": [-1]}, "unexpected value -1 (expected >= 0) in 'shape[0]'"),
        ({"values": [True]}, "unexpected type bool (expected float) in 'values[0]'"),
        ({"values": ["NaN"]}, "unexpected text (expected nan, inf, -inf or -0.0) in 'values[0]'"),
        ({"values": [[1.0]]}, "unexpected type list (expected float) in 'values[0]'"),
        ({"dtype": "|b1", "values": ["nan"]}, "unexpected type str (expected bool) in 'values[0]'"),
        ({"dtype": "<c8"}, "unexpected length 1 (expected 2) in 'values'"),
    ],
)
def test_a_malformed_list_of_elements_is_refused_with_its_place(shelf, changed, message, refused):
    data = {"kind": "array", "label": "array", "dtype": "<f8", "shape": [1], "values": [1.0]}
    assert refused(leaves.read, data | changed, shelf) == f"{message}  [RPR-B602]\n  mend: pytest --repro-record-all"


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)
FIELDS = ("kind", "label", "dtype", "shape", "values", "npy", "value", "texts", "sha256", "length", "base64", "number")
ALMOST = st.dictionaries(
    st.sampled_from(FIELDS),
    st.one_of(JSON, st.sampled_from(["array", "text", "float", "int", "keys", "<f8", "U3", "M8[ns]", [1], [3, 0]])),
)


@SLOW
@given(st.one_of(JSON, ALMOST))
def test_whatever_stands_in_a_file_is_a_leaf_or_an_error_of_ours(shelf, data):
    try:
        leaf = leaves.read(data, shelf)
    except ReproError as error:
        assert error.code == "B602"  # noqa: PT017  # an error is one of two good ends
    else:
        assert leaf.show(20).isprintable()


def test_an_array_in_a_file_is_compared_there_and_measured_where_it_differs(kept):
    values = np.linspace(0, 1, 100_000)
    (leaf,) = Freezer().freeze("x", values).values()
    again = kept(leaf)
    assert isinstance(again, Shelved)
    other = values.copy()
    other[70_000] += 1e-9
    (then,) = Freezer().freeze("x", other).values()
    found = measure(again, then, EXACT)
    assert (found.count, found.differing, found.first) == (100_000, 1, (70_000,))
    assert not measure(again, then, Tolerance(atol=1e-6)).drifted
    assert again == leaf
    assert again.hash() == leaf.hash()
    (shorter,) = Freezer().freeze("x", values[1:]).values()
    assert measure(again, shorter, EXACT).structural == "shape (100000,), then (99999,)"
    (single,) = Freezer().freeze("x", 1.5).values()
    assert measure(again, single, EXACT).structural == "array, then float"


def test_a_changed_file_is_told_before_anything_is_said_of_the_test(shelf, refused):
    (leaf,) = Freezer().freeze("x", np.arange(100) * 3.0).values()
    entry = leaves.written("record.x", leaf, shelf)
    shelf.write({entry["npy"]})
    path = shelf.path(entry["npy"])
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    message = refused(measure, leaves.read(entry, shelf), leaf, EXACT)
    assert message.startswith("an array's file is not what was recorded: its digest differs in '")
    assert message.endswith(f"arrays/{entry['npy']}.npy'  [RPR-B602]\n  mend: pytest --repro-record-all")
    shelf.put(leaf)
    shelf.write({entry["npy"]})
    assert measure(leaves.read(entry, shelf), leaf, EXACT).identical
    read = leaves.read(entry, shelf)
    path.write_bytes(data[:-8])
    assert "its digest differs" in refused(measure, read, leaf, EXACT)
    assert "unexpected length 920 (expected 928 bytes)" in refused(leaves.read, entry, shelf)
    shelf.put(leaf)
    shelf.write({entry["npy"]})
    assert measure(leaves.read(entry, shelf), leaf, EXACT).identical
