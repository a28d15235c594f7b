"""Hypothesis draws the same examples in both runs; what a test draws itself takes its seed from an example.

Needs hypothesis.
"""

import numpy as np
import pytest

pytest.importorskip("hypothesis", reason="the lesson is about hypothesis")

from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.replay
@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_mean_lies_between(values: list[float]) -> None:
    """Rounding may move the mean of equal numbers."""
    mean = sum(values) / len(values)
    assert min(values) - 1e-6 <= mean <= max(values) + 1e-6


@pytest.mark.replay
@given(st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_jitter(n: int, seed: int) -> None:
    """With ``default_rng()`` in place of ``default_rng(seed)`` it drifts."""
    jitter = np.random.default_rng(seed).normal(size=n)
    assert len(jitter) == n
