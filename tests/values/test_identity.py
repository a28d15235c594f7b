"""Identities of objects: no values, wherever they stand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pytest_repro.compare import compare
from pytest_repro.envelope import Envelope
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import Tolerances


class Node:
    def __init__(self, number):
        self.number = number
        self.next = None


def run(make, *, number=5, known=True):
    """The envelope of a run in which objects lay elsewhere; the objects must outlive it to do so."""
    nodes = [Node(at) for at in range(number)]
    for node, following in itertools.pairwise(nodes):
        node.next = following
    freezer = Freezer()
    seen = freezer.freeze("locals.nodes", nodes) | freezer.freeze("locals.x", make(nodes))
    made = Envelope(
        nodeid="t",
        label="run",
        session_seed=0,
        seed=0,
        observations=seen,
        ids=frozenset(freezer.ids) if known else frozenset(),
    )
    return made, nodes


def gaps(make, other=None, **how):
    (before, held), (after, also) = run(make, **how), run(other or make, **how)
    assert held is not also
    return compare(before, after, Tolerances()).drifts


WAYS = [
    pytest.param(lambda nodes: [id(n) for n in nodes], id="a list"),
    pytest.param(lambda nodes: tuple(id(n) for n in nodes * 4), id="a long tuple"),
    pytest.param(lambda nodes: [*map(id, nodes), 3, -4], id="a list of identities and numbers"),
    pytest.param(lambda nodes: np.array([id(n) for n in nodes]).reshape(-1, 1), id="an array"),
    pytest.param(lambda nodes: np.array([id(n) for n in nodes], np.uint64), id="an array without signs"),
    pytest.param(lambda nodes: np.int64(id(nodes[0])), id="a number of numpy"),
    pytest.param(lambda nodes: {id(n) for n in nodes}, id="a set"),
    pytest.param(lambda nodes: {(id(n), n.number) for n in nodes}, id="a set of pairs"),
    pytest.param(lambda nodes: {id(n): n for n in nodes}, id="keys"),
    pytest.param(lambda nodes: {"memo": {id(n): {id(n): n.number} for n in nodes}}, id="keys below keys"),
    pytest.param(lambda nodes: {f"node-{id(n)}": n.number for n in nodes}, id="keys that are texts"),
    pytest.param(lambda nodes: hex(id(nodes[0])), id="a text"),
    pytest.param(lambda nodes: [f"{id(n):X} of {n.number}" for n in nodes], id="texts in capitals"),
    pytest.param(lambda nodes: [f"node{id(n)}" for n in nodes * 4], id="a leaf of texts"),
    pytest.param(lambda nodes: KeyError(id(nodes[0])), id="a message"),
    pytest.param(lambda nodes: object.__hash__(nodes[0]), id="a hash"),
]


@pytest.mark.parametrize("make", WAYS)
def test_identities_are_no_values_wherever_they_stand(make):
    assert not gaps(make)
    assert gaps(make, known=False)


def test_a_value_beside_an_identity_drifts_as_any():
    assert [gap.address for gap in gaps(lambda n: [id(n[0]), 3], lambda n: [id(n[0]), 4])] == ["locals.x"]
    assert [gap.address for gap in gaps(lambda n: {id(n[0]): 3}, lambda n: {id(n[0]): 4})] == ["locals.x[<id>]"]
    assert gaps(lambda n: [id(n[0]), 3], lambda n: [3, id(n[0])])
    assert gaps(lambda n: f"{id(n[0])} a", lambda n: f"{id(n[0])} b")
    assert gaps(lambda n: {id(n[0])}, lambda n: {id(n[0]), id(n[1])})


def test_keys_that_are_identities_are_numbered_in_the_order_of_their_mapping():
    made, _ = run(lambda nodes: {id(n): n for n in reversed(nodes)}, number=3)
    found = {address: leaf.show() for address, leaf in made.observations.items() if address.startswith("locals.x")}
    assert found["locals.x.keys"] == "{<id>, <id>, <id>}"
    numbers = {address: text for address, text in found.items() if address.endswith(".number")}
    assert numbers == {"locals.x[<id>].number": "2", "locals.x[<id>#2].number": "1", "locals.x[<id>#3].number": "0"}


def test_a_reference_below_such_a_key_is_told_without_it():
    made, _ = run(lambda nodes: {id(n): [n] for n in nodes}, number=2)
    shown = [leaf.show(60) for leaf in made.observations.values() if leaf.kind == "reference"]
    assert shown[-1:] == ["same as locals.x[<id>][0].next"]
