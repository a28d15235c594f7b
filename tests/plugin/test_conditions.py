"""Results of fresh processes in a file: workers read what the controller left, and nothing else for it."""

from __future__ import annotations

import json

import pytest

from pytest_repro.diagnose.splitting import Brought, Errand, Pair, Split
from pytest_repro.errors import ReproError
from pytest_repro.plugin.conditions import NAME, Conditions
from pytest_repro.store.stream import Ended
from pytest_repro.variations.condition import FRESH, Condition

ID = "t.py::test"


def conditions(folder) -> Conditions:
    ended = Ended(
        nodeid=ID, seconds=0.5, own="", about={"trace": None}, digest="d", path=folder / "main.jsonl", start=3, size=4
    )
    control = Brought(errand=Errand(FRESH, (ID,)), ended={ID: ended}, readings={"hashseed": "1"}, seconds=1.0)
    varied = Brought(
        errand=Errand(Condition.of("hashseed", [("hashseed", "5")]), (ID,)),
        lost={ID: "hung"},
        failure="it ended with status 3",
        cut=True,
    )
    return Conditions(split=Split(pairs=(Pair(control, varied),), twins=(Pair(control, control),)))


def test_what_the_controller_left_is_what_a_worker_reads(tmp_path):
    conditions(tmp_path).save(tmp_path)
    assert Conditions.load(tmp_path) == conditions(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda _data: [],
        lambda data: {**data, "pairs": 3},
        lambda data: {**data, "pairs": [[{}]]},
        lambda data: {**data, "twins": [[*data["twins"][0], {}]]},
        lambda data: {key: value for key, value in data.items() if key != "traced"},
        lambda data: {**data, "pairs": [[{**data["pairs"][0][0], "ended": {ID: ["only a path"]}}] * 2]},
    ],
    ids=range(6),
)
def test_what_is_no_result_is_an_error_of_ours(tmp_path, change):
    conditions(tmp_path).save(tmp_path)
    path = tmp_path / NAME
    path.write_text(json.dumps(change(json.loads(path.read_text(encoding="ascii")))), encoding="ascii")
    with pytest.raises(ReproError, match="conditions are no conditions"):
        Conditions.load(tmp_path)
