"""A contract: what a test requires of its environment, and the one failure that tells all that is broken."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pytest_repro.environment.differences import NUMERIC
from pytest_repro.environment.fields import fields
from pytest_repro.environment.requirement import Broken, bounded, misused, of_distribution, of_fact
from pytest_repro.errors import ReproError
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.environment.snapshot import Snapshot

SHORT = {
    "threads": "blas.threads",
    "cores": "cores.usable",
    "blas": "blas.name",
    "python": "python.version",
    "libc": "system.libc",
    "system": "system.name",
    "cpu": "cpu.name",
    "gpu": "gpu.present",
    "commit": "git.commit",
}
"""Names that a fact is called by beside its address; the others are in :func:`names`."""

PARTED = ("blas.pools", "gpu.devices", "numpy.targets")
"""Facts of many parts, each of which has an address of its own: required by ``at`` alone."""

_DASHES = re.compile(r"[-_.]+")


class ContractBroken(ReproError):  # noqa: N818  # what it says stands in reports, and no error happened
    """An environment that is not the one a test requires.

    Args:
        broken: Every requirement that does not hold, in the order in which they were written.
        number: How many there were.
    """

    def __init__(self, broken: tuple[Broken, ...], number: int) -> None:
        some = f"{len(broken)} of {number} requirements" if number > 1 else "the requirement"
        verb = "do" if len(broken) > 1 else "does"
        sentence = f"{some} of this environment {verb} not hold"
        super().__init__("E302", sentence, place=broken[0].name, mend=broken[0].mend)
        self.broken = broken

    def __str__(self) -> str:
        lines = [f"{self.sentence}  [RPR-{self.code}]"]
        rows = [(one.name, f"expected {mask(one.expected)}", f"found {mask(one.found)}") for one in self.broken]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for row, one in zip(rows, self.broken, strict=True):
            cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            lines.append(f"  {cells}".rstrip())
            lines += [f"    mend: {one.mend}"] if one.mend else []
        return "\n".join(lines)


def require(
    snapshot: Snapshot, *, variables: Mapping[str, Any] | None = None, at: Mapping[str, Any] | None = None, **wants: Any
) -> None:
    """Check every requirement, and tell all that are broken in one error.

    Args:
        snapshot: The environment.
        variables: Value by the name of a variable; None where it must not be set.
        at: Value by the address of a fact: ``{"blas.kernel": "Haswell"}``.
        wants: A distribution and its bounds (``numpy=">=2"``), ``python=">=3.12"``, ``threads=1``, ``cores=">=4"``, or
            any address with underscores (``blas_kernel="SkylakeX"``, ``flush_to_zero=False``). A tuple means any of
            these.

    Raises:
        ReproError: ``E302``, a :class:`ContractBroken` with all that does not hold. ``U101`` for a name that means
            nothing, or a value that the fact can never have.
    """
    known = names()
    judged = [_wanted(snapshot, name, want, known) for name, want in wants.items()]
    for name, want in (variables or {}).items():
        text = want if want is None or isinstance(want, (tuple, list, set, frozenset)) else str(want)
        judged.append(_variable(snapshot, name, text))
    for address, want in (at or {}).items():
        judged.append(of_fact(snapshot, address, _address(snapshot, address), want))
    broken = tuple(one for one in judged if one is not None)
    if broken:
        raise ContractBroken(broken, len(judged))


def names() -> dict[str, str]:
    """Address by every name that a fact is required by: ``blas_kernel``, and ``kernel``, as no other is called so."""
    # torch=">=2" means the package
    plain = [info for info in fields() if not (info.table or info.address in PARTED or info.name in NUMERIC)]
    last = [info.name for info in plain]
    found = {info.name: info.address for info in plain if last.count(info.name) == 1}
    found |= {info.address.replace(".", "_"): info.address for info in plain}
    return found | SHORT


def _wanted(snapshot: Snapshot, name: str, want: object, known: Mapping[str, str]) -> Broken | None:
    if name == "gpu" and isinstance(want, str):
        return of_fact(snapshot, name, "gpu.name", want)
    if name == "blas" and bounded(want):
        return of_fact(snapshot, name, "blas.version", want)
    installed = {one.name for one in snapshot.packages.installed or ()}
    distribution = _DASHES.sub("-", name).lower()
    if name in known and not (name not in SHORT and distribution in installed):
        return of_fact(snapshot, name, known[name], want)
    if distribution in installed or distribution in NUMERIC:
        return of_distribution(snapshot, name, distribution, want)
    near = get_close_matches(
        name, [*known, *(one.replace("-", "_") for one in {*installed, *NUMERIC})], n=3, cutoff=0.75
    )
    if near or not (bounded(want) or isinstance(want, bool)):
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        raise misused(name, f"{name!r} is neither a fact nor an installed distribution{meant}")
    return of_distribution(snapshot, name, distribution, want)


def _variable(snapshot: Snapshot, name: str, want: object) -> Broken | None:
    from pytest_repro.environment.variables import told  # noqa: PLC0415  # a contract on variables alone needs it

    if not told(name):
        raise misused("variables", f"{name!r} is not one of the variables that are recorded")
    return of_fact(snapshot, name, f"variables.{name}", want)


def _address(snapshot: Snapshot, address: str) -> str:
    try:
        snapshot.at(address)
    except KeyError:
        if any(address.startswith(f"{known}.") for known in snapshot.unknown):
            return address  # a part of what is not known at all
        near = get_close_matches(address, snapshot.flat(), n=3, cutoff=0.8)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        raise misused("at", f"no fact stands at {address!r}{meant}") from None
    return address
