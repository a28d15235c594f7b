"""An origin: the environment in which tests were recorded, and which facts of it part groups of recordings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.environment.differences import differences
from pytest_repro.environment.snapshot import Snapshot
from pytest_repro.errors import ReproError
from pytest_repro.store.gathered import Gathered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.environment.differences import EnvironmentDifference
    from pytest_repro.store.recorded import Recorded

EXPLAINS = 8
"""Rank up to which a fact may explain that numbers differ; behind it stand commits, branches and what is like them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where tests were recorded.

    Attributes:
        id: Under which id the environment is kept; empty where there is none.
        snapshot: The environment; None where it cannot be read.
        reason: Why it cannot; empty where it can.
        others: How many other environments stand behind other tests of the same set.
    """

    id: str = ""
    snapshot: Snapshot | None = None
    reason: str = "no environment was recorded"
    others: int = 0

    @property
    def hardware(self) -> str:
        """The class of hardware, 16 hexadecimal digits; empty where it is unknown."""
        return "" if self.snapshot is None else self.snapshot.hw_class


def origin(test: Recorded, others: int = 0) -> Origin:
    """The origin of one test."""
    if not test.environment:
        return Origin(others=others)
    try:
        return Origin(id=test.kept_as, snapshot=Snapshot.from_dict(test.environment), reason="", others=others)
    except ReproError as error:
        place = f" in '{error.place}'" if error.place else ""
        return Origin(id=test.kept_as, reason=f"{error.sentence}{place}", others=others)


def origins(tests: Mapping[str, Recorded]) -> dict[str, Origin]:
    """The distinct origins of tests by their ids, that of most tests first."""
    kept = tests.kept_as if isinstance(tests, Gathered) else {name: test.kept_as for name, test in tests.items()}
    first: dict[str, str] = {}
    for name, key in kept.items():
        first.setdefault(key, name)
    counts = Counter(kept.values())
    return {key: origin(tests[first[key]], len(counts) - 1) for key, _ in counts.most_common()}


def usual(tests: Mapping[str, Recorded]) -> Origin:
    """The origin of most tests."""
    return next(iter(origins(tests).values()), Origin())


def parting(ones: Sequence[Origin], others: Sequence[Origin]) -> tuple[EnvironmentDifference, ...] | None:
    """Facts that are the same within each of two groups and differ between them, the likeliest explanation first.

    Returns:
        None where one of the environments cannot be read.
    """
    here = [one.snapshot for one in ones if one.snapshot is not None]
    there = [other.snapshot for other in others if other.snapshot is not None]
    if not here or not there or len(here) < len(ones) or len(there) < len(others):
        return None
    sides = [[snapshot.flat() for snapshot in group] for group in (here, there)]

    def whole(address: str) -> bool:
        return all(len({repr(facts.get(address)) for facts in side}) == 1 for side in sides)

    return tuple(
        found
        for found in differences(here[0], there[0]).differences
        if (found.rank <= EXPLAINS or found.suspect) and whole(found.address)
    )
