"""The table of all facts, derived from the sections' own declarations."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.environment.registry import SECTIONS

if TYPE_CHECKING:
    from pytest_repro.environment.fact import Identity


class FieldInfo(NamedTuple):
    """What is known of one fact before anybody looks.

    Attributes:
        address: Where it stands: ``blas.kernel``; ``packages`` for a table whose keys stand right below it.
        section: The section's name.
        name: Of the section's attribute.
        meaning: What it is.
        ids: The identities it enters.
        rank: How likely a change of it explains that numbers differ: 1 is the likeliest, 12 never does.
        unknown: Why it is unknown where nothing better is known.
        table: Whether it is a table, so that its keys stand directly below the section.
    """

    address: str
    section: str
    name: str
    meaning: str
    ids: tuple[Identity, ...]
    rank: int
    unknown: str
    table: bool


def fields() -> tuple[FieldInfo, ...]:
    """Every fact, in the order of sections and of their declarations."""
    found = []
    for section in SECTIONS:
        for one in dataclasses.fields(section.kind):
            declared = one.metadata.get("fact")
            if declared is not None:
                address = section.name if declared.table else f"{section.name}.{one.name}"
                found.append(FieldInfo(address, section.name, one.name, *declared))
    return tuple(found)
