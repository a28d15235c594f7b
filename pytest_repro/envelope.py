"""An envelope: everything kept of one run of one test."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError
from pytest_repro.values import entry, registry
from pytest_repro.values.identity import unkeyed
from pytest_repro.values.secrets import mask
from pytest_repro.values.text import Text
from pytest_repro.values.veil import written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_repro.values.frozen import Frozen

FORMAT = "1.0"
"""Major and minor version of what :meth:`Envelope.to_dict` writes: a reader takes any minor, refuses a newer major."""


_TEARDOWN = "outcome.teardown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What one run of one test showed.

    Attributes:
        nodeid: The test.
        label: Which run this was, as reports name it: ``run 1``.
        session_seed: Seed of the session, from which the test's seed derives.
        seed: Seed that the generators were pinned to, in ``[0, 2**32)``.
        observations: Frozen values by address, in the order in which they were seen; no address holds an identity.
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

    def with_teardown(self, other: Envelope | None) -> Envelope:
        """The same run with how another ended its teardown; as if it had passed where there is no other."""
        own = {address: leaf for address, leaf in self.observations.items() if not address.startswith(_TEARDOWN)}
        seen: Mapping[str, Frozen] = {_TEARDOWN: Text("passed", 6)} if other is None else other.observations
        ended = {address: leaf for address, leaf in seen.items() if address.startswith(_TEARDOWN)}
        return replace(self, observations={**own, **ended})

    def __post_init__(self) -> None:
        """Takes identities out of addresses: two runs could not be told what stands where in both."""
        if self.ids:
            object.__setattr__(self, "observations", unkeyed(self.observations, self.ids))

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

    @classmethod
    def from_dict(cls, data: object, label: str = "recorded") -> Envelope:
        """The envelope that :meth:`to_dict` wrote; trusts nothing.

        Args:
            data: What a JSON reader returned.
            label: What reports call it.

        Raises:
            ReproError: ``B602`` with the place inside ``data``; ``B604`` for a newer major format.
        """
        if not isinstance(data, dict):
            raise entry.malformed(f"unexpected type {type(data).__name__} (expected dict)")
        entry.version(data, FORMAT)
        return cls(
            nodeid=entry.field(data, "nodeid", str),
            label=label,
            session_seed=whole(data, "session_seed"),
            seed=whole(data, "seed"),
            outcomes=outcomes_from(data, "outcomes"),
            cut=whole(data, "cut"),
            notes=entry.texts(data, "notes"),
            observations=leaves_from(data, "observations", registry.from_dict),
        )


OUTCOMES = ("passed", "failed", "skipped", "xfailed", "xpassed")
"""How a phase ends."""


def whole(data: Mapping[str, object], key: str) -> int:
    """A field that is a whole number >= 0."""
    number = entry.field(data, key, int)
    if number < 0:
        raise entry.malformed(f"unexpected value {number} (expected >= 0)", key)
    return number


def outcomes_from(data: Mapping[str, object], key: str) -> dict[str, str]:
    """A field that maps phases to outcomes."""
    found: dict[str, str] = {}
    for phase, ended in entry.field(data, key, dict).items():
        if not isinstance(phase, str):
            raise entry.malformed(f"unexpected key of type {type(phase).__name__} (expected str)", key)
        if ended not in OUTCOMES:
            sentence = f"unexpected outcome {ended!r:.40} (expected one of {', '.join(OUTCOMES)})"
            raise entry.malformed(sentence, entry.item(key, phase))
        found[phase] = ended
    return found


def leaves_from(data: Mapping[str, object], key: str, read: Callable[[object], Frozen]) -> dict[str, Frozen]:
    """A field that maps addresses to leaves, each read by ``read``; an error says at which address."""
    found: dict[str, Frozen] = {}
    for address, kept in entry.field(data, key, dict).items():
        if not isinstance(address, str):
            raise entry.malformed(f"unexpected key of type {type(address).__name__} (expected str)", key)
        try:
            found[address] = read(kept)
        except ReproError as error:
            raise error.within(entry.item(key, address)) from None
    return found
