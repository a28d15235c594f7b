"""Where two runs first part: their traces compared row by row, and the drifted value followed back to its origin.

A value that differs after a line comes from what that line read that differed already, from the results of what it
called, or from nowhere: then the line is an origin. So every difference has predecessors, and what has none and leads
to the drifted value is where the runs parted. Differences that lead nowhere, clock readings above all, drop out.
"""

from __future__ import annotations

import linecache
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.observe.tracing import RETURN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_repro.observe.tracing import Row, Seen, Trace

MOST = 6
"""Steps of a chain that are kept, the origin and the last ones."""


class Step(NamedTuple):
    """A line at which a difference arose or was handed on.

    Attributes:
        file: Absolute.
        line: Its number.
        function: Qualified name of the function it stands in.
        name: The variable; ``<return>`` for a result, empty where the runs took different paths.
        before: Its value in the first run.
        after: Its value in the second.
    """

    file: str
    line: int
    function: str
    name: str
    before: str
    after: str


class Divergence(NamedTuple):
    """The way of a drifted value.

    Attributes:
        steps: From the origin to the test, in the order of the run.
        producers: Lines of other threads that changed the same object, where the origin is one that only reads it.
        exact: Whether the drifted value itself was followed back; otherwise it is the first difference of all.
        threads: Whether nothing but the order of threads is seen to differ at the origin.
        changed: The line of the first run that changed the object with which the second one began.
    """

    steps: tuple[Step, ...]
    producers: tuple[Step, ...] = ()
    exact: bool = True
    threads: bool = False
    changed: Step | None = None


@dataclass(slots=True)
class _Node:
    """A difference: the row where it shows, the name, and the differences it was made from.

    ``given`` is an argument from outside of a thread: which task a pool gives to which of its threads is by chance.
    """

    step: Step
    thread: str
    identity: int
    after: int
    origins: tuple[int, ...]
    given: bool = False


@dataclass(slots=True)
class _Walk:
    """Differences found so far, over all threads.

    ``known`` finds them by both digests: the same two values elsewhere are this difference, handed on by a way that no
    line shows, as a fixture's result is, or what a thread leaves in a queue.
    """

    nodes: list[_Node] = field(default_factory=list)
    known: dict[tuple[int, int], int] = field(default_factory=dict)
    results: list[int] = field(default_factory=list)
    shuffled: bool = False


def divergence(before: Trace, after: Trace, *, file: str, function: str, address: str) -> Divergence | None:
    """Where a drifted value comes from; None where the two traces agree.

    Args:
        before: Of one run.
        after: Of another.
        file: Of the test.
        function: Qualified name of the test function.
        address: Of the drifted value.
    """
    walk = _Walk()
    names = sorted(set(before.threads) & set(after.threads), key=lambda name: name == "main")
    # other threads first: main reads what they made
    ends = [_Thread(name, walk).follow(before.threads[name], after.threads[name]) for name in names]
    if not walk.nodes:
        return None
    main = ends[-1] if names and names[-1] == "main" else _Ends()
    leaf = main.leaf(file, function, address)
    exact = leaf is not None
    if leaf is None:
        leaf = next((number for number, node in enumerate(walk.nodes) if not node.origins), 0)
    steps = _chain(walk.nodes, leaf)
    producers: tuple[Step, ...] = ()
    origin = walk.nodes[steps[0]]
    if origin.identity and origin.thread == "main":
        producers = _producers(before, origin.identity)
    found = [walk.nodes[number].step for number in steps]
    found = [step for at, step in enumerate(found) if not at or found[at - 1][:3] != step[:3]]
    kept = found if len(found) <= MOST else [found[0], *found[1 - MOST :]]
    threads = origin.thread == "main" and len(names) > 1 and (bool(producers) or walk.shuffled)
    return Divergence(tuple(kept), producers, exact, threads, _changed(before, origin.after))


def _chain(nodes: Sequence[_Node], leaf: int) -> list[int]:
    """From the earliest origin to the leaf, by the latest step wherever several lead there."""
    first: list[int] = []  # the earliest origin of each; what a difference comes from stands before it
    for number, node in enumerate(nodes):
        first.append(min((first[other] for other in node.origins), default=number))
    chain = [leaf]
    while nodes[chain[-1]].origins:
        chain.append(max(other for other in nodes[chain[-1]].origins if first[other] == first[leaf]))
    return chain[::-1]


def _changed(trace: Trace, identity: int) -> Step | None:
    """The last line that changed an object; None where it was not seen to change."""
    last: Seen | None = None
    found: Step | None = None
    for row in trace.threads.get("main", ()) if identity else ():
        for name, seen in row.values.items():
            if seen.identity != identity:
                continue
            if last is not None and last.digest != seen.digest:
                found = Step(row.file, row.line, row.function, name, last.shown, seen.shown)
            last = seen
    return found


def _producers(trace: Trace, identity: int) -> tuple[Step, ...]:
    """The last lines of other threads that touched an object."""
    found: dict[Step, None] = {}
    for name, rows in trace.threads.items():
        if name != "main":
            for row in rows:
                for key, seen in row.values.items():
                    if seen.identity == identity and row.kind == "line":
                        found[Step(row.file, row.line, row.function, key, "", "")] = None
    return tuple(found)[:MOST]


