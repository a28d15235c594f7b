"""Calibration as text: a table of replay limits a test, and the marker to paste."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pytest_repro.controls.calibration import REPLAY
from pytest_repro.controls.counting import counted
from pytest_repro.report import table
from pytest_repro.report.page import display
from pytest_repro.report.table import filled
from pytest_repro.values.entry import cut
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pytest_repro.controls.calibration import Measured, Reach, Suggestion

LEGEND = "largest distance over a value's largest magnitude; digits: significant ones that all runs share"

SHOWN = 20
"""Values of one test that are shown; the farthest come first."""


def lines(
    nodeid: str, measured: Sequence[Measured], suggestion: Suggestion, *, runs: int, simulated: Collection[str]
) -> list[str]:
    """The table of one test.

    Args:
        nodeid: The test.
        measured: Its numbers.
        suggestion: What is honest to write.
        runs: Of one process.
        simulated: Labels of conditions that stand for other hardware; they are told last, in brackets.
    """
    labels = dict.fromkeys(label for one in measured for label in one.reaches)
    moved = [
        label
        for label in sorted(labels, key=lambda label: label in simulated)
        if label == REPLAY or any(one.reaches[label].scaled for one in measured if label in one.reaches)
    ]
    still = [label for label in labels if label not in moved]
    apart = [one for one in measured if any(reach.scaled for reach in one.reaches.values())]
    ranked = sorted(apart, key=lambda one: (one.digits, one.address))
    head = ("value", *(f"({label})" if label in simulated else label for label in moved), "digits")
    rows = [
        (display(one.address), *(_far(one.reaches.get(label)) for label in moved), _digits(one))
        for one in ranked[:SHOWN]
    ]
    found = [cut(mask(nodeid), table.WIDTH), *(table.lines(head, rows) if rows else [])]
    if len(ranked) > SHOWN:
        found.append(f"  and {len(ranked) - SHOWN} more, all closer")
    same = len(measured) - len(apart)
    if same:
        found.append(f"  {counted(same, 'number')} the same bit for bit everywhere")
    if still and apart:
        found += filled("  ", f"all the same under {', '.join(still)}", 4)
    shown = [f"{display(address)} under {label} ({shape})" for address, label, shape in suggestion.unfit]
    if shown:
        more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""  # noqa: PLR2004  # three are an example
        found.append(cut(mask(f"  no tolerance fits {'; '.join(shown[:3])}{more}"), table.WIDTH))
    if suggestion.tol is not None:
        found.append(f"  paste  {marker(suggestion)}   ({runs} runs here, one under each condition)")
    return found


def marker(suggestion: Suggestion) -> str:
    """``@pytest.mark.replay(tol=0, under={"blas": 2e-14})``."""
    under = ", ".join(f'"{label}": {wide:g}' for label, wide in suggestion.under.items())
    return f"@pytest.mark.replay(tol={suggestion.tol:g}{f', under={{{under}}}' if under else ''})"


def _far(reach: Reach | None) -> str:
    if reach is None:
        return "-"
    if not reach.scaled:
        return "="
    return f"{reach.scaled:.0e}" if math.isfinite(reach.scaled) else reach.shape


def _digits(one: Measured) -> str:
    return "all" if math.isinf(one.digits) else f"{one.digits:.0f}"
