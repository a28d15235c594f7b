"""A graph of networkx by its nodes and edges, and what an algorithm makes of their order.

Needs networkx. Many algorithms go through a graph in the order in which it was built; one that is built from a set of
names is built in another order in each process. Two runs in one process agree, ``--repro-vary=hashseed`` shows it.
"""

import pytest

nx = pytest.importorskip("networkx", reason="the lesson is about networkx")

ROADS = {("Bern", "Graz"), ("Graz", "Lund"), ("Lund", "Bern"), ("Lund", "Oslo"), ("Oslo", "Bonn"), ("Bonn", "Graz")}


@pytest.mark.replay(vary="hashseed")
def test_colours_do_not_depend_on_the_order() -> None:
    """Neighbours get different colours, the same in each process: the set is sorted before the graph is built."""
    roads = nx.Graph(sorted(ROADS))
    colours = nx.greedy_color(roads)
    assert all(colours[a] != colours[b] for a, b in ROADS)
