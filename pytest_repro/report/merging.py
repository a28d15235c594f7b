"""Merging: the reports of several jobs as one document, with what parts the environments of those that disagree."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_repro.controls.origin import Origin
from pytest_repro.environment.snapshot import Snapshot
from pytest_repro.errors import ReproError
from pytest_repro.report import clusters
from pytest_repro.report.document import Document, Test

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

OTHER = "differs"
"""What stands in a job's column where the test is fine there and yet shows something else than in the first job."""

WORDS = {"drift": "DRIFT", "warned": "warned", "noted": "noted", "same": "=", "skipped": "skipped"}
"""What stands in a job's column for the state of a test there."""


def merged(documents: Sequence[tuple[str, Document]]) -> Document:
    """Several sessions as one: a row a test, a column a job, behind them the conditions that tell something.

    Of each test the page of the job is kept in which it fares worst. Notes say which jobs agree bit for bit in all
    tests that they share, and in what the environments of the others differ.

    Args:
        documents: With the name of each job, no two alike.
    """
    tests: dict[str, Test] = {}
    first_results: dict[str, str] = {}
    for name, document in documents:
        for test in document.tests:
            expected = first_results.setdefault(test.nodeid, test.result) if test.result else ""
            other = test.result != expected
            tests[test.nodeid] = _beside(tests.get(test.nodeid), test, name, other=other)
    told = {label for test in tests.values() for label, text in test.cells.items() if text not in ("", "=")}
    jobs = [(name, False) for name, _ in documents]
    more = [(f"{name}: {label}", hardware) for name, one in documents for label, hardware in one.columns]
    first = documents[0][1]
    return Document(
        tool=first.tool,
        created=max(document.created for _, document in documents),
        exit_status=max(document.exit_status for _, document in documents),
        session_seed=first.session_seed,
        summary="; ".join(f"{name}: {document.summary}" for name, document in documents),
        hardware=_joined((name, document.hardware) for name, document in documents),
        environment=_joined((name, document.environment) for name, document in documents),
        columns=(*jobs, *(one for one in more if one[0] in told)),
        notes=(*_clusters(documents), *(f"{name}: {line}" for name, one in documents for line in one.notes)),
        tests=tuple(tests.values()),
        session=tuple(dict.fromkeys(said for _, document in documents for said in document.session)),
        notices=tuple(f"{name}: {line}" for name, document in documents for line in document.notices),
    )


def _beside(known: Test | None, test: Test, job: str, *, other: bool) -> Test:
    word = OTHER if other and test.state in ("same", "noted") else WORDS[test.state]
    cells = {job: word, **{f"{job}: {label}": text for label, text in test.cells.items()}}
    shares = {f"{job}: {label}": share for label, share in test.shares.items()}
    order = list(WORDS)
    if known is None:
        return replace(test, job=job, cells=cells, shares=shares)
    worse = replace(test, job=job) if order.index(test.state) < order.index(known.state) else known
    return replace(worse, cells={**known.cells, **cells}, shares={**known.shares, **shares})


def _joined(pairs: Iterable[tuple[str, str]]) -> str:
    """What several jobs have, each once with the jobs that have it."""
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        found.setdefault(text, []).append(name)
    return "; ".join(f"{', '.join(names)}: {text}" for text, names in found.items())


def _clusters(documents: Sequence[tuple[str, Document]]) -> tuple[str, ...]:
    """Which jobs agree, and what parts the others from them; none where no two jobs share a result."""
    results = {name: {test.nodeid: test.result for test in one.tests if test.result} for name, one in documents}
    groups: list[list[str]] = []
    for name, _ in documents:
        alike = (group for group in groups if all(_agree(results[name], results[other]) for other in group))
        group = next(alike, None)
        if group is None:
            groups.append([name])
        else:
            group.append(name)
    if not any(_shared(results[one], results[other]) for one, other in itertools.combinations(results, 2)):
        return ()
    groups.sort(key=len, reverse=True)
    origins = {name: _origin(one) for name, one in documents}
    return tuple(" ".join(line.split()) for line in clusters.lines(groups, origins))


def _shared(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return not one.keys().isdisjoint(other)


def _agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return _shared(one, other) and all(other.get(nodeid, result) == result for nodeid, result in one.items())


def _origin(document: Document) -> Origin:
    if document.snapshot is None:
        return Origin(reason="the report holds no environment")
    try:
        return Origin(snapshot=Snapshot.from_dict(document.snapshot), reason="")
    except ReproError as error:
        return Origin(reason=error.sentence)
