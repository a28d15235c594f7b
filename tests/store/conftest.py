"""What the tests of the store share: recorded tests made of plain values, and a store to put them into."""

from __future__ import annotations

import datetime as dt

import pytest

from pytest_repro.envelope import Envelope
from pytest_repro.errors import ReproError
from pytest_repro.store.change import Change
from pytest_repro.store.local import LocalStore
from pytest_repro.store.recorded import Recorded
from pytest_repro.values.registry import Freezer

DAY = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)


def observed(values, ids=()):
    """An envelope of values by address."""
    freezer, found = Freezer(), {}
    for address, value in values.items():
        found.update(freezer.freeze(address, value, masked=False))
    return Envelope(
        nodeid="test_m.py::test_fit",
        label="run 1",
        session_seed=0,
        seed=7,
        outcomes={"setup": "passed", "call": "passed"},
        observations=found,
        ids=frozenset(ids),
    )


@pytest.fixture(scope="session")
def recorded():
    """A recorded test of values by address; names of facts may be given as well."""

    def made(values=None, *, day=DAY, **facts):
        return Recorded.of(observed({"record.loss": 0.5} if values is None else values), recorded=day, **facts)

    return made


@pytest.fixture(scope="session")
def observe():
    """An envelope of values by address."""
    return observed


@pytest.fixture
def module(tmp_path):
    """A test module in a project."""
    path = tmp_path / "project" / "test_m.py"
    path.parent.mkdir()
    path.write_text("", encoding="utf-8")
    return path


@pytest.fixture
def store():
    return LocalStore()


@pytest.fixture
def write(store, module):
    """Writes tests by name into the module's book of a profile."""

    def put(tests, wish="missing", profile="default", into=None):
        changes = [
            Change(module=into or module, profile=profile, name=name, recorded=test, wish=wish)
            for name, test in tests.items()
        ]
        return store.write(changes)

    return put


@pytest.fixture
def page(module):
    """The module's file under the default profile."""
    return module.parent / "__envelopes__" / "test_m.default.json"


@pytest.fixture(scope="session")
def refused():
    """The whole message with which a call is refused."""

    def call(function, *arguments, **named):
        with pytest.raises(ReproError) as caught:
            function(*arguments, **named)
        return str(caught.value)

    return call
