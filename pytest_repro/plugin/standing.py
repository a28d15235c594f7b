"""Findings about the session rather than one test: lock, environment, waivers; gathered from workers, told once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_repro.controls.occurrence import Occurrence
from pytest_repro.report import finding as told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from _pytest.terminal import TerminalReporter

    from pytest_repro.controls.verdict import Finding
    from pytest_repro.plugin.marks import Plan
    from pytest_repro.plugin.premises import Premises

COUNTS = ("pinned", "replayed")
"""Tests whose generators are pinned, that are replayed."""


class Standing:
    """What holds for the whole session.

    Attributes:
        findings: As plain data: code, action, text, whether it is waived, and what no waiver covers.
        used: Keys of waivers that covered a finding about the session.
        open: Occurrences about the session that no waiver covers.
        judged: Codes that the session was judged by.
        lines: What the summary says of the lock.
        counts: Of collected tests, by what is done with them.
        stated: Ids of those that state a tolerance.
    """

    def __init__(self) -> None:
        self.findings: list[dict[str, Any]] = []
        self.used: set[str] = set()
        self.open: list[list[Any]] = []
        self.judged: set[str] = set()
        self.lines: list[str] = []
        self.counts = dict.fromkeys(COUNTS, 0)
        self.stated: set[str] = set()

    def count(self, nodeid: str, plan: Plan) -> None:
        """One more test that something is done with."""
        self.counts["pinned"] += 1
        self.counts["replayed"] += plan.replayed
        if plan.tolerances.rules:
            self.stated.add(nodeid)

    def judge(self, premises: Premises) -> None:
        """Judge what the settings ask for."""
        judged = premises.judged
        if not judged:
            return
        done = premises.waived()
        self.add(done.findings)
        self.used |= set(done.used)
        self.open += [list(one) for one in done.open]
        self.judged |= set(judged)
        if premises.settings.lock not in ("", "off"):
            self.lines.append(premises.lock.words)

    def judge_waivers(self, premises: Premises, facts: Sequence[Mapping[str, Any]]) -> None:
        """Judge the waivers by what the tests used of them."""
        used = {key for one in facts for key in one["waived"]} | self.used
        left = [Occurrence(*place) for place in (*self.open, *(place for one in facts for place in one["open"]))]
        ran = {one["nodeid"] for one in facts}
        self.add(premises.of_waivers(used, ran, self.judged, left))

    def add(self, findings: Iterable[Finding]) -> None:
        """Keep findings as plain data, each once."""
        for finding in findings:
            one = {
                "code": finding.code,
                "action": finding.action,
                "waived": finding.waived,
                "text": told.text(finding),
            }
            if one not in self.findings:
                self.findings.append(one)

    def to_dict(self) -> dict[str, Any]:
        """In types that travel through xdist."""
        return {
            "findings": self.findings,
            "used": sorted(self.used),
            "open": self.open,
            "judged": sorted(self.judged),
            "lines": self.lines,
            "counts": self.counts,
            "stated": sorted(self.stated),
        }

    def take(self, other: Mapping[str, Any]) -> None:
        """Take over what a worker found; all workers collect the same tests, so their counts are one."""
        self.findings += [one for one in other["findings"] if one not in self.findings]
        self.used |= set(other["used"])
        self.open += [place for place in other["open"] if place not in self.open]
        self.judged |= set(other["judged"])
        self.stated |= set(other["stated"])
        self.lines += [line for line in other["lines"] if line not in self.lines]
        self.counts = {name: max(number, other["counts"][name]) for name, number in self.counts.items()}

    @property
    def failed(self) -> bool:
        """Whether a finding fails the session."""
        return any(one["action"] == "fail" for one in self.findings)

    def write(self, reporter: TerminalReporter) -> None:
        """Findings that fail or warn, each in full."""
        shown = [one for one in self.findings if one["action"] != "accept"]
        if shown:
            reporter.section("repro: the session", red=self.failed, yellow=not self.failed)
        for number, one in enumerate(shown):
            if number:
                reporter.write_line("")
            reporter.write_line(one["text"])
