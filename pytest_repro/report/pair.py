"""The difference of two sets of recorded tests as text and as plain values: values by test, the environment beneath."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.controls.counting import counted
from pytest_repro.environment.differences import differences
from pytest_repro.report import table
from pytest_repro.report.matrix import origin_dict
from pytest_repro.report.page import row
from pytest_repro.values.entry import cut
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_repro.compare import Comparison, Gap
    from pytest_repro.controls.origin import Origin
    from pytest_repro.environment.differences import EnvironmentDifference
    from pytest_repro.report.page import Row

ROWS = 12
"""Values of one test that are shown; the others are counted."""

TESTS = 20
"""Tests whose values are shown; the others are counted."""

FACTS = 8
"""Differences of the environment that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two sets of recorded tests, compared.

    Attributes:
        names: What the two are called.
        tests: What comparing each test showed that both hold, by node id.
        only: Tests that the first alone holds, and the second alone.
        origins: Where most tests of each were recorded.
        tolerance: What was allowed, as a reader wrote it.
    """

    names: tuple[str, str]
    tests: dict[str, Comparison]
    only: tuple[tuple[str, ...], tuple[str, ...]]
    origins: tuple[Origin, Origin]
    tolerance: str

    @property
    def equal(self) -> bool:
        """Whether both hold the same tests, and all values agree within the tolerance."""
        return not any(self.only) and not any(found.drifts for found in self.tests.values())

    def apart(self) -> list[tuple[str, Comparison]]:
        """The tests that differ, worst first: structural drifts, then the largest relative difference."""
        found = [(test, comparison) for test, comparison in self.tests.items() if comparison.gaps]
        return sorted(found, key=lambda pair: (*max(map(size, pair[1].gaps)), pair[0]), reverse=True)


def size(gap: Gap) -> tuple[bool, bool, float]:
    """The order of gaps: drifts, then what has no distance, then the largest relative difference."""
    difference = gap.difference
    without = bool(difference.structural) or difference.relative is None or difference.nonfinite > 0
    return difference.drifted, without, difference.relative or 0.0


def text(pair: Pair) -> str:
    """Counts, a table of values a test, what one side alone holds, and how the environments differ."""
    lines = [f"{cut(mask(pair.names[0]), 56)} -> {cut(mask(pair.names[1]), 56)}", ""]
    lines += [table.labelled("tests", _counts(pair)), table.labelled("tolerance", pair.tolerance)]
    apart = pair.apart()
    for test, found in apart[:TESTS]:
        lines += ["", *_test(test, found, pair.names)]
    if len(apart) > TESTS:
        lines += ["", f"and {counted(len(apart) - TESTS, 'test')} more that differ"]
    for name, tests in zip(pair.names, pair.only, strict=True):
        if tests:
            lines += ["", f"{counted(len(tests), 'test')} in {cut(mask(name), 56)} alone"]
            lines += [f"  {cut(mask(test), table.WIDTH - 2)}" for test in tests[:ROWS]]
            lines += [f"  and {len(tests) - ROWS} more"] if len(tests) > ROWS else []
    lines += ["", *_environment(pair)]
    return "\n".join(lines) + "\n"


def to_dict(pair: Pair) -> dict[str, object]:
    """The same, schema ``pytest-repro/difference`` 1.0."""
    before, after = (origin.snapshot for origin in pair.origins)
    environment = differences(before, after).to_dict() if before is not None and after is not None else None
    return {
        "schema": "pytest-repro/difference",
        "version": "1.0",
        "tolerance": pair.tolerance,
        "columns": [origin_dict(name, origin) for name, origin in zip(pair.names, pair.origins, strict=True)],
        "tests": [
            {
                "test": test,
                "compared": found.compared,
                "drifted": len(found.drifts),
                "values": [_gap(gap) for gap in _ordered(found)],
            }
            for test, found in pair.apart()
        ],
        "same": sorted(test for test, found in pair.tests.items() if not found.gaps),
        "only": [list(tests) for tests in pair.only],
        "environment": environment,
        "equal": pair.equal,
    }


def _ordered(found: Comparison) -> list[Gap]:
    return sorted(found.gaps, key=size, reverse=True)


def _counts(pair: Pair) -> str:
    drifted = sum(bool(found.drifts) for found in pair.tests.values())
    same = sum(not found.gaps for found in pair.tests.values())
    parts = [
        f"{number} {words}"
        for number, words in (
            (drifted, "beyond the tolerance"),
            (len(pair.tests) - drifted - same, "within the tolerance"),
            (same, "the same bit for bit"),
        )
        if number
    ]
    return f"{len(pair.tests)} in both{': ' if parts else ''}{', '.join(parts)}"


def _test(test: str, found: Comparison, names: tuple[str, str]) -> Iterator[str]:
    gaps = _ordered(found)
    said = f"{len(found.drifts)} beyond the tolerance" if found.drifts else "within the tolerance"
    yield cut(mask(test), table.WIDTH)
    differ = f"{counted(len(gaps), 'value')} {'differs' if len(gaps) == 1 else 'differ'}"
    yield f"  {differ}, {said}; {found.compared} compared"
    rows = [row(gap) for gap in gaps[:ROWS]]
    heads = [cut(name, 24) for name in names]
    yield from table.lines(
        ("value", *heads, "abs", "rel", "ulp", "tol", ""),
        [_cells(one) for one in rows],
        details=[one.detail for one in rows],
    )
    if len(gaps) > ROWS:
        yield f"  and {len(gaps) - ROWS} more"


def _cells(one: Row) -> tuple[str, ...]:
    return (one.value, one.before, one.after, one.absolute, one.relative, one.ulp, one.tolerance, one.judgement)


def _gap(gap: Gap) -> dict[str, object]:
    one, difference = row(gap), gap.difference
    return {
        "address": gap.address,
        "before": one.before,
        "after": one.after,
        "absolute": difference.absolute,
        "relative": difference.relative,
        "ulp": difference.ulp,
        "elements": difference.count,
        "differing": difference.differing,
        "tolerance": one.tolerance,
        "drifted": difference.drifted,
        "shape": difference.shape,
        "structural": difference.structural,
        "detail": one.detail,
    }


def _environment(pair: Pair) -> Iterator[str]:
    before, after = (origin.snapshot for origin in pair.origins)
    if before is None or after is None:
        for name, origin in zip(pair.names, pair.origins, strict=True):
            if origin.reason:
                told = f"{origin.id}, not readable: {origin.reason}" if origin.id else origin.reason
                yield table.labelled("environment", f"of {cut(name, 40)}: {told}")
        return
    found = differences(before, after)
    if not found.differences:
        yield table.labelled("environment", "the same in both")
        return
    yield from table.filled(f"{'environment':<14}", found.sentence, 14)
    others = [origin.others for origin in pair.origins]
    if any(others):
        yield table.labelled("", f"of most tests; {counted(sum(others), 'other environment')} stand behind the rest")
    for number, one in enumerate(found.differences[:FACTS], 1):
        yield from _fact(number, one)
    if len(found.differences) > FACTS:
        yield f"     and {counted(len(found.differences) - FACTS, 'difference')} more, less likely to matter (--json)"


def _fact(number: int, one: EnvironmentDifference) -> Iterator[str]:
    values = " -> ".join(
        "unknown or absent" if one_side is None else str(one_side) for one_side in (one.before, one.after)
    )
    yield cut(mask(f"{number:>3}  {one.address:<24}  {values}"), table.WIDTH)
    for told in (one.why, one.evidence):
        if told:
            yield from table.filled(f"{'':<7}", told, 7)
