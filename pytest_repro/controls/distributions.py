"""Tests that are meant to be random: their numbers compared as distributions over runs under different seeds.

Each number is one sample a run; of an array its mean and its spread are. Two halves of the runs are compared by the
two-sample Kolmogorov-Smirnov test, exact for few runs, and the p-values are corrected for their number by Holm's method
(Scandinavian Journal of Statistics 6, 1979), so that a test whose distribution is the same is reported falsely with a
probability of at most alpha, however many values it shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.controls.limit import APART
from pytest_repro.values.address import category

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.envelope import Envelope

Test = Callable[[Sequence[float], Sequence[float]], float]
"""A two-sample test: the p-value of the hypothesis that both come from one distribution."""


class Apart(NamedTuple):
    """One number whose distribution differs.

    Attributes:
        address: Where it stands; ``mean(...)`` or ``std(...)`` of an array.
        p: The p-value after correction, in ``[0, 1]``.
        before: Median of the first half.
        after: Median of the second.
    """

    address: str
    p: float
    before: float
    after: float


class Drawn(NamedTuple):
    """What a comparison of distributions gave.

    Attributes:
        apart: Numbers whose distributions differ, the surest first.
        compared: Numbers that were compared.
    """

    apart: tuple[Apart, ...]
    compared: int


def compared(runs: Sequence[Envelope], alpha: float, test: Test) -> Drawn:
    """Numbers whose distribution in the first half of the runs is not that of the second.

    Args:
        runs: At least four, under different seeds.
        alpha: Probability of a false report over all numbers together, in ``(0, 1)``.
        test: The two-sample test.
    """
    half = len(runs) // 2
    series: dict[str, list[float]] = {}
    for run in runs:
        for address, number in samples(run).items():
            series.setdefault(address, []).append(number)
    whole = {address: numbers for address, numbers in series.items() if len(numbers) == len(runs)}
    found = []
    for address, numbers in whole.items():
        first, second = numbers[:half], numbers[half:]
        p = 1.0 if len(set(numbers)) == 1 else float(test(first, second))
        found.append(Apart(address, p, median(first), median(second)))
    return Drawn(tuple(one for one in holm(found) if one.p < alpha), len(found))


def holm(found: Sequence[Apart]) -> list[Apart]:
    """The same, smallest p first, each p corrected for the number of tests by Holm's method."""
    corrected: list[Apart] = []
    least = 0.0
    for rank, one in enumerate(sorted(found, key=lambda one: one.p)):
        least = max(least, min(1.0, one.p * (len(found) - rank)))
        corrected.append(one._replace(p=least))
    return corrected


def samples(run: Envelope) -> Mapping[str, float]:
    """The numbers of one run: each finite one, of an array of several its mean and its spread."""
    found: dict[str, float] = {}
    for address, leaf in run.observations.items():
        if category(address) in APART:
            continue
        values = getattr(leaf, "values", None)
        if leaf.kind == "array" and values is not None and values.dtype.kind in "iuf" and values.size:
            for name, number in (("mean", float(values.mean())), ("std", float(values.std()))):
                if math.isfinite(number):
                    found[f"{name}({address})"] = number
        elif leaf.kind in ("float", "int", "bool"):
            number = float(getattr(leaf, "value", math.nan))
            if math.isfinite(number):
                found[address] = number
    return found
