"""The store against named peers, measured side by side in one run: ``python benchmarks/store.py``.

CPU time, the least of rounds in which ours and theirs take turns. Ours is what the store adds to a replay: reading,
decoding and comparing, or encoding and writing, called directly. The peers (syrupy, pytest-regressions) are the
difference between two runs of pytest, with and without them; where they are not installed their column stays empty.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pytest_repro.compare import compare
from pytest_repro.envelope import Envelope
from pytest_repro.store.change import Change
from pytest_repro.store.local import LocalStore
from pytest_repro.store.recorded import Recorded
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import tolerances_from

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
SNAPSHOT = {"python": {"version": "3.11.7"}, "numpy": {"version": "2.4.6"}, "blas": {"kernel": "SkylakeX"}}
SMALL = """
import numpy as np, pytest
@pytest.mark.parametrize("i", range({number}))
def test_small(i{fixture}):
    values = np.random.default_rng(i).normal(size=20).tolist()
    {check}
"""
THROUGH = """
import numpy as np, pytest
@pytest.mark.replay(tol=1e-9)
@pytest.mark.parametrize("i", range({number}))
def test_small(i, repro):
    values = np.random.default_rng(i).normal(size=20).tolist()
    repro.record(values=values, loss=0.1 * i, n=i)
"""
LARGE = """
import numpy as np
def test_large({fixture}):
    values = np.random.default_rng(0).normal(size={size})
    {change}
    {check}
"""


class Line(NamedTuple):
    """One line of the table."""

    work: str
    ours: str
    theirs: str
    goal: str


def envelope(values: dict[str, object]) -> Envelope:
    """An envelope of recorded values."""
    freezer, found = Freezer(), {}
    for name, value in values.items():
        found.update(freezer.freeze(f"record.{name}", value, masked=False))
    outcomes = {"setup": "passed", "call": "passed", "teardown": "passed"}
    return Envelope(nodeid="t", label="run 1", session_seed=0, seed=7, outcomes=outcomes, observations=found)


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """A call that returns its CPU seconds."""

    def call() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return call


def minima(works: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The least CPU seconds of each over interleaved rounds."""
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, work in works.items():
            best[name] = min(best.get(name, float("inf")), work())
    return best


