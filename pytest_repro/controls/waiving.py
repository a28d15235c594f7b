"""Waiving: what of the findings somebody answers for is set aside; what is new or worse stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.controls.occurrence import Occurrence, size_of
from pytest_repro.controls.verdict import Finding, action_of
from pytest_repro.controls.waivers import NAME
from pytest_repro.values.address import rest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from pytest_repro.compare import Gap
    from pytest_repro.controls.catalogue import Action
    from pytest_repro.controls.verdict import Verdict
    from pytest_repro.controls.waiver import Waiver
    from pytest_repro.controls.waivers import Waivers
    from pytest_repro.errors import ReproError

REPLAY = "replay"
"""The condition of runs that follow one another in one process."""


class Waived(NamedTuple):
    """What waiving made of one test's verdict.

    Attributes:
        verdict: With covered findings accepted and covered differences set aside.
        used: Keys of the waivers that covered something; texts that travel as JSON.
        open: What no waiver covers and whose action is not ``accept``: what ``audit --accept`` would waive.
    """

    verdict: Verdict
    used: tuple[str, ...]
    open: tuple[Occurrence, ...]


class WaivedFindings(NamedTuple):
    """The same of findings about the session; the attributes mean what they mean in :class:`Waived`."""

    findings: tuple[Finding, ...]
    used: tuple[str, ...]
    open: tuple[Occurrence, ...]


def waive(verdict: Verdict, waivers: Waivers, today: date, condition: str = REPLAY) -> Waived:
    """Apply the waivers to one test.

    Args:
        verdict: What was found.
        waivers: Those of the project; expired ones cover nothing.
        today: In UTC, so that all machines agree.
        condition: Under which the runs were compared.
    """
    done = _applied(verdict.findings, waivers.valid(today).concerning(verdict.nodeid), verdict.nodeid, condition)
    return Waived(replace(verdict, findings=done.findings), done.used, done.open)


def waive_findings(findings: Iterable[Finding], waivers: Waivers, today: date) -> WaivedFindings:
    """Apply the waivers to findings about the session: lock, environment, hardware.

    Args:
        findings: What was found.
        waivers: Those of the project; expired ones cover nothing.
        today: In UTC.
    """
    return _applied(findings, waivers.valid(today).concerning(""), "", "")


def of_waivers(
    waivers: Waivers,
    *,
    used: Collection[str],
    ran: Collection[str],
    judged: Collection[str] = (),
    left: Collection[Occurrence] = (),
    today: date,
    policy: Mapping[str, Action],
    whole: bool = False,
) -> tuple[Finding, ...]:
    """What is wrong with the waivers themselves: expired or of no use.

    Args:
        waivers: Those of the project.
        used: Keys of those that covered something.
        ran: Ids of the tests that were replayed.
        judged: Codes that the session itself was judged by.
        left: What no waiver covered, of tests and of the session.
        today: In UTC.
        policy: Actions by code; the catalogue's where it is silent.
        whole: Whether the whole suite was replayed, so that a test that did not run is gone.
    """
    expired = waivers.expired(today)
    idle = waivers.unused(used, ran, judged=judged, left=left, whole=whole)
    unused = tuple(one for one in idle if one not in expired)
    renew = "mend what they waive, or: pytest-repro audit --accept --owner=... --reason=... --until=..."
    said = (("B611", expired, "expired", renew), ("B612", unused, "unused", f"take them out of {NAME}"))
    return tuple(
        Finding(
            code=code,
            sentence=f"{len(found)} {'waiver is' if len(found) == 1 else 'waivers are'} {state}",
            action=action_of(code, policy),
            reasons=tuple(f"{_title(one)}, {'was' if state == 'expired' else 'is'} {one.words}" for one in found),
            steps=(step,),
        )
        for code, found, state, step in said
        if found
    )


def unusable(error: ReproError, policy: Mapping[str, Action]) -> Finding:
    """The finding of a waiver file that cannot be used: ``B613`` or ``B614``.

    Args:
        error: Of :meth:`Waivers.read`.
        policy: Actions by code; the catalogue's where it is silent.
    """
    return Finding(
        code=error.code,
        sentence=f"{error.sentence} in {error.place}; nothing is waived",
        action=action_of(error.code, policy),
        steps=(error.mend,) if error.mend else (),
    )


def _title(waiver: Waiver) -> str:
    """``R101 tests/test_fit.py::test_fit locals.weights``."""
    address = "" if waiver.address == "*" else waiver.address
    return " ".join(part for part in (waiver.code, waiver.test, address) if part)


def _applied(findings: Iterable[Finding], waivers: Waivers, test: str, condition: str) -> WaivedFindings:
    done: list[Finding] = []
    used: dict[str, None] = {}
    left: list[Occurrence] = []
    for finding in findings:
        under = finding.condition or condition
        covers = {place: _cover(place, waivers) for place in _places(finding, test, under)}
        used.update((waiver.key, None) for waiver in covers.values() if waiver is not None)
        bare = [place for place, waiver in covers.items() if waiver is None]
        if finding.action != "accept":
            left += [occurrences[0] for occurrences in bare]
        worse = [line for place in bare if (line := _worse(place, waivers))]
        done.append(_judged(finding, covers, worse) if worse or len(bare) < len(covers) else finding)
    return WaivedFindings(tuple(done), tuple(used), tuple(left))


Place = tuple[Occurrence, ...]
"""One difference under all names that its values have: a waiver of any of them covers it."""


def _places(finding: Finding, test: str, condition: str) -> list[Place]:
    drifted = [gap for gap in finding.gaps if gap.difference.drifted]
    if drifted:
        return [_place(gap, finding.code, test, condition) for gap in drifted]
    return [(Occurrence(finding.code, test, name, condition, "structural"),) for name in finding.about or ("",)]


def _place(gap: Gap, code: str, test: str, condition: str) -> Place:
    size = size_of(gap)
    return tuple(Occurrence(code, test, address, condition, size) for address in gap.addresses)


def _cover(place: Place, waivers: Waivers) -> Waiver | None:
    found = (waivers.cover(*occurrence) for occurrence in place)
    return next((waiver for waiver in found if waiver is not None), None)


def _worse(place: Place, waivers: Waivers) -> str:
    """``weights: 1e-05 is worse than the 1e-09 that kim accepted``; empty where nobody accepted anything of it."""
    for occurrence in place:
        waiver = waivers.exceeded(occurrence)
        if waiver is not None:
            size = occurrence.size if isinstance(occurrence.size, str) else f"{occurrence.size:.1e}"
            name = rest(occurrence.address) or occurrence.address
            return f"{name:.60}: {size} is worse than the {waiver.accepted} that {waiver.owner} accepted"
    return ""


def _judged(finding: Finding, covers: dict[Place, Waiver | None], worse: list[str]) -> Finding:
    """A finding of which some or all is covered, or that is worse than what was accepted."""
    aside = {place[0].address for place, waiver in covers.items() if waiver is not None}
    gaps = tuple(gap for gap in finding.gaps if not (gap.difference.drifted and gap.address in aside))
    if len(aside) < len(covers):
        about = tuple(name for name in finding.about if name not in aside)
        told = [f"{len(aside)} of them waived"] if aside else []
        told += [f"{len(worse)} worse than waived"] if worse else []
        reasons = finding.reasons if finding.confidence else (*finding.reasons, *worse)  # what is proved is the cause
        return replace(finding, gaps=gaps, about=about, sentence="; ".join([finding.sentence, *told]), reasons=reasons)
    waivers = {waiver.key: waiver for waiver in covers.values() if waiver is not None}
    first = min(waivers.values(), key=lambda waiver: waiver.until)
    words = f"{first.words} (and {len(waivers) - 1} more)" if len(waivers) > 1 else first.words
    sentence = f"{finding.sentence}; {words}"
    return replace(finding, sentence=sentence, action="accept", gaps=gaps, steps=(), waived=True)
