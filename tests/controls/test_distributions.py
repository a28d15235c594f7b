"""Distributions: the promised rate of false reports is kept, and shifts are seen."""

from __future__ import annotations

import numpy as np

from pytest_repro.controls.distributions import Apart, compared, holm, samples
from pytest_repro.envelope import Envelope
from pytest_repro.values.registry import Freezer


def run(**values):
    seen = Freezer().freeze("outcome.call", "passed")
    for name, value in values.items():
        seen |= Freezer().freeze(f"locals.{name}", value)
    return Envelope(nodeid="t", label="x", session_seed=0, seed=0, observations=seen)


def kolmogorov_smirnov(first, second):
    """Scipy's is exact; the asymptotic one is enough here, and loads no second BLAS into the whole session."""
    both = np.sort([*first, *second])
    far = max(abs(np.searchsorted(np.sort(first), both, "right") - np.searchsorted(np.sort(second), both, "right")))
    size = far / len(first) * (len(first) / 2) ** 0.5
    return min(1.0, 2 * sum((-1) ** (k - 1) * np.exp(-2 * k * k * size * size) for k in range(1, 50))) if size else 1.0


def test_the_rate_of_false_reports_stays_below_alpha_over_many_values():
    rng = np.random.default_rng(0)
    trials, alpha, false = 400, 0.05, 0
    for _ in range(trials):
        runs = [run(**{f"v{number}": rng.normal() for number in range(8)}) for _ in range(20)]
        false += bool(compared(runs, alpha, kolmogorov_smirnov).apart)
    # three standard deviations above what alpha allows
    assert false <= trials * alpha + 3 * (trials * alpha * (1 - alpha)) ** 0.5


def test_a_shift_is_seen_among_values_that_stay():
    rng = np.random.default_rng(1)
    runs = [run(x=rng.normal(), w=rng.normal(size=5) + 9 * (number >= 10)) for number in range(20)]
    found = compared(runs, 1e-3, kolmogorov_smirnov)
    assert [one.address for one in found.apart] == ["mean(locals.w)"]
    assert found.compared == 3
    assert found.apart[0].before < 2 < found.apart[0].after


def test_each_number_is_a_sample_and_an_array_two():
    found = samples(run(x=1.5, n=2, ok=True, name="a", w=np.array([1.0, 3.0]), bad=float("nan")))
    assert found == {
        "locals.x": 1.5,
        "locals.n": 2.0,
        "locals.ok": 1.0,
        "mean(locals.w)": 2.0,
        "std(locals.w)": 1.0,
    }


def test_what_one_run_does_not_show_is_not_compared():
    runs = [run(x=1.0, y=2.0) if number else run(x=1.0) for number in range(8)]
    assert compared(runs, 0.01, kolmogorov_smirnov).compared == 1


def test_holm_corrects_for_the_number_of_tests_and_keeps_their_order():
    found = holm([Apart(name, p, 0.0, 0.0) for name, p in (("a", 0.02), ("b", 0.01), ("c", 0.5))])
    assert [(one.address, round(one.p, 6)) for one in found] == [("b", 0.03), ("a", 0.04), ("c", 0.5)]
