"""The recorder: what recompiled code hands over, frozen as it is seen."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING

from pytest_repro.observe_tmp.looking import SAW
from pytest_repro.values import lineage

if TYPE_CHECKING:
    from pytest_repro.observe_tmp.recompile import Recompiled
    from pytest_repro.values.frozen import Frozen

KEPT = 64
"""Hits of one site that are kept whole."""

DIGESTED = 192
"""Hits of one site after those that go into a digest; the rest is counted."""

LARGEST = 32 << 20
"""Bytes that one site may keep in arrays."""

CODE = frozenset(
    id(kind)
    for kind in (
        *(types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType, types.ModuleType),
        *(types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType, types.FrameType, types.TracebackType),
    )
)
"""Types of what is code or motion and no value, by identity: a metaclass may have an ``__eq__`` of its own."""

Freeze = Callable[[str, object], Mapping[str, "Frozen"]]


class Recorder:
    """Keeps what one run of one function looked at.

    Args:
        recompiled: The code that will report here, and its sites.
        freeze: Freezes a value at an address.
        digests: Whether hits beyond those kept go into a digest, which compares exactly and so serves only where no
            tolerance was stated.

    Attributes:
        leaves: Frozen values by address.
        lines: Line of the file by the address of its site.
        dropped: Hits that were counted and not kept.
        fault: The first exception of recording itself; it never reaches the test.
    """

    def __init__(self, recompiled: Recompiled, freeze: Freeze, *, digests: bool) -> None:
        self._sites = recompiled.sites
        self._freeze = freeze
        self._digests = digests
        self._hits = [0] * len(recompiled.sites)
        self._bytes = [0] * len(recompiled.sites)
        self._running: dict[int, blake2b] = {}
        self._busy = False
        self.leaves: dict[str, Frozen] = {}
        self.lines = {site.address: site.line for site in recompiled.sites}
        self.dropped = 0
        self.fault: Exception | None = None

    def saw(self, number: int, value: object) -> object:
        """Keep a value and hand it on, whatever happens."""
        if not self._busy and id(type(value)) not in CODE:
            self._busy = True
            try:
                self._look(number, value)
            except Exception as error:  # noqa: BLE001  # the test must not see it; the caller asks for it
                self.fault = self.fault or error
            finally:
                self._busy = False
        return value

    def _look(self, number: int, value: object) -> None:
        if lineage.descends(value, type):
            return
        hit = self._hits[number]
        self._hits[number] = hit + 1
        if hit < KEPT and self._bytes[number] <= LARGEST:
            address = self._sites[number].address
            kept = self._freeze(f"{address}@{hit}" if hit else address, value)
            self._bytes[number] += sum(getattr(getattr(leaf, "values", None), "nbytes", 0) for leaf in kept.values())
            self.leaves.update(kept)
        elif self._digests and hit < KEPT + DIGESTED and self._bytes[number] <= LARGEST:
            running = self._running.setdefault(number, blake2b(digest_size=16))
            for address, leaf in self._freeze("", value).items():
                running.update(json.dumps([address, leaf.to_dict()], sort_keys=True, default=repr).encode())
        else:
            self.dropped += 1

    def finish(self) -> None:
        """Turn the digests of the later hits into values."""
        for number, running in self._running.items():
            site = self._sites[number]
            later = min(self._hits[number], KEPT + DIGESTED) - KEPT
            self.leaves.update(self._freeze(f"{site.address}@{KEPT}...", f"{later} more values, digest {running.hexdigest()}"))


@contextmanager
def swapped(function: types.FunctionType, recompiled: Recompiled, recorder: Recorder) -> Iterator[None]:
    """Inside the block the function runs the recompiled code and reports to the recorder."""
    old, names = function.__code__, function.__globals__
    outer = names.get(SAW)
    function.__code__ = recompiled.code
    names[SAW] = recorder.saw
    try:
        yield
    finally:
        function.__code__ = old
        if outer is None:
            names.pop(SAW, None)
        else:
            names[SAW] = outer  # a replay inside a replay
