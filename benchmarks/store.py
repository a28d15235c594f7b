"""A store of 100,000 tests, and the stores of a matrix of jobs: ``python benchmarks/store.py``.

What is loaded of a large store is proportional to what runs; what the command compares it holds in bounded memory.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from baselines import changes, envelope
from rounds import timed

from pytest_repro.store.local import LocalStore

if TYPE_CHECKING:
    from collections.abc import Callable


class Line(NamedTuple):
    """One line of the table."""

    work: str
    found: str
    goal: str


def many(folder: Path, number: int, modules: int) -> list[Line]:
    """A store of 100,000 tests, of which one module's run: what is loaded."""
    store, each = LocalStore(), number // modules
    run = envelope({"values": [0.1 * at for at in range(20)], "loss": 0.5})
    start = time.process_time()
    for at in range(modules):
        store.write(changes(folder / f"test_{at}.py", [run] * each))
    wrote = time.process_time() - start
    works = {"one test of one module": (1, 1), "one module": (1, each), "ten modules": (10, each)}
    lines = [Line(f"{number} tests in {modules} modules, record, each", f"{wrote / number * 1e3:.3f} ms", "")]
    for name, (books, tests) in works.items():

        def load(books: int = books, tests: int = tests) -> list[object]:
            kept: list[object] = []
            for at in range(books):
                book = store.book(folder / f"test_{at}.py", "default")
                kept += [book, *(book.get(f"test_small[{number}]") for number in range(tests))]
            return kept

        seconds = median(timed(load)() for _ in range(5))
        tracemalloc.start()
        held = load()
        memory = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        text = f"{seconds * 1e3:.1f} ms, {memory / 1e6:.1f} MB for {len(held) - books} tests"
        lines.append(Line(f"of {number} tests, {name}", text, "proportional"))
    return lines


def fleet(folder: Path, jobs: int, modules: int, each: int) -> list[Line]:
    """Stores of the jobs of a matrix, compared by the command: what it takes, and how much it holds at once."""
    for job in range(jobs):
        store = LocalStore(folder=folder / f"job{job:02}", root=folder)
        for at in range(modules):
            values = [{"loss": 0.5 + test * 0.01 + (job % 7 == 0) * 1e-12} for test in range(each)]
            store.write(changes(folder / f"tests/test_{at}.py", [envelope(one) for one in values]))
    command = [sys.executable, "-m", "pytest_repro.cli.main", "compare", str(folder), "--tol=1e-9"]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    work = f"{jobs * modules * each} envelopes of {jobs} jobs, compared"
    return [Line(work, f"{seconds:.0f} s, {memory:.0f} MiB at most", "bounded")]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("many", "fleet"))
    chosen = parser.parse_args()
    works: dict[str, Callable[[Path], list[Line]]] = {
        "many": lambda folder: many(folder, 100_000, 200),
        "fleet": lambda folder: fleet(folder, 50, 20, 100),
    }
    lines = [Line("work", "found", "goal")]
    for name, work in works.items():
        if chosen.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                lines += work(Path(folder))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
