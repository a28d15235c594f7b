"""Instructions of a session in which nothing is marked, and of one that replays, over bare pytest's.

Valgrind counts them, so that neighbours on a shared machine change nothing. Two lengths of one suite tell what loading
costs once from what each test costs.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import peers
from baselines import suites
from rounds import OURS, STILL, BrokenError, Spread, cpu_of, pytest_with
from rows import Filled
from trivial import suite

if TYPE_CHECKING:
    from collections.abc import Callable

COUNTER = "valgrind"


def idle(few: int = 200, many: int = 700, whole: int = 5000) -> dict[str, Filled]:
    """Nothing marked; of a suite of ``whole`` tests, reckoned from two shorter ones."""
    here, missing = peers.installed("pytest-randomly")
    commands = {"bare": (), "ours": OURS, **{peer: peers.loaded(peer) for peer in here}}
    return {"idle-instructions": _filled(commands, (few, many), missing, lambda once, each: once + whole * each)}


def replay(few: int = 50, many: int = 200) -> dict[str, Filled]:
    """Every test replayed; each more test alone, start and end of pytest left out."""
    here, missing = peers.installed("pytest-flakefinder")
    commands = {"bare": (), "ours": (*OURS, "--repro=all")}
    commands |= {peer: (*peers.loaded(peer), "--flake-finder", "--flake-runs=2") for peer in here}
    return {"replay-instructions": _filled(commands, (few, many), missing, lambda _, each: each)}


def _filled(
    commands: dict[str, tuple[str, ...]],
    sizes: tuple[int, int],
    missing: list[str],
    reckoned: Callable[[float, float], float],
) -> Filled:
    """Counts over bare pytest's, of what is reckoned from start and end, and each test."""
    if shutil.which(COUNTER) is None:
        return Filled(missing=[f"{COUNTER} is not installed"])
    counts: dict[str, float] = {}
    notes = []
    few, many = sizes
    with tempfile.TemporaryDirectory() as name:
        folders = [suite(Path(name, str(number)), number) for number in sizes]
        for who, words in commands.items():
            less, more = (counted(folder, *words) for folder in folders)
            each = (more - less) / (many - few)
            counts[who] = reckoned(less - few * each, each)
            notes.append(f"{who}: {less - few * each:,.0f} instructions to start and end, {each:,.0f} each test")
    ours, *theirs = (Spread((counts[who] / counts["bare"],), who) for who in commands if who != "bare")
    return Filled(ours, theirs, missing=missing, notes=notes)


def baselines(few: int = 50, many: int = 200) -> dict[str, Filled]:
    """Small baselines recorded and verified: what each more test takes over none recorded, in plain tests of the suite.

    Ours is over the same replay without recorded envelopes, the peer's over the same tests without the peer.
    """
    here, missing = peers.installed("syrupy")
    if shutil.which(COUNTER) is None:
        return {
            f"{wish}-instructions": Filled(missing=[f"{COUNTER} is not installed"]) for wish in ("record", "verify")
        }
    counts: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as name:
        for number in (few, many):
            for who, one in suites(Path(name, str(number)), here, number).items():
                if who.endswith("without"):
                    counts.setdefault(who, []).append(counted(one.folder, *one.words))
                    continue
                one.record()  # compiles
                one.forget()
                counts.setdefault(f"{who} record", []).append(counting(one.folder, *one.recording, may_fail=True))
                counts.setdefault(f"{who} verify", []).append(counting(one.folder, *one.words))
    each = {what: (more - less) / (many - few) for what, (less, more) in counts.items()}
    filled = {}
    for wish in ("record", "verify"):
        beyond = {
            who: each[f"{who} {wish}"] - each["ours without" if who == "ours" else "bare without"]
            for who in ("ours", *here)
        }
        ours, *theirs = (Spread((more / each["bare without"],), who) for who, more in beyond.items())
        notes = [f"{who}: {more:,.0f} instructions each test" for who, more in beyond.items()]
        filled[f"{wish}-instructions"] = Filled(ours, theirs, missing=missing, notes=notes)
    return filled


def counted(folder: Path, *words: str) -> int:
    """Instructions of one pytest, whose files are compiled.

    Raises:
        BrokenError: Valgrind told no number.
    """
    cpu_of(folder, pytest_with(*words))  # compiles
    return counting(folder, *words)


def counting(folder: Path, *words: str, may_fail: bool = False) -> int:
    """Instructions of one pytest as things are.

    Raises:
        BrokenError: Valgrind told no number.
    """
    told = folder / "told.txt"
    counter = [COUNTER, "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={told}"]
    cpu_of(folder, [*counter, *pytest_with(*words)], may_fail=may_fail, **STILL)
    found = re.search(r"Collected : (\d+)", told.read_text("ascii", errors="replace"))
    if found is None:
        raise BrokenError("valgrind told no number of instructions")
    return int(found[1])
