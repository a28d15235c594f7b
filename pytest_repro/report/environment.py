"""An environment, or the difference of two, as text for a terminal and as plain values for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.controls.counting import counted
from pytest_repro.environment.fields import fields
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from pytest_repro.environment.differences import Comparison
    from pytest_repro.environment.fact import Plain
    from pytest_repro.environment.snapshot import Snapshot

MOST = 4
"""Other addresses of one difference that are named."""

LABEL = 28
"""Columns of an address."""

IDENTITIES = (
    ("env_id", "environment", "interpreter, packages, switches"),
    ("hw_class", "hardware", "CPU, SIMD targets, BLAS kernels, GPU, C library, threads"),
    ("numeric_class", "numeric stack", "what the probes computed"),
    ("context_id", "all of it", ""),
)
"""Attribute of a snapshot, what it is called, and what stands behind it."""


def text(snapshot: Snapshot) -> str:
    """A line a fact, in the order of sections; what is unknown says why."""
    lines = [f"captured {snapshot.captured} in {sum(snapshot.cost.values()):.1f} ms by {snapshot.tool}", ""]
    for attribute, name, meaning in IDENTITIES:
        lines.append(_line(f"id of {name}", getattr(snapshot, attribute), f"   {meaning}" if meaning else ""))
    flat = snapshot.flat()
    for section in dict.fromkeys(info.section for info in fields()):
        lines.append("")
        if section in snapshot.errors:
            lines.append(_line(section, None, f"could not be captured: {snapshot.errors[section]}"))
            continue
        found = {address: value for address, value in flat.items() if _section(address) == section and shown(address)}
        lines += [_line(address, value, _why(snapshot, address, value)) for address, value in found.items()]
    return mask("\n".join(lines)) + "\n"


def shown(address: str) -> bool:
    """Whether a fact is worth a line: digests of files are there to be compared, not to be read."""
    return not (address.startswith("packages.") and address.endswith(".record"))


def _section(address: str) -> str:
    return address.partition(".")[0].partition("[")[0]


def _why(snapshot: Snapshot, address: str, value: Plain) -> str:
    return f"unknown: {snapshot.unknown.get(address, 'no reason given')}" if value is None else ""


def _line(address: str, value: Plain, more: str = "") -> str:
    shown = "" if value is None else _shown(value)
    return f"{address:<{LABEL}}  {shown}{more}".rstrip()


def compared_text(before: Snapshot, after: Snapshot, found: Comparison) -> str:
    """The differences, the likeliest explanation of numeric drift first, each with the reason why it may be one."""
    lines = [found.sentence, ""]
    if not found.differences:
        return f"the two environments do not differ\n{found.sentence}\n"
    for number, one in enumerate(found.differences, 1):
        lines.append(f"{number:>3}  {one.address:<{LABEL}}  {_shown(one.before)} -> {_shown(one.after)}")
        lines += [f"     {'':<{LABEL}}  {told}" for told in (one.why, one.evidence) if told]
        if one.also:
            lines.append(
                f"     {'':<{LABEL}}  also {', '.join(one.also[:MOST])}{' ...' if len(one.also) > MOST else ''}"
            )
    same = [name for attribute, name, _ in IDENTITIES if getattr(before, attribute) == getattr(after, attribute)]
    lines += ["", f"{counted(len(found.differences), 'difference')}; equal ids: {', '.join(same) or 'none'}"]
    return mask("\n".join(lines)) + "\n"


def compared_dict(before: Snapshot, after: Snapshot, found: Comparison) -> dict[str, object]:
    """The same for JSON, schema ``pytest-repro/environments`` 1.0."""
    ids = {attribute: [getattr(before, attribute), getattr(after, attribute)] for attribute, _, _ in IDENTITIES}
    return {"schema": "pytest-repro/environments", "version": "1.0", "ids": ids, **found.to_dict()}


def _shown(value: Plain) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown or absent" if value is None else str(value)
