"""Files that are cut, foreign, newer or made to harm: each is refused by name, none is overwritten."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_repro.errors import ReproError
from pytest_repro.store import integrity

FILE = "__envelopes__/test_m.default.json"
CHECKOUT = f"\n  mend: git checkout -- {FILE}, or delete it and run pytest --repro-record"
AGAIN = "\n  mend: pytest --repro-record-all"
EMPTY = {"format": "1.0", "module": "test_m.py", "profile": "default", "tests": {}, "environments": {}}


@pytest.fixture
def forge(page):
    """Puts bytes, or plain values, where a page belongs."""

    def put(content):
        page.parent.mkdir(exist_ok=True)
        page.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())

    return put


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "not JSON on line 1: Expecting value", id="empty"),
        pytest.param(b'{"format": "1.0",\n"tests"', "not JSON on line 2: Expecting ':' delimiter", id="cut"),
        pytest.param(b"\x80\x04K\x01.", "not UTF-8 at byte 0", id="pickle"),
        pytest.param(b"\0" * 100, "not JSON on line 1: Expecting value", id="zeros"),
        pytest.param(b"[]", "unexpected type list (expected dict)", id="list"),
        pytest.param(b'{"a": 1, "a": 2}', "the key 'a' stands there twice", id="twice"),
        pytest.param(b'{"a": NaN}', "the number NaN is not JSON", id="nan"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "an integer of too many digits", id="digits"),
        pytest.param(b'{"a": ' + b"[" * 200_000, "nested too deep", id="deep"),
        pytest.param(
            b'{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> x\n}', "marks of a merge conflict on line 2", id="merge"
        ),
    ],
)
def test_a_broken_page_is_refused_and_left_as_it_is(
    forge, page, store, module, write, recorded, refused, content, message
):
    forge(content)
    assert refused(store.book, module, "default") == f"{message} in '{FILE}'  [RPR-B602]{CHECKOUT}"
    for wish in ("missing", "changed", "again"):
        (no,) = write({"test_a": recorded()}, wish=wish).refused
        assert str(no.error) == f"{message} in '{FILE}'  [RPR-B602]{CHECKOUT}"
    assert page.read_bytes() == content


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"format": None}, f"unexpected type NoneType (expected str) in '{FILE}.format'  [RPR-B602]{CHECKOUT}"),
        ({"format": "a.b"}, f"unexpected version 'a.b' (expected 1.0) in '{FILE}.format'  [RPR-B602]{CHECKOUT}"),
        (
            {"format": "2.0"},
            (
                f"format 2.0 is newer than 1.0, the newest that is known here in '{FILE}.format'  [RPR-B604]\n"
                "  mend: pip install --upgrade pytest-repro"
            ),
        ),
        ({"tests": []}, f"unexpected type list (expected dict) in '{FILE}.tests'  [RPR-B602]{CHECKOUT}"),
        ({"environments": 3}, f"unexpected type int (expected dict) in '{FILE}.environments'  [RPR-B602]{CHECKOUT}"),
        ({"module": "x.py"}, f"'x.py' is recorded there, not 'test_m.py' in '{FILE}.module'  [RPR-B602]{CHECKOUT}"),
        ({"profile": 1}, f"unexpected type int (expected str) in '{FILE}.profile'  [RPR-B602]{CHECKOUT}"),
    ],
)
def test_a_page_of_another_form_is_refused_and_left(
    forge, page, store, module, write, recorded, refused, changed, message
):
    forge(EMPTY | changed)
    before = page.read_bytes()
    assert refused(store.book, module, "default") == message
    (no,) = write({"test_a": recorded()}, wish="again").refused
    assert str(no.error) == message
    assert page.read_bytes() == before


def test_a_newer_minor_format_is_read_and_nothing_of_it_is_lost(write, page, store, module, recorded):
    write({"test_a": recorded(), "test_b": recorded()})
    data = json.loads(page.read_bytes())
    data |= {"format": "1.7", "signature": {"by": "x"}}
    data["tests"]["test_a"]["mood"] = ["new", {"in": 1.7}]
    page.write_text(json.dumps(data), encoding="utf-8")
    assert store.book(module, "default").get("test_a") is not None
    assert write({"test_b": recorded({"record.x": 1})}, wish="changed").written
    now = json.loads(page.read_bytes())
    assert (now["format"], now["signature"]) == ("1.7", {"by": "x"})
    assert now["tests"]["test_a"] == data["tests"]["test_a"]


def test_a_byte_order_mark_and_other_line_ends_are_read(write, page, store, module, recorded):
    write({"test_a": recorded()})
    page.write_bytes(b"\xef\xbb\xbf" + page.read_bytes().replace(b"\n", b"\r\n"))
    assert store.book(module, "default").get("test_a") == recorded()


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ((), 3, "unexpected type int (expected dict) in 'tests[\"test_fit[adam]\"]'"),
        (("seed",), "7", "unexpected type str (expected int) in 'tests[\"test_fit[adam]\"].seed'"),
        (
            ("outcomes", "call"),
            [],
            (
                "unexpected outcome [] (expected one of passed, failed, skipped, xfailed, xpassed) "
                'in \'tests["test_fit[adam]"].outcomes["call"]\''
            ),
        ),
        (
            ("recorded", "at"),
            "2026-13-01T00:00:00Z",
            "unexpected moment '2026-13-01T00:00:00Z' in 'tests[\"test_fit[adam]\"].recorded.at'",
        ),
        (
            ("recorded", "at"),
            "now",
            "unexpected moment 'now' (expected 2026-01-31T12:00:00Z) in 'tests[\"test_fit[adam]\"].recorded.at'",
        ),
        (("recorded", "dirty"), 1, "unexpected type int (expected bool) in 'tests[\"test_fit[adam]\"].recorded.dirty'"),
        (
            ("recorded", "environment"),
            "../x",
            "there is no environment '../x' in 'tests[\"test_fit[adam]\"].recorded.environment'",
        ),
        (
            ("recorded", "lock"),
            {"file": 1},
            'unexpected type int (expected str) in \'tests["test_fit[adam]"].recorded.lock["file"]\'',
        ),
        (("recorded", "runs"), -1, "unexpected value -1 (expected >= 0) in 'tests[\"test_fit[adam]\"].recorded.runs'"),
        (
            ("values", "record.loss"),
            [0.5],
            'unexpected type list (expected dict) in \'tests["test_fit[adam]"].values["record.loss"]\'',
        ),
        (
            ("values", "record.loss"),
            {"kind": "float", "value": 1},
            'unexpected type int (expected float) in \'tests["test_fit[adam]"].values["record.loss"].value\'',
        ),
        (
            ("values", "record.loss"),
            {"kind": "array", "npy": "0" * 64, "label": "array"},
            (
                f'an array\'s file is missing in \'tests["test_fit[adam]"].values["record.loss"].'
                f"__envelopes__/arrays/{'0' * 64}.npy'"
            ),
        ),
    ],
)
def test_a_malformed_test_is_located_and_the_others_are_read(
    write, page, store, module, recorded, refused, path, value, message
):
    write({"test_fit[adam]": recorded(), "test_b": recorded()})
    data = json.loads(page.read_bytes())
    *outer, last = ("tests", "test_fit[adam]", *path)
    held = data
    for key in outer:
        held = held[key]
    held[last] = value
    page.write_text(json.dumps(data), encoding="utf-8")
    book = store.book(module, "default")
    assert refused(book.get, "test_fit[adam]") == f"{message}  [RPR-B602]{AGAIN}"
    assert book.get("test_b") == recorded()
    # another test is recorded beside it, and the malformed one is left for its owner to see
    write({"test_c": recorded()})
    assert refused(store.book(module, "default").get, "test_fit[adam]") == f"{message}  [RPR-B602]{AGAIN}"
    # and the mend mends
    assert write({"test_fit[adam]": recorded()}, wish="changed").written
    assert store.book(module, "default").get("test_fit[adam]") == recorded()


def test_a_number_beyond_every_double_is_not_written_back(forge, write, recorded, page):
    forge(json.dumps(EMPTY | {"more": 1}).replace("1}", "1e999}").encode())
    before = page.read_bytes()
    (no,) = write({"test_a": recorded()}).refused
    assert no.error.sentence == "a number beyond every double"
    assert page.read_bytes() == before


def test_an_array_whose_header_claims_more_than_its_file_is_refused_before_memory_is_asked_for(
    write, page, store, module, recorded, refused
):
    write({"test_a": recorded({"record.w": np.arange(100.0)})})
    (file,) = (page.parent / "arrays").iterdir()
    data = file.read_bytes().replace(b"(100,), }            ", b"(999999999999999,), }")
    file.write_bytes(data[:-1] + b"\0")
    assert "unexpected length 928 (expected 8000000000000120 bytes)" in refused(
        store.book(module, "default").get, "test_a"
    )


def test_an_array_of_another_shape_than_the_page_says_is_refused(write, page, store, module, recorded, refused):
    write({"test_a": recorded({"record.w": np.arange(100.0)})})
    page.write_text(page.read_text(encoding="utf-8").replace('"shape": [100]', '"shape": [10, 10]'), encoding="utf-8")
    assert refused(store.book(module, "default").get, "test_a") == (
        "(10, 10) is not what the array's file says ((100,)) in "
        f'\'tests["test_a"].values["record.w"].shape\'  [RPR-B602]{AGAIN}'
    )


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_to_a_page_is_an_error_of_ours_or_none(write, page, store, module, recorded, data):
    if not page.exists():
        write({"test_a": recorded({"record.x": [1.0, 2.0], "record.t": "text"}, environment={"a": 1})})
        page.with_suffix(".whole").write_bytes(page.read_bytes())
    whole = bytearray(page.with_suffix(".whole").read_bytes())
    start = data.draw(st.integers(0, len(whole)))
    whole[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=5))
    page.write_bytes(whole)
    try:
        found = store.book(module, "default")
        for name in found.names:
            found.get(name)
    except ReproError as error:
        assert error.code in ("B602", "B604")  # noqa: PT017  # an error is one of two good ends
    integrity.examine(module.parent)
