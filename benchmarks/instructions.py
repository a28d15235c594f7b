"""Instructions of a session in which nothing is marked, over bare pytest's.

Valgrind counts them, so that neighbours on a shared machine change nothing. Two lengths of one suite tell what loading
costs once from what each test costs.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import peers
from rounds import OURS, BrokenError, Spread, cpu_of, pytest_with
from rows import Filled
from trivial import suite

BESIDE = ("pytest-randomly",)
"""Peers that are counted, too; each takes valgrind another minute."""


def idle(few: int = 200, many: int = 700, whole: int = 5000) -> dict[str, Filled]:
    """Of a suite of ``whole`` tests, reckoned from two shorter ones."""
    row = "idle-instructions"
    if shutil.which("valgrind") is None:
        return {row: Filled(missing=["valgrind is not installed"])}
    here, missing = peers.installed(*BESIDE)
    commands = {"bare": (), "ours": OURS, **{peer: peers.loaded(peer) for peer in here}}
    counts: dict[str, float] = {}
    notes = []
    with tempfile.TemporaryDirectory() as name:
        folders = {number: suite(Path(name, str(number)), number) for number in (few, many)}
        for who, words in commands.items():
            less, more = (counted(folder, *words) for folder in folders.values())
            each = (more - less) / (many - few)
            counts[who] = less + (whole - few) * each
            notes.append(f"{who}: {less - few * each:,.0f} instructions to start and end, {each:,.0f} each test")
    ours, *theirs = (Spread((counts[who] / counts["bare"],), who) for who in commands if who != "bare")
    return {row: Filled(ours, theirs, missing=missing, notes=notes)}


def counted(folder: Path, *words: str) -> int:
    """Instructions of one pytest, whose files are compiled.

    Raises:
        BrokenError: Valgrind told no number.
    """
    command = pytest_with(*words)
    cpu_of(folder, command)  # compiles
    told = folder / "told.txt"
    cpu_of(folder, ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={told}", *command])
    found = re.search(r"Collected : (\d+)", told.read_text("ascii", errors="replace"))
    if found is None:
        raise BrokenError("valgrind told no number of instructions")
    return int(found[1])
