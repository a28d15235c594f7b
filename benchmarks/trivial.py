"""Suites of trivial tests: what the plugin costs where nothing is marked, and what a replay adds to two plain runs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import peers
from rounds import OURS, Spread, cpu_of, interleaved, pytest_with
from rows import Filled

if TYPE_CHECKING:
    from rounds import Taken

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
    words = {
        "pytest-flakefinder": ("--flake-finder", "--flake-runs=2"),
        "pytest-repeat": ("--count=2",),
    }
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
        ours, *theirs = (_beyond(taken, who, less, many) for who in commands if who != "bare")
        filled[row] = Filled(ours, theirs, missing=missing)
        best = filled[row].best
        if best is not None:
            filled[row].ratio = _spent(taken, "ours", less, many).over(_spent(taken, best.of, less, many))
    return filled


def _spent(taken: Taken, who: str, few: int, many: int) -> Spread:
    """CPU milliseconds a test, between two sizes of the suite or of the whole of one."""
    less = taken[f"{who} {few}"] if few else [0.0] * len(taken[f"{who} {many}"])
    both = zip(taken[f"{who} {many}"], less, strict=True)
    return Spread(tuple(1e3 * (more - fewer) / (many - few) for more, fewer in both), who)


def _beyond(taken: Taken, who: str, few: int, many: int) -> Spread:
    """The same beyond two plain runs."""
    plain = _spent(taken, "bare", few, many).values
    both = zip(_spent(taken, who, few, many).values, plain, strict=True)
    return Spread(tuple(spent - 2 * bare for spent, bare in both), who)
