"""Labelled arrays of xarray: values, dimensions and coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_repro.values import lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.key import canonical
from pytest_repro.values.opaque import Opaque
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping

_SORTS = ("DataArray", "Dataset", "Variable")


def _sort(value: object) -> str:
    for cls in lineage.classes(value):
        name = lineage.name(cls).rpartition(".")[2]
        if lineage.root(cls) == "xarray" and name in _SORTS:
            return name
    return ""


def owns(value: object) -> bool:
    """Whether a value is a labelled array, data set or variable."""
    return bool(_sort(value))


def freeze(value: object, keeping: Keeping) -> Parts:
    """Values and coordinates as children; attributes as the plain mapping that they are."""
    item, sort = cast("Any", value), _sort(value)
    sizes = ", ".join(f"{canonical(name, keeping)}: {size}" for name, size in item.sizes.items())
    leaves: list[tuple[str, Frozen]] = [(".type", Scalar("name", f"{lineage.name(type(value))} {{{sizes}}}"))]
    children: list[tuple[str, object]] = []
    if sort != "Dataset" and getattr(item, "chunks", None) is None:
        children.append(("", item.values))
    elif sort != "Dataset":
        leaves.append(("", Opaque("array", "in chunks, not computed yet")))
    if sort == "Dataset":
        children += [(f"[{canonical(name, keeping)}]", item[name].variable) for name in item.data_vars]
    if sort != "Variable":
        for name in item.coords:
            place, coordinate = f".coords[{canonical(name, keeping)}]", item.coords[name].variable
            children.append((place, coordinate.values))
            if coordinate.attrs:  # units of an axis are part of what it says
                children.append((f"{place}.attrs", dict(coordinate.attrs)))
    if sort == "DataArray":
        leaves.append((".name", Scalar("name", canonical(item.name, keeping))))
    if item.attrs:
        children.append((".attrs", dict(item.attrs)))
    return Parts(leaves, children)
