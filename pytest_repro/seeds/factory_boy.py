"""factory_boy's generator, behind its fuzzy attributes; its Faker declarations draw from Faker's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_repro.seeds.python import SharedRandom

if TYPE_CHECKING:
    from types import ModuleType


class FactoryBoy:
    """Pins ``factory.random.randgen``; Faker's generator, which ``reseed_random`` also sets, has its own seeder."""

    __slots__ = ("_module", "_shared")

    def __init__(self, factory_random: ModuleType) -> None:
        self._shared = SharedRandom(factory_random, "randgen")
        self._module: Any = factory_random

    def hold(self) -> tuple[object, bool]:
        """The generator's state and whether factory_boy took it for set."""
        return self._shared.hold(), self._module.randgen.state_set

    def pin(self, seed: int) -> None:
        """What ``reseed_random`` does to this generator."""
        self._shared.pin(seed)
        self._module.randgen.state_set = True

    def put_back(self, found: object) -> None:
        """Put back state and flag."""
        state, state_set = cast("tuple[object, bool]", found)
        self._shared.put_back(state)
        self._module.randgen.state_set = state_set

    def state(self) -> str:
        """A digest of the generator."""
        return self._shared.state()
