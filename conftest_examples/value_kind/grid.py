"""Grids of gridlib: their spacing, and heights as an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_repro.values import lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from pytest_repro.values.keeping import Keeping


def owns(value: object) -> bool:
    """Whether a value is a grid, or derives from one."""
    return any(lineage.name(cls) == "gridlib.Grid" for cls in lineage.classes(value))


def freeze(value: object, keeping: Keeping) -> Parts:  # noqa: ARG001
    """The type as leaf, spacing and heights as children."""
    held = cast("dict[str, Any]", object.__getattribute__(value, "__dict__"))
    leaves = [(".type", Scalar("name", lineage.name(type(value))))]
    return Parts(leaves, [(".spacing", held["_spacing"]), (".heights", held["_heights"])])
