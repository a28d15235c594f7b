"""What a snapshot of the environment costs, beside the description of a machine that pytest-benchmark keeps.

Each round is a process of its own that has imported pytest, numpy and scipy. Cold is its first snapshot, the imports of
our own included; warm is each later one, of which the least counts. CPU time is of the process and of git.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import peers
from rounds import Spread, cpu_of, interleaved
from rows import Filled

OURS = """
import json, resource, sys, time
from pathlib import Path
import pytest, numpy, scipy.linalg
numpy.ones((2, 2)) @ numpy.ones((2, 2))


def now():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1e3 * (time.process_time() + children.ru_utime + children.ru_stime)


directory, cache = Path(sys.argv[1]), Path(sys.argv[2])
start = now()
from pytest_repro.environment.snapshot import snapshot
taken = snapshot(directory, cache=cache)
end = now()
cold, warm, beyond = end - start, [], []
for _ in range(9):
    time.sleep(0.1)  # threads of the BLAS turn round a while for more work; here they are at rest again
    start = now()
    beyond.append(start - end)
    taken = snapshot(directory, cache=cache)
    end = now()
    warm.append((end - start, taken.cost))
least, cost = min(warm, key=lambda one: one[0])
with open(sys.argv[3], "a") as file:
    told = {"cold": cold, "warm": least, "beyond": min(beyond), "cost": cost, "distributions": taken.packages.count}
    print(json.dumps(told), file=file)
"""

BENCHMARK = """
import resource, sys, time
import pytest, numpy, scipy.linalg
from pytest_benchmark.plugin import pytest_benchmark_generate_machine_info


def now():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1e3 * (time.process_time() + children.ru_utime + children.ru_stime)


start = now()
pytest_benchmark_generate_machine_info()
with open(sys.argv[1], "a") as file:
    print(now() - start, file=file)
"""


PARTS = {
    "probes": "of a warm one, the numeric probes",
    "git": "of a warm one, git",
    "packages": "of a warm one, all distributions",
}
"""Sections of a snapshot that are told apart, in words."""


def snapshot(rounds: int) -> dict[str, Filled]:
    """Milliseconds of a warm snapshot, packages included; the peer's holds none."""
    here, missing = peers.installed("pytest-benchmark")
    root = Path(__file__).parent.parent
    # git reads every file of a clone made a moment ago, until it may write down that they have not changed
    subprocess.run(["git", "update-index", "-q", "--refresh"], cwd=root, check=False)  # noqa: S607  # whichever git is found
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told, beside = folder / "told.jsonl", folder / "beside.txt"
        ours = [sys.executable, "-c", OURS, str(root), str(folder), str(told)]
        works = {"ours": lambda: cpu_of(folder, ours)}
        if here:
            works["pytest-benchmark"] = lambda: cpu_of(folder, [sys.executable, "-c", BENCHMARK, str(beside)])
        interleaved(works, rounds)
        found = [json.loads(line) for line in told.read_text("ascii").splitlines()][1:]
        theirs = [float(line) for line in beside.read_text("ascii").splitlines()][1:] if here else []
    cold = median(one["cold"] for one in found)
    notes = [f"cold, our imports included: {cold:.0f} ms; {found[-1]['distributions']} distributions installed"]
    for section, what in PARTS.items():
        notes.append(f"{what} {median(one['cost'][section] for one in found):.1f} ms of wall time")
    beyond = median(one["beyond"] for one in found)
    notes.append(f"not counted: threads of the BLAS turn round for more work after it, {beyond:.1f} ms of CPU time")
    peer = [Spread(tuple(theirs), "pytest-benchmark machine_info")] if here else []
    return {"snapshot": Filled(Spread(tuple(one["warm"] for one in found)), peer, missing=missing, notes=notes)}
