"""Evidence: all that an audit stands on, as it was found, and what of it each control measured."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_repro.controls.counting import counted
from pytest_repro.controls.waivers import Waivers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from pytest_repro.controls.lockfiles import LockReport
    from pytest_repro.environment.snapshot import Snapshot
    from pytest_repro.errors import ReproError


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRun:
    """One run of the project's tests.

    Attributes:
        facts: Of each replayed test, as its reports carry them: ``nodeid``, ``compared``, ``findings``, ``patterns``,
            ``found``, ``waived``, ``open``.
        collected: Tests that pytest collected.
        pinned: Those whose generators are pinned.
        replayed: Those that are replayed.
        stated: Those for which a tolerance is stated.
        calibrated: Those of them whose replay limits were measured and recorded.
        notices: What the session says: seeders that failed.
        exit_status: pytest's.
        whole: Whether nothing was deselected: only then is a waiver of a test that did not run of no use.
    """

    facts: tuple[Mapping[str, Any], ...] = ()
    collected: int = 0
    pinned: int = 0
    replayed: int = 0
    stated: int = 0
    calibrated: int = 0
    notices: tuple[str, ...] = ()
    exit_status: int = 0
    whole: bool = True

    @property
    def unfound(self) -> tuple[str, ...]:
        """Patterns of ``tol`` and ``ignore`` that found no address in the whole run."""
        written = {pattern: None for one in self.facts for pattern in one.get("patterns", ())}
        found = {pattern for one in self.facts for pattern in one.get("found", ())}
        return tuple(pattern for pattern in written if pattern not in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an audit stands on.

    Attributes:
        snapshot: The environment.
        lock: The locks, judged; None where they were not looked for.
        run: The tests; None where they were not run.
        waivers: What was accepted; none where the file cannot be used.
        unusable: Why the waiver file cannot be used; None if it can.
        today: In UTC.
    """

    snapshot: Snapshot
    lock: LockReport | None = None
    run: SuiteRun | None = None
    waivers: Waivers = field(default_factory=Waivers)
    unusable: ReproError | None = None
    today: date


