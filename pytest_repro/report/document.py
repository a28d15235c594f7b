"""A document: what a session showed, as plain values; every format of a report is written from it and nothing else."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_repro.report.page import Page, Row, Section, Table
from pytest_repro.values import entry

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = "pytest-repro/report"
VERSION = "1.0"
"""Of what :func:`to_dict` gives: a reader takes any minor, refuses another major."""


STATES = {"drift": "drift", "warned": "warned", "noted": "noted", "same": "the same", "skipped": "skipped"}
"""What a reader is told of each state of a test, worst first."""

TELLING = ("drift", "warned", "noted")
"""States of tests with something to tell, worst first."""


class Place(NamedTuple):
    """A line of source, told from where pytest was started."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One finding in one line.

    Attributes:
        code: Without prefix: ``R101``.
        action: What follows: ``fail``, ``warn`` or ``accept``.
        sentence: What was found.
    """

    code: str
    action: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Numbers of one drifted value, few enough to be drawn.

    Attributes:
        value: What the table calls it.
        runs: What the two are called.
        kind: ``series`` for one dimension, ``image`` for two, ``spread`` for how often which difference occurs.
        data: Of ``series`` both runs; of ``image`` rows of relative differences; of ``spread`` the number of equal
            elements, then of those whose relative difference is of each power of ten from 1e-17 to 10.
    """

    value: str
    runs: tuple[str, str]
    kind: str
    data: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One replayed test.

    Attributes:
        nodeid: The test.
        place: Of its definition.
        state: ``drift`` where it fails for it, ``warned``, ``noted`` where something was found and accepted, ``same``,
            ``skipped``.
        findings: In the order of the report.
        waived: Keys of waivers that covered some.
        compared: Values that were compared.
        largest: Largest relative difference of a value; None where there is none or it has no size.
        cells: Of the reproducibility map, by condition.
        shares: The largest part of its tolerance that a value uses, in ``[0, 1]``, by condition; absent where no
            tolerance is stated, or more than all of it is used.
        page: What its report says; None where nothing was found.
        origin: Where two runs first part; None where that is not known.
        limits: Lines of a calibration.
        plots: Of its drifted values.
        result: Digest of what all its runs showed alike, equal where all these values are equal bit for bit; empty
            where they ended differently, or nothing is known.
        job: Of which session it is, where several were merged; else empty.
    """

    nodeid: str
    place: Place
    state: str
    findings: tuple[Said, ...] = ()
    waived: tuple[str, ...] = ()
    compared: int = 0
    largest: float | None = None
    cells: Mapping[str, str] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    page: Page | None = None
    origin: Place | None = None
    limits: tuple[str, ...] = ()
    plots: tuple[Plot, ...] = ()
    result: str = ""
    job: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A session.

    Attributes:
        tool: Who wrote it, with version.
        created: When, in UTC: ``2026-01-31T12:00:00Z``.
        exit_status: pytest's.
        session_seed: Of the session.
        summary: The line that ends pytest's output.
        hardware: In a line.
        environment: In a line.
        ids: Identities of the environment, by name.
        columns: Conditions of the map: label, and whether it is simulated hardware.
        notes: Lines beneath the map.
        tests: In the order in which they ran.
        session: Findings about the session itself: code, action, text.
        notices: Other lines about the session.
        snapshot: The environment, as ``pytest-repro env --json`` prints it; None where several sessions were merged.
    """

    tool: str
    created: str
    exit_status: int
    session_seed: int
    summary: str
    hardware: str
    environment: str
    ids: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[tuple[str, bool], ...] = ()
    notes: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
    session: tuple[Said, ...] = ()
    notices: tuple[str, ...] = ()
    snapshot: Mapping[str, Any] | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Tests by state, in the order in which a reader wants them."""
        found = dict.fromkeys(STATES, 0)
        for test in self.tests:
            found[test.state] += 1
        return found

    @property
    def telling(self) -> tuple[Test, ...]:
        """Tests with something to tell, drifts first, then the largest differences."""
        told = [test for test in self.tests if test.state in TELLING]
        return tuple(sorted(told, key=lambda test: (TELLING.index(test.state), -(test.largest or 0.0))))


def listed(document: Document) -> list[Test]:
    """All tests: first those with something to tell, then the others as they ran."""
    told = document.telling
    known = {test.nodeid for test in told}
    return [*told, *(test for test in document.tests if test.nodeid not in known)]


def to_dict(document: Document) -> dict[str, Any]:
    """The document as plain JSON values, schema ``pytest-repro/report``."""
    session = asdict(replace(document, tests=()))
    tests = [_test_dict(test) for test in document.tests]
    return {"schema": SCHEMA, "version": VERSION, "counts": document.counts, **session, "tests": tests}


def _test_dict(test: Test) -> dict[str, Any]:
    page = None if test.page is None else page_dict(test.page)
    return {**asdict(replace(test, page=None)), "page": page}


def from_dict(data: object) -> Document:
    """The document in plain values; trusts nothing.

    Raises:
        ReproError: ``B602``, it is none, or of another major version.
    """
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise entry.malformed("no report of pytest-repro")
    if str(data.get("version", "")).partition(".")[0] != VERSION.partition(".")[0]:
        raise entry.malformed(f"a report of version {data.get('version')!r:.20}, this is {VERSION}")
    texts = {name: entry.field(data, name, str) for name in ("tool", "created", "summary", "hardware", "environment")}
    return Document(
        **texts,
        exit_status=entry.field(data, "exit_status", int),
        session_seed=entry.field(data, "session_seed", int),
        ids=_strings(entry.field(data, "ids", dict)),
        columns=tuple(_column(one) for one in entry.field(data, "columns", list)),
        notes=entry.texts(data, "notes"),
        tests=tuple(map(_test, entry.field(data, "tests", list))),
        session=tuple(map(_said, entry.field(data, "session", list))),
        notices=entry.texts(data, "notices"),
        snapshot=None if data.get("snapshot") is None else _object(data["snapshot"]),
    )


def _test(data: object) -> Test:
    known = _object(data)
    largest = known.get("largest")
    if largest is not None and not isinstance(largest, int | float):
        largest = float("inf") if largest == "inf" else None
    page, origin = known.get("page"), known.get("origin")
    return Test(
        nodeid=entry.field(known, "nodeid", str),
        place=_place(known.get("place")),
        state=_state(entry.field(known, "state", str)),
        findings=tuple(map(_said, entry.field(known, "findings", list))),
        waived=entry.texts(known, "waived"),
        compared=entry.field(known, "compared", int),
        largest=None if largest is None else _number(largest, "largest"),
        cells=_strings(entry.field(known, "cells", dict)),
        shares=_shares(entry.field(known, "shares", dict)),
        page=None if page is None else page_from(page),
        origin=None if origin is None else _place(origin),
        limits=entry.texts(known, "limits"),
        plots=tuple(map(_plot, entry.field(known, "plots", list))),
        result=entry.field(known, "result", str),
        job=entry.field(known, "job", str),
    )


def page_from(data: object) -> Page:
    """A page in plain values.

    Raises:
        ReproError: ``B602``, it is none.
    """
    known = _object(data)
    tables = []
    for one in map(_object, entry.field(known, "tables", list)):
        rows = [_row(row) for row in entry.field(one, "rows", list)]
        columns = entry.texts(one, "columns")
        if len(columns) != 2:  # noqa: PLR2004  # two runs
            raise entry.malformed("no two columns")
        tables.append(Table((columns[0], columns[1]), tuple(rows), entry.field(one, "hidden", int)))
    sections = [
        Section(entry.field(one, "heading", str), entry.texts(one, "lines"))
        for one in map(_object, entry.field(known, "sections", list))
    ]
    return Page(
        nodeid=entry.field(known, "nodeid", str),
        headlines=entry.texts(known, "headlines"),
        tables=tuple(tables),
        sections=tuple(sections),
    )


def page_dict(page: Page) -> dict[str, Any]:
    """A page as plain values, in types that travel through xdist."""
    return {
        "nodeid": page.nodeid,
        "headlines": list(page.headlines),
        "tables": [
            {
                "columns": list(one.columns),
                "rows": [dict(zip(Row._fields, row, strict=True)) for row in one.rows],
                "hidden": one.hidden,
            }
            for one in page.tables
        ],
        "sections": [{"heading": one.heading, "lines": list(one.lines)} for one in page.sections],
    }


def _row(data: object) -> Row:
    known = _object(data)
    return Row(*(entry.field(known, name, str) for name in Row._fields))


def _said(data: object) -> Said:
    known = _object(data)
    return Said(**{name: entry.field(known, name, str) for name in ("code", "action", "sentence")})


def _plot(data: object) -> Plot:
    known = _object(data)
    value, kind = entry.field(known, "value", str), entry.field(known, "kind", str)
    runs = entry.texts(known, "runs")
    if len(runs) != 2:  # noqa: PLR2004  # two runs
        raise entry.malformed("no two runs", "runs")
    return Plot(value=value, runs=(runs[0], runs[1]), kind=kind, data=tuple(entry.field(known, "data", list)))


def _place(data: object) -> Place:
    match data:
        case [str(file), int(line)]:
            return Place(file, line)
    raise entry.malformed("no place")


def _column(data: object) -> tuple[str, bool]:
    match data:
        case [str(label), bool(simulated)]:
            return (label, simulated)
    raise entry.malformed("no column")


def _state(text: str) -> str:
    if text not in STATES:
        raise entry.malformed("no state", "state")
    return text


def _object(data: object) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise entry.malformed("no object")
    return data


def _shares(data: Mapping[Any, Any]) -> dict[str, float]:
    if not all(isinstance(key, str) and isinstance(value, int | float) for key, value in data.items()):
        raise entry.malformed("no numbers by name", "shares")
    return {key: min(1.0, max(0.0, _number(value, "shares"))) for key, value in data.items()}


def _number(value: float, place: str) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of hundreds of digits
        raise entry.malformed("a number beyond every double", place) from None


def _strings(data: Mapping[Any, Any]) -> dict[str, str]:
    if not all(isinstance(key, str) and isinstance(value, str) for key, value in data.items()):
        raise entry.malformed("no texts by name")
    return dict(data)
