"""Splitting: which processes are asked for, and that a run is only compared with one of the same history."""

from __future__ import annotations

from pathlib import Path

from pytest_repro.diagnose.splitting import MOST_TRACED, Brought, Errand, Group, Pair, split
from pytest_repro.store.stream import Ended
from pytest_repro.variations.condition import FRESH, Condition

SEED = Condition("hashseed", (("hashseed", "5"),))
ZONE = Condition("timezone", (("timezone", "UTC"),))
QUIET = Condition("blas", (("blas", "Haswell"),))
BOTH = Condition("combined", (*SEED.members, *ZONE.members))


def ended(nodeid: str, value: str) -> Ended:
    return Ended(nodeid=nodeid, seconds=0.1, own="", about={}, digest=value, path=Path(), start=0, size=0)


def drifted(before: Ended, after: Ended, _condition: Condition) -> frozenset[str]:
    """Values are texts with a part per address: ``a1 b2``."""
    here, there = before.digest.split(), after.digest.split()
    return frozenset(one[0] for one, other in zip(here, there, strict=True) if one != other)


def campaign(groups, compute, lost=()):
    """Carry out a splitting with made-up processes: ``compute(nodeid, errand, number)``; the errands by series."""
    inquiry, series, number = split(groups, drifted, lambda _ended, condition: condition != QUIET), [], 0
    errands = next(inquiry)
    while True:
        series.append(errands)
        brought = []
        for errand in errands:
            number += 1
            gone = {nodeid: "killed" for nodeid in errand.ids if (nodeid, errand.condition.label) in lost}
            done = {
                nodeid: ended(nodeid, compute(nodeid, errand, number)) for nodeid in errand.ids if nodeid not in gone
            }
            brought.append(Brought(errand=errand, ended=done, lost=gone))
        try:
            errands = inquiry.send(tuple(brought))
        except StopIteration as end:
            return series, end.value


def asked(series):
    return [[(errand.condition.label, errand.ids) for errand in errands] for errands in series]


def test_where_nothing_drifts_two_processes_are_all():
    series, found = campaign([Group((BOTH,), ("t", "u"))], lambda *_: "a1")
    assert asked(series) == [[("fresh", ("t", "u")), ("combined", ("t", "u"))]]
    assert not found.twins
    assert [pair.varied.errand.condition.label for pair in found.pairs] == ["fresh", "combined"]


def test_only_what_drifted_is_run_in_twins_and_then_under_each_member_alone():
    def compute(nodeid, errand, _number):
        return "a2" if nodeid == "u" and SEED.members[0] in errand.condition.members else "a1"

    series, found = campaign([Group((BOTH,), ("t", "u", "v"))], compute)
    assert asked(series)[1:] == [
        [("fresh", ("u",)), ("fresh", ("u",))],
        [("hashseed=5", ("u",)), ("timezone=UTC", ("u",))],
        [("fresh", ("u",)), ("hashseed=5", ("u",))],
    ]
    assert [errand.traced for errands in series for errand in errands] == [*[()] * 6, ("u",), ("u",)]
    assert [pair.varied.errand.condition.label for pair in found.traced] == ["hashseed=5"]
    # the members are compared with a control of the same subset, never with that of the whole
    control = found.twins[0].control
    assert [pair.control is control for pair in found.pairs] == [False, False, True, True]


def test_what_differs_between_twins_is_blamed_on_no_condition_and_not_split():
    series, found = campaign([Group((BOTH,), ("t",))], lambda _nodeid, _errand, number: f"a{number}")
    assert len(series) == 3
    assert found.twins
    # the twins themselves are traced, and no condition
    assert [(pair.control.errand, pair.varied.errand) for pair in found.traced] == [
        (Errand(FRESH, ("t",), traced=("t",)), Errand(FRESH, ("t",), traced=("t",)))
    ]


def test_what_nobody_is_told_is_not_traced():
    series, found = campaign(
        [Group((QUIET, SEED), ("t",))], lambda _nodeid, errand, _number: "a2" if errand.condition.members else "a1"
    )
    assert [(errand.condition, errand.traced) for errand in series[-1]] == [(FRESH, ("t",)), (SEED, ("t",))]
    assert len(found.traced) == 1


def test_a_test_is_traced_where_it_drifts_and_all_run_there():
    guilty = {"t": SEED, "u": ZONE}
    series, _ = campaign(
        [Group((SEED, ZONE), ("t", "u"))],
        lambda nodeid, errand, _number: "a2" if errand.condition == guilty[nodeid] else "a1",
    )
    assert [(errand.condition, errand.ids, errand.traced) for errand in series[-1]] == [
        (FRESH, ("t", "u"), ("t", "u")),
        (SEED, ("t", "u"), ("t",)),
        (ZONE, ("t", "u"), ("u",)),
    ]


def test_a_session_traces_a_few_tests_and_no_more():
    ids = tuple(f"t{number}" for number in range(MOST_TRACED + 5))
    groups = [Group((SEED,), ids), Group((ZONE,), ids)]
    series, _ = campaign(groups, lambda _nodeid, errand, _number: "a2" if errand.condition.members else "a1")
    traced = [errand.ids for errands in series for errand in errands if errand.traced]
    assert traced == [ids[:MOST_TRACED]] * 2


def test_where_some_are_unstable_the_others_are_split_beside_a_control_of_their_own():
    def compute(nodeid, errand, number):
        if nodeid == "u":
            return f"a{number}"
        return "a2" if ZONE.members[0] in errand.condition.members else "a1"

    series, found = campaign([Group((BOTH,), ("t", "u"))], compute)
    assert asked(series)[1] == [("fresh", ("t", "u")), ("fresh", ("t", "u"))]
    assert asked(series)[2] == [("fresh", ("t",)), ("hashseed=5", ("t",)), ("timezone=UTC", ("t",))]
    assert all(pair.control.errand.ids == pair.varied.errand.ids for pair in found.pairs)


def test_a_test_that_brings_a_process_down_under_a_condition_is_a_suspect():
    series, _ = campaign([Group((SEED,), ("t", "u"))], lambda *_: "a1", lost={("t", "hashseed")})
    assert asked(series)[1] == [("fresh", ("t",)), ("fresh", ("t",))]


def test_conditions_that_were_named_are_not_run_again_to_split_the_combination():
    def compute(_nodeid, errand, _number):
        return "a2" if errand.condition.members else "a1"

    named = BOTH.singles()[0]
    series, _ = campaign([Group((named, BOTH), ("t",))], compute)
    assert asked(series)[2] == [("timezone=UTC", ("t",))]


def test_tests_that_want_other_conditions_have_a_control_of_their_own():
    series, found = campaign([Group((SEED,), ("t",)), Group((ZONE,), ("u",))], lambda *_: "a1")
    assert asked(series) == [[("fresh", ("t",)), ("hashseed", ("t",))], [("fresh", ("u",)), ("timezone", ("u",))]]
    assert all(isinstance(pair, Pair) for pair in found.pairs)


def test_fresh_alone_is_one_process():
    series, found = campaign([Group((), ("t",))], lambda *_: "a1")
    assert asked(series) == [[("fresh", ("t",))]]
    assert found.pairs[0].varied.errand.condition == FRESH
