"""Processes that are killed, and processes that record at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from pytest_repro.errors import ReproError
from pytest_repro.store import integrity, lock

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


AS_USER = (
    """
import tempfile, filelock
os.umask(0)
user = int(sys.argv[4])
for number in range(2):  # whatever is imported late: another user may not read it
    put(Path(tempfile.gettempdir()) / "test_m.py", "warm", number)
if user:
    os.setgid(user)
    os.setuid(user)
"""
    + BESIDE
)


def beside(module, *writers):
    """Processes that record at once, each as a user and with a temporary folder of its own; what they could not do."""
    running = []
    for who, user, temporary in writers:
        temporary.mkdir()
        os.chown(temporary, user, user)
        words = [*script(AS_USER), module, who, "25", str(user)]
        environment = {**os.environ, "TMPDIR": str(temporary)}
        running.append(subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment))
    return [writer.communicate(timeout=120)[1] for writer in running]


@pytest.fixture
def shared():
    """A folder that everybody may write to; pytest shuts its own to others whenever a session begins."""
    with tempfile.TemporaryDirectory(prefix="shared-store-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="only root can become two users")
def test_two_users_that_record_at_once_in_one_store_lose_no_test_of_one_another(shared, store):
    module = shared / "test_m.py"
    assert beside(module, ("a", 0, shared / "of-a"), ("b", 65534, shared / "of-b")) == ["", ""]
    book = store.book(module, "default")
    assert book.names == tuple(sorted(f"test_{who}[{number}]" for who in "ab" for number in range(25)))


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has one lock for all temporary folders of a user")
def test_sessions_with_temporary_folders_of_their_own_lose_no_test_of_one_another(tmp_path, store):
    module, user = tmp_path / "test_m.py", os.getuid()
    assert beside(module, ("a", user, tmp_path / "one"), ("b", user, tmp_path / "two")) == ["", ""]
    assert len(store.book(module, "default").names) == 50


@pytest.mark.skipif(os.name == "nt", reason="folders are locked on POSIX alone")
def test_a_session_does_not_wait_for_ever_for_one_of_another_user(tmp_path, monkeypatch):
    home = tmp_path / "__envelopes__"
    with lock.held(home):
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # another user's temporary folder
        with pytest.raises(ReproError) as caught, lock.held(home, patience_s=0.05):
            pass
    assert caught.value.code == "B607"
    with lock.held(home, patience_s=0.05):
        pass


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
