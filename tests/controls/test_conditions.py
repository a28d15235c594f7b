"""What fresh processes showed, judged: guilt, actions, tolerances by condition, and what is no drift."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_repro.controls.conditions import Terms, Varied, judged, process, tolerances_under, unrepeatable
from pytest_repro.controls.unwritten import unwritten
from pytest_repro.envelope import Envelope
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import Tolerances, tolerances_from
from pytest_repro.variations.condition import FRESH, Condition

BLAS = Condition("blas", (("blas", "Haswell"),))
SEED = Condition("hashseed", (("hashseed", "5"),))
FOUR = Condition("threads=4", (("threads", "4"),))
BOTH = Condition("combined", (*SEED.members, *BLAS.members))


def run(ended="passed", **values):
    freezer = Freezer()
    seen = freezer.freeze("outcome.call", ended)
    for name, value in values.items():
        seen |= freezer.freeze(f"locals.{name}", value)
    return Envelope(nodeid="t", label="x", session_seed=0, seed=0, observations=seen, outcomes={"call": ended})


def terms(tol=None, under=None):
    conditions = {name: tolerances_from(value) for name, value in (under or {}).items()}
    return Terms(tolerances_from(tol), conditions, ())


def judge(*varied, allowed=None, unstable=(), confirmed=True, policy=None, **known):
    allowed = allowed or terms()
    return judged(varied, allowed, unstable=frozenset(unstable), confirmed=confirmed, policy=policy or {}, **known)


def parted(condition, before, after):
    return Varied(condition=condition, before=before, after=after)


def told(judgement):
    return [(one.code, one.action, one.sentence) for one in judgement.findings]


def test_a_behavioural_condition_fails_with_its_name_its_proof_and_what_is_innocent():
    judgement = judge(parted(SEED, run(x="ab", y=1), run(x="ba", y=1)), Varied(condition=BLAS, same=True))
    (finding,) = judgement.findings
    assert told(judgement) == [("R111", "fail", "1 of 2 observed values differ under hashseed")]
    assert finding.labels == ("fresh", "hashseed")
    assert finding.condition == "hashseed"
    assert finding.against == "fresh process under hashseed, beside one with nothing changed; the same under blas"
    assert finding.confidence == "proved: nothing else was changed, and two unchanged processes agree"
    assert {label: cell.state for label, cell in judgement.cells.items()} == {"hashseed": "drift", "blas": "same"}


def test_where_other_values_part_with_nothing_changed_a_condition_is_neither_proved_nor_fails():
    judgement = judge(parted(SEED, run(x="ab"), run(x="ba")), shaky=True)
    (finding,) = judgement.findings
    assert finding.action == "accept"
    assert finding.confidence.startswith("perhaps: other values of this test part with nothing changed")
    assert judgement.cells["hashseed"].state == "within"
    assert (
        judge(parted(SEED, run(x="ab"), run(x="ba")), shaky=True, policy={"R111": "fail"}).findings[0].action == "fail"
    )


def test_without_a_second_unchanged_process_nothing_is_called_proved():
    judgement = judge(parted(SEED, run(x="ab"), run(x="ba")), confirmed=False)
    assert judgement.findings[0].confidence == ""


@pytest.mark.parametrize(
    ("tol", "under", "policy", "action"),
    [
        (None, {}, {}, "accept"),
        (0, {}, {}, "fail"),
        (1e-6, {}, {}, None),
        (0, {"blas": 1e-6}, {}, None),
        (1e-6, {"blas": 0}, {}, "fail"),
        (None, {"blas": 0}, {}, "fail"),
        (None, {"blas": 1e-6, "blas=Haswell": 0}, {}, "fail"),
        (None, {"hashseed": 0}, {}, "accept"),
        (None, {}, {"R112": "warn"}, "warn"),
        (0, {}, {"R112": "accept"}, "accept"),
    ],
)
def test_numbers_under_simulated_hardware_inform_until_a_tolerance_or_a_policy_says_more(tol, under, policy, action):
    one = parted(BLAS, run(x=1.0), run(x=1.0 + 1e-9))
    findings = judge(one, allowed=terms(tol, under), policy=policy).findings
    assert [finding.action for finding in findings] == ([action] if action else [])


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        ({"x": "loss 0.25, 3 steps"}, {"x": "loss 0.26, 4 steps"}, "accept"),
        ({"x": "loss 0.25"}, {"x": "gain 0.25"}, "fail"),
        ({"x": 1.0}, {"x": None}, "fail"),
        ({"x": 1.0}, {}, "fail"),
        ({"x": 3}, {"x": 4}, "accept"),
        ({"x": [1.0, 2.0]}, {"x": [1.0, 2.0, 3.0]}, "fail"),
        ({"ended": "passed", "x": 1.0}, {"ended": "failed", "x": 1.1}, "fail"),
    ],
)
def test_what_is_not_a_matter_of_numbers_fails_under_hardware_as_well(before, after, action):
    (finding,) = judge(parted(BLAS, run(**before), run(**after))).findings
    assert finding.action == action


def test_a_run_that_ended_early_shows_less_and_that_says_nothing_more():
    (finding,) = judge(parted(SEED, run(x=1, y=2), run(ended="failed", x=1))).findings
    assert [gap.address for gap in finding.gaps] == ["outcome.call"]
    assert finding.sentence == "call was 'passed', then 'failed' under hashseed"


def test_what_unchanged_processes_part_in_is_no_condition_s_doing():
    judgement = judge(parted(SEED, run(x=1, y=1), run(x=2, y=3)), unstable=["locals.x"])
    assert [gap.address for gap in judgement.findings[0].gaps] == ["locals.y"]
    judgement = judge(parted(SEED, run(x=1), run(x=2)), unstable=["locals.x"])
    assert not judgement.findings
    assert judgement.cells["hashseed"].state == "within"


def test_the_combination_is_told_only_where_none_of_its_conditions_alone_is_guilty():
    alone = (parted(SEED, run(x="a"), run(x="b")), Varied(condition=BLAS, same=True))
    assert [one.condition for one in judge(*alone, parted(BOTH, run(x="a"), run(x="b"))).findings] == ["hashseed"]
    innocent = (Varied(condition=SEED, same=True), Varied(condition=BLAS, same=True))
    (finding,) = judge(*innocent, parted(BOTH, run(x="a"), run(x="b"))).findings
    assert finding.sentence == ("1 of 1 observed values differ under combined, and under none of its conditions alone")
    assert finding.reasons == ("together: hashseed=5, blas=Haswell",)
    (finding,) = judge(parted(BOTH, run(x="a"), run(x="b"))).findings  # it could not be split
    assert finding.sentence == "1 of 1 observed values differ under combined"


def test_numbers_under_a_combination_that_holds_hardware_inform_too():
    assert judge(parted(BOTH, run(x=1.0), run(x=1.5))).findings[0].action == "accept"
    assert judge(parted(BOTH, run(x=1.0), run(x=1.5)), allowed=terms(0)).findings[0].action == "fail"


def test_of_several_conditions_at_once_the_loosest_tolerance_counts():
    allowed = terms(0, {"blas": 1e-3})
    assert not judge(parted(BOTH, run(x=1.0), run(x=1.0 + 1e-6)), allowed=allowed).findings
    assert judge(parted(BOTH, run(x=1.0), run(x=1.1)), allowed=allowed).findings
    assert tolerances_under(BOTH, allowed.tolerances, {"combined": tolerances_from(1)}) == (tolerances_from(1),)


def test_the_most_specific_tolerance_wins():
    own, name, value = (tolerances_from(tol) for tol in (1e-1, 1e-2, 1e-3))
    assert tolerances_under(FOUR, own, {}) == (own,)
    assert tolerances_under(FOUR, own, {"threads": name}) == (name,)
    assert tolerances_under(FOUR, own, {"threads": name, "threads=4": value}) == (value,)
    assert tolerances_under(FRESH, own, {"threads": name}) == (own,)


def test_what_reads_memory_that_nobody_wrote_is_blamed_on_that_alone():
    poison = Condition("uninitialized", (("uninitialized", "165"),))
    judgement = judge(
        parted(SEED, run(x="a", y=1), run(x="b", y=2)),
        parted(poison, run(x="a", y=1), run(x="c", y=1)),
    )
    assert [(one.condition, [gap.address for gap in one.gaps]) for one in judgement.findings] == [
        ("hashseed", ["locals.y"]),
        ("uninitialized", ["locals.x"]),
    ]


POISON = Condition("uninitialized", (("uninitialized", "165"),))
FILLED = float(np.full(8, 0xFF - 165, np.uint8).view("f8")[0])


@pytest.mark.parametrize(
    ("dtype", "found"), [("f8", True), ("f4", True), ("i8", True), ("c16", True), ("i2", False), ("u1", False)]
)
def test_what_shows_the_filling_of_memory_was_never_written(dtype, found):
    filling = np.full(np.dtype(dtype).itemsize, 0xFF - 165, np.uint8).view(dtype)[0]
    before = np.arange(1, 5, dtype=dtype)
    after = before.copy()
    after[2] = filling
    pair = parted(POISON, run(x=before, total=1), run(x=after, total=2))
    assert unwritten([pair], terms(0)) == (frozenset({"locals.x", "locals.total"}) if found else frozenset())


def test_a_number_that_is_the_filling_was_never_written():
    assert unwritten([parted(POISON, run(x=1.0), run(x=FILLED))], terms(0)) == {"locals.x"}
    assert not unwritten([parted(POISON, run(x=FILLED, y=1), run(x=FILLED, y=2))], terms(0))


@pytest.mark.parametrize("condition", [FOUR, BOTH, FRESH])
def test_only_the_condition_that_fills_memory_tells_of_it(condition):
    assert not unwritten([parted(condition, run(x=1.0), run(x=FILLED))], terms(0))


@pytest.mark.parametrize("label", ["uninitialized", "uninitialized=165"])
def test_memory_that_was_never_written_is_proved_though_unchanged_processes_part_there(label):
    pair = parted(Condition(label, POISON.members), run(x=1.0), run(x=FILLED))
    (finding,) = judge(pair, unwritten=unwritten([pair], terms(0)), shaky=True).findings
    assert (finding.condition, finding.action) == (label, "fail")
    assert finding.confidence.startswith("proved: the very bytes that filled such memory")


def test_what_was_not_compared_is_no_drift_and_no_pass():
    judgement = judge(
        Varied(condition=SEED, absent="killed by SIGSEGV"),
        Varied(condition=BLAS, budget=True),
        Varied(condition=FOUR, same=True, idle="threads reads openblas 1"),
    )
    assert not judgement.findings
    assert judgement.absent == (("hashseed", "killed by SIGSEGV"),)
    assert judgement.budget == ("blas",)
    assert {label: cell.state for label, cell in judgement.cells.items()} == {
        "hashseed": "missing",
        "blas": "missing",
        "threads=4": "same",
    }


def test_what_drifts_where_a_condition_took_no_effect_is_told_without_blame_and_silences_nothing():
    idle = Varied(condition=FOUR, before=run(x="a", y=1), after=run(x="b", y=1), idle="threads reads openblas 1")
    judgement = judge(idle, parted(BOTH, run(x="a", y=1), run(x="a", y=2)))
    assert [(one.code, one.condition, one.action) for one in judgement.findings] == [
        ("R112", "threads=4", "fail"),
        ("R111", "combined", "accept"),
    ]
    assert judgement.findings[0].confidence == (
        "likely something else: threads reads openblas 1, changed or not, and yet the values differ"
    )
    assert judgement.cells["threads=4"].state == "drift"


def test_two_unchanged_processes_that_part_fail_and_this_process_beside_one_warns():
    allowed = terms()
    finding = unrepeatable(run(x="a"), run(x="b"), allowed, explained=frozenset(), drifting=False, policy={})
    assert (finding.code, finding.action) == ("R113", "fail")
    assert finding.sentence == "1 of 1 observed values differ from one fresh process to the next, nothing changed"
    assert "a draw at import" in finding.reasons[0]
    known = frozenset({"locals.x"})
    assert unrepeatable(run(x="a"), run(x="b"), allowed, explained=known, drifting=False, policy={}) is None

    def beside(informs):
        return process(run(x="a"), run(x="b"), allowed, explained=frozenset(), informs=informs, policy={})

    finding, cell = beside(informs=False)
    assert (finding.code, finding.action, cell.state) == ("R113", "warn", "drift")
    assert finding.sentence == "1 of 1 observed values differ in a fresh process"
    finding, cell = beside(informs=True)
    assert (finding.action, cell.state) == ("accept", "within")
    assert process(run(x=1), run(x=1), allowed, explained=frozenset(), informs=False, policy={})[0] is None


def test_tolerances_travel_as_plain_values():
    tolerances = tolerances_from({"*": 1e-6, "w*": {"rtol": 1e-3, "atol": 1e-8, "ulp": 4}})
    assert Tolerances.from_list(tolerances.to_list()) == tolerances
