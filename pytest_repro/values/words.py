"""Many texts in one leaf: long lists of nothing but texts, and columns of texts with gaps."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple, cast

from pytest_repro.values import entry, lineage
from pytest_repro.values.difference import Difference, parted
from pytest_repro.values.secrets import mask
from pytest_repro.values.text import parting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping
    from pytest_repro.values.tolerance import Tolerance

KINDS = ("texts",)
GAPS = ("NAType", "NaTType")  # of pandas, which moves them between its modules


class Words(NamedTuple):
    """Texts in their order.

    Attributes:
        label: What held them: ``list[str]``, ``array(3,)``.
        values: The texts; None where a gap stood. Empty where only a digest is kept.
        count: How many there are.
        digest: SHA-256 where the texts themselves are above the budget, else empty.
        gaps: What stood in the gaps, one letter each, or one for all where it was the same: ``n`` None, ``f`` NaN,
            ``t`` NaT, ``a`` NA. Empty where there are none, or an earlier version recorded them without it.
    """

    label: str
    values: tuple[str | None, ...]
    length: int
    digest: str = ""
    gaps: str = ""

    @property
    def kind(self) -> str:
        """``texts``."""
        return "texts"

    @staticmethod
    def fit(items: Sequence[object]) -> bool:
        """Whether all items are texts or gaps (None, pandas' NA and NaN), with at least one text."""
        return all(type(item) is str or _gap(item) for item in items) and any(type(item) is str for item in items)

    @staticmethod
    def kept(label: str, items: Sequence[object], keeping: Keeping) -> Words:
        """The texts as a leaf, masked; a digest above the budget."""
        values = tuple(keeping.text(item) if type(item) is str else None for item in items)
        gaps = _gaps(items) if None in values else ""
        size = sum(len(item) for item in values if item is not None)
        if size > 1024 and not keeping.fits(size, keeping.budget.spill):  # noqa: PLR2004  # as in text
            return Words(label, (), len(values), _digest(values), gaps)
        return Words(label, values, len(values), "", gaps)

    def show(self, width: int = 24) -> str:
        """The first texts and how many there are."""
        for number in range(min(4, len(self.values)), 0, -1):
            items = ", ".join("None" if item is None else repr(mask(item)) for item in self.values[:number])
            line = f"[{items}{', ...' if number < self.length else ''}] ({self.length},)"
            if len(line) <= width:
                return line
        return entry.cut(f"{self.length} texts", width)

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:  # noqa: ARG002  # exact whatever is tolerated
        """Exact; tells how many differ, and how the first of them parts."""
        then = cast("Words", other)
        if self.label != then.label:
            return parted(f"{self.label}, then {then.label}")
        if self.length != then.length:
            return parted(f"length {self.length}, then {then.length}")
        if self.digest or then.digest:
            if self.hash() == then.hash():
                return self._beside(then)
            return Difference(count=self.length, shape="values differ", detail="too long to keep: digests differ")
        unequal = [at for at, (a, b) in enumerate(zip(self.values, then.values, strict=True)) if a != b]
        if not unequal:
            return self._beside(then)
        first = unequal[0]
        reordered = sorted(map(repr, self.values)) == sorted(map(repr, then.values))
        return Difference(
            count=self.length,
            differing=len(unequal),
            beyond=len(unequal),
            first=(first,),
            worst=(first,),
            shape="same values in other order" if reordered else "values differ",
            detail=parting(str(self.values[first]), str(then.values[first])),
        )

    def _beside(self, then: Words) -> Difference:
        """The difference of the gaps alone, where the texts are the same."""
        if self.gaps == then.gaps or not (self.gaps and then.gaps):
            return Difference(count=self.length, differing=0, beyond=0)
        before, after = (", ".join(_GAPS[letter] for letter in sorted({*gaps})) for gaps in (self.gaps, then.gaps))
        detail = f"gaps of {before}, then of {after}" if before != after else f"gaps of {before} in other places"
        return Difference(count=self.length, shape="values differ", detail=detail)

    def hash(self) -> str:
        """SHA-256 of all the texts."""
        return self.digest or _digest(self.values)

    def to_dict(self) -> dict[str, object]:
        """``{"kind": "texts", "label", "values"}``; length and digest where they are too long or hold a secret."""
        told: dict[str, object] = {"kind": "texts", "label": self.label}
        if self.gaps:
            told["gaps"] = self.gaps
        if self.digest or any(item is not None and mask(item) is not item for item in self.values):
            return told | {"length": self.length, "sha256": self.hash()}
        return told | {"values": list(self.values)}


_GAPS = {"n": "None", "f": "NaN", "t": "NaT", "a": "NA"}
"""What stands in a gap by its letter."""


def _gaps(items: Sequence[object]) -> str:
    found = "".join(
        "n"
        if item is None
        else "f"
        if type(item) is float
        else "t"
        if lineage.name(type(item)).endswith("NaTType")
        else "a"
        for item in items
        if type(item) is not str
    )
    return found[:1] if found == found[:1] * len(found) else found


def _gap(item: object) -> bool:
    if item is None or (type(item) is float and item != item):  # noqa: PLR0124  # NaN alone differs from itself
        return True
    return lineage.root(type(item)) == "pandas" and lineage.name(type(item)).endswith(GAPS)


def _digest(values: Sequence[str | None]) -> str:
    found = hashlib.sha256()
    for item in values:
        found.update(json.dumps(item).encode())
    return found.hexdigest()


def read(data: Mapping[str, object]) -> Words:
    """The texts that an entry describes."""
    label = entry.field(data, "label", str)
    gaps = entry.field(data, "gaps", str) if "gaps" in data else ""
    if not _GAPS.keys() >= {*gaps}:
        raise entry.malformed(f"unexpected text {gaps!r:.40} (expected letters of {''.join(_GAPS)})", "gaps")
    if "sha256" in data:
        (length,) = entry.lengths({"length": [entry.field(data, "length", int)]}, "length")
        return Words(label, (), length, entry.field(data, "sha256", str), gaps)
    values = entry.field(data, "values", list)
    for at, item in enumerate(values):
        if item is not None and not isinstance(item, str):
            raise entry.malformed(f"unexpected type {type(item).__name__} (expected str)", f"values[{at}]")
    return Words(label, tuple(values), len(values), "", gaps)
