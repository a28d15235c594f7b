"""The standard library's ``random``, and every other library that keeps one shared ``random.Random``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pytest_repro.seeds.twister import Found, Twister

if TYPE_CHECKING:
    from random import Random
    from types import ModuleType


class SharedRandom:
    """Pins the ``random.Random`` that stands under one name of a module or class.

    The name is read at every call, since a reload or a user may have put another generator there.

    Args:
        holder: The module or class.
        name: Where it keeps its generator.
    """

    __slots__ = ("_holder", "_name", "_twister")

    def __init__(self, holder: object, name: str) -> None:
        self._holder = holder
        self._name = name
        self._twister = Twister()

    def hold(self) -> tuple[Random, Found]:
        """The generator and its state; a put-back reaches the same generator even if the name has moved on."""
        generator: Random = getattr(self._holder, self._name)
        return generator, self._twister.read(generator)

    def pin(self, seed: int) -> None:
        """Seed it as ``seed()`` would."""
        self._twister.seed(getattr(self._holder, self._name), seed)

    def put_back(self, found: object) -> None:
        """Write the state found, the cached half of ``gauss`` included."""
        generator, state = cast("tuple[Random, Found]", found)
        self._twister.write(generator, state)

    def state(self) -> str:
        """A digest of words, index and cached half."""
        return self._twister.digest(getattr(self._holder, self._name))


def open_random(module: ModuleType) -> SharedRandom:
    """The generator behind ``random.random()`` and its siblings, which are methods of one hidden object."""
    return SharedRandom(module, "_inst")
