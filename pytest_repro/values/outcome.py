"""Exceptions, raised or held: the type and the message, without addresses and temporary paths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast

from pytest_repro.values import entry, lineage
from pytest_repro.values.difference import IDENTICAL, Difference, changed, parted
from pytest_repro.values.frozen import Parts
from pytest_repro.values.secrets import mask
from pytest_repro.values.text import HEAD, digest, parting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping
    from pytest_repro.values.tolerance import Tolerance

KINDS = ("exception",)
LONG = 100 * HEAD  # characters of a message that are kept

_BRACES = re.compile(r"\{([^{}:]*)\}")
"""A set as it is written: its order is the hash seed's."""


class Failure(NamedTuple):
    """An exception.

    Attributes:
        type: The qualified name of its class.
        message: What it says, without accidents.
        digest: SHA-256 of the message where it was not written as it is, else empty.
    """

    type: str
    message: str
    digest: str = ""

    @property
    def kind(self) -> str:
        """``exception``."""
        return "exception"

    def show(self, width: int = 24) -> str:
        """``ValueError: math domain error``."""
        text = f"{self.type}: {self.message}" if self.message else self.type
        return entry.cut(mask(text).partition("\n")[0], width)

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:  # noqa: ARG002  # exact whatever is tolerated
        """Another type is a structural difference; another message says where the two part."""
        then = cast("Failure", other)
        if self.type != then.type:
            return parted(f"{self.type}, then {then.type}")
        if self.hash() == then.hash():
            return IDENTICAL
        return changed(parting(self.message, then.message, cut=bool(self.digest or then.digest)))

    def hash(self) -> str:
        """SHA-256 of the whole message; of an assertion's, without the orders that are the hash seed's.

        pytest explains an assertion in lines that it takes from sets: "Differing items", and others.
        """
        return self.digest or digest(_ordered(self.message) if self.type == "AssertionError" else self.message)

    def to_dict(self) -> dict[str, object]:
        """``{"kind": "exception", "type", "message"}``; of a masked message also the digest of the whole."""
        message = mask(self.message)
        if self.digest or message != self.message:
            return {"kind": "exception", "type": self.type, "message": message, "sha256": self.hash()}
        return {"kind": "exception", "type": self.type, "message": message}


def _ordered(message: str) -> str:
    """An assertion's message with the items of sets, and the lines of pytest's explanation, in order."""
    if "{" not in message:
        return message
    first, *more = message.split("\n")
    return "\n".join(
        _BRACES.sub(lambda found: "{" + ", ".join(sorted(found[1].split(", "))) + "}", line)
        for line in (first, *sorted(more))
    )


def read(data: Mapping[str, object]) -> Failure:
    """The exception that an entry describes."""
    digested = entry.field(data, "sha256", str) if "sha256" in data else ""
    return Failure(entry.field(data, "type", str), entry.field(data, "message", str), digested)


_held = cast("Callable[[object], dict[str, object]]", BaseException.__dict__["__dict__"].__get__)
"""What an exception holds besides its arguments, past a property of that name."""


def owns(value: object) -> bool:
    """Whether a value is an exception."""
    return lineage.descends(value, BaseException)


def freeze(value: object, keeping: Keeping) -> Failure | Parts:
    """Type and message, and beneath them the exceptions of a group and the notes."""
    failure = _failure(value, keeping)
    children: list[tuple[str, object]] = []
    if lineage.descends(value, BaseExceptionGroup):
        inner = BaseExceptionGroup.exceptions.__get__(value)
        children += [(f".exceptions[{at}]", one) for at, one in enumerate(inner)]
    notes = _held(value).get("__notes__")
    if type(notes) is list and notes:
        children.append((".notes", [*notes]))
    return Parts([("", failure)], children) if children else failure


def _failure(value: object, keeping: Keeping) -> Failure:
    """The message is asked of the exception: pytest's own report asks it just so."""
    try:
        message = str(value)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  # a user's __str__ may raise anything
        message = f"<message cannot be read: {lineage.name(type(error))}>"
    return Failure(lineage.name(type(value)), keeping.text(message)[:LONG])
