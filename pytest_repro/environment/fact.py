"""A fact: one field of a section, with its meaning, the identities it enters, and how well it explains drift."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal, NamedTuple

Plain = str | int | float | bool | None
"""What a fact is at its address, and what is written of it."""

Identity = Literal["environment", "hardware", "numeric", "context"]
"""The identity of a snapshot that a fact enters; ``context`` is for those that enter none of the other three."""

SEEN = "this system does not tell it"
"""Why a fact is unknown where nothing better is known."""


class Fact(NamedTuple):
    """What is declared of a fact.

    Attributes:
        meaning: What it is, as words without a full stop.
        ids: The identities it enters; none where it may differ between two runs that count as alike.
        rank: How likely a change of it explains that numbers differ: 1 is the likeliest, 12 never does.
        unknown: Why it is unknown where it is None and its section gives no better reason.
        table: Whether it is a table whose keys stand directly below the section: ``packages.numpy``.
    """

    meaning: str
    ids: tuple[Identity, ...] = ()
    rank: int = 11
    unknown: str = SEEN
    table: bool = False


def fact(
    meaning: str, *, ids: tuple[Identity, ...] = (), rank: int = 11, unknown: str = SEEN, table: bool = False
) -> Any:
    """A dataclass field that holds a fact; None, which is unknown, unless the section knows it.

    Ranks: 1 numeric code and its versions, 2 the BLAS kernel, 3 the float environment and determinism switches, 4 SIMD
    targets, 5 threads, 6 GPU, 7 the C library, 8 Python and its hash seed, 9 other packages, 10 locale and time zone,
    11 system, memory, CI, 12 what never explains a number.
    """
    return field(default=None, metadata={"fact": Fact(meaning, ids, rank, unknown, table)})
