"""One session on several workers at once, each of which runs every test: where they part, by the rule of records.

What two classes of hardware compute may differ in numbers where nobody stated a tolerance; everything else is a drift.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.compare import compare
from pytest_repro.controls.baseline import informs, tolerances_elsewhere
from pytest_repro.controls.counting import counted
from pytest_repro.controls.matrix import Cell, Matrix, Row, cells_of, clusters_of, places_of, share, size
from pytest_repro.controls.verdict import Finding, action_of, split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.envelope import Envelope
    from pytest_repro.values.tolerance import Tolerances

CODE = "R117"

SHOWN = 5
"""Tests that the finding names; the table has all that differ."""


class Shown(NamedTuple):
    """What one worker showed of one test.

    Attributes:
        envelope: What its runs agreed upon.
        tolerances: What the test allows.
        under: Tolerances that replace them under a condition.
        ignore: Patterns that are not compared.
        hardware: The class of the worker's hardware; empty where it is unknown.
    """

    envelope: Envelope
    tolerances: Tolerances
    under: Mapping[str, Tolerances]
    ignore: tuple[str, ...]
    hardware: str


@dataclass(slots=True, kw_only=True)
class Fleet:
    """The workers of a session, and what they showed; a test is judged and let go once all of them ran it.

    Attributes:
        workers: Their ids, in the order in which they were started.
    """

    workers: tuple[str, ...]
    _waiting: dict[str, dict[str, Shown | None]] = field(default_factory=dict)
    _rows: list[Row] = field(default_factory=list)
    _places: dict[str, list[int]] = field(default_factory=dict)
    _drifted: dict[str, None] = field(default_factory=dict)
    _informed: int = 0

    def take(self, worker: str, test: str, shown: Shown | None) -> None:
        """What a worker showed of a test; None where it drifts or fails there by itself, or cannot be sent."""
        seen = self._waiting.setdefault(test, {})
        seen[worker] = shown
        if all(one in seen for one in self.workers):
            self._judge(test)

    def finish(self) -> None:
        """Judge what not all workers ran."""
        for test in list(self._waiting):
            self._judge(test)

    def matrix(self, names: Mapping[str, str]) -> Matrix:
        """All tests by workers.

        Args:
            names: What tables call each worker.
        """
        columns = [names[one] for one in self.workers]
        rows = tuple(
            Row(test=row.test, cells=row.cells, clusters=clusters_of(columns, self._places[row.test]))
            for row in self._rows
        )
        kinds = [tuple(self._places[row.test][at] for row in self._rows) for at in range(len(columns))]
        return Matrix(columns=tuple(columns), rows=rows, clusters=clusters_of(columns, kinds))

    @property
    def differs(self) -> bool:
        """Whether any two workers part at all."""
        return any(len(set(places) - {-1}) > 1 for places in self._places.values())

    @property
    def _compared(self) -> bool:
        return any(sum(place != -1 for place in places) > 1 for places in self._places.values())

    def finding(self, policy: Mapping[str, Action]) -> Finding | None:
        """What the session is told; None where all workers computed the same.

        Args:
            policy: Actions by code; the catalogue's where it is silent.
        """
        if len(self.workers) > 1 and self._rows and not self._compared:
            sentence = "no test was compared: the workers name their tests otherwise, or one of them alone ran any"
            step = "start them in the same folder of the project: --rootdir, or a pytest.ini there"
            return Finding(code=CODE, sentence=sentence, action="warn", steps=(step,))
        if not self.differs:
            return None
        total = counted(len(self._rows), "test")
        if not self._drifted:
            sentence = f"{self._informed} of {total} differ between workers, in numbers, on other hardware"
            return Finding(code=CODE, sentence=f"{sentence}, and no tolerance is stated", action="accept")
        named = list(self._drifted)[:SHOWN]
        more = [f"and {len(self._drifted) - SHOWN} more"] if len(self._drifted) > SHOWN else []
        return Finding(
            code=CODE,
            sentence=f"{len(self._drifted)} of {total} drift between workers",
            action=action_of(CODE, policy),
            reasons=(*named, *more),
            steps=("run one of the workers alone, with what parts it from the others: pytest-repro env A B",),
            about=tuple(self._drifted),
        )

    def _judge(self, test: str) -> None:
        seen = self._waiting.pop(test)
        shown = [seen.get(one) for one in self.workers]
        reference = next((one for one in shown if one is not None), None)
        if reference is None:
            return
        places = places_of([None if one is None else one.envelope for one in shown], reference.ignore)
        cells = cells_of(shown, places, partial(self._cell, test, reference))
        self._rows.append(Row(test=test, cells=cells, clusters=()))
        self._places[test] = places

    def _cell(self, test: str, reference: Shown, one: Shown) -> Cell:
        def same_hardware() -> bool:
            return bool(one.hardware) and one.hardware == reference.hardware

        allowed = tolerances_elsewhere(one.tolerances, one.under, same_hardware=same_hardware)
        found = compare(reference.envelope, one.envelope, allowed, one.ignore)
        outcomes, values, _ = split(found)
        drifts = (*outcomes, *values)
        told = bool(drifts) and (bool(outcomes) or not informs(values, allowed, same_hardware=same_hardware))
        if told:
            self._drifted[test] = None
        else:
            self._informed += bool(drifts)
        worst = max(drifts or found.gaps, key=size, default=None)
        return Cell(state="drift" if told else "within", worst=worst, gaps=len(found.gaps), share=share(found.gaps))
