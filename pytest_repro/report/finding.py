"""A finding that is about no single test, as text: its headline, the evidence, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.report.terminal import LABEL
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from pytest_repro.controls.verdict import Finding


def text(finding: Finding) -> str:
    """Lines joined by newlines, none at the end; what is not to be ignored says so by its action."""
    lines = [f"{finding.headline}   [{finding.action}]", *(f"  {reason}" for reason in finding.reasons)]
    lines += [f"  {'' if number else 'next':<{LABEL}}{step}" for number, step in enumerate(finding.steps)]
    return mask("\n".join(lines))