class Measured(NamedTuple):
    """What one control measured.

    Attributes:
        words: In short words; where nothing was measured, why.
        data: What the evidence's digest is made of: plain values.
        checked: Whether anything was measured.
    """

    words: str
    data: object = None
    checked: bool = True

    @property
    def digest(self) -> str:
        """12 hex digits: equal where the same was measured; empty where nothing was."""
        if not self.checked:
            return ""
        text = json.dumps(self.data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def measured(code: str, evidence: Evidence) -> Measured:
    """What the control of a code measured.

    Args:
        code: Of the catalogue.
        evidence: All that is known.
    """
    if code in _SPECIAL:
        return _SPECIAL[code](evidence)
    return _of_lock(code, evidence) if code[0] == "L" else _of_tests(code, evidence)


def _of_tests(code: str, evidence: Evidence) -> Measured:
    run = evidence.run
    if run is None or not run.facts:
        return Measured("no tests were run" if run is None else "no test was replayed", checked=False)
    found = {one["nodeid"]: [said for said, _, _ in one["findings"] if said == code] for one in run.facts}
    number = sum(map(bool, found.values()))
    data = {one["nodeid"]: [one["compared"], len(found[one["nodeid"]])] for one in run.facts}
    return Measured(f"in {number} of {counted(len(found), 'replayed test')}", data)


def _of_lock(code: str, evidence: Evidence) -> Measured:
    report = evidence.lock
    if report is None:
        return Measured("no lock was looked for", checked=False)
    data = {"code": code, "lock": report.to_dict()}
    if code in ("L405", "L406", "L408"):
        number = 1 + len(report.others) if report.lockstep else len(report.broken)
        return Measured(f"{counted(number, 'lock file')} found", data)
    if report.lockstep is None:
        return Measured(report.words, checked=False)
    if (report.lockstep.elsewhere or report.lockstep.unknown) and code in ("L401", "L402", "L403", "L407", "L410"):
        return Measured(report.words, checked=False)
    if code == "L404":
        staleness = report.lockstep.staleness
        return Measured(f"{staleness.state}: {staleness.reason}", data, checked=staleness.state != "unknown")
    return Measured(report.words, data)


def _hardware(evidence: Evidence) -> Measured:
    s = evidence.snapshot
    blas = " ".join(part for part in (s.blas.name, s.blas.version, s.blas.kernel) if part)
    data = [s.cpu.name, s.blas.name, s.blas.version, s.blas.kernel]
    return Measured("; ".join(part for part in (s.cpu.name, blas) if part) or "nothing is known", data)


def _floats(evidence: Evidence) -> Measured:
    floats = evidence.snapshot.floats
    data = [floats.flush_to_zero, floats.denormals_are_zero, floats.rounding]
    if None in data:
        return Measured("the float environment is not known", checked=False)
    kept = "lost" if floats.flush_to_zero or floats.denormals_are_zero else "kept"
    return Measured(f"subnormals {kept}, rounding {floats.rounding}", data)


def _sections(evidence: Evidence) -> Measured:
    number, failed = len(evidence.snapshot.cost), len(evidence.snapshot.errors)
    return Measured(f"{number - failed} of {number} sections read", sorted(evidence.snapshot.errors.items()))


def _variables(evidence: Evidence) -> Measured:
    values = evidence.snapshot.variables.values
    if values is None:
        return Measured("the variables are not known", checked=False)
    return Measured(f"{counted(len(values), 'variable')} set", sorted(values.items()))


def _commit(evidence: Evidence) -> Measured:
    git = evidence.snapshot.git
    words = f"commit {git.commit[:7]} {'dirty' if git.dirty else 'clean'}" if git.commit else "no commit"
    return Measured(words, [git.commit, git.dirty])


def _cost(evidence: Evidence) -> Measured:
    took, size = round(sum(evidence.snapshot.cost.values())), len(evidence.snapshot.to_json())
    return Measured(f"{took} ms, {size} bytes", [took, size])


def _never(evidence: Evidence) -> Measured:  # noqa: ARG001  # measures have one signature
    return Measured("an audit reads none", checked=False)


def _contracts(evidence: Evidence) -> Measured:
    words = "no tests were run" if evidence.run is None else "broken ones fail their tests"
    return Measured(words, checked=False)


def _switches(evidence: Evidence) -> Measured:
    s = evidence.snapshot
    if s.gpu.present is None:
        return Measured(s.unknown.get("gpu.present", "GPUs are not known"), checked=False)
    data = [s.gpu.present, s.gpu.name, s.switches.torch, s.switches.tensorflow, s.switches.jax]
    return Measured((s.gpu.name or "a GPU") if s.gpu.present else "no GPU", data)


def _threads(evidence: Evidence) -> Measured:
    s = evidence.snapshot
    if s.blas.pools is None or s.cores.usable is None:
        return Measured("threads or cores are not known", checked=False)
    most = max((pool.threads or 1 for pool in s.blas.pools), default=1)
    data = [[pool.key, pool.threads] for pool in s.blas.pools]
    return Measured(f"at most {most} threads on {s.cores.usable} cores", [data, s.cores.usable, s.cores.quota])


def _of_run(measure: Callable[[SuiteRun], Measured]) -> Callable[[Evidence], Measured]:
    def told(evidence: Evidence) -> Measured:
        return Measured("no tests were run", checked=False) if evidence.run is None else measure(evidence.run)

    return told


def _of_collected(count: str, words: str) -> Callable[[Evidence], Measured]:
    def told(run: SuiteRun) -> Measured:
        number = getattr(run, count)
        return Measured(f"{number} of {run.collected} {words}", [number, run.collected], checked=run.collected > 0)

    return _of_run(told)


def _waivers(evidence: Evidence) -> Measured:
    if evidence.unusable is not None:  # which is a finding of one of the controls, and the others saw nothing
        return Measured("the file cannot be used", checked=False)
    entries = evidence.waivers.entries
    return Measured(counted(len(entries), "waiver"), [waiver.key for waiver in entries])


def _tolerances(run: SuiteRun) -> Measured:
    said = f"{counted(run.stated, 'test')} with a tolerance"
    return Measured(f"{said}, {run.calibrated} measured" if run.stated else said, [run.stated, run.calibrated])


def _patterns(run: SuiteRun) -> Measured:
    data = [list(run.unfound), len(run.facts)]
    return Measured(f"{counted(len(run.unfound), 'pattern')} without address", data, checked=bool(run.facts))


_SPECIAL: Mapping[str, Callable[[Evidence], Measured]] = {
    "R107": _of_run(_patterns),
    "R108": _of_collected("replayed", "tests replayed"),
    "R301": _of_run(_tolerances),
    "S203": _of_run(lambda run: Measured(f"{len(run.notices)} failed", list(run.notices))),
    "S204": _of_collected("pinned", "tests pinned"),
    "E301": _sections,
    "E302": _contracts,
    "E303": _variables,
    "E304": _commit,
    "E305": _cost,
    "E306": _never,
    "H501": _hardware,
    "H502": _floats,
    "H503": _switches,
    "H505": _threads,
    "B611": _waivers,
    "B612": _waivers,
    "B613": _waivers,
    "B614": _waivers,
}
"""Controls that measure something of their own."""
