"""What fresh processes cost beside a plain run of the tests they run.

A test's body is a loop of whole numbers, which no condition makes slower or moves: what is measured is the process, not
the simulated hardware.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from rounds import OURS, Spread, cpu_of, interleaved, pytest_with
from rows import Filled

SUITE = """
import numpy as np, pytest
@pytest.mark.parametrize("i", range({number}))
def test_fit(i):
    state = i
    for _ in range({steps}):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    loss = np.int64(state)
    assert loss >= 0
"""

WATCH = """
import os, time, pytest
bodies = [0.0]
@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_pyfunc_call():
    begun = time.process_time()
    try:
        return (yield)
    finally:
        bodies[0] += time.process_time() - begun
def pytest_unconfigure():
    if "TOLD" in os.environ:
        with open(os.environ["TOLD"], "a") as file:
            print(bodies[0], time.process_time(), file=file)
"""


def fresh(rounds: int, number: int = 60, steps: int = 300_000) -> dict[str, Filled]:
    """A child's own CPU over a plain run's, each read inside its process; and of all processes together."""
    varied = (*OURS, "--repro=all", "--repro-vary=combined", "--repro-jobs=1")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_fit.py").write_text(SUITE.format(number=number, steps=steps), encoding="utf-8")
        (folder / "conftest.py").write_text(WATCH, encoding="utf-8")
        plain, children = folder / "plain.txt", folder / "children.txt"
        taken = interleaved(
            {
                "plain": lambda: cpu_of(folder, pytest_with(), TOLD=str(plain)),
                "replayed": lambda: cpu_of(folder, pytest_with(*OURS, "--repro=all")),
                "combined": lambda: cpu_of(folder, pytest_with(*varied), TOLD=str(children)),
            },
            rounds,
        )
        # the round that is thrown away stands first; a session's own line comes after its children's two
        alone, others = _told(plain)[1:], _told(children)[3:]
    pairs = [others[at : at + 2] for at in range(0, len(others), 3)]
    child = Spread(tuple(sum(whole for _, whole in pair) / 2 for pair in pairs)).over(
        Spread(tuple(own for _, own in alone))
    )
    beside = median(whole - body for pair in pairs for body, whole in pair)
    body, before = median(body for body, _ in alone), median(whole - body for body, whole in alone)
    told = f"bodies of {number} tests {body:.2f} s; beside them {before:.2f} s, in a fresh process {beside:.2f} s"
    both, one, bare = (Spread(tuple(taken[who])) for who in ("combined", "replayed", "plain"))
    return {"child": Filled(child, notes=[told]), "combined": Filled(both.less(one).over(bare))}


def _told(path: Path) -> list[tuple[float, float]]:
    """CPU seconds of bodies and of all, a line a process."""
    return [(float(body), float(whole)) for body, whole in map(str.split, path.read_text("ascii").splitlines())]
