"""The result of a run as one digest: equal for two runs whose values are the same bit for bit, on any machine."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.store import leaves
from pytest_repro.store.shelf import Shelf
from pytest_repro.values.address import category, matches
from pytest_repro.values.identity import nameless

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from pytest_repro.envelope import Envelope

UNCOUNTED = frozenset({"rng"})
"""Categories that are no part of what a test computes: where its generators stand."""

SIZE = 16
"""Bytes of the digest."""


def result(envelope: Envelope, without: Container[str] = (), ignore: Sequence[str] = ()) -> str:
    """The digest of what a run showed, as hexadecimal digits.

    Args:
        envelope: Of the run.
        without: Addresses that do not count: they differ from run to run.
        ignore: Patterns of addresses that do not count either.
    """
    shelf = Shelf(Path(), limit=2**63, summarised=False)  # arrays are digested and never written
    told = hashlib.blake2b(digest_size=SIZE)
    for address, leaf in sorted(envelope.observations.items()):
        if category(address) in UNCOUNTED or address in without or any(matches(one, address) for one in ignore):
            continue
        value = leaves.written(address, nameless(leaf, envelope.ids), shelf)
        told.update(json.dumps([address, value], sort_keys=True).encode("ascii") + b"\n")
    return told.hexdigest()
