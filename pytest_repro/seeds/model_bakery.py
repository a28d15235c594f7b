"""model_bakery's generator, behind every value that it makes up for a field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.seeds.python import SharedRandom

if TYPE_CHECKING:
    from types import ModuleType


def open_model_bakery(random_gen: ModuleType) -> SharedRandom:
    """``model_bakery.random_gen.baker_random``."""
    return SharedRandom(random_gen, "baker_random")
