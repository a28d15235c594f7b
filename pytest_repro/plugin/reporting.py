"""What a verdict makes of a test's reports: their outcome, their text, and the facts that the summary counts."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_repro.compare import unsteady
from pytest_repro.plugin import neighbours
from pytest_repro.plugin.judging import longrepr_of
from pytest_repro.plugin.run import outcome_of
from pytest_repro.report import terminal, where
from pytest_repro.report.page import display, page
from pytest_repro.values.address import category
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    import pytest

    from pytest_repro.controls.verdict import Verdict
    from pytest_repro.controls.waiving import Waived
    from pytest_repro.plugin.options import Settings
    from pytest_repro.plugin.premises import Premises
    from pytest_repro.plugin.replay import Replay
    from pytest_repro.plugin.weighing import Weighed
    from pytest_repro.report.page import Page


class Amendment:
    """Amends the held reports of one test.

    Args:
        replay: Its runs.
        waived: What was found, after waivers.
        premises: Of the session; asked only where a report is written, since they cost a subprocess.
        varied: What its fresh processes gave; None where there were none.
    """

    def __init__(self, replay: Replay, waived: Waived, premises: Premises, varied: Weighed | None = None) -> None:
        self._replay = replay
        self._varied = varied
        self._waived = waived
        self._verdict = waived.verdict
        self._premises = premises
        self._settings = premises.settings

    def apply(self, reports: list[pytest.TestReport]) -> pytest.TestReport | None:
        """Give the test its own outcome, add the drift by its action, attach the facts.

        Returns:
            The report that stands for the test; None where there is none.
        """
        self._own_outcome(reports)
        main = self._main(reports)
        if main is None:
            return None
        told = self._page() if self._verdict.action != "accept" or self._wanted() else None
        text = terminal.text(told) if told is not None and self._verdict.action != "accept" else ""
        drift = self._verdict.action == "fail" and main.outcome != "failed"
        skipped = outcome_of(main) == "skipped" and not drift  # an expected failure ran
        if self._verdict.action == "fail":
            self._fail(main, text)
        vars(main)["repro"] = self._facts(text, told, drift=drift, skipped=skipped)
        if self._settings.junit == "all" or (self._settings.junit == "drift" and text):
            self._properties(reports, told=bool(text))
        return main

    def _own_outcome(self, reports: list[pytest.TestReport]) -> None:
        """Run 1 is the test as it would have run without replay; where the runs end differently its reports count."""
        if not self._replay.hidden:
            return
        first = self._replay.hidden[0]
        visible = self._replay.attempts[-1]
        beyond = [report for report in reports if report.when == "teardown"] if self._replay.beyond else []
        own = visible.outcomes if not beyond else {**visible.outcomes, "teardown": first.outcomes.get("teardown", "")}
        if first.outcomes == own and _subtests(first.reports) == _subtests(reports):
            return
        if any(report.failed for report in first.reports) and neighbours.reruns(self._replay.item):
            return  # the visible run is what a rerun of the first one gives
        kept = [report for report in first.reports if not beyond or report.when != "teardown"]
        reports[:] = [*filter(neighbours.is_rerun, reports), *kept, *beyond]
        neighbours.set_failed_subtests(self._replay.item, first.failed_subtests)

    def _main(self, reports: list[pytest.TestReport]) -> pytest.TestReport | None:
        """The report that stands for the test: of its body, else of its set-up."""
        whole = [report for report in reports if not neighbours.is_subtest(report) and not neighbours.is_rerun(report)]
        phases = {report.when: report for report in whole}
        return phases.get("call", phases.get("setup"))

    def _fail(self, report: pytest.TestReport, text: str) -> None:
        if report.outcome == "failed":
            report.sections.append(("repro", text))
            return
        report.outcome = "failed"
        report.longrepr = longrepr_of(text, self._replay.item)
        vars(report).pop("wasxfail", None)  # an expected failure was expected to fail in one way

    def _wanted(self) -> bool:
        """Whether what is accepted is told as well: a report is written, which has room for it."""
        return self._settings.documented and bool(self._verdict.findings)

    def _page(self) -> Page:
        context = {
            "condition": f"{self._verdict.against or 'same process'}, session seed {self._settings.session_seed}",
            **self._premises.context(),
            "run again": self._again(),
        }
        return page(self._verdict, context)

    def _again(self) -> str:
        words = run_again(self._replay.item, self._settings)
        labels = {one.condition for one in self._verdict.findings if one.labels and one.condition}
        ordered = [label for label in (self._varied.cells if self._varied else ()) if label in labels]
        return f"{words} --repro-vary={','.join(ordered)}" if ordered else words

    def _facts(self, text: str, told: Page | None, *, drift: bool, skipped: bool) -> dict[str, Any]:
        """What the summary needs, in types that travel through xdist."""
        verdict = self._verdict
        plan = self._replay.plan
        return {
            "nodeid": verdict.nodeid,
            "session_seed": self._settings.session_seed,
            "compared": verdict.compared,
            "opaque": [[display(address), kind] for address, kind in verdict.opaque],
            "ignored": verdict.ignored,
            "cut": verdict.cut,
            "notes": list(verdict.notes),
            "drift": drift,
            "skipped": skipped,
            "text": text,
            "findings": [[finding.code, finding.action, mask(finding.sentence)] for finding in verdict.findings],
            "waived": list(self._waived.used),
            "open": [list(occurrence) for occurrence in self._waived.open],
            "patterns": list(plan.patterns),
            "found": sorted(verdict.found),
            "cells": dict(self._varied.cells) if self._varied else {},
            "budget": bool(self._varied and self._varied.budget),
            "shares": dict(self._varied.shares) if self._varied else {},
            **(self._document(told) if self._settings.documented else {}),
        }

    def _document(self, told: Page | None) -> dict[str, Any]:
        """What only a report asks for."""
        from pytest_repro.report.document import page_dict  # noqa: PLC0415  # only where one is written
        from pytest_repro.report.plots import plots  # noqa: PLC0415  # likewise

        path, line, _ = self._replay.item.location
        compared = [(one.labels or self._verdict.labels, one.gaps) for one in self._verdict.findings]
        origins = (where.origin(finding.where) for finding in self._verdict.findings)
        return {
            "place": [path.rpartition("site-packages/")[2], (line or 0) + 1],
            "origin": next((list(one) for one in origins if one is not None), None),
            "page": None if told is None else page_dict(told),
            "largest": _largest(self._verdict),
            "plots": [[one.value, list(one.runs), one.kind, list(one.data)] for one in plots(compared)],
            "result": _result(self._replay),
        }

    def _properties(self, reports: list[pytest.TestReport], *, told: bool) -> None:
        largest = _largest(self._verdict)
        codes = ",".join(f"RPR-{finding.code}" for finding in self._verdict.findings) or "none"
        properties = [
            ("repro.session_seed", str(self._settings.session_seed)),
            ("repro.codes", codes),
            ("repro.action", self._verdict.action),
            ("repro.largest", "" if largest is None else f"{largest:.2g}"),
            *(self._premises.properties() if told else ()),
        ]
        for report in reports:
            if report.when == "teardown":
                report.user_properties = [*report.user_properties, *properties]


def _result(replay: Replay) -> str:
    """The digest of what all runs of this process showed alike; empty where they ended differently."""
    from pytest_repro.store.result import result  # noqa: PLC0415  # only where a report is written

    first, *others = replay.envelopes()
    without = unsteady(first, others)
    ended = any(category(address) == "outcome" for address in without)
    return "" if ended else result(first, without, replay.plan.ignore)


def _largest(verdict: Verdict) -> float | None:
    """The largest relative difference among the findings; None where none has a size."""
    found = [gap.difference.relative for finding in verdict.findings for gap in finding.gaps]
    return max((size for size in found if size is not None), default=None)


def _subtests(reports: list[pytest.TestReport]) -> list[str]:
    return [report.outcome for report in reports if neighbours.is_subtest(report)]


def run_again(item: pytest.Item, settings: Settings) -> str:
    """The command that runs this test alone under the same seed, to be pasted where pytest was started."""
    config = item.config
    _, colons, name = item.nodeid.partition("::")
    directory = Path(config.invocation_params.dir)
    try:
        where = os.path.relpath(item.path, directory)
    except ValueError:  # another drive
        where = str(item.path)
    words = ["pytest", shlex.quote(f"{where}{colons}{name}")]
    if where.startswith(os.pardir + os.sep + os.pardir):  # an installed package
        module = getattr(item, "module", None)
        named = None if module is None or "site-packages" not in item.path.parts else module.__name__
        words[1:] = [shlex.quote(f"{item.path}{colons}{name}")] if named is None else []
        words += [] if named is None else ["--pyargs", shlex.quote(f"{named}{colons}{name}")]
    words.append(f"--repro-seed={settings.session_seed}")
    if settings.mode == "all":
        words.append("--repro=all")
    if settings.pin == "entropy":
        words.append("--repro-pin=entropy")
    other = config.getoption("randomly_seed", None)
    if other is not None:  # pytest-randomly seeds each phase itself, with a seed of its own
        words.append(f"--randomly-seed={other}")
    words += neighbours.words_of_copies(config)
    return " ".join(words)
