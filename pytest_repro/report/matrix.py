"""A matrix of recorded tests by columns as text and as plain values: cells, clusters, and what parts them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_repro.controls.counting import counted
from pytest_repro.environment.lines import environment_line, hardware_line
from pytest_repro.report import clusters, table
from pytest_repro.report.document import Document, Place, Test
from pytest_repro.report.page import COUNTED, display
from pytest_repro.values.address import category
from pytest_repro.values.entry import cut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.controls.matrix import Cell, Matrix, Row
    from pytest_repro.controls.origin import Origin

EQUAL = 20
"""Tests that are the same everywhere are listed up to this number of tests, and counted beyond."""

FEW = 16
"""Representable numbers between two that are told as such; more of them say no more than the difference."""

LEGEND = (
    "ref  what the others are compared with    =  the same bit for bit    -  not recorded    !  beyond the tolerance",
    "a number is the largest relative difference; ulp are representable numbers between the two",
)

STRUCTURAL = ("missing", "new", "dtype", "shape")
"""First words of what parts two values structurally; all else is another kind."""


def text(found: Matrix, origins: Mapping[str, Origin], tolerance: str) -> str:
    """The matrix, worst tests first; clusters; environments beneath.

    Args:
        found: The matrix.
        origins: Where most tests of a column were recorded, by its name.
        tolerance: What was allowed, as a reader wrote it.
    """
    lines = [table.labelled("tests", counts(found)), table.labelled("tolerance", tolerance), ""]
    rows = sorted(found.rows, key=_rank)
    if len(rows) > EQUAL:
        rows = [row for row in rows if differs(row)]
    for columns in _blocks(found.columns):
        head = ("test", *(cut(found.columns[at], 24) for at in columns))
        cells = [(_test(row.test), *(shown(row.cells[at]) for at in columns)) for row in rows]
        lines += [*table.lines(head, cells, indent=0), ""]
    if len(rows) < len(found.rows):
        lines[-1:] = [f"and {counted(len(found.rows) - len(rows), 'test')} the same in all columns", ""]
    lines += [*LEGEND, "", *clusters.lines(found.clusters, origins), ""]
    for name in found.columns:
        told = enumerate(_where(origins[name]))
        lines += [table.labelled("" if number else cut(name, 24), part, 26) for number, part in told]
    return "\n".join(lines).rstrip() + "\n"


def to_dict(found: Matrix, origins: Mapping[str, Origin], tolerance: str) -> dict[str, object]:
    """The same, schema ``pytest-repro/matrix`` 1.0."""
    return {
        "schema": "pytest-repro/matrix",
        "version": "1.0",
        "tolerance": tolerance,
        "columns": [origin_dict(name, origins[name]) for name in found.columns],
        "tests": [
            {
                "test": row.test,
                "cells": [_cell(cell) for cell in row.cells],
                "clusters": [list(cluster) for cluster in row.clusters],
            }
            for row in sorted(found.rows, key=_rank)
        ],
        "clusters": [
            {"columns": list(cluster), "differs_in": clusters.parted(found.clusters[0], cluster, origins)}
            for cluster in found.clusters
        ],
        "equal": not any(differs(row) for row in found.rows),
    }


def document(found: Matrix, origins: Mapping[str, Origin], tolerance: str, tool: str) -> Document:
    """The matrix as a document, from which a page is written: a row a test, a column a set of recorded tests.

    Args:
        found: The matrix.
        origins: Where most tests of a column were recorded, by its name.
        tolerance: What was allowed, as a reader wrote it.
        tool: Who writes it, with version.
    """
    return Document(
        tool=tool,
        created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        exit_status=int(any(differs(row) for row in found.rows)),
        session_seed=0,
        summary=f"{counts(found)}; tolerance {tolerance}",
        hardware="; ".join(f"{name}: {hardware_line(one.snapshot)}" for name, one in origins.items() if one.snapshot),
        environment="; ".join(
            f"{name}: {environment_line(one.snapshot)}" for name, one in origins.items() if one.snapshot
        ),
        columns=tuple((name, False) for name in found.columns),
        notes=tuple(" ".join(line.split()) for line in clusters.lines(found.clusters, origins)),
        tests=tuple(_test_of(row, found.columns) for row in sorted(found.rows, key=_rank)),
    )


def _test_of(row: Row, columns: Sequence[str]) -> Test:
    state = {"drift": "drift", "missing": "warned", "within": "noted", "same": "same"}[_state(row)]
    module = row.test.partition("::")[0]
    sizes = [size for size in map(_size, row.cells) if size >= 0]
    return Test(
        nodeid=row.test,
        place=Place(module, 1),
        state=state,
        largest=max(sizes, default=None),
        cells={name: shown(cell) for name, cell in zip(columns, row.cells, strict=True)},
        shares={name: cell.share for name, cell in zip(columns, row.cells, strict=True) if cell.share is not None},
    )


def origin_dict(name: str, origin: Origin) -> dict[str, object]:
    """One column's name and environment as plain JSON values."""
    lines = (hardware_line(origin.snapshot), environment_line(origin.snapshot)) if origin.snapshot else ("", "")
    return {
        "name": name,
        "environment_id": origin.id,
        "hardware_class": origin.hardware,
        "hardware": lines[0],
        "environment": lines[1],
        "unreadable": origin.reason,
        "other_environments": origin.others,
    }


