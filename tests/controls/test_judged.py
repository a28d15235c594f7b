"""One package: what is locked, what is installed, and whether that is the same."""

from __future__ import annotations

import pytest

from pytest_repro.controls.judged import Judged, absent, judged, unlocked
from pytest_repro.environment.distribution import Distribution
from pytest_repro.locks.lock import Pin

COMMIT = "1f3c9e2aa0b1c2d3e4f5061728394a5b6c7d8e9f"


def told(pin, found, *, beside_conda=False):
    judgement = judged([Pin(name="p", **pin)], Distribution(name="p", **found), beside_conda=beside_conda)
    return judgement.state


@pytest.mark.parametrize(
    ("locked", "installed", "state"),
    [
        ("2.0", "2.0", "ok"),
        ("2.0", "2.0.0", "ok"),
        ("2.0.post1", "2.0-1", "ok"),
        ("1!2.0", "2.0", "version"),
        ("2.0rc1", "2.0RC1", "ok"),
        ("2.0", "2.1", "version"),
        ("2.13.0+cpu", "2.13.0+cpu", "ok"),
        ("2.13.0", "2.13.0+cpu", "build"),
        ("2.13.0+cu126", "2.13.0+cpu", "build"),
        ("2.13.0+ubuntu.1", "2.13.0+ubuntu-1", "ok"),
        ("2004d", "2004d", "ok"),
        ("2004d", "2005a", "version"),
    ],
)
def test_versions_are_the_same_as_pep_440_says_and_a_local_part_is_another_build(locked, installed, state):
    assert told({"version": locked}, {"version": installed}) == state


@pytest.mark.parametrize(
    ("pin", "found", "state"),
    [
        ({"version": "1"}, {"version": "1", "source": "editable"}, "source"),
        ({"version": "1"}, {"version": "1", "source": "directory"}, "source"),
        ({"version": "1"}, {"version": "1", "source": "vcs", "ref": COMMIT}, "source"),
        ({"version": "1", "source": "editable"}, {"version": "1"}, "source"),
        ({"version": "1", "source": "editable"}, {"version": "2", "source": "directory"}, "ok"),
        ({"version": None, "source": "directory"}, {"version": "2", "source": "editable"}, "ok"),
        ({"version": "1", "source": "url"}, {"version": "1", "source": "file"}, "ok"),
        ({"version": "1", "source": "url"}, {"version": "2", "source": "url"}, "version"),
    ],
)
def test_an_index_a_folder_a_repository_and_a_file_are_different_sources(pin, found, state):
    assert told(pin, found) == state


@pytest.mark.parametrize(
    ("locked", "installed", "state"),
    [
        (COMMIT, COMMIT, "ok"),
        (COMMIT[:7], COMMIT, "ok"),
        (COMMIT, COMMIT.upper(), "ok"),
        (COMMIT, "0" * 40, "source"),
        (None, COMMIT, "unjudged"),
        (COMMIT, None, "unjudged"),
        ("main", COMMIT, "unjudged"),
        ("1f3", COMMIT, "unjudged"),
    ],
)
def test_a_repository_is_judged_by_its_commit_and_never_by_its_version(locked, installed, state):
    pin = {"version": "0.1", "source": "vcs", "ref": locked}
    assert told(pin, {"version": "0.2.dev3", "source": "vcs", "ref": installed}) == state


@pytest.mark.parametrize(
    ("pin", "found", "state"),
    [
        ({"version": "2.4.1", "ref": "py312_0"}, {"version": "2.4.1", "ref": "py312_0"}, "ok"),
        ({"version": "2.4.1", "ref": "py312_0"}, {"version": "2.4.1", "ref": "py312_1"}, "build"),
        ({"version": "2.4.1", "ref": "py312_0"}, {"version": "2.4.10", "ref": "py312_0"}, "version"),
        ({"version": "2.4.1"}, {"version": "2.4.1", "ref": "py312_1"}, "ok"),
        ({"version": None}, {"version": "2.4.1", "ref": "py312_1"}, "unjudged"),
    ],
)
def test_a_conda_package_is_judged_by_version_and_build_as_conda_writes_them(pin, found, state):
    conda = {"source": "conda", "manager": "conda"}
    assert told(pin | conda, found | conda, beside_conda=True) == state


def test_the_folder_that_conda_built_a_package_in_is_no_source():
    assert told({"version": "1"}, {"version": "1", "source": "directory"}, beside_conda=True) == "ok"
    assert told({"version": "1"}, {"version": "1", "source": "editable"}, beside_conda=True) == "source"


def test_a_range_is_not_judged_and_says_why():
    judgement = judged(
        [Pin(name="p", version=None, why="range >=2,<3")], Distribution(name="p", version="2.1"), beside_conda=False
    )
    assert judgement == Judged("p", "python", "unjudged", "range >=2,<3", "2.1", "range >=2,<3")


def test_of_several_pins_of_one_name_the_best_fitting_was_installed():
    pins = [Pin(name="p", version="1.0"), Pin(name="p", version="2.0")]
    assert judged(pins, Distribution(name="p", version="2.0"), beside_conda=False) == Judged(
        "p", "python", "ok", "2.0", "2.0"
    )
    assert judged(pins, Distribution(name="p", version="3.0"), beside_conda=False) == Judged(
        "p", "python", "version", "1.0 or 2.0", "3.0"
    )


def test_the_words_tell_version_origin_commit_and_build():
    pins = [Pin(name="p", version="1", source="vcs", ref=COMMIT)]
    found = Distribution(name="p", version="1", source="editable")
    assert judged(pins, found, beside_conda=False) == Judged("p", "python", "source", "1 commit 1f3c9e2", "1 editable")
    conda = Pin(name="q", version="1", source="conda", ref="h0_0", manager="conda")
    assert absent([conda], needed=True) == Judged("q", "conda", "missing", "1 h0_0", "")
    assert absent([Pin(name="r", version=None, source="directory")], needed=False) == Judged(
        "r", "python", "optional", "from a folder", ""
    )
    assert unlocked(Distribution(name="s", version=None)) == Judged("s", "python", "extra", "", "unknown version")
