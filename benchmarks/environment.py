"""What a snapshot of the environment costs: ``python benchmarks/environment.py``.

Cold is the first snapshot of a process that has imported pytest, numpy and scipy, the imports of our own included; warm
is each later one. The minimum of several processes counts, because the machines that run this are shared; CPU time is
of this process and of git. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ONE = """
import json, resource, sys, time
from pathlib import Path
import pytest, numpy, scipy.linalg
numpy.ones((2, 2)) @ numpy.ones((2, 2))


def now():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter(), time.process_time() + children.ru_utime + children.ru_stime


def since(start):
    return [(end - begin) * 1000 for begin, end in zip(start, now())]


directory, cache = Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None
start = now()
from pytest_repro.environment.snapshot import snapshot
imported = since(start)
taken = snapshot(directory, cache=cache)
cold = since(start)
warm, sections = [float("inf")] * 2, {}
for _ in range(9):
    time.sleep(0.02)  # so that threads of the BLAS which wait for work by turning round are at rest again
    start = now()
    taken = snapshot(directory, cache=cache)
    warm = list(map(min, warm, since(start)))
    sections = {name: min(ms, sections.get(name, ms)) for name, ms in taken.cost.items()}
print(json.dumps({"imported": imported, "cold": cold, "warm": warm, "sections": sections,
                  "bytes": len(taken.to_json()), "distributions": taken.packages.count}))
"""


def measured(cache: str, rounds: int) -> dict[str, list[float]]:
    """Minima over processes, milliseconds of wall and CPU time; the last round's sections, bytes and distributions."""
    best: dict[str, list[float]] = {}
    last = {}
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(rounds):
        command = [sys.executable, "-c", ONE, str(Path(__file__).parent.parent), cache]
        last = json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)
        for name in ("imported", "cold", "warm"):
            best[name] = list(map(min, best.get(name, last[name]), last[name]))
    return {**last, **best}


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="processes to take the minimum of")
    rounds = parser.parse_args().rounds
    print(f"{'':<34}{'wall ms':>9}{'CPU ms':>9}{'goal':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for words, cache in (("without a cache folder", ""), ("with a cache folder", folder)):
            found = measured(cache, rounds)
            for name, what, goal in (("imported", "our imports", ""), ("cold", "cold", "60"), ("warm", "warm", "10")):
                wall, cpu = found[name]
                print(f"{f'{what}, {words}':<34}{wall:>9.1f}{cpu:>9.1f}{goal:>9}")
    print(f"{'bytes of JSON':<34}{found['bytes']:>9}{'':>9}{'8000':>9}   {found['distributions']} distributions")
    print("warm by section:", ", ".join(f"{name} {ms:g}" for name, ms in found["sections"].items()))


if __name__ == "__main__":
    main()
