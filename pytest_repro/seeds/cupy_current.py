"""cupy's global generator, the one of the device that is current.

Not run here for want of a GPU: the tests hold it to cupy's documented calls on a stand-in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from types import ModuleType

_MASK = 0xFFFF_FFFF


class Held(NamedTuple):
    """The user's RandomState, and ours that stands there meanwhile."""

    random_state: Any
    ours: Any


class CupyCurrent:
    """Pins cupy's global ``RandomState`` by standing one of ours in its place: cuRAND has no state to copy."""

    __slots__ = ("_cupy_random", "_spare")

    def __init__(self, cupy: ModuleType) -> None:
        self._cupy_random: Any = cupy.random
        self._spare: list[Any] = []

    def hold(self) -> Held:
        """Set the user's RandomState aside, untouched."""
        found = self._cupy_random.get_random_state()
        ours = self._spare.pop() if self._spare else self._cupy_random.RandomState(0)
        self._cupy_random.set_random_state(ours)
        return Held(found, ours)

    def pin(self, seed: int) -> None:
        """What ``cupy.random.seed`` does, with the lower 32 bits."""
        self._cupy_random.seed(seed & _MASK)

    def put_back(self, found: object) -> None:
        """Put the user's RandomState back."""
        held = cast("Held", found)
        self._cupy_random.set_random_state(held.random_state)
        self._spare.append(held.ours)

    def state(self) -> None:
        """Unknown: cuRAND does not show how far it has come."""
