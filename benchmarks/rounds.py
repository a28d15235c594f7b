"""Rounds of measuring in which ours and theirs take turns, and what is made of them: a median with its quartiles.

CPU time counts, children included: wall time of a shared machine tells more about the neighbours than about the code.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

OURS = ("-p", "pytest_repro.plugin.hooks")

STILL = {"OPENBLAS_NUM_THREADS": "1"}
"""Variables for measurements that are no product of matrices: threads of the BLAS, once woken, turn round for more work
for a time that the clock decides, and that is neither ours nor the peer's."""

Works = dict[str, "Callable[[], float]"]
Taken = dict[str, list[float]]


class BrokenError(Exception):
    """A command that was to be measured and failed."""


@dataclass(frozen=True)
class Spread:
    """What the rounds showed.

    Attributes:
        values: One a round, in the row's unit.
        of: Whose they are: ours, or a peer and what it was asked for.
        smallest: Where the values are made of several measurements, what their smallest ones make.
    """

    values: tuple[float, ...]
    of: str = "ours"
    smallest: float | None = None

    @property
    def least(self) -> float:
        """What is left where neighbours take the least of the machine."""
        return min(self.values) if self.smallest is None else self.smallest

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.values)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Lower and upper; both the value itself where there is one round."""
        if len(self.values) == 1:
            return self.values[0], self.values[0]
        low, _, high = quantiles(self.values, n=4, method="inclusive")
        return low, high

    def less(self, other: Spread, times: int = 1) -> Spread:
        """What each round's value is beyond so many times the other's."""
        both = zip(self.values, other.values, strict=True)
        values = tuple(ours - times * theirs for ours, theirs in both)
        return Spread(values, self.of, self.least - times * other.least)

    def over(self, other: Spread) -> Spread:
        """Ratio of each round's pair."""
        values = tuple(ours / theirs for ours, theirs in zip(self.values, other.values, strict=True))
        return Spread(values, self.of, self.least / other.least)


def interleaved(works: Mapping[str, Callable[[], float]], rounds: int) -> Taken:
    """CPU seconds of each work, one a round, after a round that is thrown away.

    Args:
        works: What is measured, by name; each returns its CPU seconds.
        rounds: How often each is measured; every other round goes backwards, so that a machine that grows slower
            favours nobody.
    """
    taken: Taken = {name: [] for name in works}
    for number in range(rounds + 1):
        for name in list(works)[:: -1 if number % 2 else 1]:
            seconds = works[name]()
            if number:
                taken[name].append(seconds)
    return taken


def timed(work: Callable[[], object], calls: int = 1) -> Callable[[], float]:
    """A call that returns CPU seconds of this process, of one of so many calls."""

    def call() -> float:
        start = time.process_time()
        for _ in range(calls):
            work()
        return (time.process_time() - start) / calls

    return call


def cpu_of(folder: Path, command: Sequence[str], *, may_fail: bool = False, **variables: str) -> float:
    """CPU seconds of a command and its children, user and system.

    Raises:
        BrokenError: It ended with another status than 0, and may not.
    """
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}
    # what is compiled once stays compiled, as on a user's machine, whatever this one says
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment.pop("PYTEST_ADDOPTS", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode and not may_fail:
        raise BrokenError(f"{' '.join(command[1:])} ended with status {done.returncode}:\n{done.stdout[-2000:]}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def pytest_with(*words: str) -> list[str]:
    """A pytest command that loads only the plugins it names."""
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]


def each(taken: Taken, who: str, few: int, many: int) -> Spread:
    """CPU milliseconds of each more test, from two sizes of a suite: works named ``"ours 200"``, ``"ours 1200"``.

    Args:
        taken: CPU seconds by work.
        who: Whose.
        few: Tests of the smaller suite; 0 for all of the larger one, start and end included.
        many: Tests of the larger one.
    """
    more = taken[f"{who} {many}"]
    less = taken[f"{who} {few}"] if few else [0.0] * len(more)
    factor = 1e3 / (many - few)
    values = tuple(factor * (long - short) for long, short in zip(more, less, strict=True))
    return Spread(values, who, factor * (min(more) - min(less)))
