"""What the experiments conclude, told from made-up runs."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from pytest_repro.compare import compare
from pytest_repro.diagnose.cause import SHIFT, Cause, cause, is_count
from pytest_repro.diagnose.experiment import Experiment, Trial
from pytest_repro.envelope import Envelope
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import Tolerances


def run(x, y=0):
    seen = Freezer().freeze("locals.x", x) | Freezer().freeze("locals.y", y)
    return Envelope(nodeid="t", label="run", session_seed=0, seed=0, observations=seen, window=(1e9, 1e9))


def conclude(before, after, *trials):
    """Feed trials to the inquiry; the experiments it asked for, and what it concluded."""
    comparison = compare(before, after, Tolerances())
    inquiry = cause([before, after], comparison, Tolerances(), ())
    asked = [next(inquiry)]
    for trial in trials:
        try:
            asked.append(inquiry.send(trial))
        except StopIteration as end:
            return asked, end.value
    raise AssertionError(asked)


def test_nothing_changed_and_no_clock_read_is_nondeterminism_after_one_run():
    asked, found = conclude(run(1.5), run(7.25), Trial(run(3.5)))
    assert asked == [Experiment()]
    assert found == Cause()


def test_state_that_put_back_removes_the_drift_is_proved():
    asked, found = conclude(run(1), run(2), Trial(run(3), changed=("N",)), Trial(run(3)))
    assert asked == [Experiment(), Experiment(restore=True)]
    assert found == Cause(changed=("N",), state=frozenset({"locals.x"}), proved=True)


def test_a_drift_that_stays_though_all_was_put_back_is_nondeterminism():
    _, found = conclude(run(1.5), run(9.0), Trial(run(3.5), changed=("N",)), Trial(run(4.5)))
    assert found == Cause()


def test_state_that_cannot_be_put_back_is_likely():
    _, found = conclude(run(1), run(2), Trial(run(3), changed=("N",), restorable=False), Trial(run(4)))
    assert found == Cause(changed=("N",), state=frozenset({"locals.x"}), proved=False)


def test_a_value_that_agrees_when_the_clock_is_served_again_comes_from_the_clock():
    served = Trial(run(3.5, 10))
    asked, found = conclude(run(1.5, 7), run(2.5, 8), Trial(run(3.5, 9), readings=4), served, served, served)
    moved = Experiment(restore=True, serve=True, shift=SHIFT)
    assert asked == [Experiment(), *[Experiment(restore=True, serve=True)] * 2, moved]
    assert found == Cause(counted=frozenset({"locals.y"}), clock=frozenset({"locals.x"}))


def test_a_coarse_duration_that_agrees_by_luck_comes_from_the_clock_as_well():
    runs = [replace(run(took), window=(1e9, 1e9 + 9)) for took in (0.000144, 0.000149, 0.000144)]
    served = Trial(runs[2])
    asked, found = conclude(runs[0], runs[1], Trial(runs[2], readings=4), served, served, served)
    assert [experiment.serve for experiment in asked] == [False, True, True, True]
    assert found == Cause(clock=frozenset({"locals.x"}))


def test_a_number_that_goes_elsewhere_when_the_clock_is_moved_was_drawn():
    served, moved = Trial(run(3.5, 9.5)), Trial(run(3.5, 4.5))
    _, found = conclude(run(1.5, 1.5), run(2.5, 2.5), Trial(run(3.5, 9.5), readings=4), served, served, moved)
    assert found == Cause(clock=frozenset({"locals.x", "locals.y"}), drawn=frozenset({"locals.y"}))


def test_texts_and_moments_are_not_asked_what_becomes_of_them_when_the_clock_is_moved():
    now = time.time()
    runs = [replace(run(now + more, "abc"[int(more)]), window=(now, now + 9)) for more in (0.5, 1.5, 2.5)]
    asked, found = conclude(runs[0], runs[1], Trial(runs[2], readings=4), Trial(runs[2]), Trial(runs[2]))
    assert asked == [Experiment(), *[Experiment(restore=True, serve=True)] * 2]
    assert found == Cause(clock=frozenset({"locals.x", "locals.y"}))


def test_values_that_are_alike_in_one_pair_of_runs_only_are_all_explained():
    served = Trial(run(3.5, 9.5))
    _, found = conclude(run(1.5, 1.5), run(2.5, 2.5), Trial(run(3.5, 9.5), readings=4), served, served, served)
    assert found.clock == {"locals.x", "locals.y"}


def test_a_first_run_that_differs_from_all_later_ones_left_something():
    asked, found = conclude(run(1.5), run(2.5), Trial(run(2.5)), Trial(run(2.5)))
    assert asked == [Experiment(), Experiment()]
    assert found == Cause(settled=frozenset({"locals.x"}))


def test_a_racy_value_that_agrees_by_luck_is_put_down_to_nothing():
    _, found = conclude(run(1.5), run(2.5), Trial(run(2.5), readings=4), Trial(run(1.5)), Trial(run(2.5)))
    assert found == Cause()


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ((10**25 + 3 * 10**8, 10**25 + 5 * 10**8, 10**25 + 9 * 10**8), False),
        ((10**25 + 3, 10**25 + 5, 10**25 + 9), True),
        ((1, 2, 3), True),
        ((7, 9, 11), True),
        ((3_419_253, 3_419_301, 3_419_322), True),
        (("Dummy_6", "Dummy_8", "Dummy_10"), True),
        (("a1 of 3", "a2 of 3", "a3 of 3"), True),
        ((1, 2, 9), False),
        ((3, 2, 1), False),
        ((5, 5, 5), False),
        ((1.0, 2.0, 3.0), False),
        (("a1", "b2", "c3"), False),
    ],
)
def test_a_count_goes_up_by_one_step_or_slowly(values, counts):
    assert is_count([run(value) for value in values], "locals.x") == counts
