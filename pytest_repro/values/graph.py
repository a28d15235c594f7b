"""Graphs of networkx: nodes and edges in the order in which they were added, and their attributes as columns.

A graph keeps all of it under underscored names, as a foreign object whose private attributes are not looked at. Edge by
edge it would be most of what a suite about graphs freezes: in columns, a graph of 1,000 edges is a handful of leaves.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, cast

from pytest_repro.values import attributes, lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.key import canonical
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_repro.values.keeping import Keeping


_VIEWS = ("networkx.classes.reportviews", "networkx.classes.coreviews")
_SEEN = ("_nodes", "_graph", "_viewer", "_data", "_weight", "_succ", "_pred", "_adjdict")
"""What a view looks at, and which attribute it shows."""

_AGAIN = ("_nodes", "_succ", "_pred", "_adjdict")  # parts of the graph that a view of edges or degrees keeps at hand


def owns(value: object) -> bool:
    """Whether a value is a graph of networkx, of any of its classes or derived from one, or a view of one."""
    return _view(value) or any(
        lineage.module(cls).startswith("networkx.classes.") and lineage.name(cls).endswith("Graph")
        for cls in lineage.classes(value)
    )


def _view(value: object) -> bool:
    return any(lineage.module(cls) in _VIEWS for cls in lineage.classes(value))


def _looked_at(value: object) -> Parts:
    """A view by the graph that it looks at, or by the dictionary."""
    leaves = [(".type", Scalar("name", lineage.name(type(value))))]
    held = dict(attributes.visible(value, private=True) or [])
    if "_atlas" in held or "NODE_OK" in held:  # what a filter lets through is known to the library alone
        plain = lineage.module(type(value)) in _VIEWS
        return Parts(leaves, [("", dict(cast("Any", value)) if plain else held.get("_atlas"))])
    kept = held.get("_graph_ref")  # since networkx 3.7
    if type(kept) is weakref.ref and (graph := kept()) is not None:
        held["_graph"] = graph
    seen = [name for name in _SEEN if name in held and not (name in _AGAIN and {"_graph", "_viewer"} & held.keys())]
    return Parts(leaves, [(f".{name.strip('_')}", held[name]) for name in seen])


def freeze(value: object, keeping: Keeping) -> Parts:
    """The dictionaries that the graph itself keeps, past every method of a class derived from it."""
    if _view(value):
        return _looked_at(value)
    held = cast("dict[str, Any]", object.__getattribute__(value, "__dict__"))
    nodes: dict[object, Any] = held.get("_node", {})
    rows = [(source, target, data) for source, near in held.get("_adj", {}).items() for target, data in near.items()]
    leaves = [(".type", Scalar("name", lineage.name(type(value))))]
    children: list[tuple[str, object]] = [
        (".graph", held.get("graph", {})),
        (".nodes", _names(list(nodes), keeping)),
        (".edges.source", _names([row[0] for row in rows], keeping)),
        (".edges.target", _names([row[1] for row in rows], keeping)),
    ]
    children += _columns(".nodes", list(nodes.values()))
    # a multigraph keeps a dictionary of parallel edges where a graph keeps the attributes
    parallel = "edge_key_dict_factory" in {name for cls in lineage.classes(value) for name in lineage.names(cls)}
    children += (
        [(".edges.data", [row[2] for row in rows])] if parallel else _columns(".edges", [row[2] for row in rows])
    )
    return Parts(leaves, children)


def _names(nodes: list[object], keeping: Keeping) -> list[object]:
    """Nodes as they are where all are plain numbers, else as text."""
    if all(type(node) is int for node in nodes):
        return nodes
    return [canonical(node, keeping) for node in nodes]


def _columns(base: str, rows: list[Any]) -> Iterator[tuple[str, object]]:
    """The attributes of all nodes, or of all edges, by name; None where one has none of that name."""
    names = dict.fromkeys(name for row in rows if row for name in row)
    for name in names:
        suffix = f'{base}["{name}"]' if type(name) is str else f"{base}[{type(name).__name__}]"
        yield suffix, [row.get(name) for row in rows]
