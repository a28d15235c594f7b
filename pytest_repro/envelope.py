"""An envelope: everything kept of one run of one test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_repro.values.secrets import mask
from pytest_repro.values.veil import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.values.frozen import Frozen

FORMAT = "1.0"
"""Major and minor version of what :meth:`Envelope.to_dict` writes: a reader takes any minor, refuses a newer major."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What one run of one test showed.

    Attributes:
        nodeid: The test.
        label: Which run this was, as reports name it: ``run 1``.
        session_seed: Seed of the session, from which the test's seed derives.
        seed: Seed that the generators were pinned to, in ``[0, 2**32)``.
        observations: Frozen values by address, in the order in which they were seen.
        outcomes: ``passed``, ``failed``, ``skipped``, ``xfailed`` or ``xpassed`` by phase.
        cut: Values that were seen and not kept, because a budget ran out.
        notes: Why something was not observed: ``asserted: no source``.
        ids: Numbers that are the identity or the hash of an object of this run, not values.
        window: Wall-clock start and end of the run, in seconds since the epoch.
    """

    nodeid: str
    label: str
    session_seed: int
    seed: int
    observations: Mapping[str, Frozen]
    outcomes: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0
    notes: tuple[str, ...] = ()
    ids: frozenset[int] = frozenset()
    window: tuple[float, float] = (0.0, 0.0)

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values; what a run only needs while it lasts (ids, window) is left out."""
        return {
            "format": FORMAT,
            "nodeid": mask(self.nodeid),
            "session_seed": self.session_seed,
            "seed": self.seed,
            "outcomes": dict(self.outcomes),
            "cut": self.cut,
            "notes": [mask(note) for note in self.notes],
            "observations": written(self.observations),
        }
