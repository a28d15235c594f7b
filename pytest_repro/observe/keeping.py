"""What outlives a run, kept as it was and put back in place.

Parameters, wider-scoped fixtures and module globals are live objects that other tests hold as well, so they are never
replaced: a list gets its items back, an array its elements, an object its attributes. What cannot be put back this way
is counted, so that nobody takes the result for proof.
"""

from __future__ import annotations

import random
import sys
import types
from collections import OrderedDict, defaultdict, deque
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_repro.values.attributes import foreign
from pytest_repro.values.lineage import descends

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Holder(Protocol):
        """Where something is bound by a name."""

        def __setitem__(self, key: str, value: object, /) -> None: ...


MOST = 20_000
"""Objects kept of one run; beyond, the rest counts as not restorable."""

LARGEST = 64 << 20
"""Bytes of the largest array that is copied."""

PLAIN = (
    *(int, float, complex, bool, str, bytes, type(None), type, range, slice),
    *(types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, types.GenericAlias),
)
"""Immutable all the way down: the object itself is its own copy."""


class Slot(NamedTuple):
    """A place that holds a value outliving the run.

    Attributes:
        label: What a report calls it: ``module global test_model.CACHE``.
        holder: Where it is bound, if binding it anew is possible.
        key: Under which name.
        value: The live value.
    """

    label: str
    holder: Holder | None
    key: str
    value: object


class Keeper:
    """Keeps the values of slots, and puts them back.

    Attributes:
        lost: Labels of slots that hold something whose content could not be kept.
    """

    def __init__(self, slots: list[Slot]) -> None:
        self._slots = slots
        self._undo: dict[int, Callable[[], None]] = {}
        self._alive: list[object] = []  # so that no id is given out twice
        self.lost: set[str] = set()
        for slot in slots:
            if not self._keep(slot.value):
                self.lost.add(slot.label)

    def put_back(self) -> None:
        """Everything kept has its old content again."""
        for undo in self._undo.values():
            undo()
        for slot in self._slots:
            if slot.holder is not None:
                slot.holder[slot.key] = slot.value

    def _keep(self, value: object) -> bool:
        waiting = [value]
        complete = True
        while waiting:
            now = waiting.pop()
            if descends(now, *PLAIN) or id(now) in self._undo:
                continue
            if len(self._undo) >= MOST:
                return False
            self._alive.append(now)
            undo, children = _undo_of(now)
            complete = complete and undo is not None
            self._undo[id(now)] = undo or _nothing
            waiting += children
        return complete


def _nothing() -> None:
    """What cannot be put back, or need not be, stays."""


def _undo_of(  # noqa: PLR0911  # one return a kind of value
    value: Any,
) -> tuple[Callable[[], None] | None, list[object]]:
    """How to put a value back, and the values inside it."""
    kind = type(value)
    if kind in (tuple, frozenset):
        return _nothing, list(value)
    if kind is list or kind is deque:
        items = list(value)
        return lambda: _refill(value, items), items
    if kind in (dict, OrderedDict, defaultdict):
        pairs = dict(value)
        return lambda: _remap(value, pairs), list(pairs.values())
    if kind is set:
        members = set(value)
        return lambda: _reset(value, members), []
    if kind is bytearray:
        content = bytes(value)
        return lambda: value.__setitem__(slice(None), content), []
    if kind is random.Random:
        state = value.getstate()
        return lambda: value.setstate(state), []
    return _undo_of_numpy(value) or _undo_of_object(value)


def _undo_of_numpy(  # noqa: PLR0911  # likewise
    value: Any,
) -> tuple[Callable[[], None] | None, list[object]] | None:
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    if type(value) is numpy.ndarray:
        if value.nbytes > LARGEST or not value.flags.writeable:
            return (_nothing if not value.flags.writeable else None), []
        content = value.copy()
        return lambda: value.__setitem__(..., content), []
    if descends(value, numpy.generic, numpy.dtype):
        return _nothing, []
    generators = sys.modules.get("numpy.random")  # asking numpy for it would import it
    if generators is None:
        return None
    if type(value) is generators.Generator:
        state = value.bit_generator.state
        return lambda: setattr(value.bit_generator, "state", state), []
    if type(value) is generators.RandomState:
        legacy = value.get_state()
        return lambda: value.set_state(legacy), []
    return None


def _undo_of_object(value: Any) -> tuple[Callable[[], None] | None, list[object]]:
    """Attributes of an instance whose classes are all the project's own.

    A fixture may lead to the session, to threads, to half of a library: taking their attributes back would harm.
    """
    if foreign(value):
        return None, []
    try:
        attributes = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return None, []
    if type(attributes) is not dict:
        return None, []
    kept = dict(attributes)
    return lambda: _remap(attributes, kept), list(kept.values())


def _refill(value: Any, items: list[object]) -> None:
    value.clear()
    value.extend(items)


def _remap(value: Any, pairs: dict[Any, object]) -> None:
    value.clear()
    value.update(pairs)


def _reset(value: set[Any], members: set[Any]) -> None:
    value.clear()
    value.update(members)
