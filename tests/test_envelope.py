"""Envelopes as plain values, and back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pytest_repro.envelope import Envelope
from pytest_repro.errors import ReproError
from pytest_repro.values.registry import Freezer


def written():
    observations = Freezer().freeze("record.loss", {"a": [1.5, "x"], "b": np.arange(3)}, masked=False)
    made = Envelope(
        nodeid="t.py::test_fit",
        label="run 1",
        session_seed=3,
        seed=7,
        outcomes={"call": "passed"},
        cut=2,
        notes=("asserted: no source",),
        observations=observations,
    )
    return made, json.loads(json.dumps(made.to_dict()))


def test_an_envelope_comes_back_from_its_plain_values():
    made, data = written()
    again = Envelope.from_dict(data, "yesterday")
    assert again.label == "yesterday"
    assert again.to_dict() == made.to_dict()
    assert again.observations == dict(made.observations)


def test_a_newer_minor_format_is_read_and_what_it_adds_is_left_alone():
    made, data = written()
    assert Envelope.from_dict(data | {"format": "1.9", "more": 1}).to_dict() == made.to_dict()


def test_a_newer_major_format_is_refused_by_name():
    with pytest.raises(ReproError) as caught:
        Envelope.from_dict(written()[1] | {"format": "2.0"})
    assert str(caught.value) == (
        "format 2.0 is newer than 1.0, the newest that is known here in 'format'  [RPR-B604]\n"
        "  mend: pip install --upgrade pytest-repro"
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"format": "1"}, "unexpected version '1' (expected 1.0) in 'format'"),
        ({"format": 1.0}, "unexpected type float (expected str) in 'format'"),
        ({"format": "0.9"}, "unexpected version '0.9' (expected 1.0) in 'format'"),
        ({"nodeid": None}, "unexpected type NoneType (expected str) in 'nodeid'"),
        ({"seed": -1}, "unexpected value -1 (expected >= 0) in 'seed'"),
        ({"seed": True}, "unexpected type bool (expected int) in 'seed'"),
        (
            {"outcomes": {"call": "fine"}},
            (
                "unexpected outcome 'fine' (expected one of passed, failed, skipped, xfailed, xpassed) "
                "in 'outcomes[\"call\"]'"
            ),
        ),
        ({"outcomes": {3: "passed"}}, "unexpected key of type int (expected str) in 'outcomes'"),
        ({"notes": [1]}, "unexpected type int (expected str) in 'notes[0]'"),
        ({"observations": {3: 1}}, "unexpected key of type int (expected str) in 'observations'"),
        ({"observations": {"record.x": 1}}, "unexpected type int (expected dict) in 'observations[\"record.x\"]'"),
        (
            {"observations": {"record.x": {"kind": "float", "value": "1"}}},
            "unexpected text (expected nan, inf, -inf or -0.0) in 'observations[\"record.x\"].value'",
        ),
    ],
)
def test_an_error_says_where_it_is(changed, message):
    with pytest.raises(ReproError) as caught:
        Envelope.from_dict(written()[1] | changed)
    assert str(caught.value) == f"{message}  [RPR-B602]\n  mend: pytest --repro-record-all"


@pytest.mark.parametrize("data", [None, [], "x", 3])
def test_what_is_no_mapping_is_no_envelope(data):
    with pytest.raises(ReproError, match=r"expected dict"):
        Envelope.from_dict(data)
