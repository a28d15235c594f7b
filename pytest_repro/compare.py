"""Where two envelopes part: every address of either, measured within its tolerance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_repro.values import registry
from pytest_repro.values.address import category, matches
from pytest_repro.values.difference import Difference
from pytest_repro.values.identity import nameless
from pytest_repro.values.tolerance import EXACT

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from pytest_repro.envelope import Envelope
    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.tolerance import Tolerance, Tolerances


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gap:
    """One address at which two envelopes differ.

    Attributes:
        address: Where.
        before: The value in the earlier envelope; None if it is new.
        after: The value in the later one; None if it is missing.
        difference: How far they are apart.
        tolerance: What was allowed here.
        also: Further addresses that hold the same two values: an asserted call and the local it was bound to.
    """

    address: str
    before: Frozen | None
    after: Frozen | None
    difference: Difference
    tolerance: Tolerance
    also: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses that hold these two values."""
        return (self.address, *self.also)

    @property
    def share(self) -> float | None:
        """The part of the tolerance that is used, at most this; None where none is stated, or it is more than all."""
        found = self.difference
        if self.tolerance.exact or found.drifted or found.relative is None or found.absolute is None:
            return None
        return self.tolerance.used(
            relative=found.relative, absolute=found.absolute, ulp=found.ulp, magnitude=found.magnitude
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that comparing two envelopes showed.

    Attributes:
        gaps: Addresses that differ, within the tolerance or beyond.
        compared: Values that were compared.
        opaque: Address and type of values that are known by their type's name only.
        ignored: Addresses that an ``ignore`` pattern took out.
        found: Patterns of ``tol`` and ``ignore`` that found at least one address.
    """

    gaps: tuple[Gap, ...]
    compared: int
    opaque: tuple[tuple[str, str], ...]
    ignored: int
    found: frozenset[str]

    @property
    def drifts(self) -> tuple[Gap, ...]:
        """The gaps that are beyond their tolerance."""
        return tuple(gap for gap in self.gaps if gap.difference.drifted)


def unsteady(envelope: Envelope, others: Sequence[Envelope]) -> frozenset[str]:
    """Addresses at which a test's own runs part: these are no result that a worker could be compared by."""
    seen = envelope.observations.items()
    return frozenset(address for address, leaf in seen if any(leaf != one.observations.get(address) for one in others))


def addresses_of(gaps: Iterable[Gap]) -> frozenset[str]:
    """All addresses of some gaps, also those that are told under another name."""
    return frozenset(address for gap in gaps for address in gap.addresses)


def within(gaps: Iterable[Gap], addresses: Container[str]) -> tuple[Gap, ...]:
    """The gaps at some addresses, told under these."""
    return _told(gaps, lambda address: address in addresses)


def without(gaps: Iterable[Gap], addresses: Container[str]) -> tuple[Gap, ...]:
    """The gaps at all other addresses, told under the others."""
    return _told(gaps, lambda address: address not in addresses)


def _told(gaps: Iterable[Gap], wanted: Callable[[str], bool]) -> tuple[Gap, ...]:
    found = []
    for gap in gaps:
        names = tuple(filter(wanted, gap.addresses))
        if names == gap.addresses:
            found.append(gap)
        elif names:
            found.append(replace(gap, address=names[0], also=names[1:]))
    return tuple(found)


UNCOUNTED = frozenset({"outcome", "rng"})
"""Categories that every test shows: a test that shows nothing else has compared nothing."""


def compare(before: Envelope, after: Envelope, tolerances: Tolerances, ignore: Sequence[str] = ()) -> Comparison:
    """Compare two envelopes of one test, address by address.

    Args:
        before: The earlier run.
        after: The later one, with the same history.
        tolerances: What is allowed where.
        ignore: Patterns of addresses that are not compared.
    """
    gaps: list[Gap] = []
    opaque: list[tuple[str, str]] = []
    found: set[str] = set()
    compared = ignored = 0
    left, right = before.observations, after.observations
    for address in _addresses(left, right):
        if ignore and (hit := next((pattern for pattern in ignore if matches(pattern, address)), None)):
            found.add(hit)
            ignored += 1
            continue
        a, b = left.get(address), right.get(address)
        tolerance = tolerances.at(address)
        for pattern, _ in tolerances.rules:
            if pattern not in found and matches(pattern, address):
                found.add(pattern)
        if a is not None and b is not None:
            if registry.opaque(a) and registry.opaque(b):
                opaque.append((address, a.show(60)))
            elif category(address) not in UNCOUNTED:
                compared += 1
            difference = registry.measure(a, b, tolerance)
            if difference.identical or _same_but_identities(a, b, before, after):
                continue
        else:
            difference = Difference(structural="missing" if b is None else "new")
        gaps.append(Gap(address=address, before=a, after=b, difference=difference, tolerance=tolerance))
    return Comparison(
        gaps=tuple(_joined(gaps)) if gaps else (),
        compared=compared,
        opaque=tuple(opaque),
        ignored=ignored,
        found=frozenset(found),
    )


def _addresses(left: Iterable[str], right: Iterable[str]) -> list[str]:
    """All addresses of either side, in the order of the first, then what only the second has."""
    return list(dict.fromkeys([*left, *right]))


def _same_but_identities(a: Frozen, b: Frozen, before: Envelope, after: Envelope) -> bool:
    """Whether two differing values differ in identities of objects of their own runs alone, hence not as values."""
    plain, other = nameless(a, before.ids), nameless(b, after.ids)
    return (plain is not a or other is not b) and registry.measure(plain, other, EXACT).identical


def _joined(gaps: list[Gap]) -> list[Gap]:
    """Gaps with the same two values told once, under the name a reader knows best.

    What is bound to a name was often seen as the result of a call before: the local stands for both.
    """
    order = {"record": 0, "return": 1, "locals": 2, "asserted": 3}
    kept: dict[object, list[Gap]] = {}
    single: list[Gap] = []
    for gap in gaps:
        if gap.before is None or gap.after is None or category(gap.address) not in order:
            single.append(gap)
            continue
        key = (
            gap.before.kind,
            gap.before.show(60),
            gap.after.show(60),
            gap.tolerance,
            gap.difference.worst,
            gap.difference.relative,
        )
        kept.setdefault(key, []).append(gap)
    joined: list[Gap] = []
    for twins in kept.values():
        first, *others = sorted(twins, key=lambda gap: order[category(gap.address)])
        joined.append(replace(first, also=tuple(gap.address for gap in others)))
    position = {gap.address: number for number, gap in enumerate(gaps)}
    return sorted(single + joined, key=lambda gap: position[gap.address])
