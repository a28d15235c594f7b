"""How conda names a platform, the file of a package, and what versions a requirement admits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from pytest_repro.locks.versions import admits

if TYPE_CHECKING:
    from collections.abc import Mapping

_SYSTEMS = {"linux": "linux", "darwin": "osx", "win32": "win", "emscripten": "emscripten"}
_MACHINES = {"x86_64": "64", "amd64": "64", "i386": "32", "i686": "32", "x86": "32"}
_ENDINGS = (".conda", ".tar.bz2")
_NAME = re.compile(r"(?:[^\s:]+::)?([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?\s*((?:[=<>!~*\d].*)?)")
_BARE = re.compile(r"=?(?![=<>!~])([^\s=]+)")


class CondaFile(NamedTuple):
    """What the name of a package file says.

    Attributes:
        name: As conda writes it.
        version: As conda writes it.
        build: The build string.
    """

    name: str
    version: str
    build: str


def subdir(environment: Mapping[str, str]) -> str:
    """The platform of a marker environment in conda's words: ``linux-64``, ``osx-arm64``, ``win-64``..."""
    system = _SYSTEMS.get(environment["sys_platform"], environment["sys_platform"])
    machine = environment["platform_machine"].lower()
    if machine in ("arm64", "aarch64"):
        machine = "aarch64" if system == "linux" else "arm64"
    return f"{system}-{_MACHINES.get(machine, machine)}"


def conda_file(address: str) -> CondaFile | None:
    """Name, version and build of a package's address or file name; None if it is the address of something else."""
    last = re.split(r"[?#]", address, maxsplit=1)[0].rsplit("/", 1)[-1]
    for ending in _ENDINGS:
        if last.endswith(ending):
            parts = unquote(last.removesuffix(ending)).rsplit("-", 2)
            return CondaFile(*parts) if len(parts) == 3 and all(parts) else None  # noqa: PLR2004  # name-version-build
    return None


def requirement(text: str) -> tuple[str, str] | None:
    """Name and version specifier of a conda requirement such as ``conda-forge::numpy>=2,<3``; None if it is none."""
    found = _NAME.fullmatch(text.strip())
    return (found[1].lower(), found[2].strip()) if found else None


def satisfied(specifier: str, version: str) -> bool:
    """Whether conda's ``specifier`` admits ``version``; what is not surely read admits everything.

    Args:
        specifier: ``>=2,<3``, ``=3.11``, ``3.11.*``, ``1.2|1.3``, each with or without a build behind a space.
        version: As conda writes it.
    """
    alternatives = specifier.split(maxsplit=1)[0].split("|") if specifier.strip() else ["*"]
    return any(_one(part, version) for part in alternatives)


def _one(specifier: str, version: str) -> bool:
    said = []
    for part in specifier.split(","):
        if part in ("*", ""):
            continue
        bare = _BARE.fullmatch(part)  # "=3.11" and "3.11" admit 3.11.4; "2.0=build" is left alone
        said.append(f"=={bare[1].removesuffix('*').rstrip('.')}.*" if bare else part)
    return not said or admits(",".join(said), version)
