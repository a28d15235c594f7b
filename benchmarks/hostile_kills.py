"""Rounds of ``kill -9``: a pytest run loses one of its processes at a random moment, and what is left is examined."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from pytest_repro.cli import main as command
from pytest_repro.store import file, integrity
from pytest_repro.store.local import LocalStore

MARK = "PYTEST_REPRO_HOSTILE"
"""The environment variable by which every descendant of a round is found, whoever adopted it."""

SUITE = """
import os, time
import numpy as np, pytest
VALUE = int(os.environ["HOSTILE_VALUE"])
@pytest.mark.replay
@pytest.mark.parametrize("number", range(5))
def test_it(number, repro):
    time.sleep(0.01)
    repro.record(n=VALUE, w=np.full(20_000, number + 1000.0 * VALUE))
"""
MODULES = ("test_a.py", "test_b.py")
TESTS = 5 * len(MODULES)

MODES = {
    "verify": (),
    "record-all": ("--repro-record-all",),
    "vary": ("--repro-vary=hashseed=5",),
    "-n 2": ("-n", "2"),
    "record-all -n 2": ("--repro-record-all", "-n", "2"),
    "vary -n 2": ("--repro-vary=hashseed=5", "-n", "2"),
    "record-all vary": ("--repro-record-all", "--repro-vary=hashseed=5"),
    "record-all vary -n 2": ("--repro-record-all", "--repro-vary=hashseed=5", "-n", "2"),
}
ORPHANS_S = 20.0
"""Seconds after which nothing of a round may be alive."""

LONGEST_S = 120.0
"""Seconds after which a run hangs."""

TOLD = ("killed by SIGKILL", "could not run", "not compared", "it ended with status")


class Ran(NamedTuple):
    """What a round was and what it left.

    Attributes:
        mode: Words of the run.
        victim: Which process was killed; empty where none of the kind lived long enough.
        status: Exit status of the parent.
        output: Of the parent.
        lost: What is wrong afterwards.
    """

    mode: str
    victim: str
    status: int
    output: str
    lost: list[str]


def processes(token: str) -> dict[int, tuple[int, str, bool]]:
    """Parent, command line and whether it was started as a fresh process, of each living descendant of a round."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environment = (folder / "environ").read_bytes()
            if f"{MARK}={token}".encode() not in environment.split(b"\0"):
                continue
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state, parent = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:2]
        except OSError:  # it ended between two looks
            continue
        if state != "Z":
            found[int(folder.name)] = (int(parent), words, b"PYTEST_REPRO_CHILD=" in environment)
    return found


def kinds(token: str, parent: int) -> dict[str, list[int]]:
    """The living processes of a round by kind."""
    living = processes(token)
    children = {pid for pid, (above, words, fresh) in living.items() if above == parent and fresh and "pytest" in words}
    found: dict[str, list[int]] = {"parent": [parent] if parent in living else [], "child": sorted(children)}
    python = {pid: above for pid, (above, words, _) in living.items() if "sys.stdin.readline" in words}
    found["worker"] = sorted(pid for pid, above in python.items() if above == parent)
    found["child's worker"] = sorted(pid for pid, above in python.items() if above in children)
    return found


