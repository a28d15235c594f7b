"""Faker's shared generator, which every ``Faker()`` draws from until it is given a seed of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_repro.seeds.python import SharedRandom

if TYPE_CHECKING:
    from types import ModuleType

# What Generator.seed() changes on the class beside the generator itself.
_FLAGS = ("_global_seed", "_is_seeded")


class FakerShared:
    """Pins ``faker.generator.random``."""

    __slots__ = ("_generator_class", "_shared")

    def __init__(self, faker_generator: ModuleType) -> None:
        self._shared = SharedRandom(faker_generator, "random")
        self._generator_class: Any = faker_generator.Generator

    def hold(self) -> tuple[object, dict[str, object]]:
        """The generator's state and whether Faker took itself for seeded."""
        return self._shared.hold(), {name: getattr(self._generator_class, name) for name in _FLAGS}

    def pin(self, seed: int) -> None:
        """What ``Faker.seed`` does: it also makes ``binary()`` draw from the generator and not from the system."""
        self._shared.pin(seed)
        self._generator_class._global_seed = seed  # as Generator.seed does  # noqa: SLF001
        self._generator_class._is_seeded = True  # noqa: SLF001

    def put_back(self, found: object) -> None:
        """Put back state and flags."""
        state, flags = cast("tuple[object, dict[str, object]]", found)
        self._shared.put_back(state)
        for name, value in flags.items():
            setattr(self._generator_class, name, value)

    def state(self) -> str:
        """A digest of the shared generator."""
        return self._shared.state()
