"""A matrix: tests by profiles, with the largest difference of each cell and clusters of equal results."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

from pytest_repro.compare import compare
from pytest_repro.values.tolerance import Tolerances

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pytest_repro.compare import Gap
    from pytest_repro.envelope import Envelope
    from pytest_repro.store.recorded import Recorded

Shown = TypeVar("Shown")
State = Literal["reference", "same", "within", "drift", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One set of recorded tests: a profile, a commit, a store, a folder of a CI job.

    Attributes:
        name: What tables call it.
        tests: Recorded tests by name.
        hardware: The class of hardware it was recorded on, the same text for the same class; empty if unknown.
    """

    name: str
    tests: Mapping[str, Recorded]
    hardware: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One test in one column, against the first column that holds it.

    Attributes:
        state: ``reference``; ``same`` bit for bit; ``within`` the tolerances; ``drift``; ``missing``.
        worst: The gap with the largest relative difference, structural ones before all; None where there is none.
        gaps: How many values differ.
        share: The largest part of its tolerance that a value uses, in ``[0, 1]``; None where none is stated.
    """

    state: State
    worst: Gap | None = None
    gaps: int = 0
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One test in all columns.

    Attributes:
        test: Its name.
        cells: In the order of the columns.
        clusters: Names of columns whose results are the same bit for bit, largest cluster first.
    """

    test: str
    cells: tuple[Cell, ...]
    clusters: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All tests in all columns.

    Attributes:
        columns: Their names.
        rows: By name of test.
        clusters: Names of columns that hold the same tests with the same results, largest cluster first.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    clusters: tuple[tuple[str, ...], ...]


def matrix(columns: Sequence[Column], tolerances: Tolerances | None = None, ignore: Sequence[str] = ()) -> Matrix:
    """Compares recorded tests across columns.

    Args:
        columns: At least one.
        tolerances: What is allowed where; nothing if None.
        ignore: Patterns of addresses that are not compared.

    Raises:
        ReproError: ``B602``, an array's file is not what was recorded.
    """
    allowed = tolerances or Tolerances()
    names = [column.name for column in columns]
    rows: list[Row] = []
    kinds: list[list[int]] = [[] for _ in columns]
    for test in sorted({name for column in columns for name in column.tests}):
        envelopes = [_envelope(column, test) for column in columns]
        reference = next(one for one in envelopes if one is not None)
        places = places_of(envelopes, ignore)
        for kind, at in zip(kinds, places, strict=True):
            kind.append(at)
        cells = cells_of(envelopes, places, partial(_cell, reference, allowed, ignore))
        rows.append(Row(test=test, cells=cells, clusters=clusters_of(names, places)))
    return Matrix(
        columns=tuple(names),
        rows=tuple(rows),
        clusters=clusters_of(names, [tuple(kind) for kind in kinds]),
    )


def _envelope(column: Column, test: str) -> Envelope | None:
    found = column.tests.get(test)
    return None if found is None else found.envelope(test, column.name)


def places_of(envelopes: Iterable[Envelope | None], ignore: Sequence[str]) -> list[int]:
    """The number of the cluster that each envelope belongs to, from 0; -1 for those that are missing."""
    first: list[Envelope] = []
    places: list[int] = []
    for envelope in envelopes:
        if envelope is None:
            places.append(-1)
            continue
        same = (at for at, other in enumerate(first) if not compare(other, envelope, Tolerances(), ignore).gaps)
        at = next(same, len(first))
        if at == len(first):
            first.append(envelope)
        places.append(at)
    return places


def cells_of(
    shown: Sequence[Shown | None], places: Sequence[int], compared: Callable[[Shown], Cell]
) -> tuple[Cell, ...]:
    """The cells of one test.

    Args:
        shown: What each column showed; None where it is missing. The first is what the others are compared with.
        places: What :func:`places_of` gave.
        compared: The cell of what was shown; asked once for each cluster.
    """
    known: dict[int, Cell] = {-1: Cell(state="missing"), 0: Cell(state="same")}
    cells: list[Cell] = []
    for one, place in zip(shown, places, strict=True):
        if one is not None and place not in known:
            known[place] = compared(one)
        cells.append(known[place])
    cells[places.index(0)] = Cell(state="reference")
    return tuple(cells)


def _cell(reference: Envelope, allowed: Tolerances, ignore: Sequence[str], one: Envelope) -> Cell:
    found = compare(reference, one, allowed, ignore)
    worst = max(found.gaps, key=size, default=None)
    return Cell(state="drift" if found.drifts else "within", worst=worst, gaps=len(found.gaps), share=share(found.gaps))


def share(gaps: Iterable[Gap]) -> float | None:
    """The largest part of its tolerance that one of some values uses; None where none is stated."""
    return max((one.share for one in gaps if one.share is not None), default=None)


def size(gap: Gap) -> tuple[bool, bool, float]:
    """How bad a gap is among others: drifts before what is allowed, what has no size before numbers."""
    difference = gap.difference
    without = difference.structural != "" or difference.relative is None or difference.nonfinite > 0
    return difference.drifted, without, difference.relative or 0.0


def clusters_of(names: Sequence[str], places: Sequence[object]) -> tuple[tuple[str, ...], ...]:
    """Names of columns that are at the same place, the largest group first; -1 is no place."""
    groups: dict[object, list[str]] = {}
    for name, place in zip(names, places, strict=True):
        if place != -1:
            groups.setdefault(place, []).append(name)
    return tuple(tuple(group) for group in sorted(groups.values(), key=len, reverse=True))
