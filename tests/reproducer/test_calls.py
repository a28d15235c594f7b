"""Calls in files, and the first of two runs' calls that is to blame."""

from __future__ import annotations

import random
import uuid

import numpy as np
import pytest

from pytest_repro.errors import ReproError
from pytest_repro.observe.witness import MOST, Witness
from pytest_repro.reproducer.calls import ENDING, Keeper, read, to_blame, write
from pytest_repro.reproducer.outcome import Parts, looked_at, ways


def witness() -> Witness:
    return Witness(Parts(), Keeper(lambda _module: True), ways)


def test_calls_come_back_as_they_were_written(tmp_path):
    seen = witness()
    seen.call(0, "np.sum(x)", np.sum, np.arange(100.0), axis=0)
    seen.operate(1, "a @ b", "matmul", np.eye(2), np.ones(2))
    with pytest.raises(ZeroDivisionError):
        seen.operate(2, "a / b", "truediv", 1, 0)
    assert seen.walked(3, "s", [1, 2]) == [1, 2]
    assert sorted(seen.walked(3, "s", {1, 2})) == [1, 2]
    path = tmp_path / f"one{ENDING}"
    write(seen.hits, path)
    found = read(path)
    assert [(one.site, one.text, one.raised) for one in found] == [
        (0, "np.sum(x)", ""),
        (1, "a @ b", ""),
        (2, "a / b", "ZeroDivisionError"),
        (3, "s", ""),
    ]
    for before, after in zip(seen.hits, found, strict=True):
        assert after[:7] == (before.site, before.text, before.inputs, before.left, *before[4:7])
        assert after.kept.recipes == before.kept.recipes
        assert all(map(np.array_equal, after.kept.arrays, before.kept.arrays))


@pytest.mark.parametrize("text", ["", "[[1]]", "{}", "[" * 100_000, '[["a"]]', "null", "[[0,1,2,3,4,5,6,7,8,9,10]]"])
def test_what_are_no_calls_is_an_error_of_ours(tmp_path, text):
    path = tmp_path / f"one{ENDING}"
    write([], path)
    path.write_text(text, encoding="ascii")
    if text == "{}":
        assert read(path) == []
        return
    with pytest.raises(ReproError) as caught:
        read(path)
    assert caught.value.code == "B602"


def test_arrays_that_are_no_archive_are_an_error_of_ours(tmp_path):
    path = tmp_path / f"one{ENDING}"
    write([], path)
    path.with_suffix(".npz").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(ReproError):
        read(path)


def test_the_first_call_is_to_blame_whose_inputs_agree():
    runs = []
    for start in (1.0, 2.0):
        seen = witness()
        seen.call(0, "f(x)", float, start)  # the inputs differ already
        drawn = seen.call(1, "uuid4()", uuid.uuid4)
        seen.call(2, "str(u)", str, drawn)
        runs.append(seen.hits)
    found = to_blame(*runs)
    assert found is not None
    assert (found.text, found.part, found.changed) == ("uuid4()", "", -1)


def test_what_a_call_changes_in_place_is_to_blame_as_well():
    runs = []
    for _ in range(2):
        seen = witness()
        values = list(range(50))
        seen.call(0, "shuffle(values)", random.SystemRandom().shuffle, values)
        runs.append(seen.hits)
    found = to_blame(*runs)
    assert found is not None
    assert (found.changed, found.names) == (1, ("values",))
    assert len(found.arguments[0].items) == 50
    assert found.arguments[0].items[0].text == "0", "as it was before the call"


def test_nothing_is_to_blame_where_all_agree_or_an_exception_came():
    one, other = witness(), witness()
    for seen in (one, other):
        seen.call(0, "len(x)", len, [1])
    assert to_blame(one.hits, other.hits) is None
    one.operate(1, "a / b", "truediv", 1, 1)
    with pytest.raises(TypeError):
        other.call(1, "a / b", len, 1)
    assert to_blame(one.hits, other.hits) is None


def test_the_part_that_differs_is_the_one_that_is_looked_at():
    runs = []
    for shift in (0.0, 1.0):
        seen = witness()
        seen.call(0, "f()", lambda shift=shift: (np.zeros(3), np.full(3, shift)))
        runs.append(seen.hits)
    found = to_blame(*runs)
    assert found is not None
    assert found.part == "[1]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.arange(3), {"": ""}),
        (3.5, {"": ""}),
        ("text", {"": ""}),
        ((np.zeros(2), 3), {"[0]": "[0]", "": ""}),
        (np.random.default_rng(1), {"": ".random(3)"}),
        (np.random.RandomState(1), {"": ".random_sample(3)"}),
        (random.Random(1), {"": ".random()"}),
        (object(), {}),
        ([object()], {}),
    ],
    ids=lambda one: type(one).__name__,
)
def test_ways_lead_to_what_can_be_compared(value, expected):
    assert ways(value, Parts()(value)) == expected


def test_a_way_into_an_object_is_its_attribute():
    class Result:
        def __init__(self):
            self.x = np.zeros(2)

        @property
        def broken(self):
            raise RuntimeError

    found = ways(Result(), {".x": 1, ".broken": 2, ".absent": 3, ".x[odd": 4})
    assert found == {".x": ".x"}


def test_an_outcome_says_whether_numbers_are_finite():
    assert looked_at(np.array([1.0, np.nan]))["finite"] is False
    assert looked_at(np.array([1, 2]))["finite"] is True
    assert looked_at("text")["numeric"] is False
    assert looked_at(1 << 70)["numeric"] is False


def test_no_more_calls_are_kept_than_there_is_room_for():
    seen = witness()
    for number in range(MOST + 5):
        assert seen.call(0, "abs(x)", abs, -number) == number
    assert len(seen.hits) == MOST


def test_a_witness_does_not_watch_itself():
    seen = witness()

    class Odd:
        def __getattribute__(self, name):
            seen.call(9, "inner", abs, 1)
            return object.__getattribute__(self, name)

    seen.call(0, "id(odd)", id, Odd())
    assert [hit.site for hit in seen.hits] == [0]


def test_an_archive_that_unpacks_to_more_than_itself_is_refused(tmp_path):
    path = tmp_path / f"one{ENDING}"
    write([], path)
    np.savez_compressed(path.with_suffix(".npz"), **{"0.0": np.zeros(10_000_000)})
    with pytest.raises(ReproError, match="no arrays"):
        read(path)
