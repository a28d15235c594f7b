"""Tests of many files, read as they are asked for: no more is held than there is room for, and nothing is left out."""

from __future__ import annotations

import pytest

from pytest_repro.errors import ReproError
from pytest_repro.store import sources
from pytest_repro.store.change import Change
from pytest_repro.store.gathered import Gathered, Room
from pytest_repro.store.local import LocalStore


@pytest.fixture
def pages(module, recorded):
    """Five files of three tests each."""
    changes = [
        Change(
            module=module.with_name(f"test_{file}.py"),
            profile="default",
            name=f"test_{test}",
            recorded=recorded({"record.x": 10.0 * file + test}),
        )
        for file in range(5)
        for test in range(3)
    ]
    LocalStore().write(changes)
    return sources.below(module.parent).pages


def read(room, pages, monkeypatch):
    """What was read from disk, file by file."""
    seen = []
    real = type(pages[0]).book

    def book(self, limit):
        seen.append(self.stem)
        return real(self, limit)

    monkeypatch.setattr(type(pages[0]), "book", book)
    return Gathered.of(pages, room), seen


def test_every_test_of_every_file_is_there(pages):
    found = Gathered.of(pages, Room())
    assert len(found) == 15
    assert list(found) == [f"test_{file}.py::test_{test}" for file in range(5) for test in range(3)]
    assert found["test_3.py::test_2"].observations["record.x"].value == 32.0
    assert "test_9.py::test_0" not in found
    with pytest.raises(KeyError):
        found["test_9.py::test_0"]
    assert set(found.kept_as) == set(found)


def test_with_room_each_file_is_read_once(pages, monkeypatch):
    found, seen = read(Room(), pages, monkeypatch)
    assert [test.seed for test in found.values()] == [7] * 15
    assert len(seen) == 5


def test_without_room_a_file_is_let_go_and_read_again(pages, monkeypatch):
    room = Room(size=1)
    found, seen = read(room, pages, monkeypatch)
    assert len(room._held) == 1
    assert [test.observations["record.x"].value for test in found.values()] == [
        10.0 * file + test for file in range(5) for test in range(3)
    ]
    assert len(room._held) == 1
    assert len(seen) == 10, "once to know what is there, once to compare"


def test_tests_are_called_anew_and_left_out(pages):
    found = Gathered.of(pages, Room()).called({"test_1.py::test_1": "x::y"})
    assert list(found) == ["x::y"]
    assert found["x::y"].observations["record.x"].value == 11.0


def test_a_file_that_cannot_be_read_is_told_and_one_that_goes_meanwhile_is_missing(pages):
    room = Room(size=1)
    found = Gathered.of(pages, room)
    text = pages[0].path.read_text(encoding="utf-8")
    pages[0].path.write_text(text.replace("test_1", "test_8"), encoding="utf-8")
    with pytest.raises(KeyError):
        found["test_0.py::test_1"]
    pages[0].path.write_text("{", encoding="utf-8")
    with pytest.raises(ReproError):
        Gathered.of(pages, Room())
