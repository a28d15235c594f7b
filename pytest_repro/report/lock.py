"""The locks of a project as text for a terminal, and with their findings as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pytest_repro.report import finding as told
from pytest_repro.report.terminal import LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.controls.judged import State
    from pytest_repro.controls.lockfiles import LockReport
    from pytest_repro.controls.lockstep import Lockstep

WORDS: dict[State, str] = {
    "ok": "as locked",
    "version": "of another version",
    "source": "from another source",
    "build": "of another build",
    "missing": "missing",
    "optional": "optional and not installed",
    "extra": "not locked",
    "unjudged": "not told exactly enough to judge",
}
"""What the states of a package are called, in the order in which they are counted."""


def text(report: LockReport, policy: Mapping[str, Action]) -> str:
    """Which lock applies, found how, in what state, what is wrong, and what to do next.

    Args:
        report: The locks.
        policy: Actions by code; the catalogue's where it is silent.

    Returns:
        Lines joined by newlines, none at the end.
    """
    lines = [f"{heading:<{LABEL}}{line}".rstrip() for heading, line in _head(report)]
    for finding in report.findings(policy):
        lines += ["", told.text(finding)]
    return "\n".join(lines)


def to_dict(report: LockReport, policy: Mapping[str, Action]) -> dict[str, object]:
    """The same for JSON, schema ``pytest-repro/lock`` 1.0."""
    return report.to_dict() | {
        "findings": [
            {
                "code": f"RPR-{finding.code}",
                "sentence": finding.sentence,
                "action": finding.action,
                "reasons": list(finding.reasons),
                "next": list(finding.steps),
            }
            for finding in report.findings(policy)
        ],
    }


def _head(report: LockReport) -> Iterator[tuple[str, str]]:
    lockstep = report.lockstep
    if lockstep is None:
        yield "lock", report.words if report.broken else f"none: {report.why}"
    else:
        yield "lock", f"{report.words} ({report.why})"
        yield "format", _format(lockstep)
        for note in lockstep.lock.notes:
            yield "", note
        if not lockstep.elsewhere:
            yield "packages", _counts(lockstep)
        yield "project", f"{lockstep.staleness.state}: {lockstep.staleness.reason}"
    for number, other in enumerate(report.others):
        yield "" if number else "others", other.words if other.path in other.words else f"{other.path} {other.words}"


def _format(lockstep: Lockstep) -> str:
    lock = lockstep.lock
    said = lock.form if not lock.version else f"{lock.form} {lock.version}"
    return f"{said}, written by {lock.tool}" if lock.tool else said


def _counts(lockstep: Lockstep) -> str:
    counts = Counter(package.state for package in lockstep.packages)
    return ", ".join(f"{counts[state]} {words}" for state, words in WORDS.items() if counts[state]) or "none"
