"""polyfactory's generator, shared by every factory that was not given a seed of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.seeds.python import SharedRandom

if TYPE_CHECKING:
    from types import ModuleType


def open_polyfactory(factories_base: ModuleType) -> SharedRandom:
    """``BaseFactory.__random__``: ``constants.DEFAULT_RANDOM``, or what ``BaseFactory.seed_random`` put there."""
    return SharedRandom(factories_base.BaseFactory, "__random__")
