"""A verdict as headings and rows: the one model that every format is written from.

The order never changes: what, how far, where, why, under which condition, on what, how to run again, what next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.values.address import category, rest
from pytest_repro.values.secrets import mask
from pytest_repro.values.tolerance import ASKED
from pytest_repro.values.veil import shown, veiled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.compare import Gap
    from pytest_repro.controls.verdict import Finding, Verdict

SHOWN_ROWS = 12
"""Rows a table shows; the rest is counted. A reader looks at the worst, not at all."""

COUNTED = ("", "rounding-like")
"""Shapes of which representable numbers between the two say something; 1e15 of them say no more than the difference."""

TELL_APART = {"return", "rng", "outcome", "stdout", "stderr", "warnings", "logs", "files"}
"""Categories that stay in front of a value's name; the others are what the user calls them."""


class Row(NamedTuple):
    """One value of the table, every cell a text."""

    value: str
    before: str
    after: str
    absolute: str
    relative: str
    ulp: str
    tolerance: str
    judgement: str
    detail: str


class Table(NamedTuple):
    """The values that two runs part in.

    Attributes:
        columns: Names of the two runs.
        rows: Differing values, drifted ones first.
        hidden: Rows that were left out.
    """

    columns: tuple[str, str]
    rows: tuple[Row, ...]
    hidden: int


class Section(NamedTuple):
    """A heading on the left and its lines on the right."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a report says of one test.

    Attributes:
        nodeid: The test.
        headlines: First line of each finding.
        tables: One for each two runs that were compared and part.
        sections: Where, why, condition, hardware, environment, run again, next; those with something to say.
    """

    nodeid: str
    headlines: tuple[str, ...]
    tables: tuple[Table, ...]
    sections: tuple[Section, ...]


def page(verdict: Verdict, context: Mapping[str, str]) -> Page:
    """The page of a verdict.

    Args:
        verdict: The findings of one test; those whose action is accept are told as well.
        context: Lines that only the caller knows: ``condition``, ``hardware``, ``environment``, ``run again``.
    """
    own = (context["condition"],) if any(not finding.against for finding in verdict.findings) else ()
    others = (finding.against for finding in verdict.findings if finding.against)
    said = {
        "where": tuple(dict.fromkeys(line for finding in verdict.findings for line in finding.where)),
        "why": tuple(dict.fromkeys(line for finding in verdict.findings for line in _reasons(finding))),
        "condition": tuple(dict.fromkeys((*own, *others))),
        "hardware": (context["hardware"],),
        "environment": (context["environment"],),
        "owner": (verdict.owner,) if verdict.owner else (),
        "run again": (context["run again"],),
        "next": tuple(dict.fromkeys(step for finding in verdict.findings for step in finding.steps)),
    }
    return Page(
        nodeid=verdict.nodeid,
        headlines=tuple(mask(finding.headline) for finding in verdict.findings),
        tables=_tables(verdict),
        sections=tuple(Section(heading, tuple(map(mask, lines))) for heading, lines in said.items() if lines),
    )


def _tables(verdict: Verdict) -> tuple[Table, ...]:
    """Findings about the same two runs share a table."""
    groups: dict[tuple[str, str], dict[Gap, None]] = {}
    for finding in verdict.findings:
        if finding.gaps:
            groups.setdefault(finding.labels or verdict.labels, {}).update(dict.fromkeys(finding.gaps))
    found = []
    for columns, gaps in groups.items():
        shown = sorted(gaps, key=lambda gap: not gap.difference.drifted)
        found.append(Table(columns, tuple(row(gap) for gap in shown[:SHOWN_ROWS]), max(0, len(shown) - SHOWN_ROWS)))
    return tuple(found)


def _reasons(finding: Finding) -> list[str]:
    return [f"{line} ({finding.confidence})" if finding.confidence else line for line in finding.reasons]


def row(gap: Gap) -> Row:
    """The row of one differing value."""
    difference = gap.difference
    return Row(
        value=display(gap.address),
        before="-" if gap.before is None else shown(gap.address, gap.before),
        after="-" if gap.after is None else shown(gap.address, gap.after),
        absolute=_number(difference.absolute),
        relative=_number(difference.relative),
        ulp=_number(difference.ulp) if difference.shape in COUNTED else "-",
        tolerance="exact" if _exact(gap) else str(gap.tolerance),
        judgement="drift" if difference.drifted else "within",
        detail=_detail(gap),
    )


def _exact(gap: Gap) -> bool:
    """Whether no tolerance is asked: of texts, whole numbers, lengths, and what is known by its type alone."""
    return any(leaf is not None and leaf.kind not in ASKED for leaf in (gap.before, gap.after))


def display(address: str) -> str:
    """An address as a report shows it: what the user calls the value, cut in the middle where it is long."""
    name = mask(address if category(address) in TELL_APART else rest(address) or address)
    limit = 48
    return name if len(name) <= limit else f"{name[: limit // 2 - 1]}...{name[-limit // 2 + 2 :]}"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e6:  # noqa: PLR2004  # six digits are read at a glance
        return str(int(value))
    return f"{value:.2g}" if 0.01 <= abs(value) < 100 else f"{value:.1e}"  # noqa: PLR2004  # likewise


def _detail(gap: Gap) -> str:
    difference = gap.difference
    parts = []
    if difference.structural:
        parts.append(difference.structural)
    if difference.count > 1:
        parts.append(f"{difference.beyond or difference.differing} of {difference.count} elements")
        if difference.worst is not None:
            parts[-1] += f", worst at [{', '.join(map(str, difference.worst))}]"
    if category(gap.address) == "outcome":
        return difference.structural  # the two outcomes stand beside one another already
    if difference.shape not in ("", "values differ"):  # that they do is why they stand here
        parts.append(difference.shape)
    if difference.detail and not any(leaf and veiled(gap.address, leaf) for leaf in (gap.before, gap.after)):
        parts.append(difference.detail)
    names = list(dict.fromkeys(map(display, gap.addresses)))[
        1:
    ]  # `value` that is returned as well needs no second name
    if names:
        parts.append(f"also {names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''}")
    return mask("; ".join(parts))
