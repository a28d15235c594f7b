"""What is identity and not value: kept by its type, never touched."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import http
import inspect
import io
import itertools
import logging
import sqlite3
import subprocess
import sys
import threading
import unittest.mock
import urllib.parse
import weakref

import pytest

from pytest_repro.values.difference import IDENTICAL, Difference
from pytest_repro.values.opaque import Opaque, Reference
from pytest_repro.values.registry import Freezer, from_dict, measure, opaque
from pytest_repro.values.tolerance import EXACT


def generator():
    yield 1


async def coroutine():
    """Never awaited."""


class Held:
    pass


class Worker(threading.Thread):
    """A user's thread."""


@contextlib.contextmanager
def closing():
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        yield database


def only(value):
    (leaf,) = Freezer().freeze("x", value).values()
    return leaf


@pytest.mark.parametrize(
    ("value", "name"),
    [
        pytest.param(generator(), "generator", id="generator"),
        pytest.param(threading.Lock(), "_thread.lock", id="lock"),
        pytest.param(Worker(), f"{__name__}.Worker", id="derived thread"),
        pytest.param(io.StringIO("a"), "_io.StringIO", id="stream"),
        pytest.param(unittest.mock.Mock(), "unittest.mock.Mock", id="mock"),
        pytest.param(unittest.mock.call(1), "unittest.mock._Call", id="a call of a mock is no tuple"),
        pytest.param(logging.getLogger("a"), "logging.Logger", id="logger"),
        pytest.param(sys._getframe(), "frame", id="frame"),
        pytest.param(weakref.ref(Held), "weakref.ReferenceType", id="weak reference"),
        pytest.param(iter([1]), "list_iterator", id="iterator"),
        pytest.param(zip([1], strict=True), "zip", id="zip"),
        pytest.param(itertools.count(), "itertools.count", id="endless"),
        pytest.param(object(), "object", id="object"),
        pytest.param(property(len), "property", id="property"),
        pytest.param(contextlib.ExitStack(), "contextlib.ExitStack", id="stack"),
    ],
)
def test_identity_is_kept_by_the_name_of_its_type(value, name, through_json):
    leaf = only(value)
    assert (leaf.kind, leaf.type, opaque(leaf)) == ("opaque", name, True)
    assert through_json(leaf) == leaf
    assert measure(leaf, only(value), EXACT) == IDENTICAL


def test_iterators_and_generators_are_never_advanced():
    numbers, made = iter([1, 2]), generator()
    Freezer().freeze("x", [numbers, made, zip(numbers, made, strict=False)])
    assert (next(numbers), next(made)) == (1, 1)


def test_a_coroutine_and_a_loop_are_left_alone():
    waiting, loop = coroutine(), asyncio.new_event_loop()
    try:
        assert opaque(only(waiting))
        assert opaque(only(loop))
    finally:
        waiting.close()
        loop.close()


def test_a_connection_is_left_alone():
    with closing() as database:
        assert only(database).type == "sqlite3.Connection"


def test_what_a_plugin_of_pytest_hands_out_is_opaque():
    made = type("Timer", (), {"__module__": "pytest_timer.fixture"})()
    made.seconds = 0.1
    assert opaque(only(made))
    derived = type("Mine", (type(made),), {"__module__": "conftest"})()
    assert opaque(only(derived))


def test_objects_of_pytest_are_opaque_but_what_approx_expects_is_seen(request):
    assert opaque(only(request))
    assert Freezer().freeze("x", pytest.approx(1.5))["x.expected"].show() == "1.5"


def test_another_type_is_structural():
    found = measure(only(io.StringIO()), only(io.BytesIO()), EXACT)
    assert found == Difference(structural="_io.StringIO, then _io.BytesIO")


def test_a_cycle_and_a_shared_container_become_references(through_json):
    cycle = [1]
    cycle.append(cycle)
    leaves = Freezer().freeze("x", cycle)
    assert leaves["x[1]"] == Reference("x")
    assert leaves["x[1]"].show() == "same as x"
    assert not opaque(leaves["x[1]"])
    assert through_json(leaves["x[1]"]) == leaves["x[1]"]
    shared = collections.UserList([1])
    assert Freezer().freeze("x", [shared, shared])["x[1]"] == Reference("x[0]")
    found = measure(Reference("x"), Reference("y"), EXACT)
    assert found == Difference(structural="same as x, then same as y")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "opaque", "type": 1, "why": ""}, "unexpected type int (expected str) in 'type'"),
        ({"kind": "reference"}, "missing field in 'address'"),
    ],
)
def test_a_malformed_leaf_is_named_with_its_place(entry, message, refused):
    assert refused(from_dict, entry) == f"{message}  [RPR-B602]\n  mend: pytest --repro-record-all"


def test_why_is_shown_nowhere_and_compares_nothing():
    assert measure(Opaque("a", "one"), Opaque("a", "other"), EXACT) == IDENTICAL


class Learner(threading.Thread):
    """A user's thread that holds what it computed."""

    def __init__(self):
        super().__init__(name="Thread-7")
        self.loss = 0.5


class Context(contextlib.AbstractContextManager):
    def __init__(self):
        self.loss = 0.5

    def __exit__(self, *error):
        return None


class Handler(logging.StreamHandler):
    def __init__(self):
        super().__init__(io.StringIO())
        self.loss = 0.5


@pytest.mark.parametrize("cls", [Learner, Context, Handler])
def test_what_a_class_of_the_project_holds_is_seen_also_where_a_base_is_sealed(cls):
    leaves = Freezer().freeze("x", cls())
    assert leaves["x.loss"].show() == "0.5"
    assert not [address for address, leaf in leaves.items() if "Thread-7" in leaf.show(60) or "._" in address]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (http.HTTPStatus.NOT_FOUND, {"x": "http.HTTPStatus.NOT_FOUND"}),
        (urllib.parse.urlsplit("http://a/b"), {"x.netloc": "'a'", "x.path": "'/b'"}),
        (
            subprocess.CompletedProcess(["a"], 3, b"out", None),
            {"x.args[0]": "'a'", "x.returncode": "3", "x.stdout": "b'out'", "x.stderr": "None"},
        ),
    ],
)
def test_plain_values_of_sealed_modules_are_read(value, shown):
    leaves = {address: leaf.show(60) for address, leaf in Freezer().freeze("x", value).items()}
    assert shown.items() <= leaves.items()


def test_tuples_that_hold_frames_stay_sealed():
    assert opaque(only(inspect.stack()[0]))
