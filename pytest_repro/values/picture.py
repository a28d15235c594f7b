"""Pictures of PIL: their pixels as an array, mode and palette and what the file said beside them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pytest_repro.values import lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.opaque import Opaque
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping


def owns(value: object) -> bool:
    """Whether a value is a picture of PIL, of any file format or derived from one."""
    return any(lineage.name(cls) == "PIL.Image.Image" for cls in lineage.classes(value))


def freeze(value: object, keeping: Keeping) -> Parts:  # noqa: ARG001
    """Pixels as an array; a file of which nothing was read yet stays unread."""
    held = cast("dict[str, Any]", object.__getattribute__(value, "__dict__"))
    pixels = held.get("_im", held.get("im"))  # the name that Pillow 11 gave it
    leaves: list[tuple[str, Frozen]] = [(".type", Scalar("name", lineage.name(type(value))))]
    children: list[tuple[str, object]] = [(".info", held.get("info", {}))]
    if type(pixels).__name__ != "ImagingCore":
        leaves.append((".pixels", Opaque("pixels", "not read from the file yet")))
        return Parts(leaves, children)
    # past the methods of a derived class: a plain picture around the pixels; around a copy where reading them out
    # hands a palette on that waits beside them
    waiting = held.get("palette")
    plain = cast("Any", sys.modules["PIL.Image"]).Image()._new(cast("Any", pixels).copy() if waiting else pixels)  # noqa: SLF001
    if waiting:
        plain.palette = waiting.copy()
        plain.load()
    leaves.append((".mode", Scalar("name", f"{plain.mode} {plain.size[0]} x {plain.size[1]}")))
    if plain.mode in ("P", "PA"):
        children.append((".palette", np.array(plain.getpalette("RGB"), np.uint8).reshape(-1, 3)))
    return Parts(leaves, [*children, ("", np.array(plain))])
