"""The installed distributions, from the names of their folders: reading their metadata would take 25 times as long."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.environment import conda_packages
from pytest_repro.environment.direct_url import origin
from pytest_repro.environment.distribution import Distribution
from pytest_repro.environment.fact import fact
from pytest_repro.environment.installed_files import Digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_repro.environment.place import Place

MOST = 300
"""Distributions that are written one by one; of more, only the loaded ones and the digest of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """Facts about installed distributions.

    Attributes:
        loaded: Names of those that the process has imported, where there are more than 300: these alone are written.
    """

    count: int | None = fact("how many are installed", rank=12)
    digest: str | None = fact(
        "16 hex digits over name, version, source and files of all, equal for equal installations",
        ids=("environment",),
        rank=9,
    )
    installed: tuple[Distribution, ...] | None = fact("version of an installed distribution", rank=9, table=True)
    loaded: frozenset[str] = frozenset()


def read(place: Place) -> Packages:
    """The first of a name on ``sys.path`` wins, as it does for an import."""
    digests = Digests.kept(place.cache)
    found: dict[str, Distribution] = {}
    folders: dict[str, str] = {}
    for name, version, folder in _folders():
        if name not in found:
            found[name] = _distribution(name, version, folder, digests, place)
            folders[name] = folder
    digests.keep()
    conda = tuple(conda_packages.installed())
    installed = tuple(sorted([*found.values(), *conda], key=lambda one: (one.name, one.manager)))
    loaded = digests.loaded(folders, _modules()) if len(installed) > MOST else frozenset[str]()
    return Packages(count=len(installed), digest=_digest(installed), installed=installed, loaded=loaded)


def _folders() -> Iterator[tuple[str, str | None, str]]:
    """Normalised name, version and folder of every ``*.dist-info`` and ``*.egg-info`` on ``sys.path``, in its order."""
    for path in dict.fromkeys(sys.path):
        try:
            with os.scandir(path or os.curdir) as entries:
                names = sorted(entry.name for entry in entries if entry.name.endswith((".dist-info", ".egg-info")))
        except OSError:  # a zip file, or a folder that is not there
            continue
        for stem, kind in (
            name.rsplit(".", 1) for name in names if name[0] != "~"
        ):  # pip's leavings of a broken removal
            name, dash, rest = stem.partition("-")
            version = rest.partition("-py")[0] if kind == "egg-info" else rest  # x-1.0-py3.11.egg-info
            folder = os.path.join(path, f"{stem}.{kind}")  # noqa: PTH118  # a thousand Path objects take 10 ms
            yield _normalised(name), version if dash and version else None, folder


def _normalised(name: str) -> str:
    """As in PEP 503; the regular expression of the PEP takes ten times as long."""
    plain = name.lower().replace("_", "-").replace(".", "-")
    while "--" in plain:
        plain = plain.replace("--", "-")
    return plain


def _distribution(name: str, version: str | None, folder: str, digests: Digests, place: Place) -> Distribution:
    if version is None and folder.endswith(".egg-info"):  # of a project that setuptools develops in place
        return Distribution(name=name, version=_version(f"{folder}/PKG-INFO"), source="editable")
    source, ref = origin(folder, place)
    record = None if source == "editable" else digests.of(folder)
    return Distribution(name=name, version=version, source=source, ref=ref, record=record)


def _version(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123  # strings, as above
            found = next((line for line in file if line.startswith("Version:")), "")
    except OSError:
        return None
    return found.partition(":")[2].strip() or None


def _digest(installed: Iterable[Distribution]) -> str:
    words = (f"{one.manager} {one.name} {one.version} {one.source} {one.ref} {one.record}" for one in installed)
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def _modules() -> frozenset[str]:
    """Top-level names of all that is imported."""
    return frozenset(name for name in sys.modules.copy() if "." not in name)
