"""Records judged by themselves and by one another, and nothing called wrong that something else explains."""

from __future__ import annotations

import datetime as dt

import pytest

from pytest_repro.controls.records import contradicting, inconsistent, unauditable
from pytest_repro.store.recorded import Recorded
from pytest_repro.values.registry import Freezer

KNOWN = {
    "commit": "1f3c9e2",
    "dirty": False,
    "source": "0a1b",
    "environment": {"x": 1},
    "environment_id": "e1",
    "lock": {"file": "uv.lock"},
    "owner": "kim",
    "runs": 2,
    "difference": 0.0,
}


def record(x=1.0, seed=7, session_seed=0, outcomes=None, **facts):
    return Recorded(
        seed=seed,
        session_seed=session_seed,
        outcomes=outcomes or {"setup": "passed", "call": "passed"},
        observations=Freezer().freeze("record.x", x),
        recorded=dt.datetime(2026, 1, 31, tzinfo=dt.UTC),
        **KNOWN | facts,
    )


def test_a_record_needs_an_owner_then_or_now_and_a_lock():
    assert unauditable(record()) == ""
    assert unauditable(record(owner="", lock={})) == "recorded with no owner and no lock file"
    assert unauditable(record(owner="", lock={}), "kim") == "recorded with no lock file"
    assert unauditable(record(commit="", dirty=True)) == ""


def test_a_record_of_a_failure_and_a_difference_of_one_run_contradict_themselves():
    assert inconsistent(record()) == ""
    assert inconsistent(record(runs=1, difference=0.0)) == ""
    assert inconsistent(record(runs=1, difference=None)) == ""
    assert inconsistent(record(runs=1, difference=1e-9)) == "1 run cannot differ by 1.0e-09"
    assert inconsistent(record(outcomes={"setup": "passed", "call": "failed"})) == "it is recorded as call failed"


def test_two_records_of_the_same_code_environment_lock_and_seed_that_differ_contradict_one_another():
    assert contradicting(record(1.0), record(2.0)) == "record.x"
    assert contradicting(record(1.0), record(1.0)) == ""


@pytest.mark.parametrize(
    "fact",
    [
        {"commit": "2a"},
        {"commit": ""},
        {"dirty": True},
        {"dirty": None},
        {"source": "other"},
        {"source": ""},
        {"environment_id": "e2"},
        {"environment": {}, "environment_id": ""},
        {"lock": {}},
        {"seed": 8},
        {"session_seed": 1},
    ],
)
def test_whatever_may_explain_a_difference_keeps_silent(fact):
    assert contradicting(record(1.0), record(2.0, **fact)) == ""
    assert contradicting(record(1.0, **fact), record(2.0)) == ""
