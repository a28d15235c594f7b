"""Recorded: one test as it was when it was recorded, with the evidence of how well it could be reproduced then."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_repro.envelope import Envelope, leaves_from, outcomes_from, whole
from pytest_repro.errors import ReproError
from pytest_repro.store import layout, leaves
from pytest_repro.values import entry, floating
from pytest_repro.values.address import CATEGORIES, category
from pytest_repro.values.identity import nameless
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pytest_repro.store.shelf import Shelf
    from pytest_repro.values.frozen import Frozen

KEPT = ("outcome", "record", "return", "asserted")
"""Categories that are recorded unless somebody wants more: locals are renamed with every edit of a test."""

RECORDED = "recorded"
"""The key of what is known of the recording itself; it changes only when something else of the test does."""

LIMITS = "limits"
"""The key of what a calibration measured; absent where there was none."""

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_ID = re.compile(r"[A-Za-z0-9._+-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One recorded test.

    Attributes:
        seed: What the generators were pinned to, in ``[0, 2**32)``.
        session_seed: From which the seed derives.
        outcomes: ``passed``, ``failed``... by phase.
        observations: Frozen values by address.
        source: Digest of the test's source; empty where it is unknown.
        owner: Who answers for the test; empty where nobody is named.
        recorded: When, in UTC, whole seconds.
        commit: Of the working tree; empty where it is unknown.
        dirty: Whether something was uncommitted; None where it is unknown.
        environment: A snapshot as plain JSON values; empty where there is none.
        environment_id: Under which id the snapshot is kept, once a file; by default a digest of it.
        lock: The lock file: ``file``, ``digest``, ``state``; empty where there is none.
        runs: Runs that agreed when it was recorded.
        difference: Largest relative difference among those runs, without unit; None where it was not measured.
        plugin: Version of pytest-repro.
        limits: Replay limits that a calibration measured: by condition the largest distance over a value's largest
            magnitude, without unit; ``replay`` stands for runs of one process. Empty where none was measured.
    """

    seed: int
    session_seed: int
    outcomes: Mapping[str, str]
    observations: Mapping[str, Frozen]
    source: str = ""
    owner: str = ""
    recorded: dt.datetime
    commit: str = ""
    dirty: bool | None = None
    environment: Mapping[str, object] = field(default_factory=dict)
    environment_id: str = ""
    lock: Mapping[str, str] = field(default_factory=dict)
    runs: int = 1
    difference: float | None = None
    plugin: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls, envelope: Envelope, *, categories: Collection[str] = KEPT, recorded: dt.datetime, **facts: object
    ) -> Recorded:
        """What of an envelope is recorded.

        Args:
            envelope: A run that was reproduced.
            categories: Which of its observations are kept.
            recorded: When; any time zone, fractions of a second are dropped.
            facts: The other attributes by name.
        """
        ids = envelope.ids
        kept = {
            address: nameless(leaf, ids)
            for address, leaf in envelope.observations.items()
            if category(address) in categories
        }
        moment = recorded.astimezone(dt.UTC).replace(microsecond=0)
        return cls(
            seed=envelope.seed,
            session_seed=envelope.session_seed,
            outcomes=dict(envelope.outcomes),
            observations=kept,
            recorded=moment,
            **facts,  # type: ignore[arg-type]  # names and types are the dataclass's own
        )

    @property
    def telling(self) -> bool:
        """Whether anything but how the test ended is kept."""
        return any(category(address) != "outcome" for address in self.observations)

    def envelope(self, nodeid: str, label: str = "recorded") -> Envelope:
        """The envelope to compare a run with; its observations stand in the order of reports.

        Args:
            nodeid: The test.
            label: What reports call it.
        """
        groups: dict[str, list[str]] = {name: [] for name in CATEGORIES}
        identities = False
        for address, leaf in self.observations.items():
            groups.setdefault(category(address), []).append(address)
            identities = identities or (type(leaf) is Scalar and leaf.value == leaves.IDENTITY)
        addresses = [address for group in groups.values() for address in sorted(group)]
        return Envelope(
            nodeid=nodeid,
            label=label,
            session_seed=self.session_seed,
            seed=self.seed,
            observations={address: self.observations[address] for address in addresses},
            outcomes=self.outcomes,
            ids=frozenset({leaves.IDENTITY}) if identities else frozenset(),
        )

    @property
    def kept_as(self) -> str:
        """The id under which the environment is kept; empty where there is none."""
        if not self.environment:
            return ""
        return self.environment_id or hashlib.sha256(layout.line(dict(self.environment)).encode()).hexdigest()[:16]


