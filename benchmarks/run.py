"""Ratios against bare pytest and named peers, measured side by side in one run: ``python benchmarks/run.py``.

Rounds are interleaved (ours, theirs, ours, theirs...) and the minimum of CPU time counts, because the machines that
run this are shared: wall time tells more about the neighbours than about the code. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import timeit
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

TRIVIAL = """
import pytest
@pytest.mark.parametrize("i", range({number}))
def test_q(i):
    a = i
    b = a + 1
    assert b > a
"""


class Line(NamedTuple):
    """One line of the table."""

    work: str
    ours: str
    theirs: str
    ratio: str
    goal: str


def cpu_of(command: list[str], folder: Path) -> float:
    """CPU seconds of a command and its children, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def minima(commands: dict[str, list[str]], folder: Path, rounds: int) -> dict[str, float]:
    """The least CPU of each command over interleaved rounds."""
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, command in commands.items():
            best[name] = min(best.get(name, float("inf")), cpu_of(command, folder))
    return best


def pytest_with(*arguments: str) -> list[str]:
    """A pytest command that loads only the plugins it names."""
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]


OURS = ("-p", "pytest_repro.plugin.hooks")


def idle(rounds: int, number: int) -> list[Line]:
    """The plugin installed, nothing marked."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_idle.py").write_text(TRIVIAL.format(number=number), encoding="utf-8")
        best = minima({"bare": pytest_with(), "ours": pytest_with(*OURS)}, folder, rounds)
    ratio = best["ours"] / best["bare"]
    return [
        Line(f"idle, {number} tests", f"{best['ours']:.2f} s", f"bare {best['bare']:.2f} s", f"{ratio:.3f}", "<= 1.02")
    ]


def replay(rounds: int, number: int) -> list[Line]:
    """Trivial tests replayed, with numpy imported by none of them; against bare pytest and flakefinder's two runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_replay.py").write_text(TRIVIAL.format(number=number), encoding="utf-8")
        commands = {
            "bare": pytest_with(),
            "ours": pytest_with(*OURS, "--repro=all"),
            "flakefinder": pytest_with("-p", "pytest_flakefinder", "--flake-finder", "--flake-runs=2"),
        }
        best = minima(commands, folder, rounds)
    beyond = (best["ours"] - 2 * best["bare"]) / number * 1e3
    lines = [
        Line(
            f"replay, {number} trivial tests",
            f"{best['ours']:.2f} s",
            f"bare {best['bare']:.2f} s",
            f"{best['ours'] / best['bare']:.2f} = 2 x {beyond:+.2f} ms a test",
            "2.0 x + <= 0.5 ms",
        )
    ]
    if best["flakefinder"] > best["bare"]:
        ratio = best["ours"] / best["flakefinder"]
        lines.append(
            Line("the same", f"{best['ours']:.2f} s", f"flakefinder {best['flakefinder']:.2f} s", f"{ratio:.2f}", "")
        )
    return lines


def least(work: Callable[[], object], number: int, rounds: int = 7) -> float:
    """Seconds of one call, the least of several rounds."""
    return min(timeit.repeat(work, number=number, repeat=rounds)) / number


def seeding() -> list[Line]:
    """Generators of random and numpy pinned for one test and put back."""
    import numpy  # noqa: ICN001, F401, PLC0415  # pinned because it is imported

    from pytest_repro.seeds.pins import Pins  # noqa: PLC0415  # measured here alone

    pins = Pins(entries=list)

    def once() -> None:
        pins.hold()
        pins.pin(12345)
        pins.release()

    ours = least(once, 2000) * 1e6
    lines = [Line("seeds pinned per test", f"{ours:.1f} us", "", "", "<= 15 us")]
    try:
        from pytest_randomly import _reseed  # noqa: PLC0415  # the peer, where it is installed
    except ImportError:
        return lines

    class Config:
        """What the peer asks of pytest's configuration."""

        def getoption(self, _name: str) -> int:
            return 1

        class option:  # noqa: N801  # pytest's name
            randomly_seed = 1

    offsets = iter(range(10**9))
    try:
        theirs = least(lambda: [_reseed(Config(), next(offsets)) for _ in range(3)], 500) * 1e6
    except Exception as error:  # noqa: BLE001  # a private function of the peer, which may move
        return [*lines, Line("", "", f"pytest-randomly: {error}", "", "")]
    return [lines[0]._replace(theirs=f"pytest-randomly {theirs:.1f} us", ratio=f"{ours / theirs:.2f}")]


def comparing(size: int) -> list[Line]:
    """1e7 float64 compared, identical and with one in a hundred differing."""
    import numpy as np  # noqa: PLC0415  # measured here alone

    from pytest_repro.values.budget import Budget  # noqa: PLC0415  # as above
    from pytest_repro.values.registry import Freezer, measure  # noqa: PLC0415  # as above
    from pytest_repro.values.tolerance import Tolerance  # noqa: PLC0415  # as above

    whole = Budget(nbytes=1 << 34, spill=1 << 34)
    before = np.random.default_rng(0).normal(size=size)
    one_in_hundred = before.copy()
    one_in_hundred[::100] *= 1 + 1e-9
    lines = []
    for name, after, goal in (("identical", before.copy(), "<= 25 ms"), ("1 % differ", one_in_hundred, "<= 60 ms")):
        kept = [Freezer(budget=whole).freeze("x", value)["x"] for value in (before, after)]
        ours = least(lambda kept=kept: measure(kept[0], kept[1], Tolerance(rtol=1e-7)), 1, 5) * 1e3  # type: ignore[misc]
        theirs = least(lambda after=after: np.allclose(before, after, 1e-7, 0), 1, 5) * 1e3  # type: ignore[misc]
        work = f"comparing {size:.0e} float64, {name}"
        lines.append(Line(work, f"{ours:.0f} ms", f"np.allclose {theirs:.0f} ms", f"{ours / theirs:.2f}", goal))
    return lines


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=("idle", "replay", "seeding", "comparing"))
    chosen = parser.parse_args()
    works: dict[str, Callable[[], list[Line]]] = {
        "idle": lambda: idle(chosen.rounds, 5000),
        "replay": lambda: replay(chosen.rounds, 1200),
        "seeding": seeding,
        "comparing": lambda: comparing(10**7),
    }
    lines = [Line("work", "pytest-repro", "beside it", "ratio", "goal")]
    for name, work in works.items():
        if chosen.only in (None, name):
            lines += work()
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
