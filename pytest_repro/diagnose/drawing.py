"""Which draw of entropy makes values drift: all draws served again, then one site at a time left to draw anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.diagnose.experiment import Experiment

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pytest_repro.diagnose.experiment import Trial
    from pytest_repro.envelope import Envelope
    from pytest_repro.observe.draw import Site

MOST = 16
"""Sites that are left to draw anew, one run each."""


class Drawn(NamedTuple):
    """A site whose draws make values drift.

    Attributes:
        site: Where it is.
        times: Draws of one run.
        addresses: The values.
        proved: Whether serving its draws removed a drift that every pair of runs shows, and leaving it alone to draw
            anew brought it back.
    """

    site: Site
    times: int
    addresses: frozenset[str]
    proved: bool


def drawn(
    again: Trial,
    left: frozenset[str],
    every: frozenset[str],
    drifted: Callable[[Envelope, Envelope], frozenset[str]],
) -> Generator[Experiment, Trial, tuple[Drawn, ...]]:
    """The guilty sites, none where entropy is not the cause.

    Args:
        again: The experiment whose draws are served.
        left: Addresses that nothing explains yet.
        every: Those of them that differ in every pair of runs; others may agree by luck, which proves nothing.
        drifted: Addresses at which two runs part.
    """
    sites = tuple(again.draws)
    healed = left
    for _ in range(2):  # racy values agree by luck once
        served = yield Experiment(restore=True, entropy=sites)
        healed -= drifted(again.envelope, served.envelope)
        if not healed:  # several threads take one another's bytes: what always differs is likely theirs
            return tuple(Drawn(site, again.draws[site], left & every, proved=False) for site in again.raced)
    if len(sites) == 1 and healed <= every:  # to leave it alone is what the first runs did
        return (Drawn(sites[0], again.draws[sites[0]], healed, proved=True),)
    guilty: list[Drawn] = []
    more = served.more
    for site in sites[:MOST]:
        moved: frozenset[str] = frozenset()
        for _ in range(1 if healed <= every else 2):  # a value of few forms may come out the same by luck
            if more and not moved:
                trial = yield Experiment(restore=True, entropy=tuple(other for other in sites if other != site))
                more = trial.more
                moved = healed & drifted(again.envelope, trial.envelope)
        if moved:
            guilty.append(Drawn(site, again.draws[site], moved, proved=bool(moved & every)))
    missed = (healed & every) - frozenset().union(*(one.addresses for one in guilty))
    if missed and not guilty:  # each of several sites may be enough, or the time was short: one of them it is
        guilty = [Drawn(site, again.draws[site], missed, proved=False) for site in sites]
    return tuple(guilty)
