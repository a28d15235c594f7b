"""What carries state from one run of a test to the next, found in fresh processes: there the first run is the first.

In the session itself a cache is full by the time anybody asks who filled it. A fresh process runs the test twice and
undoes one thing between: it tears the wider fixtures down, or puts what it saw changed back, or empties the caches of
functions. The thing whose undoing removes the drift is the one that carries it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.diagnose.splitting import Brought, Errand
from pytest_repro.variations.condition import FRESH

if TYPE_CHECKING:
    from pytest_repro.store.stream import Ended

NOTHING, STATE, FIXTURES, CACHES = "nothing", "state", "fixtures", "caches"
"""What is undone between the two runs of a test; one fixture or cache alone is ``fixtures:NAME``, ``caches:NAME``."""

KINDS = (STATE, FIXTURES, CACHES)
"""The narrowest first: what a fixture's teardown resets as well is told as what it is."""

MOST = 6
"""Fixtures or caches that are tried one by one."""


class Leak(NamedTuple):
    """Where state is carried over.

    Attributes:
        kind: What was undone when the drift was gone; ``nothing`` where it stays whatever is undone; empty where the
            test does not drift alone in a fresh process.
        names: Of what was undone, as a report calls it: ``module fixture model``, ``functools cache fit.grid``; where
            the drift stays, of what changed and could not be undone.
        addresses: At which the second run drifts no more.
    """

    kind: str = ""
    names: tuple[str, ...] = ()
    addresses: frozenset[str] = frozenset()


class Seen(NamedTuple):
    """What a fresh process said of the two runs of a test.

    Attributes:
        drifted: Addresses at which the second run is beyond what the test allows.
        undone: Names of what was undone between them.
        whole: Whether all of it could be undone.
    """

    drifted: frozenset[str]
    undone: tuple[str, ...]
    whole: bool

    @classmethod
    def of(cls, ended: Ended | None) -> Seen | None:
        """What stands in a result; None where there is none, or it says something else."""
        match None if ended is None else ended.about.get("between"):
            case {"drifted": [*drifted], "undone": [*undone], "whole": bool(whole)}:
                return cls(frozenset(map(str, drifted)), tuple(map(str, undone)), whole)
        return None


Looking = Generator[tuple[Errand, ...], tuple[Brought, ...], Leak]


def located(nodeid: str, moved: frozenset[str]) -> Looking:
    """Errands that find what carries state over.

    Args:
        nodeid: The test.
        moved: Addresses at which its later runs show it.
    """
    wanted = tuple(Errand(FRESH, (nodeid,), between=between) for between in (NOTHING, *KINDS))
    control, *others = _seen((yield wanted), nodeid)
    expected = moved & control.drifted if control is not None else frozenset()
    if not expected:
        return Leak()
    lost: tuple[str, ...] = ()
    for kind, seen in zip(KINDS, others, strict=True):
        if seen is not None and not seen.whole:
            lost += seen.undone
        if seen is None or not seen.undone or not seen.whole or expected & seen.drifted:
            continue
        names = seen.undone
        if kind != STATE and 1 < len(names) <= MOST:
            each = tuple(Errand(FRESH, (nodeid,), between=f"{kind}:{name}") for name in names)
            alone = zip(names, _seen((yield each), nodeid), strict=True)
            guilty = tuple(name for name, one in alone if one is not None and not expected & one.drifted)
            names = guilty or names
        return Leak(kind, names, expected)
    return Leak(NOTHING, lost, expected)


def _seen(brought: Sequence[Brought], nodeid: str) -> tuple[Seen | None, ...]:
    results: tuple[Mapping[str, Ended], ...] = tuple(one.ended for one in brought)
    return tuple(Seen.of(ended.get(nodeid)) for ended in results)
