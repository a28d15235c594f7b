"""Processes that are killed, and processes that record at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from pytest_repro.store import integrity

WRITER = """
import datetime as dt, os, sys
from pathlib import Path
import numpy as np
from pytest_repro.envelope import Envelope
from pytest_repro.store.change import Change
from pytest_repro.store.local import LocalStore
from pytest_repro.store.recorded import Recorded
from pytest_repro.values.registry import Freezer

def test(number, size=100):
    values = {"record.n": number, "record.w": np.full(size, float(number))}
    leaves = {}
    for address, value in values.items():
        leaves |= Freezer().freeze(address, value, masked=False)
    run = Envelope(nodeid="t", label="run 1", session_seed=0, seed=0, observations=leaves, outcomes={"call": "passed"})
    return Recorded.of(run, recorded=dt.datetime(2026, 1, 31, tzinfo=dt.UTC))

def put(module, name, number, size=100):
    change = Change(module=Path(module), profile="default", name=name, recorded=test(number, size), wish="changed")
    found = LocalStore().write([change])
    assert not found.refused, found.refused[0].error
"""


def script(text):
    return [sys.executable, "-c", WRITER + text]


KILLED = """
import random, signal, time
module, rounds = sys.argv[1], int(sys.argv[2])
put(module, "test_other", 7)
for _ in range(rounds):
    child = os.fork()
    if not child:
        number = 0
        while True:
            number += 1
            put(module, "test_a", number, 20_000)
    time.sleep(random.uniform(0.005, 0.06))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    book = LocalStore().book(Path(module), "default")
    assert book.names in (("test_a", "test_other"), ("test_other",)), book.names
    for name in book.names:
        kept = book.get(name).observations
        assert np.array_equal(kept["record.w"].values, np.full(kept["record.w"].shape, float(kept["record.n"].value)))
put(module, "test_last", 1)
print("whole")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked: numpy is imported once, not a hundred times")
def test_a_process_killed_at_any_moment_leaves_the_old_page_or_the_new_one_whole(module):
    done = subprocess.run([*script(KILLED), module, "60"], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("whole\n", "")
    home = module.parent / "__envelopes__"
    assert sorted(path.name for path in home.iterdir()) == ["arrays", "test_m.default.json"]
    assert {path.suffix for path in (home / "arrays").iterdir()} == {".npy"}
    health = integrity.examine(module.parent)
    assert (health.faults, health.tests) == ((), 3)


BESIDE = """
for number in range(int(sys.argv[3])):
    put(sys.argv[1], f"test_{sys.argv[2]}[{number}]", number)
"""


def test_processes_that_record_at_once_lose_no_test_of_one_another(module, store):
    writers = [
        subprocess.Popen([*script(BESIDE), module, who, "25"], stderr=subprocess.PIPE, text=True) for who in "abc"
    ]
    assert [writer.communicate(timeout=120)[1] for writer in writers] == ["", "", ""]
    book = store.book(module, "default")
    assert book.names == tuple(sorted(f"test_{who}[{number}]" for who in "abc" for number in range(25)))
    for name in book.names:
        assert np.array_equal(book.get(name).observations["record.w"].values, np.full(100, float(name[7:-1])))


HELD = """
from pytest_repro.store import lock
import time
with lock.held(Path(sys.argv[1])):
    print(1, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
def test_a_lock_goes_with_the_process_that_held_it(module, write, recorded):
    with subprocess.Popen(
        [*script(HELD), module.parent / "__envelopes__"], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "1\n"
        holder.send_signal(signal.SIGKILL)
    assert write({"test_a": recorded()}).written


def test_what_a_killed_process_left_is_removed_by_the_next_that_writes(module, page, write, recorded):
    write({"test_a": recorded()})
    left = page.with_name(".repro-0123456789abcdef")
    left.write_bytes(b"half")
    assert integrity.examine(module.parent).orphans == (left,)
    write({"test_b": recorded()})
    assert not left.exists()
