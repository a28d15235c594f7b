"""What a test computed under varied conditions, judged: which condition is guilty of which value, and what follows.

Behavioural conditions fail a test that drifts under them. Simulated hardware informs where nobody stated a tolerance:
bit equality across kernels is false of nearly all linear algebra.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.compare import addresses_of, compare, without
from pytest_repro.controls.matrix import Cell, State, share, size
from pytest_repro.controls.verdict import Finding, action_of, outcome_words, split
from pytest_repro.variations.condition import COMBINED, FRESH
from pytest_repro.variations.registry import variation
from pytest_repro.variations.uninitialized import UNINITIALIZED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.compare import Comparison, Gap
    from pytest_repro.controls.catalogue import Action
    from pytest_repro.envelope import Envelope
    from pytest_repro.values.tolerance import Tolerances
    from pytest_repro.variations.condition import Condition

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


class Terms(NamedTuple):
    """What a test allows.

    Attributes:
        tolerances: Where no condition states another.
        under: Tolerances that replace them under a condition.
        ignore: Patterns that are not compared.
    """

    tolerances: Tolerances
    under: Mapping[str, Tolerances]
    ignore: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Varied:
    """One test under one condition, beside an unchanged process that ran the same tests.

    Attributes:
        condition: What was changed.
        before: The unchanged run; None where there is none, or where both are the same bit for bit.
        after: The run under the condition; None likewise.
        same: Whether the two are the same bit for bit.
        absent: Why there is nothing to compare; empty where there is.
        budget: Whether time is the reason.
        idle: Why the condition took no effect here; empty where it did.
    """

    condition: Condition
    before: Envelope | None = None
    after: Envelope | None = None
    same: bool = False
    absent: str = ""
    budget: bool = False
    idle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the conditions of one test gave.

    Attributes:
        findings: The guilty conditions first.
        cells: Of the reproducibility map, by label of the condition: state, and the worst difference.
        absent: Conditions under which nothing was compared, and why.
        budget: Conditions for which there was no time.
        found: Patterns that found an address.
    """

    findings: tuple[Finding, ...] = ()
    cells: Mapping[str, Cell] | None = None
    absent: tuple[tuple[str, str], ...] = ()
    budget: tuple[str, ...] = ()
    found: frozenset[str] = frozenset()


def tolerances_under(
    condition: Condition, tolerances: Tolerances, under: Mapping[str, Tolerances]
) -> tuple[Tolerances, ...]:
    """What is allowed under a condition: of several the loosest counts.

    The most specific that is stated wins: ``threads=4`` before ``threads`` before the test's own. Under several
    conditions at once each of them may explain a difference, so that what any of them allows is allowed.
    """
    if condition.label == COMBINED and COMBINED in under:
        return (under[COMBINED],)
    found = [_of_member(name, value, tolerances, under) for name, value in condition.members] or [tolerances]
    return tuple(dict.fromkeys(found))


def _of_member(name: str, value: str, tolerances: Tolerances, under: Mapping[str, Tolerances]) -> Tolerances:
    return under.get(f"{name}={value}", under.get(name, tolerances))


def compared(condition: Condition, before: Envelope, after: Envelope, terms: Terms) -> tuple[Comparison, bool]:
    """The comparison of a test's two runs by what is allowed under a condition, and whether a tolerance is stated."""
    allowed = tolerances_under(condition, terms.tolerances, terms.under)
    found = [(compare(before, after, each, terms.ignore), each.stated) for each in allowed]
    return min(found, key=lambda pair: len(pair[0].drifts))


