"""Odd circumstances: suites, objects and machines that no user plans for, each run for itself and its output examined.

What is asked of every one of them: no fault of ours and none of pytest's, the exit status that the suite deserves, and
words that tell what was not possible.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.store.local import LocalStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BLAMED = ("a fault of pytest-repro itself", "INTERNALERROR", "pytest_repro/plugin/hooks.py")
"""What stands in the output of a run that met a mistake of ours."""

NOBODY = 65534
"""User to whom a project belongs that must not be written."""

POWERLESS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
"""What takes from the superuser the right to write everywhere."""

LONGEST_S = 900.0
"""Seconds after which a run hangs."""

WORDS = ("-p", "repro", "-p", "no:cacheprovider", "--repro=all")

PLAIN = """
import numpy as np
def test_array(): array = np.arange(10.0)
def test_text(tmp_path): text = "x"; (tmp_path / "out").write_text(text)
"""


class Ran(NamedTuple):
    """How a run ended.

    Attributes:
        status: Exit status.
        output: All that it wrote.
        project: Its folder.
    """

    status: int
    output: str
    project: Path


class Odd(NamedTuple):
    """One circumstance.

    Attributes:
        name: In the table.
        source: The test module.
        words: For pytest, after ours.
        status: That the suite deserves.
        says: Patterns of which each stands in the output.
        conftest: Beside the module.
        python: Words for the interpreter.
        variables: Of the environment.
        around: Runs the command in circumstances of its own; says what is wrong afterwards.
        small: Whether it takes seconds, so that the test suite carries it out too.
    """

    name: str
    source: str = PLAIN
    words: tuple[str, ...] = ()
    status: int = 0
    says: tuple[str, ...] = (r"repro: \d+ tests? replayed",)
    conftest: str = ""
    python: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    around: Callable[[Odd, Path], tuple[Ran, list[str]] | None] | None = None
    small: bool = True


def started(
    odd: Odd, project: Path, *words: str, before: tuple[str, ...] = (), **variables: str
) -> subprocess.Popen[bytes]:
    """A run that goes on."""
    own = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **dict(odd.variables), **variables}
    return subprocess.Popen(
        [*before, sys.executable, *odd.python, "-m", "pytest", *WORDS, *odd.words, *words],
        cwd=project,
        env={**os.environ, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def ended(process: subprocess.Popen[bytes], project: Path) -> Ran:
    """How a run ended; killed after a long time.

    Raises:
        subprocess.TimeoutExpired: It was.
    """
    with process:
        try:
            output, _ = process.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return Ran(process.returncode, output.decode(errors="replace"), project)


def run(odd: Odd, project: Path, *words: str, before: tuple[str, ...] = (), **variables: str) -> Ran:
    """One run, waited for."""
    return ended(started(odd, project, *words, before=before, **variables), project)


def tmpfs(folder: Path, size: str) -> bool:
    """A small disk on a folder, where this user may make one."""
    folder.mkdir(parents=True, exist_ok=True)
    tool = shutil.which("mount")
    made = tool and subprocess.run([tool, "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=False).returncode
    return made == 0


def unmounted(folder: Path) -> None:
    """Take the disk away."""
    subprocess.run([shutil.which("umount") or "umount", folder], check=True)


def values(project: Path) -> dict[str, object]:
    """What is recorded of the suite."""
    book = LocalStore().book(project / "test_it.py", "default")
    return {name: book.get(name) for name in book.names}


def full_store(odd: Odd, project: Path) -> tuple[Ran, list[str]] | None:
    """The disk of the store is full when the suite records anew."""
    disk = project / "__envelopes__"
    if not tmpfs(disk, "256k"):
        return None
    try:
        first = run(odd, project, "--repro-record", ODD_SIZE="10")
        before = values(project)
        ran = run(odd, project, "--repro-record-all", ODD_SIZE="300000")
        lost = [] if first.status == 0 and before else [f"nothing was recorded: {first.output}"]
        return ran, lost + (["an old envelope is lost"] if values(project) != before else [])
    finally:
        unmounted(disk)


def full_temporary(odd: Odd, project: Path) -> tuple[Ran, list[str]] | None:
    """The disk of temporary files is full when fresh processes are to run."""
    disk = project / "tmp"
    if not tmpfs(disk, "64k"):
        return None
    try:
        with (disk / "filled").open("wb", buffering=0) as stream:
            try:
                while True:
                    stream.write(bytes(4096))
            except OSError:
                return run(odd, project, TMPDIR=str(disk)), []
    finally:
        unmounted(disk)


def unwritable(odd: Odd, project: Path) -> tuple[Ran, list[str]] | None:
    """Nothing in the project may be written; everything may be read."""
    superuser = os.geteuid() == 0
    if superuser and shutil.which(POWERLESS[0]) is None:
        return None
    run(odd._replace(words=()), project, "--repro-record")
    before = values(project)
    places = [project, *project.rglob("*")]
    for place in places:
        if superuser:
            os.chown(place, NOBODY, NOBODY)
        place.chmod(0o555 if place.is_dir() else 0o444)
    ran = run(odd, project, before=POWERLESS if superuser else (), ODD_SIZE="20")
    for place in places:
        place.chmod(0o755 if place.is_dir() else 0o644)
    return ran, [] if before and values(project) == before else ["an old envelope is lost"]


def two_at_once(odd: Odd, project: Path) -> tuple[Ran, list[str]]:
    """Two sessions record into one store at one time."""
    one = started(odd, project, "--repro-record-all")
    ran = run(odd, project, "--repro-record-all")
    other = ended(one, project)
    lost = [f"the other ended with {other.status}: {other.output[-2000:]}"] if other.status else []
    return ran, lost + ([] if len(values(project)) == odd.source.count("def test") else ["not all tests are recorded"])


def vanishing(odd: Odd, project: Path) -> tuple[Ran, list[str]]:
    """The store goes and comes back while it is read."""
    run(odd, project, "--repro-record")
    store, away = project / "__envelopes__", project / "away"
    process = started(odd, project)
    while process.poll() is None:
        for one, other in ((store, away), (away, store)):
            one.rename(other)
            time.sleep(0.002)
    return ended(process, project), []


def closed(odd: Odd, project: Path) -> tuple[Ran, list[str]]:
    """Nothing can be read from standard input: it is closed, as under some schedulers."""
    return run(odd, project, before=("sh", "-c", 'exec "$@" <&-', "sh")), []


def examined(odd: Odd, project: Path) -> tuple[Ran, list[str]] | None:
    """Carry one out in a fresh folder; None where it cannot be made here."""
    project.mkdir(parents=True)
    (project / "test_it.py").write_text(odd.source, encoding="utf-8")
    (project / "conftest.py").write_text(odd.conftest, encoding="utf-8")
    (project / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    try:
        found = (run(odd, project), []) if odd.around is None else odd.around(odd, project)
    except subprocess.TimeoutExpired as error:
        found = Ran(-1, str(error.output), project), [f"no end after {LONGEST_S:.0f} s"]
    if found is None:
        return None
    ran, lost = found
    lost = [*lost, *(f"'{blame}' in the output" for blame in BLAMED if blame in ran.output)]
    if ran.status != odd.status:
        lost.append(f"exit status {ran.status}, and {odd.status} is deserved")
    lost += [f"nothing says '{pattern}'" for pattern in odd.says if not re.search(pattern, ran.output)]
    return ran, lost


def rounds(folder: Path, odds: tuple[Odd, ...]) -> int:
    """Carry all out and print the table; how many lost something."""
    failed = 0
    for odd in odds:
        began = time.monotonic()
        project = folder / re.sub(r"\W+", "-", odd.name)
        shutil.rmtree(project, ignore_errors=True)
        found = examined(odd, project)
        verdict = "cannot be made here" if found is None else "lost" if found[1] else "survived"
        print(f"{odd.name:56}{verdict:20}{time.monotonic() - began:7.1f} s", flush=True)
        if found is not None and found[1]:
            failed += 1
            print("    " + "\n    ".join(found[1]))
            print("    | " + "\n    | ".join(found[0].output.splitlines()[-40:]))
    return failed
