"""What fresh processes cost beside a plain run, and how much ``combined`` exposes of what single conditions expose.

Run it: ``python benchmarks/variations.py``. Rounds are interleaved and the minimum of CPU time counts, children
included, because the machines that run this are shared.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

OURS = ("-p", "pytest_repro.plugin.hooks")
SINGLES = "hashseed,timezone,uninitialized,threads,blas,simd,libm"

# The array begins at a multiple of 64 bytes: where else it falls is settled by what a process allocated before, and
# loads across cache lines make one process compute up to 17 % longer than the other.
SUITE = """
import numpy as np, pytest
@pytest.mark.parametrize("i", range({number}))
def test_fit(i):
    room = np.zeros(20008)
    x = room[-room.ctypes.data % 64 // 8 :][:20000].reshape(200, 100)
    x.flat = np.arange(1.0, 20001.0) * 0.618 % 1.0
    weights = np.zeros(100)
    for _ in range({steps}):
        weights -= 0.0001 * x.T @ (x @ weights - x[:, 0])
    loss = float(np.mean((x @ weights - x[:, 0]) ** 2))
    assert loss < 10
"""


def cpu_of(folder: Path, *words: str) -> float:
    """CPU seconds of a pytest and all its children, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OMP_NUM_THREADS": "1"}
    # what is compiled once stays compiled, as on a user's machine, whatever this one says
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


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
    with open(os.environ["CPU"], "a") as file:
        print(bodies[0], time.process_time(), file=file)
"""


def children(rounds: int, number: int, steps: int) -> None:
    """What a fresh process uses itself, read inside it: in the tests' bodies, and beside them."""
    plain: list[tuple[float, float]] = []
    fresh: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_fit.py").write_text(SUITE.format(number=number, steps=steps), encoding="utf-8")
        (folder / "conftest.py").write_text(WATCH, encoding="utf-8")
        told = folder / "cpu.txt"
        os.environ["CPU"] = str(told)
        for _ in range(rounds):
            told.unlink(missing_ok=True)
            cpu_of(folder)
            cpu_of(folder, *OURS, "--repro=all", "--repro-vary=hashseed", "--repro-jobs=1")
            first, *children, _parent = (
                tuple(map(float, line.split())) for line in told.read_text("ascii").splitlines()
            )
            plain.append(first)
            fresh += children
    body, beside = (median(pair[0] for pair in plain), median(pair[1] - pair[0] for pair in plain))
    body_there, beside_there = (median(pair[0] for pair in fresh), median(pair[1] - pair[0] for pair in fresh))
    own = (body + beside_there) / (body + beside)
    print(f"{number} tests of {steps} steps: bodies {body:.2f} s, beside them {beside:.2f} s; plain runs")
    print(f"  in a fresh process {body_there:.2f} s and {beside_there:.2f} s")
    print(f"  what is beside the bodies makes it {own:.3f} x a plain run   (goal 1.05)")
    print(f"  bodies and all {(body_there + beside_there) / (body + beside):.3f} x")


def cost(rounds: int, number: int, steps: int) -> None:
    """One fresh process, and ``combined`` with its control, over a plain run of the same tests."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_fit.py").write_text(SUITE.format(number=number, steps=steps), encoding="utf-8")
        commands = {
            "plain": (),
            "replayed": (*OURS, "--repro=all"),
            "fresh": (*OURS, "--repro=all", "--repro-vary=fresh"),
            "two": (*OURS, "--repro=all", "--repro-vary=hashseed"),
        }
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(rounds):
            for key, words in commands.items():
                best[key] = min(best[key], cpu_of(folder, *words))
    child = (best["fresh"] - best["replayed"]) / best["plain"]
    added = (best["two"] - best["replayed"]) / best["plain"]
    print(f"{number} tests of {steps} steps: plain {best['plain']:.2f} s, replayed {best['replayed']:.2f} s")
    print(f"  one fresh process   {child:.2f} x a plain run   (goal 1.05)")
    print(f"  two, nothing drifts {added:.2f} x a plain run   (goal 2.1)")


def exposed() -> None:
    """The probes under ``combined`` and under each of its members."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--rootdir=.",
        "--repro=all",
    ]
    environment = {**os.environ, "COLUMNS": "200"}
    done = subprocess.run(
        [*command, f"--repro-vary={SINGLES},combined"],
        cwd=Path(__file__).parent / "probes",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    cells = charted(done.stdout.splitlines())
    labels = {label for row in cells.values() for label in row}
    still = ("=", "", "-")
    moved = {label: {test for test, row in cells.items() if row.get(label, "=") not in still} for label in labels}
    singles = set().union(*(tests for label, tests in moved.items() if label not in ("combined", "fresh")))
    combined = moved.get("combined", set())
    print(f"{len(cells)} probes: {', '.join(f'{label} {len(tests)}' for label, tests in sorted(moved.items()))}")
    share = len(combined & singles) / max(1, len(singles))
    both = len(combined & singles)
    print(f"  singles together {len(singles)}, of these combined exposes {both}: {share:.1%} (goal 95 %)")
    alone = sorted(singles - combined)[:5]
    print(f"  combined alone {len(combined - singles)}; singles alone {alone}")


def charted(lines: list[str]) -> dict[str, dict[str, str]]:
    """The reproducibility map by test and label."""
    found: dict[str, dict[str, str]] = {}
    starts: list[tuple[str, int]] = []
    for line in lines:
        if re.match(r"  test\s+\w", line):
            starts = [(each[0], each.start()) for each in re.finditer(r"\S+", line)][1:]
        elif starts and line.startswith("  ") and "::" in line:
            name = line.split()[0]
            ends = [start for _, start in starts[1:]] + [len(line)]
            row = {label: line[start:end].strip() for (label, start), end in zip(starts, ends, strict=True)}
            found.setdefault(name, {}).update(row)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("cost", "children", "exposed"))
    chosen = parser.parse_args()
    if chosen.only in (None, "cost"):
        cost(chosen.rounds, 300, 3000)
        cost(chosen.rounds, 500, 1)
    if chosen.only in (None, "children"):
        children(chosen.rounds, 300, 3000)
    if chosen.only in (None, "exposed"):
        exposed()


if __name__ == "__main__":
    main()
