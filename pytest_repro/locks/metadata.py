"""What a project asks for in its own pyproject.toml, and what of it a lock does not give."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_repro.errors import ReproError
from pytest_repro.locks.names import normalised
from pytest_repro.locks.versions import admits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_repro.locks.form import LockFile
    from pytest_repro.locks.lock import Lock
    from pytest_repro.locks.markers import Markers

DEPTH = 20
"""Groups that include groups before a circle is assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One requirement of the project.

    Attributes:
        name: Normalised.
        specifier: As in PEP 440; empty if any version will do.
        marker: As in PEP 508; empty if always.
        extras: Extras of the wanted package.
        part: ``""``, ``extra:NAME`` or ``group:NAME``: who asks.
        direct: Whether it names an address instead of versions.
    """

    name: str
    specifier: str
    marker: str = ""
    extras: frozenset[str] = frozenset()
    part: str = ""
    direct: bool = False

    @property
    def words(self) -> str:
        """As one would write it, without its marker."""
        return f"{self.name}{self.specifier}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The part of a pyproject.toml that a lock answers to.

    Attributes:
        name: The project's name, normalised; empty if it has none.
        requires_python: As written; empty if nothing is.
        wishes: All requirements that can be read.
        dynamic: Whether the requirements are computed when the project is built, so that no file tells them.
        data: The whole file, for what only one tool reads.
    """

    name: str
    requires_python: str
    wishes: tuple[Wish, ...]
    dynamic: bool
    data: Mapping[str, Any]

    def tool(self, name: str) -> Mapping[str, Any]:
        """The table ``[tool.NAME]``; empty if there is none."""
        return table(table(self.data, "tool"), name)

    @property
    def free(self) -> frozenset[str]:
        """Names whose version some tool takes from elsewhere: an address of its own, or an override."""
        uv, pdm, poetry = (self.tool(name) for name in ("uv", "pdm", "poetry"))
        overrides = uv.get("override-dependencies")
        texts = overrides if isinstance(overrides, list) else []
        overridden = {found.name for text in texts if isinstance(text, str) and (found := wish(text))}
        named = {*table(uv, "sources"), *table(table(pdm, "resolution"), "overrides"), *table(poetry, "dependencies")}
        return frozenset(normalised(name) for name in named) | overridden


def table(data: object, key: str) -> Mapping[str, Any]:
    """The table under ``key`` of another tool's file; empty where it is none: that tool's own finding."""
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def metadata(source: LockFile, folder: Path | str) -> Metadata | None:
    """The metadata of the project in a folder, relative to the lock's or absolute.

    Returns:
        None where there is no pyproject.toml or it cannot be read: nothing can be said then.
    """
    try:
        file = source.beside(str(Path(folder) / "pyproject.toml"), "")
        return None if file is None else read(file.toml(""))
    except ReproError:
        return None


def read(data: Mapping[str, Any]) -> Metadata:
    """The metadata in a parsed pyproject.toml."""
    project = table(data, "project")
    wishes = _wishes(project.get("dependencies"), "")
    for extra, listed in table(project, "optional-dependencies").items():
        wishes += _wishes(listed, f"extra:{normalised(extra)}")
    groups = {normalised(name): listed for name, listed in table(data, "dependency-groups").items()}
    for group in groups:
        wishes += _wishes(_flat(groups, group), f"group:{group}")
    name, python, dynamic = (project.get(key) for key in ("name", "requires-python", "dynamic"))
    computed = {"dependencies", "optional-dependencies"} & set(dynamic if isinstance(dynamic, list) else ())
    return Metadata(
        name=normalised(name) if isinstance(name, str) else "",
        requires_python=python if isinstance(python, str) else "",
        wishes=tuple(wishes),
        dynamic=bool(computed) or not project,
        data=data,
    )


def wish(text: str, part: str = "") -> Wish | None:
    """One requirement, as in PEP 508; None where it is none."""
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415  # only where a lock is judged

    try:
        found = Requirement(text)
    except (InvalidRequirement, RecursionError):
        return None
    return Wish(
        name=normalised(found.name),
        specifier=str(found.specifier),
        marker=str(found.marker or ""),
        extras=frozenset(normalised(extra) for extra in found.extras),
        part=part,
        direct=found.url is not None,
    )


def unmet(wishes: Iterable[Wish], lock: Lock, markers: Markers, free: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Requirements that hold here and that the lock does not satisfy, each as half a sentence.

    Args:
        wishes: Requirements of the project.
        lock: The lock; nothing is missing from one that is not complete.
        markers: What markers say here.
        free: Names whose version is not judged, as :attr:`Metadata.free` gives them.
    """
    locked: dict[str, list[str | None]] = {}
    for pin in lock.pins:
        locked.setdefault(pin.name, []).append(pin.version)
    reasons = {}
    for want in wishes:
        if want.name == lock.root or not _applies(want, markers):
            continue
        versions = locked.get(want.name)
        if versions is None:
            if want.name not in lock.names and lock.complete:
                reasons[want.name] = f"{want.name} is not locked"
            continue
        if want.direct or want.name in free or None in versions:
            continue
        if not any(admits(want.specifier, version) for version in versions if version):
            reasons[want.name] = f"{want.words} is asked for and {_or(versions)} is locked"
    return tuple(reasons.values())


def nothing_told(*found: Metadata | None) -> str:
    """Why the metadata that was found says nothing about a lock, as one sentence."""
    if any(project and project.dynamic and project.name for project in found):
        return "the project computes its requirements when it is built"
    return "no pyproject.toml tells what the project asks for"


def told(reasons: Sequence[str]) -> str:
    """At most three of them, and how many more."""
    shown = "; ".join(reasons[:3])
    return f"{shown}; and {len(reasons) - 3} more" if len(reasons) > 3 else shown  # noqa: PLR2004  # as just said


def _applies(want: Wish, markers: Markers) -> bool:
    if not want.marker:
        return True
    try:
        return markers.says(want.marker) is True
    except ValueError:
        return False


def _or(versions: Sequence[str | None]) -> str:
    return " or ".join(sorted({version for version in versions if version}))


def _wishes(listed: object, part: str) -> list[Wish]:
    texts = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    return [found for text in texts if (found := wish(text, part)) is not None]


def _flat(groups: Mapping[str, object], name: str, depth: int = 0) -> list[object]:
    """The group's requirements and those of the groups it includes."""
    listed = groups.get(name)
    if not isinstance(listed, list) or depth > DEPTH:
        return []
    flat: list[object] = []
    for item in listed:
        included = item.get("include-group") if isinstance(item, dict) else None
        flat += _flat(groups, normalised(included), depth + 1) if isinstance(included, str) else [item]
    return flat