def start(project: Path, mode: str, token: str, value: int) -> subprocess.Popen[str]:
    """A run of pytest that carries the mark, with a temporary folder of its own."""
    temporary = project.parent / "tmp"
    temporary.mkdir(exist_ok=True)
    own = {MARK: token, "HOSTILE_VALUE": str(value), "TMPDIR": str(temporary), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    words = [sys.executable, "-m", "pytest", "-v", "-p", "repro", "-p", "xdist", "-p", "no:cacheprovider"]
    with (project.parent / "output.txt").open("w", encoding="utf-8") as output:
        return subprocess.Popen(
            [*words, *MODES[mode]], cwd=project, env={**os.environ, **own}, stdout=output, stderr=subprocess.STDOUT
        )


def finished(process: subprocess.Popen[str], token: str) -> bool:
    """Wait for a run; whether it ended by itself."""
    try:
        process.wait(LONGEST_S)
    except subprocess.TimeoutExpired:
        for pid in processes(token):
            os.kill(pid, signal.SIGKILL)
        process.wait()
        return False
    return True


def killed(process: subprocess.Popen[str], token: str, wanted: str, moment: float) -> str:
    """Kill one process of the wanted kind at a moment, or as soon after it as there is one."""
    time.sleep(moment)
    while process.poll() is None:
        found = kinds(token, process.pid).get(wanted, [])
        if found:
            pid = random.choice(found)  # noqa: S311  # seeded on purpose
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            return wanted
        time.sleep(0.02)
    return ""


def store_faults(project: Path, before: dict[str, object]) -> list[str]:
    """What is wrong with a store: each test of it is the old one, or wholly the new one."""
    lost = [f"check: {fault.error}" for fault in integrity.examine(project).faults]
    here = Path.cwd()
    os.chdir(project)
    try:
        stdout, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        try:
            status = command.main(["check"])
        finally:
            sys.stdout.close()
            sys.stdout = stdout
    finally:
        os.chdir(here)
    lost += [f"pytest-repro check exits {status}"] if status else []
    for name in MODULES:
        book = LocalStore().book(project / name, "default")
        if len(book.names) != TESTS // len(MODULES):
            lost.append(f"{name} holds {book.names}")
        for test in book.names:
            kept = book.get(test)
            value = kept.observations["record.n"].value
            array = kept.observations["record.w"].values
            if not (array == int(re.findall(r"\d+", test)[-1]) + 1000.0 * value).all():
                lost.append(f"{test}: half of one run, half of another")
            if value == 0 and kept != before[f"{name}::{test}"]:
                lost.append(f"{test}: the old envelope changed")
    return lost


def outcome_faults(mode: str, victim: str, status: int, output: str) -> list[str]:
    """Whether a run whose parent lived says what happened, and its exit status is truthful."""
    passed, failed = (
        sum(map(int, re.findall(rf"(\d+) {word}", output.rpartition("\n=")[2]))) for word in ("passed", "failed")
    )
    told = any(word in output for word in TOLD)  # with the last lines of what a fresh process wrote
    lost = ["a fault of pytest-repro itself"] if "a fault of pytest-repro itself" in output else []
    lost += ["an internal error of pytest"] if "INTERNALERROR" in output and status == 0 and not told else []
    if status == 0 and (passed != TESTS or failed):
        lost.append(f"exit status 0, {passed} passed, {failed} failed")
    if "crashed while running" in output and status == 0:
        lost.append("exit status 0 though a worker died in a test")
    # xdist's own end where a worker dies while it starts, and not a pass
    bootstrap = victim == "worker" and "execnet" in output and re.search("EOFError|connection already closed", output)
    if status not in ((0, 1, 3) if bootstrap else (0, 1)):
        lost.append(f"exit status {status}")
    if victim.startswith("child"):
        cells = [line for line in output.splitlines() if re.match(r"  test_.*=\s+=$", line)]
        if not told and len(cells) != TESTS:
            lost.append("the death of a child is not told")
        if passed + failed != TESTS:
            lost.append(f"the rest did not go on: {passed} passed, {failed} failed")
    if "record-all" in mode and status == 0 and f"recorded {TESTS} tests" not in output:
        lost.append("exit status 0 and not all recorded")
    return lost


def leftovers(project: Path, token: str, *, alive: bool) -> list[str]:
    """Processes that outlive their round, and temporary folders that nobody will remove."""
    until = time.monotonic() + ORPHANS_S
    while (living := processes(token)) and time.monotonic() < until:
        time.sleep(0.05)
    lost = [f"orphan {words[:80]}" for _, words, _ in living.values()]
    for pid in living:
        os.kill(pid, signal.SIGKILL)
    if alive:
        left = [path.name for path in (project.parent / "tmp").glob("pytest-repro-*") if "locks" not in path.name]
        lost += [f"temporary {name}" for name in left]
    return lost


def half_written(project: Path) -> list[Path]:
    """Files that a killed process was writing."""
    return [
        path
        for home in (project / "__envelopes__", project / "__envelopes__" / "arrays")
        for path in file.left_behind(home)
    ]


def one(base: Path, folder: Path, before: dict[str, object], *, mode: str, wanted: str, moment: float) -> Ran:
    """One round in a fresh copy of the project."""
    shutil.rmtree(folder, ignore_errors=True)
    project = folder / "project"
    shutil.copytree(base, project)
    token = f"{os.getpid()}-{time.monotonic_ns()}"
    value = int("record-all" in mode)
    process = start(project, mode, token, value)
    victim = killed(process, token, wanted, moment)
    ended = finished(process, token)
    output = (folder / "output.txt").read_text(encoding="utf-8", errors="replace")
    alive = victim != "parent"
    lost = [] if ended else [f"no end after {LONGEST_S:.0f} s"]
    lost += leftovers(project, token, alive=alive)
    if alive:
        lost += outcome_faults(mode, victim, process.returncode, output)
    elif process.returncode != -signal.SIGKILL:
        lost.append(f"exit status {process.returncode} of a killed parent")
    lost += store_faults(project, before)
    if half_written(project):
        again = start(project, "record-all", f"{token}-again", 1)
        finished(again, f"{token}-again")
        lost += ["the next run fails"] if again.returncode else []
        lost += [f"{path.name} stays for ever" for path in half_written(project)]
    return Ran(mode, victim, process.returncode, output, lost)


def prepared(folder: Path) -> tuple[Path, dict[str, object], dict[str, float]]:
    """The project with its recorded envelopes, what is in them, and the seconds that each mode takes."""
    base = folder / "first" / "project"
    base.mkdir(parents=True)
    for name in MODULES:
        (base / name).write_text(SUITE, encoding="utf-8")
    MODES["record"] = ("--repro-record",)
    assert start(base, "record", "first", 0).wait(LONGEST_S) == 0, "the suite records"
    del MODES["record"]
    before = {}
    for name in MODULES:
        book = LocalStore().book(base / name, "default")
        before |= {f"{name}::{test}": book.get(test) for test in book.names}
    assert len(before) == TESTS
    seconds = {}
    for mode in MODES:
        began = time.monotonic()
        ran = one(base, folder / "round", before, mode=mode, wanted="nobody", moment=0.0)
        seconds[mode] = time.monotonic() - began
        assert not ran.lost, (mode, ran.lost, ran.output)
        assert ran.status == 0, (mode, ran.output)
    return base, before, seconds


def rounds(folder: Path, number: int, seed: int, *, until: float | None = None) -> int:
    """Carry out rounds and print the table; how many lost something."""
    random.seed(seed)
    base, before, seconds = prepared(folder)
    tried, survived, missed = Counter(), Counter(), 0
    for count in range(number):
        if until is not None and time.monotonic() > until:
            break
        mode = random.choice(list(MODES))  # noqa: S311  # seeded on purpose
        victims = ["parent", *(["worker"] * ("-n" in mode)), *(["child"] * ("vary" in mode))]
        victims += ["child's worker"] * ("vary" in mode and "-n" in mode)
        wanted = random.choice(victims)  # noqa: S311  # likewise
        late = random.random() < 1 / 3  # noqa: S311  # envelopes are written at the end
        begin = 0.75 if late and wanted in ("parent", "worker") else 0.0
        moment = seconds[mode] * random.uniform(begin, 1.0)  # noqa: S311  # likewise
        ran = one(base, folder / "round", before, mode=mode, wanted=wanted, moment=moment)
        if not ran.victim:  # it was over before: a run like any other, and not counted
            missed += 1
        else:
            tried[ran.victim, mode] += 1
            survived[ran.victim, mode] += not ran.lost
        if ran.lost:
            print(f"round {count}: {ran.victim or 'nobody'} of '{mode}' after {moment:.2f} s: {ran.lost}", flush=True)
            kept = folder / f"lost-{count}.txt"
            kept.write_text(f"{mode} {wanted} {moment}\n{ran.lost}\n{ran.status}\n{ran.output}", encoding="utf-8")
    print(f"{'killed':16}{'in':24}{'rounds':>7}{'survived':>10}{'lost':>6}")
    for (victim, mode), times in sorted(tried.items()):
        print(f"{victim:16}{mode:24}{times:7}{survived[victim, mode]:10}{times - survived[victim, mode]:6}")
    total, whole = tried.total(), survived.total()
    print(f"{'all':40}{total:7}{whole:10}{total - whole:6}   seed {seed}; {missed} runs ended before their moment")
    return total - whole
