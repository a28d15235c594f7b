"""What is identity and not value, or cannot be looked into: kept by the name of its type alone.

Generators and iterators are never advanced, locks never taken, mocks never called, files never read.
"""

from __future__ import annotations

import contextvars
import enum
import types
from typing import TYPE_CHECKING, NamedTuple, cast

from pytest_repro.values import entry, lineage
from pytest_repro.values.difference import IDENTICAL, Difference, parted
from pytest_repro.values.origin import installed
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping
    from pytest_repro.values.tolerance import Tolerance

KINDS = ("opaque", "reference")

MODULES = frozenset(
    {
        # identity, or a hold on the world outside
        *(
            "threading",
            "_thread",
            "logging",
            "io",
            "_io",
            "socket",
            "_socket",
            "ssl",
            "_ssl",
            "select",
            "selectors",
            "subprocess",
        ),
        *(
            "multiprocessing",
            "_multiprocessing",
            "concurrent",
            "asyncio",
            "_asyncio",
            "sqlite3",
            "_sqlite3",
            "weakref",
            "_weakref",
        ),
        *(
            "_weakrefset",
            "contextlib",
            "contextvars",
            "_contextvars",
            "queue",
            "_queue",
            "mmap",
            "ctypes",
            "_ctypes",
            "tempfile",
        ),
        *(
            "zipfile",
            "tarfile",
            "http",
            "urllib",
            "sched",
            "signal",
            "tracemalloc",
            "inspect",
            "traceback",
            "linecache",
        ),
        "threadpoolctl",  # it describes the machine, in the order of a set, and computes nothing
        # the apparatus of the test itself
        *(
            "unittest",
            "_pytest",
            "pytest",
            "pluggy",
            "xdist",
            "hypothesis",
            "mock",
            "doctest",
            "syrupy",
            "inline_snapshot",
            "nbval",
            "importlib",
            "_frozen_importlib",
        ),
    }
)
"""Top-level modules of which nothing is looked into, nor of what derives from them."""

PLUGINS = "pytest_"
"""How the modules of pytest's plugins begin: what their fixtures hand out measures, mocks and records."""

TYPES: tuple[type, ...] = (
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.FrameType,
    types.TracebackType,
    types.CodeType,
    types.CellType,
    types.CapsuleType if hasattr(types, "CapsuleType") else types.CodeType,
    contextvars.Context,
    contextvars.ContextVar,
    contextvars.Token,
    property,
    classmethod,
    super,
)

OPENED = frozenset({"contextlib", "threading", "logging"})
"""Those of which a class of the project under test may derive and still hold values: ``self.loss`` of a thread."""

_OF_TUPLES = frozenset({"http", "urllib", "subprocess", "zipfile", "tarfile", "ssl"})
"""Those whose tuples are values, as what ``urlparse`` returns; in others they hold frames, files and mocks."""

_READ = ("subprocess.CompletedProcess",)
_READABLE = ("ApproxScalar", "ApproxNumpy", "ApproxMapping", "ApproxSequenceLike", "ApproxDecimal")


class Opaque(NamedTuple):
    """A value by the name of its type.

    Attributes:
        type: The qualified name.
        why: Why it was not looked into, where that is not plain from the type.
    """

    type: str
    why: str = ""

    @property
    def kind(self) -> str:
        """``opaque``."""
        return "opaque"

    def show(self, width: int = 24) -> str:
        """The name of the type in angle brackets."""
        return entry.cut(f"<{self.type}>", width)

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:  # noqa: ARG002  # there is no number here
        """The same type is the same; another type is a structural difference."""
        then = cast("Opaque", other)
        return IDENTICAL if self.type == then.type else parted(f"{self.type}, then {then.type}")

    def to_dict(self) -> dict[str, object]:
        """``{"kind": "opaque", "type", "why"}``."""
        return {"kind": "opaque", "type": self.type, "why": self.why}


class Reference(NamedTuple):
    """A value that stands at another address already: a cycle, or one object held twice.

    Attributes:
        address: Where it stands.
        mark: Keeps a reference apart from other pairs of texts.
    """

    address: str
    mark: str = "same as"

    @property
    def kind(self) -> str:
        """``reference``."""
        return "reference"

    def show(self, width: int = 24) -> str:
        """``same as`` and the address."""
        return entry.cut(f"same as {mask(self.address)}", width)

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:  # noqa: ARG002  # there is no number here
        """The same address is the same."""
        then = cast("Reference", other)
        return IDENTICAL if self == then else parted(f"same as {mask(self.address)}, then same as {mask(then.address)}")

    def to_dict(self) -> dict[str, object]:
        """``{"kind": "reference", "address"}``."""
        return {"kind": "reference", "address": mask(self.address)}


def read(data: Mapping[str, object]) -> Opaque | Reference:
    """The leaf that an entry describes."""
    if data.get("kind") == "reference":
        return Reference(entry.field(data, "address", str))
    return Opaque(entry.field(data, "type", str), entry.field(data, "why", str))


def owns(value: object) -> bool:
    """Whether a value is identity and not value."""
    if lineage.descends(value, *TYPES):
        return True
    held = {root for root in lineage.roots(value) if root in MODULES or root.startswith(PLUGINS)}
    if held and not _open(value, held):
        return lineage.name(type(value)).rpartition(".")[2] not in _READABLE
    return _iterator(value)


def _open(value: object, held: AbstractSet[str]) -> bool:
    """Whether a value can be looked into although it descends from what cannot."""
    if lineage.descends(value, enum.Enum) or lineage.name(type(value)) in _READ:
        return True
    if lineage.descends(value, tuple):
        return held <= _OF_TUPLES
    return held <= OPENED and not installed(lineage.module(type(value)))


def _iterator(value: object) -> bool:
    """Whether a value is an iterator of C: one of a class statement shows its state without being advanced."""
    step = lineage.lookup(value, "__next__")
    return step is not lineage.MISSING and step is not None and type(step) is not types.FunctionType


def freeze(value: object, keeping: Keeping) -> Opaque:  # noqa: ARG001
    """The name of the type."""
    return Opaque(lineage.name(type(value)))
