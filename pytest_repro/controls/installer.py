"""The tool that a lock belongs to: how to install what is locked, and how to lock anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pytest_repro.locks.lock import Lock


class Installer(NamedTuple):
    """The two commands of one lock.

    Attributes:
        sync: Installs what is locked.
        relock: Writes the lock anew from the project's metadata.
    """

    sync: str
    relock: str


INSTALLERS: tuple[tuple[str, Installer], ...] = (
    ("uv.lock", Installer("uv sync", "uv lock")),
    ("poetry.lock", Installer("poetry sync", "poetry lock")),
    ("pdm.lock", Installer("pdm sync", "pdm lock")),
    ("Pipfile.lock", Installer("pipenv sync", "pipenv lock")),
    ("pixi.lock", Installer("pixi install", "pixi lock")),
    ("conda-lock.yml", Installer("conda-lock install {path}", "conda-lock lock --lockfile {path}")),
    ("explicit", Installer("conda install --file {path}", "conda list --explicit --md5 > {path}")),
    ("pylock.toml", Installer("uv pip sync {path}", "uv export -o {path}")),
    ("requirements", Installer("pip install -r {path}", "pip freeze > {path}")),
)
"""By the lock's form."""

WRITERS: tuple[tuple[str, str, Installer], ...] = (
    ("pylock.toml", "pdm", Installer("pdm sync", "pdm lock")),
    ("pylock.toml", "pip", Installer("pip install -r {path}", "pip lock -o {path}")),
    ("poetry.lock", "poetry 1", Installer("poetry install --sync", "poetry lock --no-update")),
    ("requirements", "pip-compile", Installer("pip-sync {path}", "pip-compile -o {path}")),
    ("requirements", "uv", Installer("uv pip sync {path}", "uv pip compile pyproject.toml -o {path}")),
)
"""By form and how the name of the tool that wrote the file begins, where that makes a difference."""


def installer(lock: Lock) -> Installer:
    """The two commands, with the lock's path in them."""
    writer = lock.tool.lower()
    for form, tool, commands in WRITERS:
        if form == lock.form and writer.startswith(tool):
            return _at(commands, lock.path)
    for form, commands in INSTALLERS:
        if form == lock.form:
            return _at(commands, lock.path)
    return Installer(f"install what {lock.path} locks", f"write {lock.path} anew")


def _at(commands: Installer, path: str) -> Installer:
    shown = f"'{path}'" if " " in path else path
    return Installer(commands.sync.replace("{path}", shown), commands.relock.replace("{path}", shown))