def counts(found: Matrix) -> str:
    """``14 tests in 4 columns: 11 the same bit for bit, 2 within the tolerance, 1 beyond it``."""
    states = [_state(row) for row in found.rows]
    words = {
        "drift": "beyond the tolerance",
        "missing": "not recorded everywhere",
        "within": "within the tolerance",
        "same": "the same bit for bit",
    }
    told = ", ".join(f"{states.count(state)} {word}" for state, word in words.items() if state in states)
    return f"{counted(len(states), 'test')} in {counted(len(found.columns), 'column')}: {told}"


def differs(row: Row) -> bool:
    """Whether a test is not the same everywhere, as far as the tolerance goes."""
    return _state(row) in ("drift", "missing")


def _state(row: Row) -> str:
    states = {cell.state for cell in row.cells}
    return next((state for state in ("drift", "missing", "within") if state in states), "same")


def _rank(row: Row) -> tuple[int, float, str]:
    """Drifts first, the structural and the largest among them first."""
    order = ("drift", "missing", "within", "same").index(_state(row))
    return order, -max(map(_size, row.cells)), row.test


def _size(cell: Cell) -> float:
    if cell.worst is None:
        return -1.0
    difference = cell.worst.difference
    structural = difference.structural or difference.relative is None or difference.nonfinite
    return float("inf") if structural else difference.relative or 0.0


def shown(cell: Cell) -> str:
    """A cell in a word: ``=``, ``3 ulp``, ``2e-09``, ``! 0.31``, ``! dtype``, ``-``."""
    if cell.worst is None:
        return {"reference": "ref", "same": "=", "missing": "-"}.get(cell.state, cell.state)
    return f"! {_far(cell)}" if cell.state == "drift" else _far(cell)


def _far(cell: Cell) -> str:
    """How far a cell's worst value is apart, or what parts it where there is no distance."""
    if cell.worst is None:
        return ""
    difference = cell.worst.difference
    if category(cell.worst.address) == "outcome":
        word = "outcome"
    elif difference.structural:
        first = difference.structural.partition(" ")[0]
        word = first if first in STRUCTURAL else "kind"
    elif difference.nonfinite:
        word = "nan, inf"
    elif difference.relative is None:
        word = "differs"
    elif difference.ulp is not None and difference.ulp <= FEW and difference.shape in COUNTED:
        word = f"{difference.ulp:.0f} ulp"
    else:
        word = f"{difference.relative:.1e}"
    return word


def _cell(cell: Cell) -> dict[str, object]:
    worst = cell.worst
    told: dict[str, object] = {"state": cell.state, "differing": cell.gaps}
    if worst is not None:
        difference = worst.difference
        told |= {
            "address": worst.address,
            "relative": difference.relative,
            "absolute": difference.absolute,
            "ulp": difference.ulp,
            "shape": difference.shape,
            "structural": difference.structural,
        }
    return told


def _blocks(columns: Sequence[str]) -> list[range]:
    """Columns that stand beside one another: as many as have room for their names beside that of a test."""
    blocks, start, used = [], 0, 0
    for at, name in enumerate(columns):
        needed = max(10, min(len(name), 24)) + table.GAP
        if used + needed > table.WIDTH - 40 and at > start:
            blocks.append(range(start, at))
            start, used = at, 0
        used += needed
    return [*blocks, range(start, len(columns))]


def _test(nodeid: str) -> str:
    """A node id that is cut in its middle where it is long: modules begin alike, tests end differently."""
    return display(f"record.{nodeid}") if len(nodeid) > 48 else nodeid  # noqa: PLR2004  # as wide as display() cuts


def _where(origin: Origin) -> list[str]:
    if origin.snapshot is None:
        return [f"environment {origin.id}, not readable: {origin.reason}" if origin.id else origin.reason]
    more = f" (and {counted(origin.others, 'other environment')})" if origin.others else ""
    return [hardware_line(origin.snapshot), environment_line(origin.snapshot) + more]
