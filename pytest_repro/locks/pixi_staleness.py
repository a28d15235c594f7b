"""Whether a ``pixi.lock`` still holds all that the project's manifest asks conda for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_repro.errors import ReproError
from pytest_repro.locks.conda_names import satisfied, subdir
from pytest_repro.locks.lock import Staleness
from pytest_repro.locks.names import normalised

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_repro.locks.form import LockFile
    from pytest_repro.locks.lock import Lock

MANIFESTS = (("pixi.toml", ()), ("pyproject.toml", ("tool", "pixi")))
"""The files that pixi reads, and where in them, the first that is there."""


def told(source: LockFile, project: Path, lock: Lock) -> Staleness:
    """By the dependencies of the default feature, for this platform.

    What the lock does not hold, or holds outside its bounds, is stale. Names of Python packages that conda provides
    differ from conda's, so that a missing one accuses nobody where conda's purl names it.

    Args:
        source: The lock's file, for its platform and its text.
        project: Folder of the manifest.
        lock: What it pins.
    """
    for name, path in MANIFESTS:
        manifest = _read(source, project / name, path)
        if manifest is not None:
            return _judged(name, manifest, source, lock)
    return Staleness(state="unknown", reason="there is no pixi.toml and no [tool.pixi] in pyproject.toml")


def _judged(name: str, manifest: Mapping[str, Any], source: LockFile, lock: Lock) -> Staleness:
    if lock.elsewhere or f"environment {_default(manifest)}" not in lock.notes:
        return Staleness(state="unknown", reason=f"{name} is judged for the default environment only")
    pinned = {(pin.manager, pin.name): pin.version for pin in lock.pins}
    platform = subdir(source.environment)
    for dependency, spec in _asked(manifest, platform, "dependencies").items():
        key = ("conda", dependency.lower())
        if key not in pinned:
            return Staleness(state="stale", reason=f"{name} asks for {dependency}, which is not locked")
        version, wanted = pinned[key], _version(spec)
        if version is not None and not satisfied(wanted, version):
            reason = f"{name} asks for {dependency} {wanted}, and {version} is locked"
            return Staleness(state="stale", reason=reason)
    text = source.data
    for dependency in _asked(manifest, platform, "pypi-dependencies"):
        known = normalised(dependency)
        here = ("python", known) in pinned or ("conda", known) in pinned
        if not here and f"pkg:pypi/{known}".encode() not in text:
            return Staleness(state="stale", reason=f"{name} asks for {dependency}, which is not locked")
    return Staleness(state="fresh", reason=f"every package that {name} asks for is locked within its bounds")


def _default(manifest: Mapping[str, Any]) -> str:
    """The name of the environment that the default feature surely makes up; empty if there is none."""
    environments = manifest.get("environments")
    own = environments.get("default") if isinstance(environments, dict) else None
    return "" if isinstance(own, dict) and own.get("no-default-feature") else "default"


def _asked(manifest: Mapping[str, Any], platform: str, kind: str) -> dict[str, object]:
    """The dependencies of one kind: everybody's, and those of this platform and of its system."""
    system = platform.partition("-")[0]
    targets = manifest.get("target")
    tables = [manifest.get(kind)]
    for target in ("unix" if system in ("linux", "osx") else "", system, platform):
        own = targets.get(target) if isinstance(targets, dict) else None
        tables.append(own.get(kind) if isinstance(own, dict) else None)
    asked: dict[str, object] = {}
    for table in tables:
        asked.update(table if isinstance(table, dict) else {})
    return asked


def _version(spec: object) -> str:
    """The bounds of one dependency; those that are written otherwise admit everything."""
    wanted = spec.get("version") if isinstance(spec, dict) else spec
    return wanted if isinstance(wanted, str) else "*"


def _read(source: LockFile, path: Path, keys: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The part of a manifest; None where there is none: a broken one is its owner's matter, and tells nothing here."""
    try:
        file = source.beside(str(path), "")
        found: object = None if file is None else file.toml("")
    except ReproError:
        return None
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None
