"""What the fresh processes of a session showed, looked up by test; xdist's workers read it from a file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_repro.controls.conditions import Varied
from pytest_repro.diagnose.divergence import Divergence, divergence
from pytest_repro.diagnose.splitting import Brought, Errand, Pair, Split
from pytest_repro.envelope import Envelope
from pytest_repro.errors import ReproError
from pytest_repro.store import traces
from pytest_repro.store.stream import Ended
from pytest_repro.values import entry
from pytest_repro.values.text import Text
from pytest_repro.variations.condition import COMBINED, FRESH, Condition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.observe.tracing import Trace

NAME = "conditions.json"
"""The file from which workers read what the controller's children brought."""

PLACES = ("path", "start", "size", "digest", "seconds", "own")


@dataclass(frozen=True, kw_only=True)  # without slots: what is looked up is kept
class Conditions:
    """The results of a session's fresh processes.

    Attributes:
        split: Pairs to compare.
        unavailable: Why a variation that was asked for cannot be made here, by name.
    """

    split: Split = field(default_factory=Split)
    unavailable: Mapping[str, str] = field(default_factory=dict)

    def of(self, nodeid: str) -> tuple[Varied, ...]:
        """The conditions that one test was run under; of a condition that was tried twice the later trial."""
        found: dict[str, Varied] = {}
        for pair in self._pairs.get(nodeid, ()):
            if pair.varied.errand.condition.members:
                found[pair.varied.errand.condition.label] = _varied(pair, nodeid)
        return tuple(sorted(found.values(), key=lambda one: one.condition.label == COMBINED))

    def unchanged(self, nodeid: str) -> Varied | None:
        """The test in a fresh process with nothing changed, which nothing is compared with yet."""
        first = next(iter(self._pairs.get(nodeid, ())), None)
        return None if first is None else _alone(first.control, nodeid)

    @cached_property
    def _pairs(self) -> Mapping[str, Sequence[Pair]]:
        """By test: thousands of tests each look for theirs."""
        found: dict[str, list[Pair]] = {}
        for pair in self.split.pairs:
            for nodeid in pair.varied.errand.ids:
                found.setdefault(nodeid, []).append(pair)
        return found

    def twins(self, nodeid: str) -> tuple[Envelope, Envelope] | None:
        """The test in two unchanged processes that part; None where they agree, or were not wanted."""
        for first, second in self.split.twins:
            one, other = first.ended.get(nodeid), second.ended.get(nodeid)
            if one is not None and other is not None and one.digest != other.digest:
                return one.envelope(FRESH.label), other.envelope(FRESH.label)
        return None

    def way(self, nodeid: str, label: str, address: str) -> Divergence | None:
        """Where a value of a test drifts under a condition, where that was traced.

        Args:
            nodeid: The test.
            label: Of the condition; ``fresh`` for two unchanged processes.
            address: The drifted value.
        """
        for control, varied in self.split.traced:
            if varied.errand.condition.label == label and varied is not control:
                found = [_trace(one, nodeid) for one in (control, varied)]
                if all(trace is not None and not trace.refused for trace in found):
                    first, second = (trace for trace in found if trace is not None)
                    file, function = _function(first, nodeid)
                    return divergence(first, second, file=file, function=function, address=address)
        return None

    def confirmed(self, nodeid: str) -> bool:
        """Whether two unchanged processes ran the test."""
        return any(nodeid in first.ended and nodeid in second.ended for first, second in self.split.twins)

    def save(self, folder: Path) -> None:
        """Leave it to the workers."""
        pairs = [[_to_dict(one) for one in pair] for pair in self.split.pairs]
        twins = [[_to_dict(one) for one in pair] for pair in self.split.twins]
        traced = [[_to_dict(one) for one in pair] for pair in self.split.traced]
        text = json.dumps({"pairs": pairs, "twins": twins, "traced": traced})
        partial = folder / f"{NAME}.partial"
        partial.write_text(text, encoding="ascii")
        partial.replace(folder / NAME)

    @classmethod
    def load(cls, folder: Path) -> Conditions:
        """What the controller left.

        Raises:
            ReproError: ``B602``, the file is not what a controller wrote.
            OSError: It left nothing, or nothing that can be read.
        """
        kinds = ("pairs", "twins", "traced")
        try:
            data = json.loads((folder / NAME).read_text(encoding="ascii"))
            pairs, twins, traced = (tuple(Pair(*map(_from_dict, pair)) for pair in data[key]) for key in kinds)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise entry.malformed("conditions are no conditions", NAME) from None
        return cls(split=Split(pairs=pairs, twins=twins, traced=traced))


def effect(pair: Pair) -> Mapping[str, bool]:
    """Whether each member of a condition took effect: its reading is another one than that of the unchanged process."""
    before, after = pair.control.readings, pair.varied.readings
    return {
        name: before[name] != after[name]
        for name, _ in pair.varied.errand.condition.members
        if name in before and name in after
    }


