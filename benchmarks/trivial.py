"""Suites of trivial tests: what the plugin costs where nothing is marked, and what a replay adds to two plain runs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import peers
from rounds import OURS, Spread, cpu_of, each, interleaved, pytest_with
from rows import Filled, figure

SUITE = """
import pytest
@pytest.mark.parametrize("i", range({number}))
def test_q(i):
    a = i
    b = a + 1
    assert b > a
"""


def suite(folder: Path, number: int) -> Path:
    """A folder with so many tests that import nothing but pytest."""
    folder.mkdir(parents=True)
    (folder / "test_trivial.py").write_text(SUITE.format(number=number), encoding="utf-8")
    return folder


def idle(rounds: int, number: int = 5000) -> dict[str, Filled]:
    """The plugin installed and nothing marked; each peer likewise."""
    here, missing = peers.installed(*peers.MODULES)
    with tempfile.TemporaryDirectory() as name:
        folder = suite(Path(name, "tests"), number)
        commands = {"bare": (), "ours": OURS, **{peer: peers.loaded(peer) for peer in here}}
        taken = interleaved(
            {who: lambda words=words: cpu_of(folder, pytest_with(*words)) for who, words in commands.items()}, rounds
        )
    bare = Spread(tuple(taken["bare"]))
    ours, *theirs = (Spread(tuple(taken[who]), who).over(bare) for who in commands if who != "bare")
    return {"idle": Filled(ours, theirs, missing=missing)}


def replay(rounds: int, few: int = 200, many: int = 1200) -> dict[str, Filled]:
    """Every test replayed once; peers that run each twice and compare its outcomes.

    Two sizes of one suite tell what each more test costs from what a session costs once.
    """
    here, missing = peers.installed("pytest-flakefinder", "pytest-repeat")
    words = {"pytest-flakefinder": ("--flake-finder", "--flake-runs=2"), "pytest-repeat": ("--count=2",)}
    commands = {"bare": (), "ours": (*OURS, "--repro=all")}
    commands |= {peer: (*peers.loaded(peer), *words[peer]) for peer in here}
    with tempfile.TemporaryDirectory() as name:
        folders = {number: suite(Path(name, str(number)), number) for number in (few, many)}
        works = {
            f"{who} {number}": lambda folder=folder, given=given: cpu_of(folder, pytest_with(*given))
            for number, folder in folders.items()
            for who, given in commands.items()
        }
        taken = interleaved(works, rounds)
    filled = {}
    for row, less in (("replay", few), ("replay-whole", 0)):
        spent = {who: each(taken, who, less, many) for who in commands}
        ours, *theirs = (spent[who].less(spent["bare"], 2) for who in commands if who != "bare")
        times = spent["ours"].over(spent["bare"])
        note = f"bare pytest takes {figure(spent['bare'], 'ms')}, ours {figure(times, 'x')} of it"
        filled[row] = Filled(ours, theirs, missing=missing, notes=[note])
        best = filled[row].best
        if best is not None:
            filled[row].ratio = spent["ours"].over(spent[best.of])
    return filled
