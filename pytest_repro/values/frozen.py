"""The protocol that every kind of frozen value keeps, and the parts that containers yield."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_repro.values.difference import Difference
    from pytest_repro.values.tolerance import Tolerance


class Frozen(Protocol):
    """One value, kept: it never changes, and never touches the object it came from.

    ``kind`` names the sort of value as a reader would (``float``, ``array``, ``text``, ``opaque``). Two values of
    different kinds differ structurally, whatever they hold.
    """

    @property
    def kind(self) -> str:
        """The sort of value, in one word."""
        ...

    def show(self, width: int = 24) -> str:
        """The value as one line of at most ``width`` characters, for a report."""
        ...

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:
        """How far ``other``, frozen later at the same address and of the same kind, is from this one."""
        ...

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values that ``registry.from_dict`` turns into an equal frozen value; holds ``"kind"``."""
        ...


class Parts(NamedTuple):
    """What a container yields: leaves of its own (length, key order) and children still to be frozen.

    Both carry the suffix that is added to the container's address: ``.coef_``, ``[3]``, ``["loss"]``.
    """

    leaves: Iterable[tuple[str, Frozen]]
    children: Iterable[tuple[str, object]]
