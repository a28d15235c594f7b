"""Headings: drifted tests are headed as such among pytest's failures, and told in a line where they are many."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_PAGES = 20
"""Drifted tests, and warned ones, that are told in full; the rest get a line each."""


@contextmanager
def headed(reports: Sequence[Any]) -> Iterator[None]:
    """Head failures that are drifts as such; as they were afterwards.

    Args:
        reports: Of all tests that failed.
    """
    changed = []
    for report in reports:
        facts = getattr(report, "repro", None)
        if isinstance(facts, dict) and facts["drift"]:
            changed.append((report, report.location, report.longrepr))
            path, line, domain = report.location
            report.location = (path, line, f"{domain} [{'record' if of_records(facts) else 'drift'}]")
            if len(changed) > MOST_PAGES:
                report.longrepr = _Short(report.longrepr, facts["text"].partition("\n")[0])
    try:
        yield
    finally:
        for report, location, longrepr in changed:
            report.location, report.longrepr = location, longrepr


def of_records(facts: dict[str, Any]) -> bool:
    """Whether a test fails for what was recorded alone: that is missing or damaged, and nothing drifted."""
    return all(code.startswith("B") for code, action, _ in facts["findings"] if action == "fail")


class _Short:
    """A drift in one line, where many were told in full: what pytest needs of a failure's representation."""

    def __init__(self, whole: Any, headline: str) -> None:
        self._headline = headline
        self.reprcrash = getattr(whole, "reprcrash", None)

    def toterminal(self, writer: Any) -> None:
        """Write it."""
        writer.line(str(self))

    def __str__(self) -> str:
        return f"{self._headline}\n  in full: --repro-report=repro.html, or run this test alone"
