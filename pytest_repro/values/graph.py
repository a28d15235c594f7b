"""Graphs of networkx: attributes of the graph, its nodes and its edges, in the order in which they were added.

A graph keeps all of it under underscored names, as a foreign object whose private attributes are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_repro.values import lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from pytest_repro.values.keeping import Keeping


def owns(value: object) -> bool:
    """Whether a value is a graph of networkx, of any of its classes or derived from one."""
    return any(
        lineage.module(cls).startswith("networkx.classes.") and lineage.name(cls).endswith("Graph")
        for cls in lineage.classes(value)
    )


def freeze(value: object, keeping: Keeping) -> Parts:  # noqa: ARG001
    """The dictionaries that the graph itself keeps, past every method of a class derived from it."""
    held = cast("dict[str, Any]", object.__getattribute__(value, "__dict__"))
    parts = [
        (f".{name}", held[key])
        for name, key in (("graph", "graph"), ("nodes", "_node"), ("adj", "_adj"))
        if key in held
    ]
    return Parts([(".type", Scalar("name", lineage.name(type(value))))], parts)
