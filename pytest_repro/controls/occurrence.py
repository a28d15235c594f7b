"""An occurrence: one finding at one address under one condition, with its size; what a waiver can accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from pytest_repro.compare import Gap

Size = float | Literal["structural"]
"""A relative difference, without unit, from 0; or a difference that has no size: text, kinds, NaN, missing values."""


class Occurrence(NamedTuple):
    """Where a finding stands, in plain types: ``Occurrence(*list)`` restores one that travelled as JSON.

    Attributes:
        code: The control's code.
        test: Id of the test; empty for a finding about the session.
        address: Address of the value, or what the finding is about (a package, a variable); empty if neither.
        condition: Under which condition: ``replay`` for runs in one process; empty for the session.
        size: How far.
    """

    code: str
    test: str
    address: str
    condition: str
    size: Size


def size_of(gap: Gap) -> Size:
    """How far the two values of a gap are apart, as waivers measure it."""
    difference = gap.difference
    if difference.structural or difference.nonfinite or difference.relative is None:
        return "structural"
    return float(difference.relative)
