"""One lock against what is installed: silence first, then findings, words and JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pytest_repro.controls.lockstep import SHOWN, judge
from pytest_repro.environment.distribution import Distribution
from pytest_repro.locks.lock import Lock, Pin, Staleness

FRESH = Staleness(state="fresh", reason="the hash is that of pyproject.toml")
PINS = (
    Pin(name="numpy", version="2.4.6", hashed=True),
    Pin(name="pandas", version="3.0.1", hashed=True, default=False),
    Pin(name="rich", version="13.7", hashed=True),
)
LOCK = Lock(
    path="uv.lock",
    form="uv.lock",
    tool="uv",
    digest="3f2a1c" + "0" * 58,
    pins=PINS,
    names=frozenset({"numpy", "pandas", "rich", "colorama", "thisproject"}),
    skipped={"colorama": "sys_platform == 'win32'"},
    root="thisproject",
)


def installed(**versions):
    return [Distribution(name=name.replace("_", "-"), version=version) for name, version in versions.items()]


def findings(lockstep, policy=None):
    return {finding.code: finding for finding in lockstep.findings(policy or {})}


def test_what_is_installed_as_locked_is_in_step_and_finds_nothing():
    lockstep = judge(LOCK, installed(numpy="2.4.6", rich="13.7"), FRESH)
    assert lockstep.in_step
    assert lockstep.words == "uv.lock 3f2a1c in step"
    assert lockstep.findings({}) == ()


def test_a_pin_of_another_group_is_not_missing_and_its_version_is_judged_where_it_is_installed():
    lockstep = judge(LOCK, installed(numpy="2.4.6", rich="13.7"), FRESH)
    assert [package.name for package in lockstep.of("optional")] == ["pandas"]
    lockstep = judge(LOCK, installed(numpy="2.4.6", rich="13.7", pandas="2.2"), FRESH)
    assert findings(lockstep)["L401"].reasons == ("pandas   locked 3.0.1   installed 2.2",)


def test_a_name_locked_for_another_platform_is_neither_missing_nor_extra():
    lockstep = judge(LOCK, installed(numpy="2.4.6", rich="13.7", colorama="0.4"), FRESH)
    assert lockstep.findings({}) == ()


@pytest.mark.parametrize("name", ["pip", "setuptools", "wheel", "uv", "pytest-repro", "threadpoolctl", "thisproject"])
def test_what_every_environment_has_and_the_project_itself_are_never_extra(name):
    lockstep = judge(LOCK, installed(**{"numpy": "2.4.6", "rich": "13.7", name: "1"}), FRESH)
    assert lockstep.findings({}) == ()


def test_a_project_that_the_lock_does_not_name_is_known_by_its_folder_or_told():
    lock = replace(LOCK, root="", names=frozenset({"numpy", "rich", "pandas"}))
    self_installed = [*installed(numpy="2.4.6", rich="13.7"), Distribution(name="me", version="1", source="editable")]
    assert judge(lock, self_installed, FRESH).findings({}) == ()
    plain = installed(numpy="2.4.6", rich="13.7", me="1")
    assert "L403" in findings(judge(lock, plain, FRESH))
    assert judge(lock, plain, FRESH, own=("me",)).findings({}) == ()
    assert judge(lock, plain, FRESH, known=("me",)).findings({}) == ()


def test_each_kind_of_difference_is_one_finding_with_a_table_and_a_command():
    here = [
        Distribution(name="numpy", version="2.3.1"),
        Distribution(name="pandas", version="3.0.1+local"),
        Distribution(name="tabulate", version="0.9"),
    ]
    lockstep = judge(LOCK, here, FRESH)
    assert lockstep.words == "uv.lock 3f2a1c: 1 differs, 1 of another build, 1 missing"
    found = findings(lockstep)
    assert list(found) == ["L401", "L402", "L403", "L410"]
    assert found["L401"].headline == (
        "RPR-L401 installed differs from the lock: 1 of 3 packages is not what uv.lock pins"
    )
    assert found["L401"].reasons == ("numpy   locked 2.4.6   installed 2.3.1",)
    assert found["L401"].steps == ("uv sync",)
    assert found["L402"].sentence == "1 of 3 packages is in uv.lock and not here"
    assert found["L402"].reasons == ("rich   locked 13.7   not installed",)
    assert found["L403"].sentence == "1 installed package is not in uv.lock"
    assert found["L403"].reasons == ("tabulate   not locked   installed 0.9",)
    assert found["L410"].reasons == ("pandas   locked 3.0.1   installed 3.0.1+local",)
    assert [found[code].action for code in found] == ["warn", "warn", "accept", "warn"]
    assert findings(lockstep, {"L401": "fail"})["L401"].action == "fail"


def test_long_lists_are_cut_and_counted_and_columns_stand_below_one_another():
    pins = tuple(Pin(name=f"p{number}", version="1", hashed=True) for number in range(SHOWN + 7))
    lock = replace(LOCK, pins=pins)
    here = [Distribution(name=pin.name, version="2" if pin.name != "p3" else "2.0.1") for pin in pins]
    reasons = findings(judge(lock, here, FRESH))["L401"].reasons
    assert len(reasons) == SHOWN + 1
    assert reasons[-1] == "and 7 more"
    assert len({line.index("locked") for line in reasons[:-1]}) == 1
    assert len({line.index("installed") for line in reasons[:-1]}) == 1


def test_nothing_is_missing_from_a_lock_that_does_not_decide_and_nothing_extra_beside_one_that_is_not_closed():
    here = installed(numpy="2.4.6", tabulate="0.9")
    assert "L402" not in findings(judge(replace(LOCK, complete=False), here, FRESH))
    assert "L403" not in findings(judge(replace(LOCK, closed=False), here, FRESH))


def test_a_lock_for_another_interpreter_is_one_finding_and_no_list():
    lock = replace(LOCK, elsewhere="it is for Python >=3.13, and this is 3.11.7")
    lockstep = judge(lock, installed(numpy="1.0"), FRESH)
    assert lockstep.words == "uv.lock 3f2a1c is not for this interpreter"
    (found,) = lockstep.findings({})
    assert found.headline == (
        "RPR-L409 lock for another interpreter: uv.lock: it is for Python >=3.13, and this is 3.11.7"
    )
    assert found.steps == ("install what it locks: uv sync", "or name another lock: --repro-lock=PATH")


def test_a_low_overlap_says_that_the_lock_was_made_for_something_else():
    pins = tuple(Pin(name=f"p{number}", version="1", hashed=True) for number in range(20))
    lock = replace(LOCK, pins=pins)
    few = [Distribution(name=f"p{number}", version="1") for number in range(4)]
    assert judge(lock, few, FRESH).elsewhere == (
        "it was made for another environment: of 20 packages it locks, 4 are installed here, 4 of them as locked"
    )
    strange = [Distribution(name=f"p{number}", version="7") for number in range(9)]
    assert judge(lock, strange, FRESH).elsewhere
    upgraded = [Distribution(name=f"p{number}", version="7") for number in range(20)]
    assert not judge(lock, upgraded, FRESH).elsewhere
    half = [Distribution(name=f"p{number}", version="1") for number in range(9)]
    assert not judge(lock, half, FRESH).elsewhere


def test_a_small_lock_is_always_listed():
    assert [package.state for package in judge(LOCK, [], FRESH).packages] == ["missing", "optional", "missing"]


def test_a_stale_lock_is_told_beside_everything_else_and_a_changed_one_is_not():
    stale = Staleness(state="stale", reason="scipy is asked for and not locked")
    lockstep = judge(LOCK, installed(numpy="2.4.6", rich="13.7"), stale)
    assert lockstep.words == "uv.lock 3f2a1c in step, stale"
    (found,) = lockstep.findings({})
    assert found.headline == "RPR-L404 stale lock: uv.lock no longer stands for the project"
    assert (found.reasons, found.steps) == (("scipy is asked for and not locked",), ("uv lock",))
    changed = Staleness(state="changed", reason="a bound was loosened")
    assert judge(LOCK, installed(numpy="2.4.6", rich="13.7"), changed).findings({}) == ()


def test_what_cannot_be_audited_is_one_finding_with_a_line_a_reason():
    pins = (
        Pin(name="a", version="1"),
        Pin(name="b", version=None, why="range >=2"),
        Pin(name="c", version="1", source="vcs"),
        Pin(name="d", version="1", hashed=True),
        Pin(name="e", version=None, source="editable"),
    )
    here = [
        *installed(a="1", b="2", d="1"),
        Distribution(name="c", version="1", source="vcs", ref="0" * 40),
        Distribution(name="e", version="1", source="editable"),
    ]
    lock = replace(LOCK, pins=pins, path="requirements.txt", form="requirements", tool="")
    (found,) = judge(lock, here, FRESH).findings({})
    assert (found.code, found.action) == ("L407", "accept")
    assert found.sentence == "3 of 5 packages are not locked to one file"
    assert found.reasons == (
        "1 not pinned to one version: b",
        "1 without a digest: a",
        "1 from a repository without a commit: c",
    )


def test_ranges_alone_pin_nothing():
    lock = replace(LOCK, pins=(Pin(name="b", version=None, why="range >=2"),))
    assert judge(lock, installed(b="2"), FRESH).words == "uv.lock 3f2a1c pins nothing"


def test_unknown_packages_are_unknown_and_not_missing():
    lockstep = judge(LOCK, None, FRESH)
    assert lockstep.words == "uv.lock 3f2a1c beside unknown packages"
    assert lockstep.findings({}) == ()
    assert not lockstep.in_step


CONDA = replace(
    LOCK,
    path="pixi.lock",
    form="pixi.lock",
    tool="pixi",
    root="",
    pins=(
        Pin(name="numpy", version="2.4.1", source="conda", ref="py312_0", hashed=True, manager="conda"),
        Pin(name="pytorch", version="2.9", source="conda", ref="cpu_0", hashed=True, manager="conda"),
        Pin(name="rich", version="13.7", hashed=True),
    ),
    names=frozenset({"numpy", "pytorch", "rich"}),
)
PREFIX = [
    Distribution(name="numpy", version="2.4.1", source="conda", ref="py312_0", manager="conda"),
    Distribution(name="pytorch", version="2.9", source="conda", ref="cpu_0", manager="conda"),
    Distribution(name="numpy", version="2.4.1", source="directory"),
    Distribution(name="torch", version="2.9", source="directory"),
    Distribution(name="rich", version="13.7"),
]


def test_conda_names_are_compared_with_conda_and_python_names_with_python():
    assert judge(CONDA, PREFIX, FRESH).findings({}) == ()
    other = [replace(PREFIX[0], ref="py312_1"), *PREFIX[1:4], replace(PREFIX[4], version="14")]
    found = findings(judge(CONDA, other, FRESH))
    assert list(found) == ["L401", "L410"]
    assert found["L401"].reasons == ("rich   locked 13.7   installed 14",)
    assert found["L410"].reasons == ("numpy   locked 2.4.1 py312_0   installed 2.4.1 py312_1",)
    assert found["L410"].steps == ("pixi install",)


def test_a_conda_lock_beside_a_plain_interpreter_is_for_another_one():
    lockstep = judge(CONDA, installed(numpy="2.4.1", rich="13.7"), FRESH)
    assert lockstep.elsewhere == "it locks a conda environment, and this interpreter is in none"


def test_python_packages_that_conda_installed_are_in_step_with_a_lock_of_pythons_own_tools():
    lock = replace(LOCK, pins=(Pin(name="numpy", version="2.4.1", hashed=True),), closed=False)
    assert judge(lock, PREFIX, FRESH).findings({}) == ()


def test_the_dictionary_holds_what_is_not_simply_as_locked_and_goes_through_json():
    told = json.loads(json.dumps(judge(LOCK, installed(numpy="2.3.1", rich="13.7"), FRESH).to_dict()))
    assert told["state"] == "out of step"
    assert told["counts"] == {"ok": 1, "optional": 1, "version": 1}
    assert told["packages"][0] == {
        "name": "numpy",
        "manager": "python",
        "state": "version",
        "locked": "2.4.6",
        "installed": "2.3.1",
        "note": "",
    }
    assert told["staleness"] == {"state": "fresh", "reason": FRESH.reason}
