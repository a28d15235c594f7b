"""The recorder of one run: what the test looked at, frozen at the moment it was seen."""

from __future__ import annotations

import threading
import types
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256  # as they are now: a test may patch their modules
from json import dumps
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pytest_repro.values.frozen import Frozen

if TYPE_CHECKING:
    from hashlib import _Hash

    from pytest_repro.observe.sites import Site

Freeze = Callable[[str, object], Mapping[str, Frozen]]
"""Freezes one value: its leaves by address."""

UNRECORDED = (
    *(
        types.FunctionType,
        types.BuiltinFunctionType,
        types.MethodType,
        types.MethodWrapperType,
        types.WrapperDescriptorType,
    ),
    *(types.MethodDescriptorType, type, types.ModuleType, types.CoroutineType, types.GeneratorType),
    *(types.AsyncGeneratorType, types.FrameType, types.CodeType, types.TracebackType),
)
"""Code and machinery: never a computed value."""

Value = TypeVar("Value")


class Tail(NamedTuple):
    """The hits of one site beyond those that are kept whole.

    Attributes:
        hits: How many went into the digest.
        digest: Digest of their leaves, hexadecimal; it can only be compared exactly.
    """

    hits: int
    digest: str


class Eye:
    """Sees every value at one address. A test's code calls it; it gives back what it is given, whatever happens."""

    __slots__ = ("_keep", "address", "closed", "digest", "digested", "hits", "missed")

    def __init__(self, address: str, keep: Callable[[Eye, object], None]) -> None:
        self.address = address
        self.hits = 0
        self.missed = 0
        self.closed = False
        self.digested = 0
        self.digest: _Hash | None = None
        self._keep = keep

    def saw(self, value: Value) -> Value:
        """Record a value."""
        if self.closed:
            self.missed += 1
        elif not issubclass(type(value), UNRECORDED):  # not isinstance: it asks ``value.__class__``, a user's code
            self._keep(self, value)
        return value


class Recorder:
    """Keeps what the sites of one function show in one run.

    Args:
        freeze: Freezes a value at an address; called while the test runs, since the value may change later.
        kept: Hits of one site that are kept whole.
        tail: Leaves, of all sites together, that later hits may add to digests; 0 where a tolerance is stated,
            which a digest cannot honour. Beyond, hits are only counted.
        freeze_tail: Freezes what only goes into a digest, so that it does not spend the budget of ``freeze``.

    Attributes:
        leaves: Frozen values by address.
        sites: The sites that are watched, by address.
        fault: The first error inside the recorder; empty if there was none. It never reaches the test.
    """

    def __init__(self, freeze: Freeze, *, kept: int = 64, tail: int = 4096, freeze_tail: Freeze | None = None) -> None:
        self.leaves: dict[str, Frozen] = {}
        self.sites: dict[str, Site] = {}
        self.fault = ""
        self._freeze = freeze
        self._freeze_tail = freeze_tail or freeze
        self._kept = kept
        self._left = tail
        self._eyes: dict[str, Eye] = {}
        self._lock = threading.RLock()
        self._busy = False
        self._refused = 0

    @property
    def dropped(self) -> int:
        """Hits that are neither kept nor in a digest."""
        return self._refused + sum(eye.missed for eye in self._eyes.values())

    @property
    def tails(self) -> dict[str, Tail]:
        """What followed the hits kept whole, by the address of the first hit in it: ``asserted.f(x)@64``."""
        return {
            f"{eye.address}@{self._kept}": Tail(eye.digested, eye.digest.hexdigest())
            for eye in self._eyes.values()
            if eye.digest is not None
        }

    def eyes(self, sites: Sequence[Site]) -> list[Eye]:
        """An eye for each site; sites of one address share theirs."""
        for site in sites:
            self.sites.setdefault(site.address, site)
            self._eyes.setdefault(site.address, Eye(site.address, self._keep))
        return [self._eyes[site.address] for site in sites]

    def _keep(self, eye: Eye, value: object) -> None:
        with self._lock:
            if self._busy:  # freezing a value ran code of the test's own
                self._refused += 1
                return
            self._busy = True
            try:
                self._take(eye, value)
            except Exception as error:  # noqa: BLE001  # an interrupt or a timeout travels on
                # A text: the error itself would keep the test's frames alive.
                self.fault = self.fault or f"{eye.address}: {type(error).__name__}: {error}"
            finally:
                self._busy = False

    def _take(self, eye: Eye, value: object) -> None:
        number = eye.hits
        eye.hits += 1
        if number < self._kept:
            self.leaves.update(self._freeze(f"{eye.address}@{number}" if number else eye.address, value))
            return
        if self._left <= 0:
            eye.closed = True
            eye.missed += 1
            return
        digest = eye.digest = eye.digest or sha256()  # few sites are seen that often
        leaves = self._freeze_tail(eye.address, value)
        self._left -= max(len(leaves), 1)
        for address, leaf in sorted(leaves.items()):
            digest.update(dumps([address, leaf.to_dict()], sort_keys=True, default=repr).encode())
        eye.digested += 1
