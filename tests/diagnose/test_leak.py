"""Which of the things that are undone between two runs carries state over, told from made-up processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_repro.diagnose.inquiry import concluded
from pytest_repro.diagnose.leak import MOST, Leak, Seen, located
from pytest_repro.diagnose.splitting import Brought
from pytest_repro.store.stream import Ended

X = frozenset({"locals.x"})


def ended(about):
    return Ended(nodeid="t", seconds=0.1, own="", about=about, digest="", path=Path(), start=0, size=0)


def processes(asked, *guilty, whole=True, holding=None, lost=()):
    """Processes in which undoing one of ``guilty`` removes the drift, alone or with all of its kind."""
    holding = holding or {"state": ["module global m.X"], "fixtures": ["a", "b"], "caches": ["f", "g"]}

    def carry_out(errands):
        asked.append([errand.between for errand in errands])
        brought = []
        for errand in errands:
            kind, _, name = errand.between.partition(":")
            undone = [name] if name else holding.get(kind, [])
            gone = any(f"{kind}:{one}" in guilty for one in undone)
            said = {"drifted": [] if gone else ["locals.x", "locals.y"], "undone": undone, "whole": whole}
            brought.append(Brought(errand=errand, ended={} if kind in lost else {"t": ended({"between": said})}))
        return tuple(brought)

    return carry_out


ALL = ["nothing", "state", "fixtures", "caches"]


@pytest.mark.parametrize(
    ("guilty", "leak", "further"),
    [
        (["state:module global m.X"], Leak("state", ("module global m.X",), X), []),
        (["fixtures:b"], Leak("fixtures", ("b",), X), [["fixtures:a", "fixtures:b"]]),
        (["caches:f"], Leak("caches", ("f",), X), [["caches:f", "caches:g"]]),
        (["fixtures:a", "fixtures:b"], Leak("fixtures", ("a", "b"), X), [["fixtures:a", "fixtures:b"]]),
        (["state:module global m.X", "fixtures:a"], Leak("state", ("module global m.X",), X), []),
        ([], Leak("nothing", (), X), []),
    ],
)
def test_what_carries_state_over_is_what_removes_the_drift_when_it_is_undone(guilty, leak, further):
    asked = []
    assert concluded(located("t", X), processes(asked, *guilty)) == leak
    assert asked == [ALL, *further]


def test_a_test_that_does_not_drift_alone_proves_nothing():
    assert concluded(located("t", frozenset({"locals.z"})), processes([])) == Leak()
    assert concluded(located("t", X), processes([], lost=("nothing",))) == Leak()


def test_what_could_not_be_undone_wholly_or_held_nothing_is_not_to_blame():
    guilty = "state:module global m.X"
    assert concluded(located("t", X), processes([], guilty, whole=False)).kind == "nothing"
    assert "module global m.X" in concluded(located("t", X), processes([], guilty, whole=False)).names
    nothing = {"state": [], "fixtures": [], "caches": []}
    assert concluded(located("t", X), processes([], guilty, holding=nothing)).kind == "nothing"
    assert concluded(located("t", X), processes([], guilty, lost=("state",))).kind == "nothing"


def test_too_many_are_not_tried_one_by_one():
    names = [f"f{number}" for number in range(MOST + 1)]
    asked = []
    holding = {"caches": names}
    assert concluded(located("t", X), processes(asked, "caches:f3", holding=holding)).names == tuple(names)
    assert asked == [ALL]


@pytest.mark.parametrize("said", [None, [], {}, {"drifted": 3, "undone": [], "whole": True}, {"drifted": []}])
def test_a_process_that_says_something_else_says_nothing(said):
    assert Seen.of(ended({"between": said})) is None
    assert Seen.of(ended({})) is None
    assert Seen.of(None) is None
