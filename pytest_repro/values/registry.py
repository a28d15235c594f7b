"""The registry of kinds: who owns a value, the walk that freezes it, the way back from an entry."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from pytest_repro.values import (
    array,
    arrow,
    attributes,
    container,
    entry,
    figure,
    fitted,
    floating,
    graph,
    jax_array,
    labelled,
    lineage,
    model,
    outcome,
    picture,
    polars_frame,
    randomness,
    scalar,
    sparse,
    symbolic,
    table,
    tensor,
    tensorflow_tensor,
    text,
    words,
)
from pytest_repro.values import opaque as sealed
from pytest_repro.values.budget import Budget
from pytest_repro.values.difference import Difference, parted
from pytest_repro.values.frozen import Frozen, Parts
from pytest_repro.values.keeping import Keeping
from pytest_repro.values.masks import Masks
from pytest_repro.values.opaque import Opaque, Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pytest_repro.values.tolerance import Tolerance


class Kind(Protocol):
    """What the registry expects of a room; a module satisfies it."""

    def owns(self, value: object) -> bool:
        """Whether the room freezes this value; decided by its type alone."""
        ...

    def freeze(self, value: object, keeping: Keeping) -> Frozen | Parts:
        """The value as one leaf, or as parts of which the walk freezes the children."""
        ...


KINDS: tuple[Kind, ...] = (
    randomness,  # before all others: random.Random and numpy's generators are objects like any
    table,  # before the scalars: pandas.Timestamp derives from datetime
    polars_frame,  # the rooms of libraries own nothing of one another: their order means nothing
    arrow,
    labelled,
    graph,
    sparse,
    fitted,
    symbolic,
    picture,
    figure,
    model,
    tensor,  # before containers: torch.Size is a tuple
    jax_array,
    tensorflow_tensor,  # before containers: what it tracks is a list in name only
    array,  # before the scalars: numpy.float64 derives from float, numpy.str_ from str
    outcome,  # before opaque: pytest's own failures are exceptions
    sealed,  # before containers: unittest.mock.call is a tuple
    scalar,  # before text and containers: a StrEnum is a str
    text,
    floating,
    container,
    attributes,  # last: it owns everything
)
"""Every room that freezes, in the order in which they are asked; a type is asked for once a run."""

READERS: tuple[tuple[tuple[str, ...], Callable[[Mapping[str, object]], Frozen]], ...] = (
    (floating.KINDS, floating.read),
    (text.KINDS, text.read),
    (array.KINDS, array.read),
    (words.KINDS, words.read),
    (container.KINDS, container.read),
    (outcome.KINDS, outcome.read),
    (randomness.KINDS, randomness.read),
    (sealed.KINDS, sealed.read),
    (scalar.KINDS, scalar.read),
)
"""Which room reads which kinds; they exclude one another, so the order means nothing."""

_NUMBERS = (str, float, complex)
_NAMES = {"text": "str", "opaque": "object"}


class _Room(NamedTuple):
    """How values of one type are frozen; holds the type, so that its id stays its own."""

    cls: type
    freeze: Callable[[object, Keeping], Frozen | Parts]
    tracked: bool


class Rooms:
    """Which room freezes which type, remembered by whoever freezes many runs: asking all rooms takes 20 us a type.

    Types that a class statement made are remembered for one run alone: they belong to the tests, and may go.
    """

    def __init__(self) -> None:
        self.lasting: dict[int, _Room] = {}

    def room(self, value: object) -> _Room:
        """The room of a value's type."""
        found = _room(value)
        if not lineage.by_statement(found.cls):
            self.lasting[id(found.cls)] = found
        return found


_LEAVES: dict[int, Callable[[Any], Frozen]] = {
    id(float): floating.Float,
    id(int): functools.partial(scalar.Scalar, "int"),
    id(bool): functools.partial(scalar.Scalar, "bool"),
    id(type(None)): functools.partial(scalar.Scalar, "None"),
}
"""The leaves that fill most values, made in the walk's own loop; ids, since a metaclass may define ``__hash__``."""


class Freezer:
    """Freezes the values of one run under one budget.

    Args:
        budget: What may be kept.
        masks: What is replaced in texts.
        spill_to: Folder for arrays above the budget; a temporary one that vanishes with its last leaf if None.
        rooms: What earlier freezers learned of types; its own if None.

    Attributes:
        ids: ``id()`` of every object visited, and what ``object.__hash__`` makes of it: integers that are no value.
    """

    def __init__(
        self,
        *,
        budget: Budget | None = None,
        masks: Masks | None = None,
        spill_to: Path | None = None,
        rooms: Rooms | None = None,
    ) -> None:
        """Nothing frozen yet."""
        self._keeping = Keeping(budget or Budget(), masks or Masks(), spill_to)
        self._known = rooms or Rooms()
        self._rooms = dict(self._known.lasting)
        self.ids: set[int] = set()

    @property
    def cut(self) -> int:
        """Leaves lost to the budget; a lower bound where a container was not opened."""
        return self._keeping.cut

    def freeze(self, address: str, value: object, *, masked: bool = True) -> dict[str, Frozen]:
        """The value as leaves by address; never raises for what the value does, and never changes it.

        Args:
            address: Where the value stands; every leaf's address begins with it.
            value: Anything.
            masked: Whether identifiers, stamps of the present and random names are masked; roots of temporary
                folders always are.
        """
        self._keeping.masked = masked
        return _Walk(self._keeping, self._rooms, self._known, self.ids).leaves(address, value)


