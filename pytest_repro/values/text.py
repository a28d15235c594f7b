"""Texts: kept as they are read once accidents are masked; a difference says where two of them part.

Secrets are kept as well, and compared; they are masked wherever a text is shown or written.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple, cast

from pytest_repro.values import entry, lineage
from pytest_repro.values.attributes import beside
from pytest_repro.values.difference import IDENTICAL, Difference, changed
from pytest_repro.values.secrets import SECRET, mask, spans

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.values.frozen import Frozen, Parts
    from pytest_repro.values.keeping import Keeping
    from pytest_repro.values.tolerance import Tolerance

KINDS = ("text",)
HEAD = 200  # characters that a digest keeps for the reader
SHORT = 1024  # characters under which a text is not booked in the budget: counting would cost more than it guards
AROUND = 12  # characters shown on either side of the place where two texts part
CONTEXT = 1 << 14  # characters beside an excerpt that are looked at to tell whether it shows a piece of a secret


class Text(NamedTuple):
    """A text, or the head, length and digest of a long one.

    Attributes:
        value: The text, or its first ``HEAD`` characters.
        length: Characters of the whole text.
        digest: SHA-256 of the whole text where it is not kept, else empty.
    """

    value: str
    length: int
    digest: str = ""

    @property
    def kind(self) -> str:
        """``text``."""
        return "text"

    def show(self, width: int = 24) -> str:
        """The text in quotes, ``'abc…'`` where it goes on."""
        if self.digest and not self.value:
            return f"text of {self.length}"[:width]
        quoted = repr(mask(self.value[: width + CONTEXT])[: width + 1])
        if len(quoted) <= width and not self.digest:
            return quoted
        return (
            f"{quoted[: max(1, width - 2)]}…{quoted[-1]}" if len(quoted) > width - 2 else f"{quoted[:-1]}…{quoted[-1]}"
        )

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:  # noqa: ARG002  # exact whatever is tolerated
        """Exact; the detail says where the two part."""
        then = cast("Text", other)
        if self == then or (self.length == then.length and self.hash() == then.hash()):
            return IDENTICAL
        return changed(parting(self.value, then.value, cut=bool(self.digest or then.digest)))

    def hash(self) -> str:
        """SHA-256 of all of it."""
        return self.digest or digest(self.value)

    def to_dict(self) -> dict[str, object]:
        """``{"kind": "text", "value"}``; of what is masked or long also length and digest of the whole.

        A lone surrogate is kept as JSON's own escape.
        """
        value = mask(self.value)
        if self.digest or value != self.value:
            return {"kind": "text", "value": value, "length": self.length, "sha256": self.hash()}
        return {"kind": "text", "value": value}


def digest(text: str) -> str:
    """SHA-256 of a text; lone surrogates are kept apart."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def common(before: str, after: str) -> int:
    """How many characters two texts have in common at their start."""
    low, high = 0, min(len(before), len(after))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def parting(before: str, after: str, *, cut: bool = False) -> str:
    """Where two texts part, with a short excerpt of both sides."""
    if cut and not (before and after):
        return "too long to keep: digests differ"
    place = common(before, after)
    if cut and place == min(len(before), len(after)):
        return f"part somewhere after character {place}"
    start = max(0, place - AROUND)
    dots = "…" if start else ""
    line = before.count("\n", 0, place)
    where = (
        f"character {place}"
        if not line
        else f"line {line + 1}, character {place - before.rfind(chr(10), 0, place) - 1}"
    )
    pieces = []
    for piece in (before, after):
        shown, inside = excerpt(piece, start, place)
        pieces.append(f"{dots}{shown}" + ("…" if len(piece) > place + AROUND else ""))
        where += ", inside a secret" if inside and not where.endswith("secret") else ""
    return f"part at {where}: {pieces[0]!r}, then {pieces[1]!r}"


def excerpt(text: str, start: int, place: int) -> tuple[str, bool]:
    """What stands around a place, without the secrets that reach into it; and whether the place is inside of one."""
    stop = min(place + AROUND, len(text))
    base = max(0, start - CONTEXT)
    pieces, at, inside = [], start, False
    for left, right in spans(text[base : stop + CONTEXT]):
        first, last = base + left, base + right
        if last > start and first < stop:
            pieces += [text[at:first], SECRET]
            at = last
            inside = inside or first <= place < last
    return "".join([*pieces, text[at:stop]]), inside


def read(data: Mapping[str, object]) -> Text:
    """The text that an entry describes."""
    value = entry.field(data, "value", str)
    if "sha256" not in data:
        return Text(value, len(value))
    length = entry.field(data, "length", int)
    if length < len(value) and SECRET not in value:
        raise entry.malformed(f"unexpected value {length} (expected >= {len(value)})", "length")
    return Text(value, length, entry.field(data, "sha256", str))


def owns(value: object) -> bool:
    """Whether a value is a text."""
    return lineage.descends(value, str)


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:
    """The text as a leaf, masked; above the budget a digest. Beneath it what a subclass holds."""
    if type(value) is str:
        return _kept(value, keeping)
    return beside(value, _kept(str.__str__(cast("str", value)), keeping))


def _kept(value: str, keeping: Keeping) -> Text:
    text = keeping.text(value)
    size = len(text)
    if size > SHORT and not keeping.fits(size, keeping.budget.text):
        return Text(text[:HEAD], size, digest(text))
    return Text(text, size)
