"""What each owning tool exports of its lock against what is read here: ``python benchmarks/lock_exports.py LOCKS``.

LOCKS is a folder of real projects, one folder a tool (``uv/NAME/uv.lock``...), each with its project file. A tool that
is not installed is left out, and said to be. Nothing is downloaded: all exports are made from the lock alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement

from pytest_repro.locks.names import normalised
from pytest_repro.locks.reading import read, staleness

Pins = set[tuple[str, str]]


class Export(NamedTuple):
    """One command of one tool: what it prints is what ``pins`` are compared with."""

    form: str
    scope: str
    command: tuple[str, ...]


PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

EXPORTS = (
    Export(
        "uv.lock",
        "everything",
        ("uv", "export", "--all-packages", "--all-extras", "--all-groups", "--no-hashes", "--frozen", "--offline"),
    ),
    Export("uv.lock", "plain", ("uv", "export", "--no-hashes", "--frozen", "--offline")),
    Export("poetry.lock", "everything", ("poetry", "export", "--all-groups", "--all-extras", "--without-hashes")),
    Export("poetry.lock", "plain", ("poetry", "export", "--with", "{groups}", "--without-hashes")),
    Export("pdm.lock", "everything", ("pdm", "export", "-G", ":all", "--no-hashes", "-f", "requirements")),
    Export("pdm.lock", "plain", ("pdm", "export", "--no-hashes", "-f", "requirements")),
    Export("Pipfile.lock", "everything", ("pipenv", "requirements", "--dev")),
    Export("Pipfile.lock", "plain", ("pipenv", "requirements")),
)

CHECKS = {
    "poetry.lock": ("poetry", "check", "--lock"),
    "pdm.lock": ("pdm", "lock", "--check"),
    "Pipfile.lock": ("pipenv", "verify"),
}


def exported(text: str) -> Pins:
    """Names and versions of the exported lines whose markers hold here; addresses and editable ones left out."""
    pins: Pins = set()
    for line in text.splitlines():
        try:
            found = Requirement(line.split(" #")[0].strip())
        except InvalidRequirement:
            continue
        if found.url is None and (found.marker is None or found.marker.evaluate()):
            pins.update((normalised(found.name), part.version) for part in found.specifier)
    return pins


def copied(lock: Path, folder: Path) -> Path:
    """The project in a writable folder, with an empty package for each member of the workspace that is not there."""
    place = folder / lock.parent.name
    shutil.copytree(lock.parent, place)
    for path in (place, *place.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (place / "README.md").touch()  # poetry check looks for it
    if lock.name == "uv.lock":
        for package in tomllib.loads(lock.read_text(encoding="utf-8"))["package"]:
            inner = package["source"].get("editable") or package["source"].get("virtual")
            if inner and not (place / inner / "pyproject.toml").exists():
                (place / inner).mkdir(parents=True, exist_ok=True)
                text = f'[project]\nname = "{package["name"]}"\nversion = "{package.get("version", "0")}"\n'
                (place / inner / "pyproject.toml").write_text(text, encoding="utf-8")
    return place / lock.name


def run(command: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[str]:
    """One command of a tool, in a project, without its network and its own environments."""
    settings = {"UV_PYTHON": sys.executable, "PDM_PYTHON": sys.executable, "PIPENV_IGNORE_VIRTUALENVS": "1"}
    environment = {**os.environ, **settings, "PDM_CHECK_UPDATE": "0", "POETRY_VIRTUALENVS_CREATE": "false"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def plain_groups(lock: Path) -> str:
    """Poetry's groups that are not optional, except main: ``poetry export`` takes them by name."""
    project = tomllib.loads((lock.parent / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project.get("tool", {}).get("poetry", {}).get("group", {})
    named = {*project.get("dependency-groups", {}), *groups}
    return ",".join(sorted(name for name in named if not groups.get(name, {}).get("optional")))


def compare(export: Export, lock: Path) -> bool:
    """One line of the table; whether the two are equal."""
    command = tuple(word.replace("{groups}", plain_groups(lock)) if "{" in word else word for word in export.command)
    done = run(command, lock.parent)
    theirs = exported(done.stdout)
    ours = {
        (pin.name, pin.version)
        for pin in read(lock, project=lock.parent).pins
        if pin.source == "index" and pin.version and (export.scope == "everything" or pin.default)
    }
    words = f"{len(ours & theirs)} equal, {len(ours - theirs)} only here, {len(theirs - ours)} only there"
    if done.returncode:
        words = f"exit {done.returncode}: {done.stderr.strip().splitlines()[-1:]}"
    print(f"{lock.parent.name:32} {export.form:13} {export.scope:11} {words}")
    for side, pins in (("only here", ours - theirs), ("only there", theirs - ours)):
        if pins and not done.returncode:
            print(f"{'':32} {side}: {sorted(pins)[:8]}")
    return not done.returncode and ours == theirs


def main() -> int:
    """All comparisons; 1 where one is not equal."""
    locks = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/locks")
    equal = True
    with tempfile.TemporaryDirectory() as name:
        for export in EXPORTS:
            if shutil.which(export.command[0]) is None:
                print(f"{export.command[0]} is not installed: {export.form} ({export.scope}) is not compared")
                continue
            for number, lock in enumerate(sorted(locks.glob(f"*/*/{export.form}"))):
                place = copied(lock, Path(name) / f"{export.form}-{export.scope}-{number}")
                equal = compare(export, place) and equal
        for form, command in CHECKS.items():
            for number, lock in enumerate(sorted(locks.glob(f"*/*/{form}")) if shutil.which(command[0]) else ()):
                place = copied(lock, Path(name) / f"{form}-check-{number}")
                theirs = "fresh" if run(command, place.parent).returncode == 0 else "stale"
                ours = staleness(place, project=place.parent).state
                print(f"{lock.parent.name:32} {form:13} {'staleness':11} {ours} here, {theirs} there")
                equal = equal and (ours == "fresh") == (theirs == "fresh")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
