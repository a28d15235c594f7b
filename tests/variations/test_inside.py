"""What varies within a process: in force inside, and undone exactly."""

# ruff: noqa: PTH207, PTH208, DTZ011  # the calls that are varied

from __future__ import annotations

import datetime as dt
import glob
import os
import sys
import threading
from pathlib import Path

import numpy as np  # noqa: F401  # so that there is a library with threads
import pytest
from threadpoolctl import threadpool_info

from pytest_repro.variations.condition import Condition
from pytest_repro.variations.registry import VARIATIONS, variation

NAMES = [f"{letter}{number}" for letter in "abc" for number in range(5)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in NAMES:
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


LISTINGS = {
    "os.listdir": lambda: os.listdir("."),
    "os.listdir without a path": lambda: os.listdir(),  # noqa: PLW0108  # looked up when it is called
    "os.listdir of bytes": lambda: [name.decode() for name in os.listdir(b".")],
    "os.scandir": lambda: [entry.name for entry in os.scandir(".")],
    "os.walk": lambda: next(os.walk("."))[2],
    "glob.glob": lambda: glob.glob("*"),
    "glob.iglob": lambda: list(glob.iglob("**", recursive=True)),
    "Path.iterdir": lambda: [path.name for path in Path().iterdir()],
    "Path.glob": lambda: [path.name for path in Path().glob("*")],
    "Path.rglob": lambda: [path.name for path in Path().rglob("*")],
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("listing", LISTINGS)
def test_every_way_to_list_a_folder_gives_the_same_names_in_another_order(listing):
    look = LISTINGS[listing]
    before = look()
    with variation("file_order").inside("1"):
        inside, again = look(), look()
    assert inside == again
    assert sorted(inside) == sorted(before) == sorted(NAMES)
    assert inside != before
    assert inside != sorted(inside)
    assert look() == before


def test_a_listing_by_descriptor_and_an_open_scan_work_as_ever(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        with variation("file_order").inside("1"):
            assert sorted(os.listdir(handle)) == NAMES
            with os.scandir(folder) as entries:
                assert next(entries).is_file()
            assert list(entries) == []
            with pytest.raises(FileNotFoundError):
                os.listdir(folder / "absent")
            with pytest.raises(FileNotFoundError):
                os.scandir(folder / "absent")
    finally:
        os.close(handle)


def test_all_that_varies_within_a_process_is_undone_also_after_an_error():
    before = (os.listdir, os.scandir, sys.getswitchinterval(), threading.active_count(), dt.date.today())
    held = getattr(getattr(glob, "_StringGlobber", None), "scandir", None)
    members = tuple((one.name, one.usual()[0]) for one in VARIATIONS if not one.missing() and one.usual())
    with pytest.raises(KeyError), Condition("all", members).inside():
        raise KeyError
    assert (os.listdir, os.scandir, sys.getswitchinterval(), threading.active_count(), dt.date.today()) == before
    assert getattr(getattr(glob, "_StringGlobber", None), "scandir", None) is held


@pytest.mark.parametrize("one", VARIATIONS, ids=lambda one: one.name)
def test_in_an_unchanged_process_nothing_is_entered(one):
    before = (os.listdir, os.scandir, sys.getswitchinterval(), dt.date.today())
    with one.inside(""):
        assert (os.listdir, os.scandir, sys.getswitchinterval(), dt.date.today()) == before


def test_threads_beyond_the_cores_are_made_within_the_process():
    wanted = (os.cpu_count() or 1) + 3
    before = [pool["num_threads"] for pool in threadpool_info()]
    with variation("threads").inside(str(wanted)):
        assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {wanted}
    assert [pool["num_threads"] for pool in threadpool_info()] == before


def test_the_date_moves_by_whole_days_and_time_goes_on():
    if variation("time").missing():
        pytest.skip(variation("time").missing())
    today = dt.datetime.now(dt.UTC).date()
    with variation("time").inside("400"):
        assert (dt.datetime.now(dt.UTC).date() - today).days in (400, 401)
