"""Replay limits as text and as plain values: how far each value was apart across hardware, and what to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.environment.lines import hardware_line
from pytest_repro.report import table
from pytest_repro.report.page import display
from pytest_repro.values.address import rest
from pytest_repro.values.entry import cut
from pytest_repro.values.secrets import mask
from pytest_repro.variations.registry import VARIATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_repro.controls.limit import Limit
    from pytest_repro.environment.snapshot import Snapshot

HARDWARE = frozenset(one.name for one in VARIATIONS if one.kind == "hardware")
"""Variations that stand for hardware which was not there."""

LEGEND = (
    "largest: over the value's largest magnitude, between two classes; tolerance: that times its margin, rounded up"
)


def text(
    limits: Sequence[Limit],
    classes: Mapping[str, Snapshot],
    unknown: Sequence[str],
    simulated: Mapping[str, Mapping[str, float]],
) -> str:
    """Classes of hardware, a table of values a test, what calibrations measured, and the argument to paste.

    Args:
        limits: The limits.
        classes: A snapshot of each class by its id, in the order in which they are numbered.
        unknown: Columns of which the hardware is unknown: they were left out.
        simulated: By test what calibrations measured on one machine, by condition.
    """
    names = {key: f"H{number}" for number, key in enumerate(classes, 1)}
    lines = ["hardware"] if classes else ["no hardware class is known: nothing can be said of limits"]
    for key, snapshot in classes.items():
        lines.append(f"  {names[key]:<4}{cut(mask(hardware_line(snapshot)), table.WIDTH - 6)}")
    if unknown:
        lines += ["", cut(mask(f"left out, of unknown hardware: {', '.join(unknown)}"), table.WIDTH)]
    lines += ["", LEGEND] if limits else []
    if len(classes) == 1:
        lines += ["", "one class of hardware alone: record on another one to learn how far values are apart"]
    for test in sorted({limit.test for limit in limits}, key=lambda test: _rank(limits, test)):
        chosen = sorted((limit for limit in limits if limit.test == test), key=_size)
        lines += ["", cut(mask(test), table.WIDTH), *_table(chosen, names)]
        if simulated.get(test):
            lines += table.filled("  ", f"measured on one machine: {_measured(simulated[test])}", 4)
        for number, line in enumerate(argument(chosen)):
            lines.append(f"  {'' if number else 'paste':<7}{mask(line)}")
    if classes and not limits:
        lines += ["", "no floating number is recorded"]
    return "\n".join(lines) + "\n"


def _measured(found: Mapping[str, float]) -> str:
    """``blas 2.1e-13, simd 0 (simulated); replay 0``: what stands for hardware first, each as the table has it."""
    hardware = [name for name in found if name in HARDWARE or name.partition("=")[0] in HARDWARE]
    others = [name for name in found if name not in hardware]
    told = ", ".join(f"{name} {_number(found[name])}" for name in hardware)
    parts = [f"{told} (simulated)"] if hardware else []
    parts += [", ".join(f"{name} {_number(found[name])}" for name in others)] if others else []
    return "; ".join(parts)


def _number(found: float) -> str:
    return "0" if not found else f"{found:.1e}"


def to_dict(
    limits: Sequence[Limit],
    classes: Mapping[str, Snapshot],
    unknown: Sequence[str],
    simulated: Mapping[str, Mapping[str, float]],
) -> dict[str, object]:
    """The same, schema ``pytest-repro/limits`` 1.0."""
    tests = sorted({limit.test for limit in limits}, key=lambda test: _rank(limits, test))
    return {
        "schema": "pytest-repro/limits",
        "version": "1.0",
        "hardware": {key: hardware_line(snapshot) for key, snapshot in classes.items()},
        "unknown": list(unknown),
        "calibrated": {test: dict(found) for test, found in sorted(simulated.items())},
        "limits": [
            {
                "test": limit.test,
                "address": limit.address,
                "largest": limit.scaled,
                "relative": limit.relative,
                "within_one_class": limit.same,
                "between": list(limit.between),
                "runs": limit.runs,
                "margin": limit.margin,
                "tolerance": limit.tolerance,
                "shape": limit.shape,
                "classes": list(limit.classes),
                "not_covered": list(limit.missing),
            }
            for limit in limits
        ],
        "paste": {test: "\n".join(argument([limit for limit in limits if limit.test == test])) for test in tests},
    }


def argument(limits: Sequence[Limit]) -> tuple[str, ...]:
    """The marker that states the tolerances of one test, a line a value; empty where none is needed or honest.

    It stands under the condition ``recorded``: two runs on one machine have no such excuse.
    """
    wide = {rest(limit.address) or limit.address: limit.tolerance for limit in limits if limit.tolerance}
    if not wide:
        return ()
    told = [f'"{_escaped(address)}": {tolerance:g}' for address, tolerance in sorted(wide.items())]
    if len(told) == 1:
        return (f'@pytest.mark.replay(under={{"recorded": {{{told[0]}}}}})',)
    return ('@pytest.mark.replay(under={"recorded": {', *(f"    {line}," for line in told), "}})")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _rank(limits: Sequence[Limit], test: str) -> tuple[float, str]:
    return min(_size(limit)[0] for limit in limits if limit.test == test), test


def _size(limit: Limit) -> tuple[float, str]:
    return -(limit.scaled or 0.0), limit.address


def _table(limits: Sequence[Limit], names: Mapping[str, str]) -> Iterator[str]:
    head = ("value", "largest", "between", "runs", "tolerance", "seen on", "not on")
    rows = []
    for limit in limits:
        seen = " ".join(names.get(key, key) for key in limit.classes)
        missing = " ".join(names.get(key, key) for key in limit.missing)
        between = " / ".join(limit.between)
        rows.append((display(limit.address), _far(limit), between, str(limit.runs), _told(limit), seen, missing))
    yield from table.lines(head, rows)


def _far(limit: Limit) -> str:
    if limit.scaled is None:
        return "not known"
    return _number(limit.scaled)


def _told(limit: Limit) -> str:
    if limit.tolerance is None:
        if limit.scaled is None:
            return "none: one class alone"
        if limit.same > limit.scaled:
            return "none: as far apart on one class"
        return f"none: {limit.shape or 'unknown'}"
    return f"{limit.tolerance:g} (x{limit.margin:g})" if limit.tolerance else "exact"