def judged(
    varied: Sequence[Varied],
    terms: Terms,
    *,
    unstable: frozenset[str],
    confirmed: bool,
    shaky: bool = False,
    unwritten: frozenset[str] = frozenset(),
    policy: Mapping[str, Action],
) -> Judgement:
    """The judgement of one test.

    Args:
        varied: Its conditions, singles behind what combines them.
        terms: What the test allows.
        unstable: Addresses at which two unchanged processes part.
        confirmed: Whether two unchanged processes were compared at all.
        shaky: Whether other values of the test part with nothing changed: what agrees there may do so by chance.
        unwritten: Addresses of which it is known that they come from memory that nothing wrote to.
        policy: Actions by code; the catalogue's where it is silent.
    """
    found = {one.condition.label: _compared(one, terms) for one in varied}
    guilty = {label: _guilty(pair, unstable) for label, pair in found.items()}
    # memory that nobody wrote holds anything: what reads it moves under whatever else is changed as well
    filling = {one.condition.label for one in varied if fills(one.condition)}
    moved = unwritten.union(*(addresses_of(guilty[label]) for label in filling))
    for label, gaps in guilty.items():
        if label not in filling:
            guilty[label] = without(gaps, moved)
    idle = {one.condition.label for one in varied if one.idle}
    alone = any(gaps for label, gaps in guilty.items() if label != COMBINED and label not in idle)
    findings: list[Finding] = []
    cells: dict[str, Cell] = {}
    for one in varied:
        label = one.condition.label
        pair, gaps = found[label], guilty[label]
        if label == COMBINED and alone:
            # found already: several at once may show the same cause at other places as well
            gaps = ()
        if pair is None or (one.idle and not gaps):
            cells[label] = Cell(state="same" if one.same else "missing")
            continue
        comparison, stated = pair
        finding = None
        if gaps:
            filled = label in filling and not unwritten.isdisjoint(addresses_of(gaps))
            sure = "filled" if filled else "shaky" if shaky else "confirmed" if confirmed else ""
            finding = _finding(one, gaps, comparison, varied, stated=stated, sure=sure, policy=policy)
            findings.append(finding)
        cells[label] = _cell(comparison, guilty[label], drift=_drifts(label, finding, findings))
    return Judgement(
        findings=tuple(findings),
        cells=cells,
        absent=tuple((one.condition.label, one.absent) for one in varied if one.absent),
        budget=tuple(one.condition.label for one in varied if one.budget),
        found=frozenset().union(*(pair[0].found for pair in found.values() if pair is not None)),
    )


def fills(condition: Condition) -> bool:
    """Whether a condition fills fresh memory and changes nothing else, with whatever byte."""
    return [name for name, _ in condition.members] == [UNINITIALIZED.name]


def _compared(one: Varied, terms: Terms) -> tuple[Comparison, bool] | None:
    if one.before is None or one.after is None:
        return None
    return compared(one.condition, one.before, one.after, terms)


def _guilty(pair: tuple[Comparison, bool] | None, unstable: frozenset[str]) -> tuple[Gap, ...]:
    """The drifts that are a condition's doing; a run that ended early shows less, which says nothing more."""
    if pair is None:
        return ()
    outcomes, values, _ = split(pair[0])
    if outcomes:
        values = tuple(gap for gap in values if gap.before is not None and gap.after is not None)
    return without((*outcomes, *values), unstable)


def _drifts(label: str, finding: Finding | None, findings: Sequence[Finding]) -> bool:
    """Whether a cell says drift: of the combination also where one of its members does."""
    if label == COMBINED:
        return any(one.action != "accept" for one in findings)
    return finding is not None and finding.action != "accept"


def _cell(comparison: Comparison, guilty: Sequence[Gap], *, drift: bool) -> Cell:
    gaps = [gap for gap in comparison.gaps if not gap.address.startswith("rng.")]
    worst = max(guilty or gaps, key=size, default=None)
    state: State = "drift" if drift else "same" if worst is None else "within"
    return Cell(state=state, worst=worst, gaps=len(gaps), share=share(gaps))


def _finding(
    one: Varied,
    gaps: tuple[Gap, ...],
    comparison: Comparison,
    varied: Sequence[Varied],
    *,
    stated: bool,
    sure: str,
    policy: Mapping[str, Action],
) -> Finding:
    condition = one.condition
    hardware = any(variation(name).kind == "hardware" for name, _ in condition.members)
    simulated = condition.hardware
    code = "R112" if simulated else "R111"
    informs = hardware and not stated and all(map(numeric, gaps))
    action = policy.get(code, "accept" if informs or sure == "shaky" else "fail")
    values = [gap for gap in gaps if not gap.address.startswith("outcome.")]
    outcomes = [gap for gap in gaps if gap.address.startswith("outcome.")]
    ended = [gap for gap in outcomes if not gap.address.endswith(".error")]
    said = [outcome_words(gap) for gap in ended or outcomes]
    total = comparison.compared + sum(gap.before is None or gap.after is None for gap in values)
    said += [f"{len(values)} of {total} observed values differ"] if values else []
    sentence = f"{'; '.join(said)} under {condition.label}"
    if informs and code not in policy:
        sentence += ", and no tolerance is stated"
    singles = any(other.condition.label not in (COMBINED, FRESH.label) and not other.absent for other in varied)
    together = condition.label == COMBINED
    if together and singles:
        sentence += ", and under none of its conditions alone"
    proof = "proved: nothing else was changed, and two unchanged processes agree"
    proof = proof if sure == "confirmed" and not together else ""
    if sure == "filled":
        proof = "proved: the very bytes that filled such memory stand in the values"
    if sure == "shaky":
        proof = "perhaps: other values of this test part with nothing changed, and these may by chance"
    if one.idle:
        proof = f"likely something else: {one.idle}, changed or not, and yet the values differ"
    return Finding(
        code=code,
        sentence=sentence,
        action=action,
        gaps=gaps,
        reasons=_reasons(condition),
        steps=tuple(dict.fromkeys(variation(name).mend for name, _ in condition.members)) if not together else (),
        confidence=proof,
        labels=(FRESH.label, condition.label),
        condition=condition.label,
        against=f"fresh process under {condition.label}, beside one with nothing changed{_also(one, varied)}",
    )


