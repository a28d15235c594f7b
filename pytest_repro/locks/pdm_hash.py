"""PDM's own hash over the parts of pyproject.toml that its locks answer to, whatever their format."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pytest_repro.locks.lock import Staleness
from pytest_repro.locks.metadata import metadata, table
from pytest_repro.locks.names import normalised

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_repro.locks.form import LockFile
    from pytest_repro.locks.metadata import Metadata


def staleness_by_hash(source: LockFile, project: Path, algorithm: str, kept: str) -> Staleness:
    """Whether the hash that PDM wrote is that of the project.

    Args:
        source: The lock.
        project: The project's folder.
        algorithm: ``sha256`` as a rule.
        kept: The hash in the lock, in hex.
    """
    found = metadata(source, project)
    if found is None or not table(found.data, "project"):
        return Staleness(state="unknown", reason="no pyproject.toml tells what the project asks for")
    if table(found.tool("pdm"), "workspace"):
        return Staleness(state="unknown", reason="PDM hashes all members of a workspace, which are not followed here")
    if algorithm not in hashlib.algorithms_guaranteed or algorithm.startswith("shake"):
        return Staleness(state="unknown", reason=f"the lock's content hash is of an unknown kind, {algorithm[:20]}")
    try:
        same = kept in {_hash(found, algorithm, key) for key in ("resolution", "overrides")}
    except TypeError:  # a date, which PDM cannot hash either
        return Staleness(state="unknown", reason="pyproject.toml holds a value that PDM does not hash")
    if same:
        return Staleness(state="fresh", reason="the content hash is that of pyproject.toml")
    return Staleness(state="stale", reason="the content hash is not that of pyproject.toml")


def _hash(project: Metadata, algorithm: str, last: str) -> str:
    """As ``PyProject.content_hash`` computes it; before PDM 2.11 the last key was ``overrides``.

    Raises:
        TypeError: A value has no JSON.
    """
    standard, own = table(project.data, "project"), project.tool("pdm")
    groups: dict[str, list[Any]] = {}
    for listed in (table(project.data, "dependency-groups"), table(own, "dev-dependencies")):
        for name, wanted in listed.items():
            groups.setdefault(normalised(name), []).extend(wanted if isinstance(wanted, list) else [])
    resolution = table(own, "resolution")
    content = {
        "sources": own.get("source", []),
        "dependencies": standard.get("dependencies", []),
        "dev-dependencies": groups,
        "optional-dependencies": standard.get("optional-dependencies", {}),
        "requires-python": standard.get("requires-python", ""),
        last: resolution if last == "resolution" else resolution.get("overrides", own.get("overrides", {})),
    }
    return hashlib.new(algorithm, json.dumps(content, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
