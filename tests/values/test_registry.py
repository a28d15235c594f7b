"""The registry: the walk, its budgets, its identities, and the way back from an entry."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pytest

from pytest_repro.values.budget import Budget
from pytest_repro.values.difference import IDENTICAL, Difference
from pytest_repro.values.opaque import Opaque, Reference
from pytest_repro.values.registry import KINDS, READERS, Freezer, from_dict, measure
from pytest_repro.values.tolerance import EXACT


class Holder:
    def __init__(self, value):
        self.value = value


def test_every_leafs_address_begins_with_the_values():
    leaves = Freezer().freeze("locals.model", {"w": [1, (2.5, "a")], "b": Holder(np.ones(2))})
    assert list(leaves) == [
        "locals.model.keys",
        'locals.model["b"].type',
        'locals.model["b"].value',
        'locals.model["w"].len',
        'locals.model["w"][0]',
        'locals.model["w"][1].len',
        'locals.model["w"][1][0]',
        'locals.model["w"][1][1]',
    ]


def test_the_same_array_held_twice_is_one_leaf_at_two_addresses():
    array = np.ones(3)
    leaves = Freezer().freeze("x", [array, array, np.ones(3)])
    assert leaves["x[0]"] is leaves["x[1]"]
    assert leaves["x[0]"] == leaves["x[2]"]


def test_a_tuple_held_twice_is_no_reference_since_sharing_it_is_an_accident():
    pair = (1, 2)
    assert Freezer().freeze("x", [pair, pair]) == Freezer().freeze("x", [(1, 2), tuple(map(int, "12"))])


def test_what_was_referred_to_in_one_value_is_not_in_the_next():
    freezer, value = Freezer(), ["a"]
    assert freezer.freeze("x", value).keys() == {"x.len", "x[0]"}
    assert freezer.freeze("y", value).keys() == {"y.len", "y[0]"}


def test_what_is_deeper_than_the_budget_is_cut_and_counted():
    freezer = Freezer(budget=Budget(depth=2))
    leaves = freezer.freeze("x", [[[[1]]], 2])
    assert leaves["x[0][0]"] == Opaque("list", "deeper than the budget")
    assert list(leaves) == ["x.len", "x[0].len", "x[0][0]", "x[1]"]
    assert freezer.cut == 1


@pytest.mark.parametrize(
    ("value", "kept", "cut"),
    [
        pytest.param([object()] * 20, 5, 16, id="list"),
        pytest.param(dict.fromkeys(range(20), 1.5), 5, 16, id="dict"),
        pytest.param(np.array([None, 1] * 10, dtype=object), 5, 16, id="object array"),
        pytest.param([["a", "b"], ["c", "d"]], 5, 2, id="nested"),
    ],
)
def test_leaves_above_the_budget_are_cut_and_counted(value, kept, cut):
    freezer = Freezer(budget=Budget(leaves=5))
    assert len(freezer.freeze("x", value)) == kept
    assert freezer.cut == cut


def test_a_budget_is_one_for_all_values_of_a_run():
    freezer = Freezer(budget=Budget(leaves=3))
    assert [len(freezer.freeze("x", value)) for value in (["a"], ["b"], 3)] == [2, 1, 0]
    assert freezer.cut == 2


def test_ids_of_visited_objects_and_their_hashes_are_known():
    value, lock = Holder([1]), threading.Lock()
    freezer = Freezer()
    freezer.freeze("x", [value, lock])
    assert {id(value), id(lock), id(value.value), object.__hash__(value)} <= freezer.ids


def test_freezing_changes_nothing():
    value = {"b": [1.5, {2}], "a": Holder(np.arange(3.0))}
    Freezer().freeze("x", value)
    assert list(value) == ["b", "a"]
    assert value["b"] == [1.5, {2}]
    assert vars(value["a"]).keys() == {"value"}
    assert value["a"].value.flags.writeable


@pytest.mark.parametrize(
    ("before", "after", "structural"),
    [
        (1, "1", "int, then str"),
        (1.5, None, "float, then None"),
        ([1.5] * 17, "a", "list[float], then str"),
        (threading.Lock(), 1, "_thread.lock, then int"),
        (ValueError("a"), 1, "ValueError, then int"),
        (np.float64(1), 1.0, "numpy.float64, then float"),
        ({1}, 1, "set, then int"),
        (["a"] * 17, 1, "list[str], then int"),
    ],
)
def test_two_kinds_differ_structurally_by_the_names_that_readers_know(before, after, structural):
    (leaf,), (then,) = Freezer().freeze("x", before).values(), Freezer().freeze("x", after).values()
    assert measure(leaf, then, EXACT) == Difference(structural=structural)
    assert measure(leaf, leaf, EXACT).identical


def test_readers_exclude_one_another():
    kinds = [kind for group, _ in READERS for kind in group]
    assert len(kinds) == len(set(kinds))
    assert len(set(map(id, KINDS))) == len(KINDS)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ([], "unexpected type list (expected dict)"),
        ({}, "missing field in 'kind'"),
        ({"kind": 1}, "unexpected type int (expected str) in 'kind'"),
        ({"kind": "pickle"}, "unknown kind 'pickle' in 'kind'"),
    ],
)
def test_a_malformed_entry_is_named_with_its_place(entry, message, refused):
    assert refused(from_dict, entry) == f"{message}  [RPR-B602]\n  mend: pytest --repro-record-all"


def test_a_reference_and_what_it_refers_to_differ_structurally():
    found = measure(Reference("x"), Opaque("object"), EXACT)
    assert found == Difference(structural="reference, then object")
    assert measure(Reference("x"), Reference("x"), EXACT) == IDENTICAL


PARTS = """
import sys
import numpy as np
before = set(sys.modules)
from pytest_repro.values.registry import Freezer
found = Freezer().freeze("x", [np.arange(3), np.int64(3), {"a": 1.5}, object(), np.array(["a"])])
print(len(found) > 3, sorted(name for name in set(sys.modules) - before if name.startswith("numpy.")))
"""


def test_values_of_numpy_import_none_of_its_parts():
    done = subprocess.run([sys.executable, "-c", PARTS], capture_output=True, text=True, check=True)
    assert done.stdout == "True []\n"
