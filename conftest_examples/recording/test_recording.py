"""Record what matters, and be judged on that alone.

A test that records nothing is judged on all it shows: locals, asserted values, the value it returns. A test that
records says itself what counts; scratch values may differ. ``observe=`` brings others back.
"""

import numpy as np
import pytest


def spectrum(signal: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Power at each frequency, and the identities of two scratch arrays: different in every run."""
    scratch = [np.fft.rfft(signal), np.empty(len(signal))]
    return np.abs(scratch[0]) ** 2, [id(array) for array in scratch]


@pytest.mark.replay(tol={"power": 1e-12, "peak": 0})
def test_spectrum(repro) -> None:
    """Each recorded value has a tolerance of its own; a pattern finds it by its name."""
    signal = np.sin(np.linspace(0, 8 * np.pi, 256, endpoint=False)) + 0.1 * repro.rng.normal(size=256)
    power, _scratch = spectrum(signal)
    repro.record(power=power, peak=int(power.argmax()))
    assert power.argmax() == 4


@pytest.mark.replay(observe=("record", "stdout"))
def test_training_log(repro) -> None:
    """Recorded again in a loop, a name gets @1, @2... behind it; printed lines are compared on request."""
    loss = 1.0
    for step in range(3):
        loss *= 0.5
        repro.record(loss=loss)
        print(f"step {step}: loss {loss}")  # noqa: T201  # the lesson
