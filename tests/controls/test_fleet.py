"""Workers that each ran every test: where they part, what that follows from, and that nothing is kept for long."""

from __future__ import annotations

import pytest

from pytest_repro.controls.fleet import Fleet, Shown
from pytest_repro.envelope import Envelope
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import Tolerances, tolerances_from


def run(**values):
    seen = {}
    for name, value in values.items():
        seen.update(Freezer().freeze(name.replace("__", "."), value, masked=False))
    return Envelope(nodeid="t", label="run 1", session_seed=0, seed=0, observations=seen)


def shown(value, hardware="one", tol=None, under=None, ignore=(), **more):
    tolerances = Tolerances() if tol is None else tolerances_from(tol)
    return Shown(run(locals__x=value, **more), tolerances, under or {}, tuple(ignore), hardware)


def fleet(*results):
    """Two workers or more, and what each showed of one test."""
    made = Fleet(workers=tuple(f"gw{number}" for number in range(len(results))))
    for worker, result in zip(made.workers, results, strict=True):
        made.take(worker, "t", result)
    made.finish()
    return made


def states(made):
    (row,) = made.matrix({worker: worker for worker in made.workers}).rows
    return [cell.state for cell in row.cells]


def test_workers_that_compute_the_same_are_told_nothing():
    made = fleet(shown(1.5), shown(1.5), shown(1.5))
    assert states(made) == ["reference", "same", "same"]
    assert (made.differs, made.finding({})) == (False, None)
    assert made.matrix({"gw0": "a", "gw1": "b", "gw2": "c"}).clusters == (("a", "b", "c"),)


@pytest.mark.parametrize(
    ("one", "other", "action"),
    [
        (shown(1.0), shown(2.0), "fail"),
        (shown(1.0), shown(2.0, hardware="two"), "accept"),
        (shown(1.0, hardware=""), shown(2.0, hardware=""), "accept"),
        (shown("a"), shown("b", hardware="two"), "fail"),
        (shown(1.0, tol=1e-6), shown(2.0, tol=1e-6, hardware="two"), "fail"),
        (shown(1.0, tol=0), shown(1.0 + 1e-9, tol=0, hardware="two"), "fail"),
        (shown(1.0, outcome__call="passed"), shown(1.0, outcome__call="failed", hardware="two"), "fail"),
        (
            shown(1.0),
            shown(1.0 + 1e-9, tol=0, under={"recorded": tolerances_from(1e-6)}),
            "accept",
        ),
        (
            shown(1.0),
            shown(1.0 + 1e-9, under={"recorded:same-hardware": tolerances_from(0), "recorded": tolerances_from(1)}),
            "fail",
        ),
    ],
)
def test_the_rule_is_that_of_recorded_envelopes(one, other, action):
    assert fleet(one, other).finding({}).action == action


def test_a_policy_says_what_follows_from_a_drift_and_not_from_what_informs():
    assert fleet(shown("a"), shown("b")).finding({"R117": "warn"}).action == "warn"
    finding = fleet(shown(1.0), shown(2.0, hardware="two")).finding({"R117": "fail"})
    assert finding.action == "accept"
    assert finding.sentence == (
        "1 of 1 test differ between workers, in numbers, on other hardware, and no tolerance is stated"
    )


def test_what_is_ignored_or_missing_is_not_compared():
    assert fleet(shown(1, ignore=["x"]), shown(2, ignore=["x"])).finding({}) is None
    assert states(fleet(None, shown(1), shown(1))) == ["missing", "reference", "same"]
    assert fleet(None, shown(1)).finding({}).action == "warn"
    assert fleet(None, None).matrix({"gw0": "a", "gw1": "b"}).rows == ()


def test_workers_that_agree_with_one_another_form_clusters_the_largest_first():
    made = fleet(shown("a"), shown("b"), shown("b"))
    assert states(made) == ["reference", "drift", "drift"]
    assert made.matrix({"gw0": "x", "gw1": "y", "gw2": "z"}).clusters == (("y", "z"), ("x",))
    assert made.finding({}).sentence == "1 of 1 test drift between workers"


def test_a_test_is_judged_once_all_ran_it_and_let_go():
    made = Fleet(workers=("gw0", "gw1"))
    made.take("gw0", "t", shown(1))
    assert not made.matrix({"gw0": "a", "gw1": "b"}).rows
    made.take("gw1", "t", shown(1))
    assert len(made.matrix({"gw0": "a", "gw1": "b"}).rows) == 1
    assert made._waiting == {}


def test_a_worker_that_went_down_is_missing_at_the_end():
    made = Fleet(workers=("gw0", "gw1"))
    made.take("gw0", "t", shown(1))
    made.finish()
    assert states(made) == ["reference", "missing"]


def test_more_tests_than_are_named_are_counted():
    made = Fleet(workers=("gw0", "gw1"))
    for number in range(9):
        made.take("gw0", f"t{number}", shown("a"))
        made.take("gw1", f"t{number}", shown("b"))
    found = made.finding({})
    assert (found.sentence, found.reasons[-1], len(found.about)) == (
        "9 of 9 tests drift between workers",
        "and 4 more",
        9,
    )
