"""Graphs of networkx."""

from __future__ import annotations

import pytest

from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import EXACT

nx = pytest.importorskip("networkx", reason="graphs are those of networkx")


def shown(value):
    return {address: leaf.show(60) for address, leaf in Freezer().freeze("g", value).items()}


def test_a_graph_is_a_handful_of_columns():
    graph = nx.Graph(name="road")
    graph.add_edge(1, 2, weight=0.5)
    graph.add_edge(2, 3, weight=1.5)
    assert shown(graph) == {
        "g.type": "networkx.classes.graph.Graph",
        "g.graph.keys": "{'name'}",
        'g.graph["name"]': "'road'",
        "g.nodes": "[1, 2, 3] (3,) int64",
        "g.edges.source": "[1, 2, 2, 3] (4,) int64",
        "g.edges.target": "[2, 1, 3, 2] (4,) int64",
        'g.edges["weight"]': "[0.5, 0.5, 1.5, 1.5] (4,) float64",
    } | {address: text for address, text in shown(graph).items() if address.startswith("g.graph.keys")}
    assert len(shown(nx.gnm_random_graph(100, 1000, seed=1))) < 10


@pytest.mark.parametrize("kind", ["Graph", "DiGraph", "MultiGraph", "MultiDiGraph"])
def test_equal_graphs_are_equal_and_an_edge_more_is_seen(kind):
    first, same, other = (getattr(nx, kind)([("a", "b", {"w": 1}), ("b", "c", {"w": 2})]) for _ in range(3))
    other.add_edge("c", "a", w=3)
    leaves, twin, longer = (Freezer().freeze("g", graph) for graph in (first, same, other))
    assert leaves.keys() == twin.keys()
    assert all(measure(leaves[address], twin[address], EXACT).identical for address in leaves)
    assert leaves != longer


def test_a_class_derived_from_a_graph_is_read_past_its_methods():
    class Own(nx.Graph):
        def __iter__(self):
            raise AssertionError

    graph = Own()
    graph.add_edge(1, 2)
    assert shown(graph)["g.nodes"] == "[1, 2] (2,) int64"


def test_a_view_is_what_it_looks_at():
    graph, other = (nx.Graph([("a", "b", {"w": weight})]) for weight in (1.5, 2.5))
    for view in (
        lambda graph: graph.edges,
        lambda graph: graph.edges(data="w"),
        lambda graph: graph.degree(weight="w"),
        lambda graph: graph.adj,
        lambda graph: graph["a"],
        lambda graph: graph.subgraph(["a", "b"]).adj,
    ):
        assert shown(view(graph)) == shown(view(graph.copy()))
        assert shown(view(graph)) != shown(view(other))
    assert shown(graph["a"])['g["b"]["w"]'] == "1.5"
