"""The summary of a session, counted from reports alone, so that it is the same under xdist."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from pytest_repro.controls.counting import counted
from pytest_repro.plugin import neighbours
from pytest_repro.plugin.heading import MOST_PAGES, headed, of_records
from pytest_repro.plugin.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Generator

    from _pytest.terminal import TerminalReporter

    from pytest_repro.plugin.fleet import Workers
    from pytest_repro.plugin.overview import Overview
    from pytest_repro.plugin.premises import Premises
    from pytest_repro.plugin.recordings import Recordings

NAME = "repro-tally"

FAULT_STATUS = 3
"""Exit status for a fault of the plugin itself, as pytest's own internal errors have."""


IN_VAIN = "no test was replayed: @pytest.mark.replay marks one, --repro=all replays all"
"""Told where an option asks for something of replayed tests, and there are none."""

ASKING = ("repro_record", "repro_record_all", "repro_vary", "repro_calibrate", "repro_report")
"""Options of the command line that do nothing without a replayed test."""


class Tally:
    """Counts what the replayed tests' reports say, and writes the summary.

    Attributes:
        facts: Of each replayed test, in the order in which the reports came.
        faults: Tracebacks of faults of the plugin itself.
        notices: Lines about the whole session: seeders that failed.
        standing: Findings about the session itself.
        recordings: What is to be recorded, where something is.
        pinned: How often entropy was served from the seed, by place.
        said: Lines about what was written, and for a CI service that reads the log.
        workers: What they are compared by, where each of them runs every test.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.facts: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.notices: list[str] = []
        self.standing = Standing()
        self.recordings: Recordings | None = None
        self.pinned: Counter[str] = Counter()
        self.said: list[str] = []
        self.workers: Workers | None = None

    def expect(self, node: Any) -> None:
        """One more of xdist's workers is about to be started."""
        if self._config.getoption("dist", "no") != "each":
            return
        from pytest_repro.plugin import fleet  # noqa: PLC0415  # only where workers are compared

        self.workers = self.workers or fleet.Workers()
        self.workers.expect(str(node.gateway.id))
        node.workerinput[fleet.EACH] = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect what the judgement attached."""
        neighbours.properties_of_suite(self._config, report)
        facts = getattr(report, "repro", None)
        if isinstance(facts, dict):
            self.facts.append(facts)
        if self.workers is not None:
            self.workers.hear(report)
        parcel = vars(report).pop("repro_parcel", None) if not hasattr(self._config, "workerinput") else None
        if parcel is not None:
            self.recordings_of(self._premises()).take(parcel)

    def recordings_of(self, premises: Premises) -> Recordings:
        """What is to be recorded in this session."""
        if self.recordings is None:
            from pytest_repro.plugin.baselines import Baselines  # noqa: PLC0415  # only where something is recorded
            from pytest_repro.plugin.recordings import Recordings  # noqa: PLC0415  # likewise

            self.recordings = Recordings(Baselines(premises).store, premises.root)
        return self.recordings

    def _premises(self) -> Premises:
        from pytest_repro.plugin.premises import premises_of  # noqa: PLC0415  # xdist's controller loads this file

        return premises_of(self._config)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what an xdist worker has to say."""
        output = getattr(node, "workeroutput", {})
        if "repro_usage" in output:
            raise pytest.UsageError(output["repro_usage"])
        if self.workers is not None:
            self.workers.ended(str(node.gateway.id), output)
        self.faults += output.get("repro_faults", [])
        if "repro_standing" in output:
            self.standing.take(output["repro_standing"])
        self.pinned.update(output.get("repro_pinned", {}))
        self.notices += [notice for notice in output.get("repro_notices", []) if notice not in self.notices]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A finding about the session may fail it; a fault of the plugin is never a plain pass."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output["repro_faults"] = list(self.faults)
            output["repro_notices"] = list(self.notices)
            output["repro_pinned"] = dict(self.pinned)
            output["repro_standing"] = self.standing.to_dict()
            if getattr(self._config, "workerinput", {}).get("repro_each"):
                output["repro_environment"] = self._premises().snapshot.to_dict()
            return
        self._compare_workers()
        if self.recordings is not None:
            self.recordings.write()
            self.standing.lines += [line] if (line := self.recordings.line()) else []
        overview = self._overview()
        silent = None if overview is None else overview.finding(self._premises().settings.policy)
        if silent is not None:
            self.standing.add([silent])
        if self.facts or self.standing.judged:
            self.standing.judge_waivers(self._premises(), self.facts)
        failed = self.standing.failed or (self.recordings is not None and self.recordings.failed)
        if failed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self.faults:
            session.exitstatus = FAULT_STATUS
        self._publish(overview, int(session.exitstatus))

    def _compare_workers(self) -> None:
        """One finding about all workers, and one testcase of a JUnit file."""
        if self.workers is None:
            return
        found = self.workers.finding(self._premises().settings.policy)
        if found is not None:
            self.standing.add([found])
            self.standing.lines.append(found.sentence)
        text = self.standing.findings[-1]["text"] if found is not None and found.action == "fail" else ""
        neighbours.testcase_of_session(self._config, "repro::workers", text)

    def _publish(self, overview: Overview | None, exit_status: int) -> None:
        """Write the reports that were asked for, and tell a CI service where it offers a way."""
        if not self.facts and not (self._config.getoption("repro_report") or self._config.getini("repro_report")):
            return
        settings = self._premises().settings
        if not settings.documented or (not settings.reports and not self.facts):
            return
        from pytest_repro.plugin import documents  # noqa: PLC0415  # only where something is written

        gathered = documents.Gathered(self.facts, self.line(), self.standing.findings, self.notices, exit_status)
        found = documents.document(gathered, self._premises(), overview)
        if self.workers is not None:
            found = documents.by_worker(found, gathered, self.workers.places())
        self.said += documents.write(found, settings.reports)
        self.said += documents.speak(found, os.environ)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> Generator[None, object, object]:
        """Head drifted tests as such while pytest writes its failures; write our own part last, where eyes are."""
        try:
            with headed(terminalreporter.stats.get("failed", [])):
                return (yield)
        finally:
            self.write(terminalreporter)

    def write(self, reporter: TerminalReporter) -> None:
        """Warnings in full, what was compared under ``-v``, faults, and the one line that is always there."""
        self._write_warned(reporter)
        self._write_map(reporter)
        self._write_limits(reporter)
        if self.workers is not None:
            self.workers.show(reporter)
        if self.recordings is not None:
            self.recordings.show(reporter)
        self.standing.write(reporter)
        if reporter.verbosity > 0:
            self._write_compared(reporter)
            self._write_pinned(reporter)
        self._write_faults(reporter)
        if self.facts:
            self._write_groups(reporter)
        if self.facts or self._said() or self._in_vain(reporter):
            reporter.write_line(self.line())
        for line in self.said:
            reporter.write_line(line)

    def _in_vain(self, reporter: TerminalReporter) -> bool:
        """Whether something was asked of replayed tests, tests ran, and none of them is one."""
        ran = any(reporter.stats.get(ended) for ended in ("passed", "failed", "error", "xfailed", "xpassed"))
        off = self._config.getoption("repro_mode") == "off"
        return ran and not off and any(self._config.getoption(name) for name in ASKING)

    def _said(self) -> list[str]:
        """What the summary's line says beside the replayed tests."""
        if not self.pinned:
            return self.standing.lines
        places = counted(len(self.pinned), "place")
        return [f"entropy pinned at {places} ({counted(self.pinned.total(), 'draw')})", *self.standing.lines]

    def _write_pinned(self, reporter: TerminalReporter) -> None:
        """Each place that was served, the busiest first."""
        if not self.pinned:
            return
        reporter.section("repro: entropy served from the seed")
        for place, times in sorted(self.pinned.items(), key=lambda pair: (-pair[1], pair[0])):
            reporter.write_line(f"{counted(times, 'draw'):>10}  {place}")

    def _write_map(self, reporter: TerminalReporter) -> None:
        """The reproducibility map, and what of it says nothing."""
        overview = self._overview()
        if overview is None:
            return
        from pytest_repro.report import chart  # noqa: PLC0415  # only where something was varied

        reporter.section("repro: reproducibility map")
        rows = [(facts["nodeid"], facts["cells"]) for facts in self.facts if facts["cells"]]
        for line in (*chart.lines(overview.columns, rows, whole=reporter.verbosity > 0), *overview.notes()):
            reporter.write_line(line)
        for label, failure in overview.failures.items():
            reporter.section(f"repro: the process {label} could not run", yellow=True)
            reporter.write_line(failure)

    def _write_limits(self, reporter: TerminalReporter) -> None:
        """What a calibration measured."""
        measured = [facts["limits"] for facts in self.facts if facts.get("limits")]
        if not measured:
            return
        from pytest_repro.report.calibration import LEGEND  # noqa: PLC0415  # only where limits are measured

        reporter.section("repro: replay limits")
        reporter.write_line(f"{LEGEND}; (simulated hardware)")
        for lines in measured:
            reporter.write_line("")
            for line in lines:
                reporter.write_line(line)

    def _overview(self) -> Overview | None:
        from pytest_repro.plugin.varying import VARYING  # noqa: PLC0415  # nothing heavy, and not in every run

        varying = self._config.stash.get(VARYING, None)
        found: Overview | None = None if varying is None else varying.overview
        return found

    def _write_faults(self, reporter: TerminalReporter) -> None:
        """Each fault once: one mistake of ours may befall every test."""
        faults: dict[str, list[str]] = {}
        for fault in self.faults:
            nodeid, _, traced = fault.partition("\n")
            faults.setdefault(traced, []).append(nodeid)
        for traced, (first, *others) in faults.items():
            reporter.section("repro: a fault of pytest-repro itself", red=True)
            reporter.write_line(f"{first}\n{traced}")
            if others:
                reporter.write_line(f"  and the same in {counted(len(set(others)), 'test')} more")
            reporter.write_line("the test's own verdict was kept; please report this with the lines above")

    def line(self) -> str:
        """The summary in one line."""
        if not self.facts:
            return f"repro: {', '.join(self._said()) or IN_VAIN}"
        ran = [facts for facts in self.facts if not facts["skipped"]]
        parts = [
            f"{counted(len(ran), 'test')} replayed",
            f"{counted(sum(facts['compared'] for facts in ran), 'value')} compared",
        ]
        failing = [facts for facts in self.facts if any(action == "fail" for _, action, _ in facts["findings"])]
        unusable = sum(map(of_records, failing))
        drifted = len(failing) - unusable
        within = " within a worker" * (self.workers is not None)
        parts.append((counted(drifted, "drift") if drifted else "no drift") + within)
        parts += [f"{unusable} without a usable record"] if unusable else []
        warned = sum(_warned(facts) for facts in self.facts)
        parts += [f"{warned} warned"] if warned else []
        waived = sum(bool(facts["waived"]) for facts in self.facts)
        waived += sum(one["waived"] for one in self.standing.findings)
        parts += [f"{waived} waived"] if waived else []
        empty = sum(not facts["compared"] and not _told(facts) for facts in ran)
        parts += [f"{empty} with nothing compared"] if empty else []
        cut = sum(facts["cut"] for facts in self.facts)
        parts += [f"{counted(cut, 'value')} beyond the budget"] if cut else []
        overview = self._overview()
        if overview is not None:
            processes = f"{overview.processes} fresh {'process' if overview.processes == 1 else 'processes'}"
            parts.append(f"{processes} in {overview.seconds:.0f} s")
            late = sum(facts["budget"] for facts in self.facts)
            parts += [f"{late} not compared (budget)"] if late else []
        parts += self._said()
        seeds = sorted({facts["session_seed"] for facts in self.facts})
        return f"repro: {', '.join(parts)} (session seed {', '.join(map(str, seeds))})"

    def _write_warned(self, reporter: TerminalReporter) -> None:
        warned = [facts for facts in self.facts if _warned(facts)]
        patterns = self._unfound()
        if not warned and not patterns and not self.notices:
            return
        reporter.section("repro: warnings", yellow=True)
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for facts in warned:
            codes = tuple(code for code, _, _ in facts["findings"])
            groups.setdefault((_function(facts), *codes), []).append(facts)
        for number, (first, *others) in enumerate(groups.values()):
            self._write_page(reporter, first, full=number < MOST_PAGES)
            if others:
                reporter.write_line(f"  and the same in {counted(len(others), 'test')} more of {_function(first)}")
        for notice in self.notices:
            reporter.write_line(notice)
        for pattern in patterns:
            reporter.write_line(f"RPR-R107 pattern without address: {pattern!r} found nothing in this session")

    def _write_page(self, reporter: TerminalReporter, facts: dict[str, Any], *, full: bool) -> None:
        if full and any(code != "R104" for code, _, _ in facts["findings"]):
            reporter.write_sep("_", facts["nodeid"])
            reporter.write_line(facts["text"])
            return
        for code, _, sentence in facts["findings"]:
            reporter.write_line(f"RPR-{code} {facts['nodeid']}: {sentence}")

    def _unfound(self) -> list[str]:
        written = {pattern: None for facts in self.facts for pattern in facts["patterns"]}
        found = {pattern for facts in self.facts for pattern in facts["found"]}
        return [pattern for pattern in written if pattern not in found]

    def _write_compared(self, reporter: TerminalReporter) -> None:
        reporter.section("repro: compared")
        for facts in self.facts:
            said = [f"compared {counted(facts['compared'], 'value')}"]
            if facts["opaque"]:
                shown = ", ".join(f"{name} ({kind})" for name, kind in facts["opaque"][:4])
                said.append(f"opaque {len(facts['opaque'])}: {shown}{', ...' if len(facts['opaque']) > 4 else ''}")  # noqa: PLR2004
            said += [f"ignored {facts['ignored']}"] if facts["ignored"] else []
            said += [f"beyond the budget {facts['cut']}"] if facts["cut"] else []
            reporter.write_line(f"{facts['nodeid']}  {'; '.join([*said, *facts['notes']])}")

    def _write_groups(self, reporter: TerminalReporter) -> None:
        """Findings with one cause are one line: the parameters of one function share it."""
        groups: Counter[tuple[str, str]] = Counter()
        for facts in self.facts:
            groups.update({(code, _function(facts)) for code, action, _ in facts["findings"] if action == "fail"})
        for (code, function), number in groups.items():
            if number > 1:
                reporter.write_line(f"RPR-{code} in {number} tests of {function}")


def tally_of(config: pytest.Config) -> Tally:
    """The session's tally, registered at the first call."""
    present = config.pluginmanager.get_plugin(NAME)
    if isinstance(present, Tally):
        return present
    tally = Tally(config)
    config.pluginmanager.register(tally, NAME)
    return tally


def _warned(facts: dict[str, Any]) -> bool:
    actions = [action for _, action, _ in facts["findings"]]
    return "warn" in actions and "fail" not in actions


def _function(facts: dict[str, Any]) -> str:
    """The test without its parameters."""
    return re.sub(r"\[.*\]$", "", facts["nodeid"], flags=re.DOTALL)


def _told(facts: dict[str, Any]) -> bool:
    return any(code != "R104" and action != "accept" for code, action, _ in facts["findings"])
