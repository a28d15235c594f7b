"""Replay limits: what is measured, what is honest to suggest, and which stated tolerance does not fit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pytest_repro.compare import compare
from pytest_repro.controls.calibration import REPLAY, calibrated, evidence, fit, suggested
from pytest_repro.controls.conditions import Terms, Varied
from pytest_repro.envelope import Envelope
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import tolerances_from
from pytest_repro.variations.condition import Condition

BLAS = Condition("blas", (("blas", "Haswell"),))
SEED = Condition("hashseed", (("hashseed", "5"),))
W = np.array([1.0, -4.0, 2.0])


def run(**values):
    seen = {}
    for name, value in values.items():
        seen |= Freezer().freeze(f"locals.{name}", value)
    return Envelope(nodeid="t", label="x", session_seed=0, seed=0, observations=seen, outcomes={"call": "passed"})


def under(condition, before, after):
    return Varied(condition=condition, before=before, after=after)


def terms(tol=None, **conditions):
    return Terms(tolerances_from(tol), {name: tolerances_from(value) for name, value in conditions.items()}, ())


def test_every_number_is_measured_over_its_largest_magnitude_and_nothing_else_is():
    base = run(w=W, name="a", count=3)
    moved = run(w=W + np.array([0, 4e-12, 0]), name="b", count=4)
    (one,) = calibrated([base, base], [under(BLAS, base, moved), Varied(condition=SEED, same=True)])
    assert one.address == "locals.w"
    assert one.reaches[REPLAY].scaled == 0
    assert one.reaches["hashseed"].scaled == 0
    assert one.reaches["blas"].scaled == pytest.approx(1e-12, rel=1e-3)
    assert round(one.digits) == 12


def test_what_was_not_compared_or_took_no_effect_is_no_measurement():
    base = run(w=W)
    gone = [Varied(condition=SEED, absent="killed"), Varied(condition=BLAS, same=True, idle="blas reads Haswell")]
    (one,) = calibrated([base, base], gone)
    assert [*one.reaches] == [REPLAY]
    assert one.digits == math.inf


def test_what_is_suggested_covers_what_was_seen_and_is_accepted_by_the_comparison():
    rng = np.random.default_rng(0)
    base = run(w=W)
    others = [run(w=W * (1 + rng.uniform(-1, 1, 3) * 1e-13)) for _ in range(4)]
    far = [under(BLAS, base, run(w=W * (1 + rng.uniform(-1, 1, 3) * 1e-9)))]
    found = suggested(calibrated([base, *others], far))
    assert found.tol is not None
    assert 1e-13 < found.tol < 1e-11
    assert found.tol < found.under["blas"] < 1e-7
    for other in others:
        assert not compare(base, other, tolerances_from(found.tol)).drifts
    assert not compare(base, far[0].after, tolerances_from(found.under["blas"])).drifts


def test_equal_runs_need_no_tolerance():
    base = run(w=W)
    found = suggested(calibrated([base, base], [Varied(condition=BLAS, same=True)]))
    assert (found.tol, found.under, found.unfit) == (0.0, {}, ())


@pytest.mark.parametrize("after", [W * -1, W[::-1].copy(), np.array([7.0, 8.0, 9.5]), np.array([1.0, 2.0])])
def test_what_does_not_look_like_rounding_gets_no_tolerance(after):
    base = run(w=W)
    found = suggested(calibrated([base, base], [under(BLAS, base, run(w=after))]))
    assert found.tol == 0.0
    assert not found.under
    assert [(address, label) for address, label, _ in found.unfit] == [("locals.w", "blas")]
    assert suggested(calibrated([base, run(w=after)], [])).tol is None


def test_the_evidence_is_the_largest_distance_by_condition():
    base = run(w=W, x=1.0)
    moved = run(w=W, x=1.0 + 1e-9)
    found = evidence(calibrated([base, base], [under(BLAS, base, moved)]))
    assert found == {REPLAY: 0.0, "blas": pytest.approx(1e-9, rel=1e-3)}


@pytest.mark.parametrize(
    ("allowed", "told"),
    [
        (terms(), None),
        (terms(1e-15), None),
        (terms(1e-11), None),
        (terms(1e-6), "replay"),
        (terms(0, blas=1e-8), None),
        (terms(0, blas=1.5e-9), "blas"),
        (terms(0, blas=1e-3), "blas"),
    ],
)
def test_a_stated_tolerance_that_does_not_fit_is_told(allowed, told):
    base = run(x=1.0)
    measured = calibrated([base, base], [under(BLAS, base, run(x=1.0 + 1e-9))])
    finding = fit(measured, allowed, {})
    assert (None if finding is None else finding.sentence) == told
    assert finding is None or finding.action == "warn"
