"""What is an accident of a run and was once told as drift."""

from __future__ import annotations

import pytest

NODES = """
import re, os, tempfile, subprocess
import numpy as np
from unittest.mock import MagicMock
class Node:
    def __init__(self, number): self.number = number
KEPT = []
def nodes():
    KEPT.append([Node(n) for n in range(5)])  # kept, so that a second run finds no object where the first had one
    return KEPT[-1]
"""

IDENTITIES = (
    NODES
    + """
def test_list():
    made = nodes()
    ids = [id(n) for n in made]
    assert len(set(ids)) == 5
def test_set():
    made = nodes()
    ids = {id(n) for n in made}
    assert len(ids) == 5
def test_keys():
    made = nodes()
    by_id = {id(n): n for n in made}
    assert by_id[id(made[0])].number == 0
def test_texts():
    made = nodes()
    ids = [hex(id(n)) for n in made]
    one = f"node-{id(made[0]):x}"
    assert len(ids) == 5
"""
)


@pytest.mark.parametrize("options", [(), ("--repro-vary=fresh",)], ids=["in process", "in a fresh process"])
def test_identities_are_no_drift_however_they_are_held(run, options):
    run(IDENTITIES, "--repro=all", *options).assert_outcomes(passed=4)


MOCKS = (
    NODES
    + """
def test_text():
    KEPT.append(MagicMock())
    text = f"{KEPT[-1]}"
    assert text
def test_message():
    KEPT.append(MagicMock())
    try:
        MagicMock()(KEPT[-1])
    finally:
        told = f"called with {KEPT[-1].method()!r}"
    assert told
"""
)


def test_what_a_mock_says_of_itself_is_no_drift(run):
    run(MOCKS, "--repro=all").assert_outcomes(passed=2)


PLACES = (
    NODES
    + """
def made(): return tempfile.mkdtemp()
def test_bytes():
    raw = os.fsencode(made())
    assert raw
def test_output():
    out = subprocess.check_output(["pwd"], cwd=made())
    assert out
def test_array():
    names = np.array([made()])
    assert len(names) == 1
def test_pattern():
    pattern = re.compile(re.escape(made()))
    assert pattern
def test_own(tmp_path):
    raw, names, pattern = os.fsencode(tmp_path), np.array([str(tmp_path)]), re.compile(re.escape(str(tmp_path)))
    assert raw
"""
)


def test_temporary_paths_are_no_drift_in_bytes_arrays_and_patterns(run):
    run(PLACES, "--repro=all").assert_outcomes(passed=5)
