"""Forked children: what they draw is told and served to the same child again, and nothing of theirs is in the way."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import numpy as np
import pytest

from pytest_repro.observe import forked
from pytest_repro.observe.entropy import Entropy
from pytest_repro.observe.pinned import Pinned

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:os.fork.. was called:RuntimeWarning"),  # of jax, once another test imported it
]


def child(work):
    """What a forked child makes: bytes, as many as a pipe takes at once."""
    read, write = os.pipe()
    number = os.fork()
    if not number:
        try:
            os.write(write, work())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        made = stream.read()
    os.waitpid(number, 0)
    return made


def drawn():
    return np.random.default_rng().bytes(8)


def test_what_children_draw_is_told_at_its_line_and_served_to_the_same_child():
    def draw():
        return [child(drawn), child(lambda: child(drawn) + drawn()), drawn()]

    entropy = Entropy()
    with entropy.recording(used=True):
        first = draw()
    (site,) = entropy.sites
    assert (site.file, site.call) == (__file__, "np.random.default_rng()")
    assert entropy.sites[site] == 4
    assert site in entropy.raced
    with entropy.serving([site]):
        assert draw() == first
    with entropy.serving([]):
        assert not set(draw()) & set(first)


def test_what_a_fork_seeds_anew_is_a_draw_of_the_line_that_forks():
    def draw():
        return child(lambda: random.randbytes(8))

    entropy = Entropy()
    with entropy.recording():
        first = draw()
    (site,) = entropy.sites
    assert (site.file, site.call, site.source) == (__file__, "os.fork()", "fork")
    with entropy.serving([site]):
        assert draw() == first


LIBRARY = {"__name__": "numpy.made_up"}
SOURCE = compile("import random\ndef draw(): random.Random()", str(Path(np.__file__).with_name("made_up.py")), "exec")
exec(SOURCE, LIBRARY)  # noqa: S102  # a function of a library that draws


def aside(work):
    """In a thread, and so with no line of the user's beneath it."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return b""


@pytest.mark.parametrize(("work", "raced"), [(drawn, True), (LIBRARY["draw"], False)])
def test_processes_race_at_a_line_of_the_user_s_and_not_in_the_machinery_that_joins_them(work, raced):
    entropy = Entropy()
    with entropy.recording():
        for _ in range(2):
            child(lambda: aside(work))
    (site,) = (site for site in entropy.sites if site.source != "fork")
    assert (site in entropy.raced) is raced
    assert len(entropy.raced) == raced


def test_each_recording_counts_its_own_children():
    for _ in range(2):
        entropy = Entropy()
        child(lambda: b"none of this run's")
        with entropy.recording():
            first = child(drawn)
        with entropy.serving([*entropy.sites]):
            assert child(drawn) == first


def test_a_child_that_closes_all_it_inherited_writes_into_no_file_of_its_own(tmp_path):
    kept = tmp_path / "kept.bin"

    def daemon():
        ends = [int(end.name) for end in Path("/proc/self/fd").iterdir()]
        os.closerange(3, max(ends) + 1)
        files = [kept.open("wb", buffering=0) for _ in ends]
        random.Random()
        for file in files:
            file.close()
        os._exit(0)

    with Entropy().recording():
        child(daemon)
    assert kept.read_bytes() == b""


def test_a_child_that_draws_without_end_never_waits_for_a_reader():
    def many():
        return bytes(8) if all(random.Random() for _ in range(2000)) else b""

    entropy = Entropy()
    with entropy.recording():
        assert child(many) == bytes(8)
    assert 100 < sum(entropy.sites.values()) <= 2000


def test_pinned_entropy_is_another_in_each_child_and_the_same_each_time():
    pinned = Pinned(0)
    pinned.start()
    try:
        runs = []
        for _ in range(2):
            pinned.pin(5)
            runs.append([child(drawn), child(drawn), drawn()])
            before = pinned.hold()
            pinned.pin(6)
            other = child(drawn)
            pinned.put_back(before)
            runs[-1].append(child(drawn))
            assert other not in runs[-1]
    finally:
        pinned.stop()
    assert runs[0] == runs[1]
    assert len({*runs[0]}) == 4


def test_a_pipe_carries_short_messages_alone_and_nobody_reads_it_afterwards():
    with forked.Pipe() as pipe:
        assert not [*pipe.told()]
        pipe.tell(["short"])
        pipe.tell(["long" * forked.LONGEST])
        pipe.tell({"more": 1})
        assert [*pipe.told()] == [["short"], {"more": 1}]
    pipe.tell(["late"])
    assert not [*pipe.told()]


def test_a_pipe_that_somebody_closed_is_no_fault_and_no_other_file_is_closed_in_its_place(tmp_path):
    with forked.Pipe() as pipe:
        os.closerange(*_ends(pipe))
        others = [(tmp_path / name).open("wb", buffering=0) for name in "ab"]
        pipe.tell(["lost"])
        assert not [*pipe.told()]
    for other in others:
        other.write(b"x")
        other.close()
    assert [(tmp_path / name).read_bytes() for name in "ab"] == [b"x", b"x"]


def _ends(pipe):
    read, write = pipe._ends
    assert write == read + 1
    return read, write + 1