def written(test: Recorded, shelf: Shelf, before: object = None) -> dict[str, object]:
    """The plain JSON values of a recorded test, its environment by id only.

    Args:
        test: What is recorded.
        shelf: Where large arrays are put.
        before: What the file holds of the test.

    Raises:
        ReproError: ``B606``, an array above the limit, at its address.
    """
    old = before.get(layout.VALUES) if isinstance(before, dict) else None
    old = old if isinstance(old, dict) else {}
    values = {}
    for address, leaf in test.observations.items():
        values[address] = leaves.written(address, leaf, shelf, old.get(address))
    measured: object = {label: floating.written(float(limit)) for label, limit in test.limits.items()}
    if not measured and isinstance(before, dict) and old == values:
        measured = before.get(LIMITS)  # of these same values
    return {
        **({LIMITS: measured} if measured else {}),
        "seed": test.seed,
        "session_seed": test.session_seed,
        "outcomes": dict(test.outcomes),
        "source": test.source,
        "owner": test.owner,
        RECORDED: {
            "at": test.recorded.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "commit": test.commit,
            "dirty": test.dirty,
            "environment": test.kept_as,
            "lock": dict(test.lock),
            "runs": test.runs,
            "difference": None if test.difference is None else floating.written(float(test.difference)),
            "plugin": test.plugin,
        },
        layout.VALUES: values,
    }


def read(data: object, environments: Mapping[str, object], shelf: Shelf) -> Recorded:
    """The recorded test that an entry describes; trusts nothing.

    Raises:
        ReproError: ``B602`` with the place inside the entry.
    """
    if not isinstance(data, dict):
        raise entry.malformed(f"unexpected type {type(data).__name__} (expected dict)")
    about = entry.field(data, RECORDED, dict)
    try:
        facts = _facts(about, environments)
    except ReproError as error:
        raise error.within(RECORDED) from None
    return Recorded(
        seed=whole(data, "seed"),
        session_seed=whole(data, "session_seed"),
        outcomes=outcomes_from(data, "outcomes"),
        source=entry.field(data, "source", str),
        owner=entry.field(data, "owner", str),
        observations=leaves_from(data, layout.VALUES, lambda kept: leaves.read(kept, shelf)),
        limits=_measured(data),
        **facts,  # type: ignore[arg-type]  # _facts names the dataclass's own
    )


def _measured(data: Mapping[str, object]) -> dict[str, float]:
    if LIMITS not in data:
        return {}
    found = entry.field(data, LIMITS, dict)
    try:
        return {label: floating.given(found, label) for label in found}
    except ReproError as error:
        raise error.within(LIMITS) from None


def _facts(about: Mapping[str, object], environments: Mapping[str, object]) -> dict[str, object]:
    dirty = about.get("dirty")
    if dirty is not None and not isinstance(dirty, bool):
        raise entry.malformed(f"unexpected type {type(dirty).__name__} (expected bool)", "dirty")
    key = entry.field(about, "environment", str)
    environment = environments.get(key, {}) if key else {}
    if key and (not _ID.fullmatch(key) or not isinstance(environment, dict) or not environment):
        raise entry.malformed(f"there is no environment {key!r:.40}", "environment")
    lock = entry.field(about, "lock", dict)
    for name, text in lock.items():
        if not isinstance(text, str):
            raise entry.malformed(f"unexpected type {type(text).__name__} (expected str)", entry.item("lock", name))
    difference = about.get("difference")
    return {
        "recorded": _moment(entry.field(about, "at", str)),
        "commit": entry.field(about, "commit", str),
        "dirty": dirty,
        "environment": environment,
        "environment_id": key,
        "lock": lock,
        "runs": whole(about, "runs"),
        "difference": None if difference is None else floating.given(about, "difference"),
        "plugin": entry.field(about, "plugin", str),
    }


def _moment(text: str) -> dt.datetime:
    try:
        if _MOMENT.fullmatch(text):
            return dt.datetime.fromisoformat(text)
    except ValueError:
        raise entry.malformed(f"unexpected moment {text!r}", "at") from None
    raise entry.malformed(f"unexpected moment {text!r:.40} (expected 2026-01-31T12:00:00Z)", "at")
