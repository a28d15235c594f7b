"""The locks of a project in words."""

from __future__ import annotations

import json

from pytest_repro.controls.lockfiles import LockReport, Other
from pytest_repro.controls.lockstep import judge
from pytest_repro.environment.distribution import Distribution
from pytest_repro.errors import ReproError
from pytest_repro.locks.lock import Lock, Pin, Staleness
from pytest_repro.report.lock import text, to_dict

LOCK = Lock(
    path="uv.lock",
    form="uv.lock",
    tool="uv",
    version="1.3",
    digest="3f2a1c" + "0" * 58,
    pins=(
        Pin(name="numpy", version="2.4.6", hashed=True),
        Pin(name="pandas", version="3.0.1", hashed=True, default=False),
        Pin(name="rich", version="13.7", hashed=True),
    ),
    names=frozenset({"numpy", "pandas", "rich"}),
    root="mine",
    notes=("line 4 could not be read",),
)
FRESH = Staleness(state="fresh", reason="the requirements are those of the project")


def report(*installed, lock=LOCK, **more):
    here = [Distribution(name=name, version=version) for name, version in installed]
    return LockReport(lockstep=judge(lock, here, FRESH), why="the first of 2 in the order of formats", **more)


def test_the_report_says_which_lock_how_it_stands_what_is_wrong_and_what_next():
    others = (Other("requirements.txt", "requirements.txt 9003f2 in step"), Other("b.txt", "not read"))
    assert text(report(("numpy", "2.3.1"), ("rich", "13.7"), ("tabulate", "0.9"), others=others), {"L401": "fail"}) == (
        "lock          uv.lock 3f2a1c: 1 differs (the first of 2 in the order of formats)\n"
        "format        uv.lock 1.3, written by uv\n"
        "              line 4 could not be read\n"
        "packages      1 as locked, 1 of another version, 1 optional and not installed, 1 not locked\n"
        "project       fresh: the requirements are those of the project\n"
        "others        requirements.txt 9003f2 in step\n"
        "              b.txt not read\n"
        "\n"
        "RPR-L401 installed differs from the lock: 1 of 3 packages is not what uv.lock pins   [fail]\n"
        "  numpy   locked 2.4.6   installed 2.3.1\n"
        "  next          uv sync\n"
        "\n"
        "RPR-L403 installed but not locked: 1 installed package is not in uv.lock   [accept]\n"
        "  tabulate   not locked   installed 0.9\n"
        "  next          add to the project's requirements what its tests need, and lock again\n"
        "                uv lock"
    )


def test_a_project_without_a_lock_is_told_in_one_finding():
    empty = LockReport(lockstep=None, why="no lock file is in the project or above it", wishes=("Pipfile",))
    assert text(empty, {}) == (
        "lock          none: no lock file is in the project or above it\n"
        "\n"
        "RPR-L408 no lock: no lock file is in the project or above it   [warn]\n"
        "  Pipfile says what is wanted, and not which file exactly\n"
        "  next          lock what is wanted: uv lock\n"
        "                or what is here: pip freeze > requirements.txt"
    )


def test_a_lock_that_cannot_be_read_is_told_with_its_place():
    error = ReproError("L406", "a merge conflict is not resolved", place="uv.lock:7", mend="uv lock")
    assert text(LockReport(lockstep=None, why="the only one", broken=(error,)), {}) == (
        "lock          uv.lock:7 cannot be read\n"
        "\n"
        "RPR-L406 malformed lock: uv.lock:7: a merge conflict is not resolved   [fail]\n"
        "  next          uv lock"
    )


def test_the_dictionary_adds_the_findings_after_policy():
    told = json.loads(json.dumps(to_dict(report(("numpy", "2.3.1"), ("rich", "13.7")), {"L401": "fail"})))
    assert told["findings"] == [
        {
            "code": "RPR-L401",
            "sentence": "1 of 3 packages is not what uv.lock pins",
            "action": "fail",
            "reasons": ["numpy   locked 2.4.6   installed 2.3.1"],
            "next": ["uv sync"],
        }
    ]
    assert told["words"] == "uv.lock 3f2a1c: 1 differs"