class _Ends:
    """How the frames of one thread ended: differing names by frame, and where the paths parted."""

    def __init__(self) -> None:
        self.frames: dict[int, dict[str, int]] = {}
        self.places: dict[int, tuple[str, str]] = {}
        self.parted: int | None = None

    def leaf(self, file: str, function: str, address: str) -> int | None:
        """The difference that an address of the test shows; the last frame of the test function has it."""
        own = [number for number, place in self.places.items() if place == (file, function)]
        for number in reversed(own):
            bad = self.frames.get(number, {})
            if address.startswith("return") and RETURN in bad:
                return bad[RETURN]
            words = re.findall(r"[^\W\d]\w*", address.partition(".")[2])
            named = [bad[word] for word in words if word in bad]
            if named:
                return max(named)
            if bad and not address.startswith("locals."):
                return max(bad.values())
        return self.parted


class _Thread:
    """Follows the rows of one thread in both runs."""

    def __init__(self, name: str, walk: _Walk) -> None:
        self._name = name
        self._walk = walk
        self._ends = _Ends()
        self._pending: dict[int, list[int]] = {}
        self._last: dict[tuple[int, str], tuple[int, int]] = {}
        self._before: dict[int, Row] = {}

    def follow(self, before: Iterable[Row], after: Iterable[Row]) -> _Ends:
        """To the row at which the two took different paths, or the end."""
        for one, other in zip(before, after, strict=False):
            if one[:6] != other[:6]:
                self._part(one, other)
                break
            self._ends.places[one.frame] = (one.file, one.function)
            if one.kind == "arguments":
                self._arguments(one, other)
            else:
                self._line(one, other)
            self._before[one.frame] = one
        return self._ends

    def _arguments(self, one: Row, other: Row) -> None:
        outer = self._ends.frames.get(one.parent, {})
        made = [outer[name] for name in one.reads if name in outer] + self._pending.get(one.parent, [])
        bad = self._ends.frames.setdefault(one.frame, {})
        for name in _differing(one, other):
            seen, then = one.values[name], other.values[name]
            known = self._walk.known.get((seen.digest, then.digest))
            # an argument is no step of its own where the caller's value, or a fixture's, is known
            bad[name] = self._node(one, name, seen, then, made) if known is None else known
            # what a pool hands to a thread, or in which order, is no origin
            self._walk.nodes[bad[name]].given |= known is None and not made and self._name != "main"

    def _line(self, one: Row, other: Row) -> None:
        bad = self._ends.frames.setdefault(one.frame, {})
        called = self._pending.pop(one.frame, [])
        made = [bad[name] for name in one.reads if name in bad] + called
        differing = _differing(one, other)
        for name in one.values:
            if name == RETURN:
                continue
            pair = (one.values[name].digest, other.values[name].digest) if name in other.values else (0, 0)
            if name not in differing:
                bad.pop(name, None)
            elif name not in bad or self._last.get((one.frame, name)) != pair:
                bad[name] = self._node(one, name, one.values[name], other.values[name], made)
            self._last[one.frame, name] = pair
        if one.kind == "line":
            return
        handed = [bad[name] for name, seen in one.values.items() if name in bad and seen.identity]
        if RETURN in differing:
            read = [bad[name] for name in one.values if name in bad]
            bad[RETURN] = self._node(self._place(one), RETURN, one.values[RETURN], other.values[RETURN], made + read)
            handed.append(bad[RETURN])
        handed += self._changed(bad) if one.kind == "return" else []
        if one.parent:
            self._pending.setdefault(one.parent, []).extend(dict.fromkeys(handed))
        else:
            self._walk.results.extend(dict.fromkeys(handed))

    def _place(self, one: Row) -> Row:
        """The line that a result comes from: leaving a ``with`` goes back to the line of that."""
        last = self._before.get(one.frame)
        if one.kind != "return" or last is None or last.kind != "line" or last.line <= one.line:
            return one
        returns = linecache.getline(last.file, last.line).lstrip().startswith("return ")
        return one._replace(line=last.line) if returns else one

    def _changed(self, bad: dict[str, int]) -> list[int]:
        """What the function changed in objects that its caller has as well."""
        return [number for name, number in bad.items() if name != RETURN and self._walk.nodes[number].identity]

    def _node(self, row: Row, name: str, one: Seen, other: Seen, made: list[int]) -> int:
        origins = tuple(dict.fromkeys(made))
        if not origins:
            known = self._walk.known.get((one.digest, other.digest))
            origins = (known,) if known is not None else self._results()
        number = len(self._walk.nodes)
        step = Step(row.file, row.line, row.function, name, one.shown, other.shown)
        self._walk.nodes.append(_Node(step, self._name, one.identity, other.identity, origins))
        if one.telling and other.telling:
            self._walk.known.setdefault((one.digest, other.digest), number)
        return number

    def _results(self) -> tuple[int, ...]:
        """What another thread's function gave back and differs: the main thread gets it by a way that is not seen."""
        if self._name != "main":
            return ()
        found = [number for number in self._walk.results if self._walk.nodes[number].thread != "main"]
        kept = [number for number in found if not self._walk.nodes[_chain(self._walk.nodes, number)[0]].given]
        self._walk.shuffled |= len(kept) < len(found)
        return tuple(kept[-1:])

    def _part(self, one: Row, other: Row) -> None:
        row = self._before.get(one.frame) or self._before.get(one.parent) or one
        bad = self._ends.frames.get(row.frame, {})
        made = [bad[name] for name in row.reads if name in bad] + self._pending.get(row.frame, [])
        step = Step(row.file, row.line, row.function, "", _place(one), _place(other))
        self._ends.parted = len(self._walk.nodes)
        self._walk.nodes.append(_Node(step, self._name, 0, 0, tuple(dict.fromkeys(made))))


def _place(row: Row) -> str:
    return f"line {row.line} of {row.function}"


def _differing(one: Row, other: Row) -> list[str]:
    return [
        name for name, seen in one.values.items() if name in other.values and seen.digest != other.values[name].digest
    ]