def _reasons(condition: Condition) -> tuple[str, ...]:
    if condition.label == COMBINED:
        return (f"together: {', '.join(f'{name}={value}' for name, value in condition.members)}",)
    return tuple(f"{name}={value}: {variation(name).changes}" for name, value in condition.members)


def _also(one: Varied, varied: Sequence[Varied]) -> str:
    """What else was tried: a reader wants to know what is innocent."""
    same = [
        other.condition.label
        for other in varied
        if other is not one and other.condition.members and other.same and not other.idle
    ]
    return f"; the same under {', '.join(same)}" if same else ""


def numeric(gap: Gap) -> bool:
    """Whether a difference is one of numbers alone: also of two texts that differ in their numbers only."""
    difference = gap.difference
    if difference.structural:
        return False
    if difference.relative is not None:
        return True
    before, after = (getattr(leaf, "value", None) for leaf in (gap.before, gap.after))
    if not isinstance(before, str) or not isinstance(after, str) or gap.address.startswith("outcome."):
        return False
    return before != after and _NUMBER.sub("0", before) == _NUMBER.sub("0", after)


_DRAWN_ANEW = "a new process draws it anew: a draw at import, an identity, a port, the order in which threads end"

_DRIFTING = "what moves other values between two runs of one process may move these; else a draw at import, an identity"


def unrepeatable(
    first: Envelope,
    second: Envelope,
    terms: Terms,
    *,
    explained: frozenset[str],
    drifting: bool,
    policy: Mapping[str, Action],
) -> Finding | None:
    """Two fresh processes with nothing changed that part: no condition is to blame, the process itself is.

    Args:
        first: One of them.
        second: The other, which ran the same tests in the same order.
        terms: What the test allows.
        explained: Addresses that are told already.
        drifting: Whether other values of the test drift between two runs of one process: what moves those moves these.
        policy: Actions by code.
    """
    _, gaps, total = _parted(first, second, terms, explained)
    if not gaps:
        return None
    return Finding(
        code="R113",
        sentence=f"{len(gaps)} of {total} observed values differ from one fresh process to the next, nothing changed",
        action=action_of("R113", policy),
        gaps=gaps,
        reasons=(_DRIFTING if drifting else _DRAWN_ANEW,),
        steps=()
        if drifting
        else ("pin what is drawn at import: --repro-pin=entropy; sort what is ordered by identity",),
        labels=(FRESH.label, "fresh again"),
        condition=FRESH.label,
        against="two fresh processes with nothing changed",
    )


def process(
    before: Envelope,
    after: Envelope,
    terms: Terms,
    *,
    explained: frozenset[str],
    informs: bool,
    policy: Mapping[str, Action],
) -> tuple[Finding | None, Cell]:
    """The first run of this process beside the same test in a fresh one; what differs warns, as their history differs.

    Args:
        before: The first run of this process.
        after: The unchanged fresh process.
        terms: What the test allows.
        explained: Addresses that are told already.
        informs: Whether a difference means nothing: xdist gave the two other tests to run before.
        policy: Actions by code.
    """
    # what was written stands first: an array in a file is compared with its bytes there, loaded only where it differs
    comparison, gaps, total = _parted(after, before, terms, explained)
    cell = _cell(comparison, gaps, drift=bool(gaps) and not informs)
    if not gaps:
        return None, cell
    finding = Finding(
        code="R113",
        sentence=f"{len(gaps)} of {total} observed values differ in a fresh process",
        action=policy.get("R113", "accept" if informs else "warn"),
        gaps=gaps,
        reasons=("this process ran other tests before, and may hash with another seed",),
        confidence="likely",
        steps=("--repro-vary=hashseed,test_order tells whether the order of sets or of tests is the cause",),
        labels=(FRESH.label, "this process"),
        condition=FRESH.label,
        against="fresh process with nothing changed",
    )
    return finding, cell


def _parted(
    before: Envelope, after: Envelope, terms: Terms, explained: frozenset[str]
) -> tuple[Comparison, tuple[Gap, ...], int]:
    """Two unchanged processes compared, their drifts that nothing else explains, and how many values were compared."""
    comparison = compare(before, after, terms.tolerances, terms.ignore)
    gaps = _guilty((comparison, terms.tolerances.stated), explained)
    return comparison, gaps, comparison.compared + sum(gap.before is None or gap.after is None for gap in gaps)
