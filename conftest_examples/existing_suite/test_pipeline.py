"""A suite that was there before: no test of it is edited, ``--repro=all`` in pytest.ini replays each.

What a value of no interest would say is ignored for all tests, one test is left out with its reason, and drifts warn
while they are being mended: ``repro_policy = R101=warn``.
"""

import secrets
import time

import numpy as np
import pytest


class Run:
    """A computation that notes how long it took."""

    def __init__(self) -> None:
        started = time.perf_counter_ns() % 1_000_003
        self.total = float(np.arange(1000.0).sum())
        self.elapsed = time.perf_counter_ns() % 1_000_003 - started


def test_total() -> None:
    """``run.elapsed`` differs each time; the pattern in pytest.ini leaves it out."""
    run = Run()
    assert run.total == 499_500.0


def test_noise(repro_rng) -> None:
    """Its generator is a fixture, seeded by the test's own id."""
    noise = repro_rng.normal(size=100)
    assert abs(noise.mean()) < 1


def test_shuffled() -> None:
    """It drifts, is told as a warning, and does not fail: the mend is on its way."""
    first = secrets.randbelow(10**9)
    assert first >= 0


@pytest.mark.no_replay(reason="it waits for a device that answers once")
def test_device() -> None:
    """No option replays it."""
    answer = 42
    assert answer