def idle(pair: Pair) -> str:
    """What was read in both processes, where a condition took no effect at all; empty where it did, or nobody knows."""
    found = effect(pair)
    if not found or any(found.values()):
        return ""
    return "; ".join(f"{name} reads {pair.control.readings[name]:.60}" for name in found)


def _varied(pair: Pair, nodeid: str) -> Varied:
    condition = pair.varied.errand.condition
    control, varied = pair
    before, after = control.ended.get(nodeid), varied.ended.get(nodeid)
    without = idle(pair)
    if before is not None and nodeid in varied.lost:
        then = before.envelope(FRESH.label)
        return Varied(condition=condition, before=then, after=_ending(then, condition.label, varied.lost[nodeid]))
    if before is None or after is None:
        budget = control.cut if before is None else varied.cut
        absent = _absent(control, nodeid) if before is None else _absent(varied, nodeid)
        return Varied(condition=condition, absent="" if budget else absent, budget=budget, idle=without)
    if after.own and not before.own:
        return Varied(condition=condition, absent=f"the process's own failure: {after.own}", idle=without)
    if before.digest == after.digest:
        return Varied(condition=condition, same=True, idle=without)
    return Varied(
        condition=condition,
        before=before.envelope(FRESH.label),
        after=after.envelope(condition.label),
        idle=without,
    )


def _alone(control: Brought, nodeid: str) -> Varied:
    found = control.ended.get(nodeid)
    if found is None:
        return Varied(condition=FRESH, absent="" if control.cut else _absent(control, nodeid), budget=control.cut)
    if found.own:
        return Varied(condition=FRESH, absent=f"the process's own failure: {found.own}")
    return Varied(condition=FRESH, after=found.envelope(FRESH.label))


def _absent(brought: Brought, nodeid: str) -> str:
    if nodeid in brought.lost:
        beside = "with nothing changed, it " if not brought.errand.condition.members else ""
        return f"{beside}{brought.lost[nodeid]}"
    return "the process could not run" if brought.failure else "the fresh process did not collect it"


def _trace(brought: Brought, nodeid: str) -> Trace | None:
    """What a child left of a test; None where it left nothing."""
    ended = brought.ended.get(nodeid)
    name = None if ended is None else ended.about.get("trace")
    if ended is None or not isinstance(name, str):
        return None
    try:
        return traces.read(ended.path.parent / Path(name).name)
    except (OSError, ValueError, ReproError):  # it says nothing; the drift is told in any case
        return None


def _function(trace: Trace, nodeid: str) -> tuple[str, str]:
    """File and name of the test function in a trace: the last function of that name."""
    name = re.sub(r"\[.*\]$", "", nodeid, flags=re.DOTALL).rpartition("::")[2]
    for row in reversed(trace.threads.get("main", [])):
        if row.function.rpartition(".")[2] == name:
            return row.file, row.function
    return "", name


def _ending(before: Envelope, label: str, how: str) -> Envelope:
    """A test that brought its process down shows how; of the rest nobody knows anything."""
    phases = ("outcome.setup", "outcome.teardown")
    outcomes = {address: before.observations[address] for address in phases if address in before.observations}
    return Envelope(
        nodeid=before.nodeid,
        label=label,
        session_seed=before.session_seed,
        seed=before.seed,
        observations={**outcomes, "outcome.call": Text(how, len(how))},
        outcomes={"call": "failed"},
    )


def _to_dict(brought: Brought) -> dict[str, Any]:
    errand = brought.errand
    condition = errand.condition
    return {
        "label": condition.label,
        "members": condition.members,
        "ids": errand.ids,
        "traced": errand.traced,
        "ended": {
            nodeid: [str(one.path), one.start, one.size, one.digest, one.seconds, one.own, one.about.get("trace")]
            for nodeid, one in brought.ended.items()
        },
        "lost": dict(brought.lost),
        "readings": dict(brought.readings),
        "seconds": brought.seconds,
        "failure": brought.failure,
        "cut": brought.cut,
    }


def _from_dict(data: dict[str, Any]) -> Brought:
    ended = {}
    for nodeid, (path, *rest, trace) in data["ended"].items():
        said = dict(zip(PLACES[1:], rest, strict=True))
        ended[nodeid] = Ended(nodeid=nodeid, path=Path(path), about={"trace": trace}, **said)
    return Brought(
        errand=Errand(Condition.of(data["label"], data["members"]), tuple(data["ids"]), tuple(data["traced"])),
        ended=ended,
        lost=data["lost"],
        readings=data["readings"],
        seconds=data["seconds"],
        failure=data["failure"],
        cut=data["cut"],
    )
