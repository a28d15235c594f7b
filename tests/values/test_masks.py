"""Masks: what is accident is replaced, and what only looks like it is not."""

# paths below /tmp are the subject here, and none of them is opened

from __future__ import annotations

import datetime as dt
import hashlib
import pathlib
import re
import uuid

import numpy as np
import pytest

from pytest_repro.values.masks import Masks
from pytest_repro.values.registry import Freezer

NOW = dt.datetime(2026, 3, 4, 12, 0, 0)  # noqa: DTZ001  # local time, as a run reads it
MASKS = Masks(paths=(("/tmp/run", "<tmp>"), ("/tmp/run/test_x0", "<tmp_path>")), temp="/tmp", now=NOW)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        pytest.param("<f at 0x7f00deadbeef>", "<f at 0x…>", id="an address"),
        pytest.param("<Mock name='a' id='140'>", "<Mock name='a' id='…'>", id="the address of a mock"),
        pytest.param("<p id='a1'> void='12'", "<p id='a1'> void='12'", id="other words in quotes"),
        pytest.param("0x7f00deadbeef", "0x7f00deadbeef", id="a number is no address"),
        pytest.param("12345678-1234-4234-8234-123456789abc", "<uuid>", id="a drawn uuid"),
        pytest.param("id=12345678-1234-4234-8234-123456789ABC;", "id=<uuid>;", id="a drawn uuid inside a text"),
        pytest.param(
            "12345678-1234-5234-8234-123456789abc", "12345678-1234-5234-8234-123456789abc", id="a computed uuid"
        ),
        pytest.param("12345678123442348234123456789abc", "<uuid>", id="a drawn uuid without dashes"),
        pytest.param(hashlib.md5(b"a").hexdigest(), hashlib.md5(b"a").hexdigest(), id="an md5 sum"),  # noqa: S324
        pytest.param("at 2026-03-04T11:59:59.123456+00:00", "at <time>", id="a stamp of now"),
        pytest.param("2026-03-04 11:59", "<time>", id="a stamp of now without seconds"),
        pytest.param("2026-03-02 11:59", "2026-03-02 11:59", id="a stamp of two days ago"),
        pytest.param("1999-01-01T00:00:00Z", "1999-01-01T00:00:00Z", id="a stamp of long ago"),
        pytest.param("2026-13-41T00:00:00", "2026-13-41T00:00:00", id="no stamp at all"),
        pytest.param("Wed Mar  4 11:59:59 2026", "<time>", id="ctime"),
        pytest.param("Wed, 04 Mar 2026 11:59:59 +0000", "<time>", id="mail"),
        pytest.param("run-20260304_115959", "run-<time>", id="the name of a folder"),
        pytest.param("2026-03-04", "2026-03-04", id="a date alone"),
        pytest.param("== 1 passed in 0.02s ==\nend", "== 1 passed in <time> ==\nend", id="how long a session took"),
        pytest.param("2 failed in 62.00s (0:01:02)", "2 failed in <time>", id="how long a long session took"),
        pytest.param("sleep in 3s steps", "sleep in 3s steps", id="a duration in the middle of a sentence"),
        pytest.param("/tmp/tmpab12_cd3/x", "<tmp>/x", id="a random name below the temporary folder"),
        pytest.param("/tmp/run/tmpab12_cd3", "<tmp>", id="a random name below a known root"),
        pytest.param("/home/tmpab12_cd3", "/home/tmpab12_cd3", id="a random name elsewhere"),
    ],
)
def test_accidents_are_masked_when_asked_and_only_then(text, masked):
    assert MASKS.text(text, masked=True) == masked
    if "/tmp/run" not in text:
        assert MASKS.text(text, masked=False) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/tmp/run/test_x0/a.txt", "<tmp_path>/a.txt"),
        ("/tmp/run/test_x01/a.txt", "<tmp>/test_x01/a.txt"),
        ("see '/tmp/run'.", "see '<tmp>'."),
        ("stopped in /tmp/run.", "stopped in <tmp>."),
        ("/tmp/run.txt", "/tmp/run.txt"),
        ("/tmp/running", "/tmp/running"),
    ],
)
@pytest.mark.parametrize("masked", [True, False])
def test_temporary_roots_are_replaced_always_the_longest_first_and_whole(text, kept, masked):
    assert MASKS.text(text, masked=masked) == kept


