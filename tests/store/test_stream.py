"""A stream of envelopes: what a child writes its parent reads, bit for bit, also while it is being written."""

from __future__ import annotations

import json
import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.compare import compare
from pytest_repro.envelope import Envelope
from pytest_repro.errors import ReproError
from pytest_repro.store import parcel
from pytest_repro.store.stream import Inlet, Outlet
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import Tolerances

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def envelope(nodeid: str = "t.py::test", ids=frozenset(), **values: object) -> Envelope:
    freezer = Freezer()
    seen = {}
    for name, value in values.items():
        seen |= freezer.freeze(f"locals.{name}", value)
    return Envelope(
        nodeid=nodeid, label="run 1", session_seed=3, seed=4, observations=seen, outcomes={"call": "passed"}, ids=ids
    )


def through(folder, *envelopes):
    """Write them and read them."""
    outlet = Outlet(folder, "main")
    for one in envelopes:
        outlet.tell("start", id=one.nodeid)
        outlet.end(one, seconds=0.5, own="", about={"tolerances": []})
    outlet.close()
    inlet = Inlet(folder=folder)
    inlet.read()
    return inlet


@given(ANYTHING)
def test_every_value_comes_back_the_same_bit_for_bit(tmp_path_factory, value):
    one = envelope(x=value)
    inlet = through(tmp_path_factory.mktemp("stream"), one)
    back = inlet.ended[one.nodeid].envelope("fresh")
    assert back.observations.keys() == one.observations.keys()
    assert not compare(one, back, Tolerances()).gaps


def test_arrays_small_and_large_texts_of_any_length_and_special_floats_come_back(tmp_path):
    big = np.random.default_rng(0).normal(size=(300, 7))
    one = envelope(big=big, small=big[:2], text="long " * 1000, nan=math.nan, zero=-0.0, empty=np.empty((0, 3)))
    back = through(tmp_path, one).ended[one.nodeid].envelope("fresh")
    assert not compare(one, back, Tolerances()).gaps
    assert back.observations["locals.text"].length == 5000
    assert not back.observations["locals.text"].digest
    assert (back.seed, back.session_seed, dict(back.outcomes)) == (4, 3, {"call": "passed"})


def test_equal_runs_have_equal_digests_and_identities_of_objects_do_not_count(tmp_path):
    runs = [envelope("a", x=7_000_001, ids=frozenset({7_000_001})), envelope("b", x=7_000_001)]
    runs.append(envelope("c", x=8_000_001, ids=frozenset({8_000_001})))
    ended = through(tmp_path, *runs).ended
    assert ended["a"].digest == ended["c"].digest != ended["b"].digest
    assert not compare(runs[0], ended["c"].envelope("fresh"), Tolerances()).gaps


def test_a_line_that_is_still_being_written_waits_for_its_end(tmp_path):
    whole = tmp_path / "whole"
    whole.mkdir()
    through(whole, envelope(x=list(range(50))))
    data = (whole / "main.jsonl").read_bytes()
    part = tmp_path / "part"
    (part / "arrays").mkdir(parents=True)
    inlet = Inlet(folder=part)
    for at in range(0, len(data), 37):
        (part / "main.jsonl").write_bytes(data[:at])
        inlet.read()
        assert not inlet.ended
    (part / "main.jsonl").write_bytes(data)
    assert inlet.read() == 1  # the start was read before
    assert list(inlet.ended) == ["t.py::test"]
    assert inlet.read() == 0


def test_what_started_and_did_not_end_is_known_by_process(tmp_path):
    outlet, other = Outlet(tmp_path, "gw0"), Outlet(tmp_path, "gw1")
    outlet.tell("start", id="a")
    other.tell("start", id="b")
    other.close()
    outlet.tell("over", id="a")
    outlet.tell("count", number=7)
    outlet.tell("readings", readings={"blas": "Haswell"})
    outlet.close()
    inlet = Inlet(folder=tmp_path)
    inlet.read()
    assert inlet.running == {"gw1": "b"}
    assert 0.0 <= time.monotonic() - inlet.started["b"] < 60.0
    assert set(inlet.started) == {"b"}
    assert (inlet.count, inlet.readings) == (7, {"blas": "Haswell"})


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "nothing",
        "{}",
        '{"kind": 3}',
        '{"kind": "end"}',
        '{"kind": "end", "size": -1}',
        '{"kind": "start", "id": 3}',
        '{"kind": "count", "number": -1}',
        "[" * 100_000,
    ],
)
def test_a_line_that_no_child_writes_is_an_error_of_ours(tmp_path, line):
    (tmp_path / "main.jsonl").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ReproError) as caught:
        Inlet(folder=tmp_path).read()
    assert caught.value.code == "B602"


def test_values_that_were_changed_behind_our_back_are_an_error_of_ours(tmp_path):
    ended = through(tmp_path, envelope(x=1.5)).ended["t.py::test"]
    path = tmp_path / "main.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"observations":{', b'"observationz":{'))
    with pytest.raises(ReproError, match="missing field"):
        ended.envelope("fresh")


def test_secrets_are_not_written(tmp_path):
    token = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ2bC4dF6hJ8"
    through(tmp_path, envelope(text="password=hunter2hunter2", note=f"see {token}"))
    data = (tmp_path / "main.jsonl").read_text(encoding="ascii")
    assert "hunter2" not in data
    assert "aB3dE5gH7" not in data
    assert all(json.loads(line) for line in data.splitlines())


@pytest.mark.parametrize("name", ["../out", "/tmp/out", "x"])
def test_a_parcel_writes_nothing_under_another_name_than_a_digest(tmp_path, name):
    folder = tmp_path / "arrays"
    with pytest.raises(ReproError, match="not under its digest"):
        parcel.opened({"entry": {}, "environment": {}, "arrays": {name: b""}}, folder, 100)
    assert [*tmp_path.rglob("*")] == [folder]


@pytest.mark.parametrize("sent", ["", {}, {"entry": {"recorded": 1}, "environment": {}, "arrays": {}}])
def test_what_is_no_parcel_is_an_error_of_ours(tmp_path, sent):
    with pytest.raises(ReproError):
        parcel.opened(sent, tmp_path, 100)