class _Walk:
    """One walk through one value: depth first, without recursion."""

    __slots__ = ("ids", "keeping", "known", "out", "rooms", "seen", "stack")

    def __init__(self, keeping: Keeping, rooms: dict[int, _Room], known: Rooms, ids: set[int]) -> None:
        """At the start, with what earlier walks of the run learnt."""
        self.keeping = keeping
        self.rooms = rooms
        self.known = known
        self.ids = ids
        self.out: dict[str, Frozen] = {}
        # id -> where it stands, the object (kept alive, so that the id stays its own), and its leaf if it is one
        self.seen: dict[int, tuple[str, object, Frozen | None]] = {}
        self.stack: list[tuple[str, Iterator[tuple[str, object]]]] = []

    def leaves(self, address: str, value: object) -> dict[str, Frozen]:
        """The leaves of a value by address."""
        stack, out, keeping = self.stack, self.out, self.keeping
        stack.append((address, iter((("", value),))))
        while stack:
            base, children = stack[-1]
            try:
                for suffix, child in children:
                    make = _LEAVES.get(id(type(child)))
                    if make is None:
                        if self.visit(base + suffix, child):
                            break  # its children first; the rest of this container waits on the stack
                    elif keeping.leaves < keeping.budget.leaves and (place := base + suffix) not in out:
                        out[place] = make(child)
                        keeping.leaves += 1
                    else:
                        self.put(base + suffix, make(child))
                else:
                    stack.pop()
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001  # a hostile object may raise anything, on any call
                stack.pop()
                self.put(base, _unread(error))
        self.ids.update(self.seen, [number >> 4 for number in self.seen])
        return out

    def visit(self, address: str, value: object) -> bool:
        """Freezes one value that is no simple number; whether it is a container that was entered."""
        cls = type(value)
        room = self.rooms.get(id(cls))
        if room is None:
            room = self.rooms[id(cls)] = self.known.room(value)
        if room.tracked:
            known = self.seen.get(id(value))
            if known is not None:
                self.put(address, known[2] or Reference(known[0]))
                return False
        try:
            found = room.freeze(value, self.keeping)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001  # as above
            found = _unread(error, lineage.name(cls))
        parts = type(found) is Parts
        if room.tracked:
            self.seen[id(value)] = (address, value, None if parts else cast("Frozen", found))
        if parts:
            return self.enter(address, cls, cast("Parts", found))
        self.put(address, cast("Frozen", found))
        return False

    def enter(self, address: str, cls: type, parts: Parts) -> bool:
        """Puts a container's own leaves and its children on the stack; whether the depth allows it."""
        if len(self.stack) > self.keeping.budget.depth:
            self.keeping.cut += 1
            self.put(address, Opaque(lineage.name(cls), "deeper than the budget"))
            return False
        for suffix, leaf in parts.leaves:
            self.put(address + suffix, leaf)
        self.stack.append((address, iter(parts.children)))
        return True

    def put(self, address: str, leaf: Frozen) -> None:
        """Keeps a leaf, or counts it as cut; a second one at an address gets an ordinal."""
        keeping = self.keeping
        if keeping.leaves >= keeping.budget.leaves:
            keeping.cut += 1
            return
        if address in self.out:
            number = 2
            while f"{address}#{number}" in self.out:
                number += 1
            address = f"{address}#{number}"
        keeping.leaves += 1
        self.out[address] = leaf


def _room(value: object) -> _Room:
    """The room of a value's type. A type on which the question fails is opaque."""
    cls = type(value)
    try:
        kind = next(kind for kind in KINDS if kind.owns(value))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001  # as in the walk
        kind = sealed
    # What is immutable is never told apart by identity: a cycle passes through something mutable, and sharing one
    # is an accident. What a class of the project adds to a text or number is mutable.
    firm = any(type.__subclasscheck__(kin, cls) for kin in (tuple, bytes, int))
    tracked = not firm and (attributes.opened(cls) or not any(type.__subclasscheck__(kin, cls) for kin in _NUMBERS))
    return _Room(cls, kind.freeze, tracked=tracked)


def _unread(error: BaseException, label: str = "object") -> Opaque:
    return Opaque(label, f"cannot be read: {lineage.name(type(error))}")


def measure(before: Frozen, after: Frozen, tolerance: Tolerance) -> Difference:
    """How far two frozen values of one address are apart; two kinds differ structurally, ``"int, then str"``."""
    if before.kind != after.kind:
        return parted(f"{_sort(before)}, then {_sort(after)}")
    return before.measure(after, tolerance)


def _sort(frozen: Frozen) -> str:
    """What a reader calls this sort of value."""
    if isinstance(frozen, Opaque | outcome.Failure):
        return frozen.type
    # asked by name: an array that a store keeps in a file of its own has a label as well
    return getattr(frozen, "label", "") or _NAMES.get(frozen.kind, frozen.kind)


def opaque(frozen: Frozen) -> bool:
    """Whether a leaf says no more than the type: two of them being the same proves nothing."""
    return isinstance(frozen, Opaque)


def from_dict(data: object) -> Frozen:
    """The frozen value that ``to_dict`` wrote; trusts nothing.

    Raises:
        ReproError: ``B602``, with the place inside the entry; callers add their own key with ``within``.
    """
    if not isinstance(data, dict):
        raise entry.malformed(f"unexpected type {type(data).__name__} (expected dict)")
    kind = entry.field(data, "kind", str)
    for kinds, read in READERS:
        if kind in kinds:
            return read(data)
    raise entry.malformed(f"unknown kind {kind!r:.60}", "kind")