def test_masks_reach_texts_paths_messages_keys_moments_and_identifiers():
    freezer = Freezer(masks=MASKS)
    drawn = uuid.UUID("12345678-1234-4234-8234-123456789abc")
    value = {
        "/tmp/run/a": pathlib.PurePosixPath("/tmp/run/b"),
        "error": ValueError("no /tmp/run/c"),
        "moment": NOW,
        "drawn": drawn,
        "texts": ["/tmp/run"] * 17,
    }
    assert {address: leaf.show(60) for address, leaf in freezer.freeze("x", value).items()} == {
        "x.keys": '{"<tmp>/a", "error", "moment", "drawn", "texts"}',
        'x["<tmp>/a"]': "<tmp>/b",
        'x["drawn"]': "<uuid>",
        'x["error"]': "ValueError: no <tmp>/c",
        'x["moment"]': "<time>",
        'x["texts"]': "['<tmp>', '<tmp>', '<tmp>', '<tmp>', ...] (17,)",
    }
    leaves = freezer.freeze("x", [NOW, drawn], masked=False)
    assert [leaf.show(60) for leaf in leaves.values()][1:] == ["2026-03-04T12:00:00", str(drawn)]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(b"at /tmp/run/test_x0/a\xff", r"b'at <tmp_path>/a\xff'", id="bytes"),
        pytest.param(bytearray(b"/tmp/tmpab12_cd3\n"), r"b'<tmp>\n'", id="a buffer"),
        pytest.param(b"2026-03-04T11:59:59", "b'<time>'", id="a stamp in bytes"),
        pytest.param(b"<f at 0x7f00deadbeef>", "b'<f at 0x?>'", id="an address in bytes"),
        pytest.param(np.array(["/tmp/run/a", "b"]), "['<tmp>/a', 'b'] (2,) <U7", id="an array"),
        pytest.param(np.array([[b"/tmp/run/a\xff"]]), r"[b'<tmp>/a\xff'] (1, 1) |S8", id="an array of bytes"),
        pytest.param(np.str_("2026-03-04 11:59"), "'<time>'", id="a text of numpy"),
        pytest.param(re.compile("/tmp/run/a"), "'<tmp>/a', flags 32", id="a pattern"),
        pytest.param(re.compile(re.escape("/tmp/tmpab12_cd3/x.y")), "'<tmp>/x.y', flags 32", id="an escaped pattern"),
        pytest.param(re.compile(rb"/tmp/run/\d"), r"b'<tmp>/\\d', flags 0", id="a pattern of bytes"),
        pytest.param(re.compile(r"a\.b/home"), r"'a\\.b/home', flags 32", id="a pattern without accidents"),
    ],
)
def test_masks_reach_bytes_arrays_of_texts_and_patterns(value, shown):
    (leaf,) = Freezer(masks=MASKS).freeze("x", value).values()
    assert leaf.show(60) == shown


def test_bytes_and_arrays_of_texts_without_accidents_are_kept_as_they_are():
    for value in (b"a" * 40, np.array(["a" * 40], "U60"), np.array(["a"] * 5), np.full(1, 0x7FFFFFFF, "u4").view("U1")):
        (leaf,) = Freezer(masks=MASKS).freeze("x", value).values()
        if isinstance(value, bytes):
            assert leaf.value == value
        else:
            assert leaf.dtype == value.dtype
            assert leaf.values.tobytes() == value.tobytes()