def cpu_of(folder: Path, *arguments: str) -> float:
    """CPU seconds of a pytest and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:repro", *arguments]
    subprocess.run(command, cwd=folder, env={**os.environ}, stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def changes(module: Path, envelopes: list[Envelope]) -> list[Change]:
    """Every test to be recorded."""
    return [
        Change(
            module=module,
            profile="default",
            name=f"test_small[{number}]",
            recorded=Recorded.of(run, recorded=DAY, environment=SNAPSHOT, runs=2),
            wish="changed",
        )
        for number, run in enumerate(envelopes)
    ]


def small(folder: Path, rounds: int, number: int) -> list[Line]:
    """1,000 baselines of a list of 20 numbers and three scalars."""
    module, store = folder / "test_small.py", LocalStore()
    rng = np.random.default_rng(0)
    runs = [envelope({"values": rng.normal(size=20).tolist(), "loss": 0.1 * i, "n": i}) for i in range(number)]

    def record() -> None:
        shutil.rmtree(folder / "__envelopes__", ignore_errors=True)
        store.write(changes(module, runs))

    def verify() -> None:
        book = store.book(module, "default")
        for at, run in enumerate(runs):
            kept = book.get(f"test_small[{at}]")
            if kept is None or compare(kept.envelope("t"), run, tolerances_from(0)).gaps:
                raise SystemExit("a baseline is not what was recorded")

    beside = peer_small(folder / "peer", number) if importlib.util.find_spec("syrupy") else {}
    best = minima({"ours, record": timed(record), "ours, verify": timed(verify), **beside}, rounds)
    each = 1e3 / number
    lines = []
    for name, goal in (("record", "<= 0.2 ms"), ("verify", "<= 0.1 ms")):
        theirs = f"syrupy {(best[name] - best['bare']) * each:.3f} ms" if beside else ""
        ours = f"{best[f'ours, {name}'] * each:.3f} ms"
        lines.append(Line(f"{number} small baselines, {name}, each", ours, theirs, goal))
    return lines


def peer_small(folder: Path, number: int) -> dict[str, Callable[[], float]]:
    """Syrupy, and the same tests without it."""
    folder.mkdir()
    bare = SMALL.format(number=number, fixture="", check="assert values")
    (folder / "test_bare.py").write_text(bare, encoding="utf-8")
    checked = SMALL.format(number=number, fixture=", snapshot", check="assert values == snapshot")
    (folder / "test_syrupy.py").write_text(checked, encoding="utf-8")

    def record() -> float:
        shutil.rmtree(folder / "__snapshots__", ignore_errors=True)
        return cpu_of(folder, "test_syrupy.py", "--snapshot-update")

    return {
        "bare": lambda: cpu_of(folder, "test_bare.py"),
        "record": record,
        "verify": lambda: cpu_of(folder, "test_syrupy.py"),
    }


def through(folder: Path, rounds: int, few: int, many: int) -> list[Line]:
    """What pytest takes with a store over the same replay without one: slope between two suites, and all of it."""
    works: dict[str, Callable[[], float]] = {}
    for number in (few, many):
        for name in ("plain", "record", "verify"):
            here = folder / f"{name}{number}"
            here.mkdir()
            (here / "test_small.py").write_text(THROUGH.format(number=number), encoding="utf-8")
            works[f"{name}{number}"] = lambda here=here, name=name: replayed(here, record=name == "record")  # type: ignore[misc]  # the defaults bind now
        replayed(folder / f"verify{number}", record=True)
    best = minima(works, rounds)
    lines = []
    for name, goal in (("record", "<= 0.2 ms"), ("verify", "<= 0.1 ms")):
        more = best[f"{name}{many}"] - best[f"plain{many}"]
        slope = 1e3 * (more - best[f"{name}{few}"] + best[f"plain{few}"]) / (many - few)
        ours = f"{slope:.3f} ms; of {many} tests, start and end included, {1e3 * more / many:.3f} ms"
        lines.append(Line(f"through pytest, {name}, each", ours, "", goal))
    return lines


def replayed(folder: Path, *, record: bool) -> float:
    """CPU seconds of a pytest that replays, and records anew or not."""
    if record:
        shutil.rmtree(folder / "__envelopes__", ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "pytest_repro.plugin.hooks"]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(folder.parent / "cache")
    wish = ["--repro-record"] if record else []
    subprocess.run([*command, *wish], cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def large(folder: Path, rounds: int, size: int) -> list[Line]:
    """One array of a million numbers, equal to the recorded one and not."""
    module, store = folder / "test_large.py", LocalStore(1 << 30)
    before = np.random.default_rng(0).normal(size=size)
    one_in_hundred = before.copy()
    one_in_hundred[::100] *= 1 + 1e-9
    kept = Recorded.of(envelope({"w": before}), recorded=DAY)
    store.write([Change(module=module, profile="default", name="t", recorded=kept)])
    works: dict[str, Callable[[], float]] = {}
    goals = {"equal": "<= 2 ms", "1 % differ": "<= 12 ms", "all differ": ""}
    for name, after in zip(goals, (before.copy(), one_in_hundred, before * (1 + 1e-9)), strict=True):

        def verify(run: Envelope = envelope({"w": after})) -> None:  # made once, outside of what is timed
            found = store.book(module, "default").get("t")
            if found is not None:
                compare(found.envelope("t"), run, tolerances_from(1e-7))

        works[f"ours, {name}"] = timed(verify)
    beside = peer_large(folder / "peer_large", size) if importlib.util.find_spec("pytest_regressions") else {}
    best = minima(works | beside, rounds)
    lines = []
    for name, goal in goals.items():
        theirs = f"ndarrays_regression {(best[name] - best['bare']) * 1e3:.0f} ms" if beside else ""
        lines.append(Line(f"{size:.0e} float64, {name}", f"{best[f'ours, {name}'] * 1e3:.2f} ms", theirs, goal))
    return lines


def peer_large(folder: Path, size: int) -> dict[str, Callable[[], float]]:
    """ndarrays_regression, and the same test without it."""
    check = "ndarrays_regression.check({'w': values}, default_tolerance=dict(rtol=1e-7, atol=0))"
    works: dict[str, Callable[[], float]] = {}
    for name, fixture, change, text in (
        ("bare", "", "pass", "assert values.size"),
        ("equal", "ndarrays_regression", "pass", check),
        ("1 % differ", "ndarrays_regression", "values[::100] *= 1 + 1e-9", check),
        ("all differ", "ndarrays_regression", "values *= 1 + 1e-9", check),
    ):
        here = folder / str(len(works))
        here.mkdir(parents=True)
        test = here / "test_large.py"
        test.write_text(LARGE.format(size=size, fixture=fixture, change="pass", check=text), encoding="utf-8")
        if fixture:
            cpu_of(here, "--regen-all")
        test.write_text(LARGE.format(size=size, fixture=fixture, change=change, check=text), encoding="utf-8")
        works[name] = lambda here=here: cpu_of(here)  # type: ignore[misc]  # the default binds now
    return works


def many(folder: Path, number: int, modules: int) -> list[Line]:
    """A store of 100,000 tests, of which one module's run: what is loaded."""
    store, each = LocalStore(), number // modules
    run = envelope({"values": [0.1 * at for at in range(20)], "loss": 0.5})
    start = time.process_time()
    for at in range(modules):
        store.write(changes(folder / f"test_{at}.py", [run] * each))
    wrote = time.process_time() - start
    works = {"one test of one module": (1, 1), "one module": (1, each), "ten modules": (10, each)}
    lines = [Line(f"{number} tests in {modules} modules, record, each", f"{wrote / number * 1e3:.3f} ms", "", "")]
    for name, (books, tests) in works.items():

        def load(books: int = books, tests: int = tests) -> list[object]:
            kept: list[object] = []
            for at in range(books):
                book = store.book(folder / f"test_{at}.py", "default")
                kept += [book, *(book.get(f"test_small[{number}]") for number in range(tests))]
            return kept

        seconds = minima({name: timed(load)}, 5)[name]
        tracemalloc.start()
        held = load()
        memory = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        text = f"{seconds * 1e3:.1f} ms, {memory / 1e6:.1f} MB for {len(held) - books} tests"
        lines.append(Line(f"of {number} tests, {name}", text, "", "proportional"))
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
    return [Line(work, f"{seconds:.0f} s, {memory:.0f} MiB at most", "", "bounded")]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=("small", "through", "large", "many", "fleet"))
    chosen = parser.parse_args()
    works: dict[str, Callable[[Path], list[Line]]] = {
        "small": lambda folder: small(folder, chosen.rounds, 1000),
        "through": lambda folder: through(folder, chosen.rounds, 200, 1200),
        "large": lambda folder: large(folder, chosen.rounds, 10**6),
        "many": lambda folder: many(folder, 100_000, 200),
        "fleet": lambda folder: fleet(folder, 50, 20, 100),
    }
    lines = [Line("work", "pytest-repro", "beside it", "goal")]
    for name, work in works.items():
        if chosen.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                lines += work(Path(folder))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
