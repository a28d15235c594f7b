"""The commands that install and renew a lock."""

from __future__ import annotations

import pytest

from pytest_repro.controls.installer import INSTALLERS, Installer, installer
from pytest_repro.locks.lock import Lock
from pytest_repro.locks.registry import FORMS


def commands(form, path, tool=""):
    return installer(Lock(path=path, form=form, tool=tool, digest="0"))


def test_every_form_that_is_read_has_its_commands():
    assert {form.name for form in FORMS} == {form for form, _ in INSTALLERS}


@pytest.mark.parametrize(
    ("form", "path", "tool", "expected"),
    [
        ("uv.lock", "uv.lock", "uv", Installer("uv sync", "uv lock")),
        ("poetry.lock", "poetry.lock", "Poetry 2.1.3", Installer("poetry sync", "poetry lock")),
        (
            "poetry.lock",
            "poetry.lock",
            "Poetry 1.8.2",
            Installer("poetry install --sync", "poetry lock --no-update"),
        ),
        ("pylock.toml", "pylock.toml", "uv", Installer("uv pip sync pylock.toml", "uv export -o pylock.toml")),
        (
            "requirements",
            "requirements/my tests.txt",
            "",
            Installer("pip install -r 'requirements/my tests.txt'", "pip freeze > 'requirements/my tests.txt'"),
        ),
        ("requirements", "r.txt", "pip-compile", Installer("pip-sync r.txt", "pip-compile -o r.txt")),
        ("other", "x.lock", "", Installer("install what x.lock locks", "write x.lock anew")),
    ],
)
def test_the_commands_are_those_of_the_tool_that_wrote_the_lock(form, path, tool, expected):
    assert commands(form, path, tool) == expected
