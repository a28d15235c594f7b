"""A place keeps folders and secrets out of what is written."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from pytest_repro.environment.place import Place


@pytest.fixture
def homely(monkeypatch):
    """A project in a home folder, neither in the temporary one."""
    monkeypatch.setattr(tempfile, "tempdir", "/made/tmp")
    monkeypatch.setenv("HOME", "/made/home/kim")
    return Place(directory=Path("/made/home/kim/project"))


def test_folders_become_markers_the_innermost_first(homely):
    text = f"/made/home/kim/project/x /made/home/kim/.cache:/made/tmp/y {sys.prefix}/lib"
    assert homely.clean(text) == "<project>/x <home>/.cache:<tmp>/y <prefix>/lib"


def test_a_folder_that_only_begins_so_is_left(homely):
    assert homely.clean("/made/home/kimberley /made/tmp2 /x/made/tmp") == "/made/home/kimberley /made/tmp2 /x/made/tmp"
    assert homely.clean("--basetemp=/made/tmp,/made/tmp") == "--basetemp=<tmp>,<tmp>"


def test_a_home_that_is_the_root_folder_marks_nothing(monkeypatch):
    monkeypatch.setenv("HOME", "/")
    monkeypatch.setattr(tempfile, "tempdir", "/")
    assert Place(directory=Path("/")).clean("/etc/hosts") == "/etc/hosts"


def test_a_link_to_the_project_is_the_project(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    place = Place(directory=tmp_path / "link")
    assert place.clean(f"{tmp_path}/link/a {tmp_path}/real/b") == "<project>/a <project>/b"


def test_secrets_go_and_long_texts_are_cut(place):
    assert place.clean("https://kim:word@example.org/x") == "https://<secret>@example.org/x"
    assert place.clean("x" * 500) == "x" * 197 + "..."
