"""Exceptions, raised or held: the type and the message, without addresses and temporary paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from pytest_repro.values import entry, lineage
from pytest_repro.values.difference import IDENTICAL, Difference, changed, parted
from pytest_repro.values.text import HEAD, parting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping
    from pytest_repro.values.tolerance import Tolerance

KINDS = ("exception",)
LONG = 100 * HEAD  # characters of a message that are kept


class Failure(NamedTuple):
    """An exception.

    Attributes:
        type: The qualified name of its class.
        message: What it says, masked.
    """

    type: str
    message: str

    @property
    def kind(self) -> str:
        """``exception``."""
        return "exception"

    def show(self, width: int = 24) -> str:
        """``ValueError: math domain error``."""
        text = f"{self.type}: {self.message}" if self.message else self.type
        return entry.cut(text.partition("\n")[0], width)

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:  # noqa: ARG002  # exact whatever is tolerated
        """Another type is a structural difference; another message says where the two part."""
        then = cast("Failure", other)
        if self.type != then.type:
            return parted(f"{self.type}, then {then.type}")
        return IDENTICAL if self.message == then.message else changed(parting(self.message, then.message))

    def to_dict(self) -> dict[str, object]:
        """``{"kind": "exception", "type", "message"}``."""
        return {"kind": "exception", "type": self.type, "message": self.message}


def read(data: Mapping[str, object]) -> Failure:
    """The exception that an entry describes."""
    return Failure(entry.field(data, "type", str), entry.field(data, "message", str))


def owns(value: object) -> bool:
    """Whether a value is an exception."""
    return lineage.descends(value, BaseException)


def freeze(value: object, keeping: Keeping) -> Failure:
    """Type and message. The message is asked of the exception: pytest's own report asks it just so."""
    try:
        message = str(value)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  # a user's __str__ may raise anything
        message = f"<message cannot be read: {lineage.name(type(error))}>"
    return Failure(lineage.name(type(value)), keeping.text(message)[:LONG])
