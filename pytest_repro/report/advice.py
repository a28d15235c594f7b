"""What to do next, by the shape of a difference. A tolerance is offered only where rounding explains it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pytest_repro.values.address import category
from pytest_repro.variations.uninitialized import UNINITIALIZED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_repro.compare import Gap

STEPS = {
    "unrelated draws": "pass a seeded generator in: repro_rng, or default_rng(seed)",
    "same values in other order": "sort before using: sorted(...) over a set or listing, "
    'kind="stable" for ties, results in the order submitted',
    "sign flip": "fix a sign convention: make the largest component of each column positive",
    "leftover memory": UNINITIALIZED.mend,
    "NaN appeared": 'find where it arises: numpy.errstate(all="raise") around the computation',
}
"""Advice by shape; rounding has a tolerance of its own below."""


def steps_for(gaps: Sequence[Gap]) -> tuple[str, ...]:
    """One line for each shape among the drifted values, the most telling first."""
    if any(gap.before is not None and gap.before.kind == "generator state" for gap in gaps):
        return (STEPS["unrelated draws"],)
    shapes = [gap.difference.shape for gap in gaps if gap.difference.drifted]
    steps = [STEPS[shape] for shape in STEPS if shape in shapes]
    if any(shape == "values differ" for shape in shapes) and not steps:
        steps.append("if it draws at random, pass a seeded generator in: repro_rng, or default_rng(seed)")
    if shapes and all(shape == "rounding-like" for shape in shapes):
        steps.append(_tolerance(gaps))
    if not steps and any(gap.difference.structural for gap in gaps):
        steps.append("the runs took different paths: look for random draws, set order, threads, or leftover files")
    if not steps and any(category(gap.address) == "outcome" for gap in gaps):
        steps.append(
            "make the outcome depend on the seed alone: pin draws, wait for threads, reset what outlives the test"
        )
    return tuple(steps) or ("look for unseeded draws, set order, threads and time in what the test calls",)


def _tolerance(gaps: Sequence[Gap]) -> str:
    """A tolerance to paste: the next power of ten above ten times the largest relative difference."""
    largest = max((gap.difference.relative or 0.0 for gap in gaps), default=0.0)
    if not largest:
        return "if rounding is expected here, state a tolerance: @pytest.mark.replay(tol=1e-12)"
    return f"if rounding is expected here, state it: @pytest.mark.replay(tol=1e{math.ceil(math.log10(largest)) + 1})"
