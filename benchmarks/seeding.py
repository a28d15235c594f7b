"""Generators of random and numpy pinned for one test and put back, against pytest-randomly's own reseeding."""

from __future__ import annotations

import numpy.random  # noqa: F401  # pinned because it is imported; numpy alone brings it only when it is asked for
import peers
from rounds import Spread, interleaved, timed
from rows import Filled

from pytest_repro.seeds.pins import Pins


class _Config:
    """What the peer asks of pytest's configuration."""

    def getoption(self, _name: str) -> int:
        return 1


def seeds(rounds: int, calls: int = 3000) -> dict[str, Filled]:
    """Microseconds a test."""
    pins = Pins(entries=list)

    def ours() -> None:
        pins.hold()
        pins.pin(12345)
        pins.release()

    works = {"ours": timed(ours, calls)}
    here, missing = peers.installed("pytest-randomly")
    if here:
        from pytest_randomly import _reseed  # noqa: PLC0415  # the peer, where it is installed

        def theirs() -> None:
            """Before setup, call and teardown of one test, as its hooks do; seeds differ, so that none is kept."""
            for _ in range(3):
                _reseed(_Config(), next(offsets))  # type: ignore[arg-type]  # all that it reads

        offsets = iter(range(10**9))
        works["pytest-randomly"] = timed(theirs, calls)
    taken = interleaved(works, rounds)
    found, *beside = (Spread(tuple(1e6 * seconds for seconds in taken[who]), who) for who in works)
    return {"seeds": Filled(found, beside, missing=missing)}
