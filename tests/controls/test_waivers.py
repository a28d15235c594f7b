"""The waiver file: what it covers, what it refuses, and that it is the same text whoever writes it."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.controls.occurrence import Occurrence
from pytest_repro.controls.waiver import Waiver, rounded
from pytest_repro.controls.waivers import Waivers
from pytest_repro.errors import ReproError

UNTIL = date(2027, 1, 31)
TODAY = date(2026, 7, 1)
ENTRY = {
    "code": "R101",
    "test": "tests/test_fit.py::test_fit",
    "accepted": 1e-6,
    "owner": "kim",
    "reason": "new solver",
    "until": UNTIL,
}
FILE = """\
format = 1

[[waiver]]
code = "R101"
test = "tests/test_fit.py::test_fit"
address = "locals.weights"
accepted = 1e-06
owner = "kim"
reason = "new solver"
until = 2027-01-31
"""


def one(**changes):
    return Waivers(entries=(Waiver.from_dict({**ENTRY, **changes}),))


def refused(path, text):
    path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
    with pytest.raises(ReproError) as caught:
        Waivers.read(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("accepted", "size", "covered"),
    [
        (1e-6, 0.0, True),
        (1e-6, 1e-6, True),
        (1e-6, 1e-5, True),
        (1e-6, 1.1e-5, False),
        (1e-6, "structural", False),
        ("structural", "structural", True),
        ("structural", 2.0, True),
        (0, 0.0, True),
        (0, 1e-300, False),
    ],
)
def test_up_to_ten_times_the_accepted_size_is_covered_and_worse_is_not(accepted, size, covered):
    found = one(accepted=accepted).cover("R101", ENTRY["test"], "locals.weights", "replay", size)
    assert (found is not None) is covered


@pytest.mark.parametrize(
    ("changes", "occurrence", "covered"),
    [
        ({}, ("R102", "tests/test_fit.py::test_fit", "a", ""), False),
        ({}, ("R101", "tests/test_fit.py::test_fit[1]", "a", ""), False),
        ({"test": "tests/test_fit.py::*"}, ("R101", "tests/test_fit.py::test_fit[1]", "a", ""), True),
        ({"address": "weights"}, ("R101", "tests/test_fit.py::test_fit", "locals.weights", ""), True),
        ({"address": "weights*"}, ("R101", "tests/test_fit.py::test_fit", "locals.weights[3]", ""), True),
        ({"address": "weights"}, ("R101", "tests/test_fit.py::test_fit", "locals.weights[3]", ""), False),
        ({"address": ""}, ("R101", "tests/test_fit.py::test_fit", "outcome", ""), False),
        ({"condition": "blas"}, ("R101", "tests/test_fit.py::test_fit", "a", "replay"), False),
        ({"condition": "replay"}, ("R101", "tests/test_fit.py::test_fit", "a", "replay"), True),
    ],
)
def test_code_test_address_and_condition_all_have_to_fit(changes, occurrence, covered):
    assert (one(**changes).cover(*occurrence, 0.0) is not None) is covered


def test_a_missing_file_holds_nothing_and_a_file_reads_as_it_was_written(tmp_path):
    path = tmp_path / "repro-waivers.toml"
    assert Waivers.read(path) == Waivers()
    path.write_text(FILE, encoding="utf-8-sig")
    read = Waivers.read(path)
    read.write(path)
    assert Waivers.read(path) == read
    assert path.read_text() == (
        "# Findings that somebody answers for: pytest-repro fails on what is new or worse.\n"
        "# `pytest-repro audit --accept` adds entries and sorts the file; comments are not kept, reasons are.\n" + FILE
    )


def test_a_waiver_about_the_session_needs_neither_test_nor_size(tmp_path):
    path = tmp_path / "w.toml"
    path.write_text('[[waiver]]\ncode="RPR-L401"\naddress="scipy"\nowner="o"\nreason="r"\nuntil=2027-01-31\n')
    waivers = Waivers.read(path)
    assert waivers.cover("L401", "", "scipy", "", "structural") == waivers.entries[0]
    assert waivers.cover("L401", "", "numpy", "", "structural") is None
    assert waivers.entries[0].words == "waived until 2027-01-31 by o: r"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            FILE.replace("owner", "ownr"),
            "there is no key 'ownr' in 'w.toml:8.ownr'  [RPR-B613]\n  mend: write owner",
        ),
        (
            FILE.replace('owner = "kim"\n', ""),
            "a waiver without owner in 'w.toml:3.owner'  [RPR-B614]\n  mend: owner = ",
        ),
        (FILE.replace('"new solver"', '"  "'), "a waiver without reason in 'w.toml:9.reason'  [RPR-B614]\n  mend: rea"),
        (
            FILE.replace("until = 2027-01-31", ""),
            "a waiver without until in 'w.toml:3.until'  [RPR-B613]\n  mend: until",
        ),
        (
            FILE.replace("2027-01-31", '"2027-01-31"'),
            "until is a day without quotes and time, not 2027-01-31 in 'w.toml:10.until'  [RPR-B613]",
        ),
        (
            FILE.replace("2027-01-31", "2027-01-31T00:00:00"),
            "until is a day without quotes and time, not 2027-01-31 00:00:00 in 'w.toml:10.until'  [RPR-B613]",
        ),
        (FILE.replace("1e-06", "-1"), 'accepted is a relative difference or "structural", not -1 in \'w.toml:7.acc'),
        (FILE.replace("1e-06", "nan"), 'accepted is a relative difference or "structural", not nan in \'w.toml:7.acc'),
        (FILE.replace("1e-06", "true"), 'accepted is a relative difference or "structural", not True in \'w.toml:7.ac'),
        (
            FILE.replace("accepted = 1e-06\n", ""),
            "a waiver of R101 says how large a difference is accepted in 'w.toml:3.",
        ),
        (FILE.replace("test =", "#"), "R101 is found in tests, and none is named in 'w.toml:3.test'  [RPR-B613]"),
        (FILE.replace('"R101"', '"R110"'), "'R110' is no finding that can be waived in 'w.toml:4.code'  [RPR-B613]"),
        (FILE.replace('"R101"', '"B611"'), "'B611' is no finding that can be waived in 'w.toml:4.code'  [RPR-B613]"),
        (FILE.replace('"R101"', "101"), "a waiver names the code of a finding in 'w.toml:4.code'  [RPR-B613]"),
        (FILE.replace('"kim"', "[]"), "owner is a text, not list in 'w.toml:8.owner'  [RPR-B613]"),
        (
            FILE.replace("format = 1", "format = 2"),
            "format 2 is newer than this pytest-repro knows, 1 in 'w.toml.format'",
        ),
        (FILE.replace("format = 1", 'format = "1"'), "format is a whole number in 'w.toml.format'  [RPR-B613]"),
        (
            FILE.replace("[[waiver]]", "[[waivers]]"),
            "there is no key 'waivers' in 'w.toml'  [RPR-B613]\n  mend: write wa",
        ),
        (
            FILE.replace("[[waiver]]", "[waiver]"),
            "waivers are tables in 'w.toml.waiver'  [RPR-B613]\n  mend: [[waiver]]",
        ),
        (
            FILE + FILE.replace("format = 1", ""),
            "the same code, test, address and condition are waived twice in 'w.toml:1",
        ),
        (
            "<<<<<<< HEAD\n" + FILE,
            "a merge left its conflict here in 'w.toml:1'  [RPR-B613]\n  mend: keep the waivers of",
        ),
        (
            FILE + "owner = 'x'\n",
            "the file is not TOML: cannot overwrite a value in 'w.toml:11'  [RPR-B613]\n  mend: git ",
        ),
        (FILE[:-20] + '"', "the file is not TOML: "),
        ("x = " + "[" * 9999, "the file is not TOML: nested too deeply in 'w.toml:1'  [RPR-B613]"),
        (FILE.encode() + b"\n\xff", "the file is not UTF-8 in 'w.toml:12'  [RPR-B613]\n  mend: save w.toml as UTF-8"),
        (b"\x00\x01", "the file is not TOML: "),
    ],
)
def test_a_broken_file_is_told_with_line_and_mend_and_never_overwritten(tmp_path, text, message):
    path = tmp_path / "w.toml"
    assert refused(path, text).startswith(message)
    before = path.read_bytes()
    with pytest.raises(ReproError):
        one().write(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["w.toml"]


def test_a_folder_a_loop_and_a_huge_file_are_no_waiver_files(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(ReproError, match="the file cannot be read: "):
        Waivers.read(tmp_path / "folder")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(ReproError, match="the file cannot be read: "):
        one().write(tmp_path / "loop")
    assert refused(tmp_path / "huge", b"#" * (17 << 20)).startswith("no waiver file has over 16 MiB in 'huge'")


def test_a_place_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    path = tmp_path / "missing" / "w.toml"
    with pytest.raises(ReproError, match="the file cannot be written: no such file"):
        one().write(path)


def test_the_last_day_counts():
    waivers = one()
    assert waivers.expired(UNTIL) == ()
    assert waivers.valid(UNTIL) == waivers
    assert waivers.expired(date(2027, 2, 1)) == waivers.entries
    assert waivers.valid(date(2027, 2, 1)) == Waivers()


def test_unused_are_those_whose_test_ran_and_that_covered_nothing():
    waivers = Waivers(
        entries=(
            *one().entries,
            *one(test="tests/*", address="x").entries,
            *one(code="L401", test="").entries,
            *one(test="tests/test_gone.py::test_gone").entries,
        )
    )
    fit, glob, lock, gone = waivers.entries
    assert waivers.unused((), ()) == ()
    assert waivers.unused((), ["tests/test_fit.py::test_fit"]) == (fit, glob)
    assert waivers.unused([fit.key], ["tests/test_fit.py::test_fit"]) == (glob,)
    assert waivers.unused((), (), judged=("L401",)) == (lock,)
    assert waivers.unused([fit.key, glob.key], ["tests/test_fit.py::test_fit"], whole=True) == (gone,)


def accepted(waivers, *occurrences, until=UNTIL, today=TODAY):
    return waivers.with_accepted(occurrences, owner="kim", reason="new solver", until=until, created=today)


def test_accepting_adds_what_is_not_covered_and_leaves_what_is():
    first = Occurrence("R101", "t.py::a", "locals.w", "replay", 1.234e-9)
    waivers = accepted(Waivers(), first)
    assert waivers.entries[0].accepted == 1.3e-9
    assert accepted(waivers, first._replace(size=1e-8), until=date(2028, 1, 1)) == waivers
    worse = accepted(waivers, first._replace(size=1e-7), first._replace(size=2e-7))
    assert [waiver.accepted for waiver in worse.entries] == [2e-7]
    late = date(2027, 3, 1)
    again = accepted(waivers, first._replace(size=1e-12), until=date(2028, 1, 1), today=late)
    assert [(waiver.accepted, waiver.created) for waiver in again.entries] == [(1e-12, late)]
    assert accepted(waivers, first._replace(size="structural")).entries[0].accepted == "structural"


def test_accepting_nobody_nothing_or_the_past_is_refused():
    with pytest.raises(ReproError, match="a waiver without owner in '--owner'"):
        Waivers().with_accepted([], owner=" ", reason="r", until=UNTIL, created=TODAY)
    with pytest.raises(ReproError, match="a waiver without reason in '--reason'"):
        Waivers().with_accepted([], owner="o", reason="", until=UNTIL, created=TODAY)
    with pytest.raises(ReproError, match=r"2027-01-31 is over in '--until'  \[RPR-B613\]\n  mend: --until=2029-01-31"):
        Waivers().with_accepted([], owner="o", reason="r", until=UNTIL, created=date(2028, 1, 1))


def test_a_secret_in_an_address_becomes_a_pattern_that_still_finds_it():
    address = "asserted.login(password='hunter2-and-more')"
    waivers = accepted(Waivers(), Occurrence("R101", "t.py::a", address, "replay", "structural"))
    assert "hunter2" not in waivers.written()
    assert waivers.cover("R101", "t.py::a", address, "replay", "structural") is not None


def test_an_occurrence_without_address_is_waived_without_one():
    waivers = accepted(Waivers(), Occurrence("R104", "t.py::a", "", "replay", "structural"))
    assert "address" not in waivers.written()
    assert "accepted" not in waivers.written()
    assert waivers.cover("R104", "t.py::a", "", "replay", "structural") is not None


def test_one_more_waiver_is_one_more_block_and_nothing_else_moves():
    many = [Occurrence("R101", f"t.py::{name}", "locals.w", "replay", 1e-9) for name in "abde"]
    before = accepted(Waivers(), *many).written().splitlines()
    after = accepted(Waivers(), *reversed(many), many[0]._replace(test="t.py::c")).written().splitlines()
    added = [line for line in after if line not in before]
    assert added == ['test = "t.py::c"']
    assert len(after) - len(before) == 11
    at = after.index('test = "t.py::c"') - 2
    assert after[:at] + after[at + 11 :] == before


TEXTS = st.text(max_size=30)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["R101", "R104", "L401"]),
            TEXTS.filter(bool),
            TEXTS,
            st.sampled_from(["replay", "blas", ""]),
            st.floats(0, 2) | st.just("structural"),
        )
    )
)
def test_whatever_was_accepted_is_covered_after_a_round_trip_through_the_file(found):
    occurrences = [Occurrence(*one) for one in found]
    waivers = accepted(Waivers(), *occurrences)
    text = waivers.written().encode().decode()
    again = Waivers(entries=tuple(Waiver.from_dict(table) for table in tomllib.loads(text).get("waiver", [])))
    assert all(again.cover(*occurrence) for occurrence in occurrences)
    assert again.written() == text


@given(st.floats(0, 1e300))
def test_a_rounded_size_is_no_smaller_and_hardly_larger(size):
    assert size <= rounded(size) <= max(size * 1.11, 5e-323)


@pytest.mark.parametrize("line", ["accepted = 1" + "0" * 400, "accepted = 0x" + "f" * 5000, "until = 0x" + "f" * 5000])
def test_a_number_beyond_every_double_is_refused(tmp_path, line):
    path = tmp_path / "repro-waivers.toml"
    key = line.partition(" ")[0]
    lines = [line if one.startswith(key) else one for one in FILE.splitlines()]
    for text in ("\n".join(lines), "format = 0x" + "f" * 5000, "format = " + "9" * 5000):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ReproError) as caught:
            Waivers.read(path)
        assert caught.value.code == "B613"
