"""Where two environments differ, the likeliest explanation of numeric drift first.

The order is what is known beforehand (the rank of a fact) under what was seen here (the probes): a fact whose probes
gave other bits comes first, one whose probes gave the same bits is no suspect.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.environment.evidence import Evidence, setters
from pytest_repro.environment.fields import fields
from pytest_repro.environment.reasons import reason
from pytest_repro.probes.registry import PROBES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_repro.environment.fact import Plain
    from pytest_repro.environment.fields import FieldInfo
    from pytest_repro.environment.snapshot import Snapshot

NUMERIC = frozenset(
    {
        *(
            "numpy",
            "scipy",
            "torch",
            "tensorflow",
            "jax",
            "jaxlib",
            "pandas",
            "scikit-learn",
            "numba",
            "llvmlite",
            "cupy",
        ),
        *("xgboost", "lightgbm", "catboost", "statsmodels", "polars", "numexpr", "bottleneck", "onnxruntime", "keras"),
        *("torchvision", "torchaudio", "triton", "mkl", "openblas", "libblas", "scikit-image", "sympy", "mpmath"),
    }
)
"""Distributions that are numeric code themselves: rank 1, not 9."""

ABSENT = 10
"""Rank of a package that one side has not installed: a test that ran in both does without it."""

ACQUITTED = 8
"""What is added to the rank of a fact whose probes gave the same bits: behind all but trifles."""

UNKNOWN = 5
"""What is added where one side is not known: it may be no difference at all."""

_BUILD = re.compile(r"\.(record|source|ref)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentDifference:
    """One fact that differs.

    Attributes:
        address: Where it stands: ``blas.kernel``.
        before: The fact in the earlier environment; None if unknown there, not set, not installed.
        after: The fact in the later one.
        why: Why it matters, one sentence.
        evidence: What was seen of it here: probes that speak for or against it, a variable that sets it; may be empty.
        rank: How likely a change of it explains that numbers differ, before any evidence: 1 is the likeliest.
        suspect: Whether probes that gave other bits speak of it.
        also: Addresses at which the same change shows.
    """

    address: str
    before: Plain
    after: Plain
    why: str
    evidence: str = ""
    rank: int = 11
    suspect: bool = False
    also: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values, one a field."""
        return {
            "address": self.address,
            "before": self.before,
            "after": self.after,
            "why": self.why,
            "evidence": self.evidence,
            "rank": self.rank,
            "suspect": self.suspect,
            "also": list(self.also),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How two environments differ.

    Attributes:
        differences: The likeliest explanation first.
        compared: Probes that were run in both, in their own order.
        changed: Those that gave other bits.
    """

    differences: tuple[EnvironmentDifference, ...]
    compared: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def alike(self) -> bool | None:
        """Whether the numeric stack behaves alike: all probes gave the same bits. None where none ran in both."""
        return not self.changed if self.compared else None

    @property
    def sentence(self) -> str:
        """What the probes say, in one sentence without a full stop."""
        if not self.compared:
            return "no probe was run in both: nothing is known of how the numeric stacks behave"
        number = len(self.compared)
        if not self.changed:
            told = f"all {number} probes gave the same bits" if number > 1 else "the probe gave the same bits"
            return f"the numeric stack behaves alike: {told}; look at code, data and seeds before hardware"
        told = "; ".join(probe.reveals for probe in PROBES if probe.name in self.changed)
        return f"the numeric stack behaves differently, in {len(self.changed)} of {number} probes: {told}"

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "alike": self.alike,
            "sentence": self.sentence,
            "probes": {"compared": list(self.compared), "changed": list(self.changed)},
            "differences": [difference.to_dict() for difference in self.differences],
        }


class _Change(NamedTuple):
    """A fact that differs, and what the two snapshots know of it."""

    address: str
    before: Plain
    after: Plain
    info: FieldInfo
    known: bool


def differences(before: Snapshot, after: Snapshot) -> Comparison:
    """Compare two environments.

    Args:
        before: The earlier, recorded or other one.
        after: The later one, or this one.
    """
    left, right = before.flat(), after.flat()
    evidence = Evidence.of(left, right)
    changes = list(_changes(left, right, {*before.unknown, *after.unknown}))
    addresses = {change.address for change in changes}
    found = []
    for order, (change, also) in enumerate(_folded(changes)):
        key, difference = _judged(change, also, evidence, addresses)
        found.append(((*key, order), difference))
    found.sort(key=lambda pair: pair[0])
    return Comparison(
        differences=tuple(difference for _, difference in found),
        compared=tuple(probe.name for probe in PROBES if probe.name in evidence.compared),
        changed=tuple(probe.name for probe in PROBES if probe.name in evidence.changed),
    )


def _changes(left: Mapping[str, Plain], right: Mapping[str, Plain], unknown: set[str]) -> Iterator[_Change]:
    """Every address whose facts differ; probes are evidence and no difference of their own."""
    table = sorted(fields(), key=lambda info: -len(info.address))
    pools = _pools(left) ^ _pools(right)
    for address in dict.fromkeys([*left, *right]):
        before, after = left.get(address), right.get(address)
        if before == after or address.startswith("probes."):
            continue
        info = next(one for one in table if f"{address}.".startswith((f"{one.address}.", f"{one.address}[")))
        stem = address.rpartition(".")[0]
        if stem not in pools:
            yield _Change(address, before, after, info, info.address not in unknown)
        elif address.endswith(".name"):  # a library that only one of the two has loaded is one difference
            told = [" ".join(str(part) for part in _pool(side, stem) if part) or None for side in (left, right)]
            yield _Change(stem, told[0], told[1], info, known=True)


def _pools(facts: Mapping[str, Plain]) -> set[str]:
    return {address.rpartition(".")[0] for address in facts if address.startswith("blas.pools.")}


def _pool(facts: Mapping[str, Plain], stem: str) -> tuple[Plain, ...]:
    return tuple(facts.get(f"{stem}.{name}") for name in ("name", "version", "kernel"))


def _folded(changes: list[_Change]) -> list[tuple[_Change, tuple[str, ...]]]:
    """Changes that say the same told once, under the address that says it best, the others beside it."""
    addresses = {change.address for change in changes}
    groups: dict[object, list[_Change]] = {}
    for change in changes:
        groups.setdefault(_family(change, addresses), []).append(change)
    return [(first, tuple(other.address for other in others)) for first, *others in groups.values()]


def _family(change: _Change, addresses: set[str]) -> object:
    address = change.address
    pair = (change.before, change.after)
    if address in ("packages.numpy", "packages.numpy.record") and "numpy.version" in addresses:
        return "numpy.version"
    if address.startswith("packages."):
        stem = _BUILD.sub("", address)
        if stem != address and stem in addresses:  # another version has other files
            return stem
        return "packages" if address in ("packages.count", "packages.digest") else address
    if address.startswith("blas."):
        return (f"blas.{address.rpartition('.')[2]}", pair)
    if address.startswith("numpy.targets."):
        return "numpy.dispatch" if "numpy.dispatch" in addresses else ("numpy.targets", pair)
    return "numpy.dispatch" if address == "numpy.simd" and "numpy.dispatch" in addresses else address


def _rank(change: _Change, addresses: set[str]) -> int:
    if change.info.address != "packages":
        return change.info.rank
    stem = _BUILD.sub("", change.address)
    if stem == change.address and None in (change.before, change.after):
        return ABSENT
    if stem != change.address and "python.abi" in addresses:  # compiled anew for another interpreter
        return change.info.rank
    return 1 if stem.removeprefix("packages.").removeprefix("conda:") in NUMERIC else change.info.rank


def _judged(
    change: _Change, also: tuple[str, ...], evidence: Evidence, addresses: set[str]
) -> tuple[tuple[float, ...], EnvironmentDifference]:
    """The difference, and the key that it is sorted by."""
    rank = _rank(change, addresses)
    about = evidence.about(change.address, addresses)
    shown = about & evidence.changed
    variables = [name for name in setters(change.address) if name in addresses]
    effects = sorted(address for address in addresses if change.address in setters(address))
    weight: float = rank + (0.5 if change.address.startswith("cores.") else 0)  # a pool's own size says more
    if not change.known:
        weight += UNKNOWN
    elif shown and not effects:
        weight = 0.5 if variables else 0.9 if change.address == "numpy.version" else weight  # it brings its BLAS
    elif about and not shown:
        weight += ACQUITTED
    elif effects:  # a variable stands behind what it brought about
        weight = max(weight, 3.0)
    said = [_told(about, shown)] if about and change.known else []
    said += [f"set by {', '.join(name.removeprefix('variables.') for name in variables)}"] if variables else []
    said += [f"it sets {', '.join(effects[:2])}"] if effects else []
    difference = EnvironmentDifference(
        address=change.address,
        before=change.before,
        after=change.after,
        why=reason(change.address),
        evidence="; ".join(said) if change.known else "; ".join(["not known on one side", *said]),
        rank=rank,
        suspect=bool(shown),
        also=also,
    )
    return (0 if shown and change.known else 1, weight, -evidence.fit(about)), difference


def _told(about: frozenset[str], shown: frozenset[str]) -> str:
    names = [probe.name for probe in PROBES if probe.name in (shown or about)]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    what = f"the probe{'s' if len(names) > 1 else ''} {listed} gave"
    return f"{what} other bits" if shown else f"{what} the same bits"
