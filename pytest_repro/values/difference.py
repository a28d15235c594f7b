"""A difference: how far two frozen values are apart, and what shape that has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Shape = Literal[
    "",
    "rounding-like",
    "sign flip",
    "same values in other order",
    "unrelated draws",
    "NaN appeared",
    "leftover memory",
    "values differ",
]
"""The shape of a difference. It decides what a report proposes next: a seed for unrelated draws,
a stable sort for another order, a sign convention for flips; a tolerance only for rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How far two frozen values of one address are apart.

    Attributes:
        count: Elements compared; 1 for a scalar.
        differing: Elements that are not identical, within the tolerance or not.
        beyond: Elements beyond the tolerance. Zero means: the same, as far as the user asked.
        absolute: Largest ``|a-b|`` over the elements that are finite in both, in the value's own unit;
            None where subtraction has no meaning (text, kinds).
        relative: Largest ``|a-b| / max(|a|, |b|)``, without unit; None as above.
        ulp: Representable numbers between the two, at the worst element; None where not defined.
        first: Index of the first element beyond the tolerance (or merely differing, if none is beyond).
        worst: Index of the element with the largest relative difference.
        magnitude: Largest finite ``|a|`` or ``|b|``; None where a measurement of an array had no need of it.
        nonfinite: Elements where one side is NaN or infinite and the other is something else.
        shape: What the difference looks like.
        detail: One phrase more: the columns that flipped, where two texts part.
        structural: A difference that no tolerance covers: ``"dtype float32, then float64"``,
            ``"shape (3,), then (4,)"``, ``"int, then str"``, ``"missing"``, ``"new"``.
    """

    count: int = 1
    differing: int = 1
    beyond: int = 1
    absolute: float | None = None
    relative: float | None = None
    ulp: float | None = None
    first: tuple[int, ...] | None = None
    worst: tuple[int, ...] | None = None
    magnitude: float | None = field(default=None, compare=False)  # how it was found, not what it is
    nonfinite: int = 0
    shape: Shape = ""
    detail: str = ""
    structural: str = ""

    @property
    def identical(self) -> bool:
        """Whether nothing differs at all, bit for bit (NaN equals NaN)."""
        return not self.differing and not self.structural

    @property
    def drifted(self) -> bool:
        """Whether the difference is beyond its tolerance or structural."""
        return self.beyond > 0 or bool(self.structural)


IDENTICAL = Difference(differing=0, beyond=0, absolute=0.0, relative=0.0, ulp=0.0)
"""The difference of a scalar and itself; shared, since nearly every comparison ends here."""


def parted(structural: str) -> Difference:
    """A difference that no tolerance covers: ``"int, then str"``."""
    return Difference(structural=structural)


def changed(detail: str = "") -> Difference:
    """The difference of two single values that are simply not the same, and have no distance."""
    return Difference(shape="values differ", detail=detail)
