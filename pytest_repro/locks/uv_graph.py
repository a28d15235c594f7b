"""The graph in ``uv.lock``: its packages, the edges between them, and what a walk along them reaches."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError
from pytest_repro.locks.lock import Pin
from pytest_repro.locks.names import normalised
from pytest_repro.locks.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_repro.locks.form import LockFile
    from pytest_repro.locks.lock import Source
    from pytest_repro.locks.markers import Markers

MEND = "uv lock"

_SOURCES: dict[str, Source] = {
    "registry": "index",
    "git": "vcs",
    "url": "url",
    "path": "file",
    "directory": "directory",
    "editable": "editable",
    "virtual": "directory",
}
_COMMIT = re.compile(r"#([0-9a-f]{7,64})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One dependency of one package."""

    name: str
    marker: str
    extras: tuple[str, ...]
    version: str | None
    source: dict[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One package of the lock.

    Attributes:
        name: Normalised.
        version: None where it is dynamic.
        source: As in the file: one key that tells the kind.
        forks: The markers under which this one of several packages of its name is taken; empty if always.
        edges: What it asks for, by ``""``, ``extra:NAME`` or ``group:NAME``.
        hashed: Whether every file has a digest.
    """

    name: str
    version: str | None
    source: dict[str, str]
    forks: tuple[str, ...]
    edges: dict[str, tuple[Edge, ...]]
    hashed: bool

    @property
    def kind(self) -> str:
        """The kind of source: ``registry``, ``git``, ``editable``..."""
        return next(iter(self.source), "")

    @property
    def folder(self) -> str:
        """Where a member of the workspace lies, relative to the lock; empty for what is no folder."""
        return self.source[self.kind] if self.kind in {"editable", "virtual", "directory"} else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One walk: the packages it came to, and for the others one marker that kept it away."""

    packages: dict[int, Package] = field(default_factory=dict)
    barred: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """All packages, and where a walk begins.

    Attributes:
        packages: By name; several where the resolution forked.
        members: The workspace's own packages.
        loose: What a script, or a workspace without a project, asks for itself, by ``""`` or ``group:NAME``.
        markers: What markers say here.
        exclusive: Extras and groups, as markers spell them, that the project declares to exclude one another.
        top: The whole file, for what is wrong in it.
    """

    packages: dict[str, list[Package]]
    members: tuple[Package, ...]
    loose: dict[str, tuple[Edge, ...]]
    markers: Markers
    exclusive: tuple[frozenset[str], ...]
    top: Table

    @classmethod
    def read(cls, top: Table, markers: Markers) -> Graph:
        """The graph of a parsed file.

        Raises:
            ReproError: L406 where a package is not as the format promises.
        """
        packages: dict[str, list[Package]] = {}
        for table in top.tables("package", "[[package]]"):
            package = _package(table)
            packages.setdefault(package.name, []).append(package)
        manifest = top.table("manifest")
        named = manifest.texts("members")
        everyone = [package for several in packages.values() for package in several]
        if named:
            members = tuple(package for name in named for package in packages.get(normalised(name), ()))
        else:  # one project alone has no manifest
            members = tuple(package for package in everyone if package.folder == ".")
        loose = {"": tuple(_edge(table) for table in manifest.tables("requirements"))}
        groups = manifest.table("dependency-groups")
        loose |= {f"group:{name}": tuple(_edge(table) for table in groups.tables(name)) for name in groups.data}
        return cls(packages=packages, members=members, loose=loose, markers=markers, exclusive=_exclusive(top), top=top)

    def project(self, source: LockFile) -> tuple[tuple[Package, ...], str]:
        """The members that a plain install begins at, and the name of the one that is the project itself.

        The member whose folder is the project's or the nearest around it; all of them, and no name, where the
        workspace's root is no package.
        """
        inside = _relative(source)
        around = {str(folder) for folder in (inside, *inside.parents)}
        nearest = sorted(
            (member for member in self.members if str(PurePosixPath(member.folder or "..")) in around),
            key=lambda member: len(PurePosixPath(member.folder).parts),
        )
        return ((nearest[-1],), nearest[-1].name) if nearest else (self.members, "")

    def pins(self, source: LockFile) -> tuple[tuple[Pin, ...], dict[str, str]]:
        """What applies here, by name, and the names that do not, each with the reason."""
        begin, root = self.project(source)
        whole = self._walk(self.members, None, frozenset())
        groups = _default_groups(source, begin[0].folder if root else ".")
        plain = self._settle(begin, groups)
        pins = [
            Pin(
                name=package.name,
                version=package.version,
                source=_SOURCES.get(package.kind, "url"),
                ref=_commit(package),
                hashed=package.hashed,
                default=key in plain.packages,
            )
            for key, package in whole.packages.items()
            # a virtual package is never installed, and the project itself is never judged
            if package.kind != "virtual" and package.name != root
        ]
        taken = {package.name for package in whole.packages.values()}
        skipped = {
            name: f"{whole.barred[name]} does not hold here" if name in whole.barred else "nothing here asks for it"
            for name in sorted(self.packages)
            if name not in taken
        }
        return tuple(sorted(pins, key=lambda pin: (pin.name, pin.version or ""))), skipped

    def _settle(self, begin: tuple[Package, ...], groups: tuple[str, ...] | None) -> Reached:
        """The walk of a plain install.

        Extras that exclude one another stand in markers by names that hold once the walk has met the extra;
        so it is repeated until it meets no new one.
        """
        active: set[str] = set()
        while True:
            met = set(active)
            reached = self._walk(begin, groups, frozenset(active), met)
            if met == active:
                return reached
            active = met

    def _walk(
        self,
        begin: Iterable[Package],
        groups: tuple[str, ...] | None,
        active: frozenset[str],
        met: set[str] | None = None,
    ) -> Reached:
        """What is reached from ``begin``.

        Args:
            begin: Where the walk begins.
            groups: Groups of the beginning that are followed, and no extras; None for all groups and all extras,
                where any choice that makes a marker hold is enough.
            active: Names of extras and groups, as markers spell them, that hold.
            met: Where the names are noted that the walk comes by; None if they do not matter.
        """
        reached = Reached()
        seen: set[tuple[int, str]] = set()
        asked = {key for key in self.loose if groups is None or not key or key[6:] in groups}
        waiting = [edge for key in sorted(asked) for edge in self.loose[key]]
        parts = [(package, part) for package in begin for part in _parts(package, groups)]
        while parts or waiting:
            while parts:
                package, part = parts.pop()
                if (id(package), part) in seen:
                    continue
                seen.add((id(package), part))
                reached.packages[id(package)] = package
                if met is not None and part:
                    kind, _, name = part.partition(":")
                    met.add(_spelled(kind, package.name, name))
                waiting.extend(package.edges.get(part, ()))
            while waiting:
                edge = waiting.pop()
                if edge.marker and not self._holds(edge.marker, None if groups is None else active):
                    reached.barred.setdefault(edge.name, edge.marker)
                    continue
                for package in self._chosen(edge, None if groups is None else active):
                    parts.append((package, ""))
                    parts.extend((package, f"extra:{name}") for name in edge.extras)
        return reached

    def _chosen(self, edge: Edge, active: frozenset[str] | None) -> list[Package]:
        """The packages an edge leads to: by the edge's own words first, then by the markers of forks."""
        found = self.packages.get(edge.name, [])
        if not found:
            raise self.top.source.broken(
                f"{edge.name} is asked for and stands nowhere in the lock",
                mend=MEND,
                line=self.top.source.line_of(f'{{ name = "{edge.name}"'),
            )
        if len(found) > 1 and edge.version is not None:
            found = [package for package in found if package.version == edge.version] or found
        if len(found) > 1 and edge.source is not None:
            found = [package for package in found if package.source == edge.source] or found
        if len(found) > 1:
            found = [
                package
                for package in found
                if not package.forks or any(self._holds(marker, active) for marker in package.forks)
            ] or found
        return found

    def _holds(self, marker: str, active: frozenset[str] | None) -> bool:
        """Whether a marker holds here, for some choice of extras if ``active`` is None.

        What cannot be decided holds in a walk over everything and not in a plain one: then it is never missing.
        """
        try:
            said = (
                self.markers.can_say(marker, self.exclusive)
                if active is None
                else self.markers.says(marker, active=active)
            )
        except ValueError as error:
            line = self.top.source.line_of(marker)
            raise self.top.source.broken(f"not a marker: {error}", mend=MEND, line=line) from None
        return active is None if said is None else said


def _parts(package: Package, groups: tuple[str, ...] | None) -> list[str]:
    if groups is None:
        return ["", *(part for part in package.edges if part)]
    return [
        "",
        *(f"group:{name}" for name in groups if name == "*" or f"group:{name}" in package.edges),
        *(part for part in package.edges if "*" in groups and part.startswith("group:")),
    ]


def _spelled(kind: str, package: str, name: str) -> str:
    """An extra or group of one package as uv spells it in markers, where one word must tell both."""
    return "-".join(filter(None, (kind, str(len(package)), package, name)))


def _exclusive(top: Table) -> tuple[frozenset[str], ...]:
    listed = top.data.get("conflicts", [])
    if type(listed) is not list or not all(type(item) is list for item in listed):
        raise top.wrong("conflicts", listed, "a list of lists")
    sets = []
    for number in range(len(listed)):
        entries = Table(source=top.source, data={"conflicts": listed[number]}, mend=MEND).tables("conflicts")
        sets.append(
            frozenset(
                _spelled(kind, normalised(entry.text("package")), entry.maybe(kind) or "")
                for entry in entries
                for kind in [next((key for key in ("extra", "group") if key in entry.data), "project")]
            )
        )
    return tuple(sets)


def _package(table: Table) -> Package:
    source = {key: value for key, value in table.table("source").data.items() if isinstance(value, str)}
    if not source:
        raise table.wrong("source", None, "a table")
    files = [*table.tables("wheels"), *([table.table("sdist")] if table.data.get("sdist") else [])]
    edges = {"": tuple(_edge(item) for item in table.tables("dependencies"))}
    for kind, key in (("extra", "optional-dependencies"), ("group", "dev-dependencies")):
        named = table.table(key)
        edges |= {f"{kind}:{name}": tuple(_edge(item) for item in named.tables(name)) for name in named.data}
    return Package(
        name=normalised(table.text("name")),
        version=table.maybe("version"),
        source=source,
        forks=table.texts("resolution-markers"),
        edges=edges,
        # files that have a digest were not parsed
        hashed=("wheels" in table.data or bool(files)) and all(file.maybe("hash") for file in files),
    )


def _edge(table: Table) -> Edge:
    # an edge of a package says `extra`, a requirement of the manifest says `extras`
    extras = (*table.texts("extra"), *table.texts("extras"))
    return Edge(
        name=normalised(table.text("name")),
        marker=table.maybe("marker") or "",
        extras=extras,
        version=table.maybe("version"),
        source=table.table("source").data or None,
    )


def _commit(package: Package) -> str | None:
    if package.kind != "git":
        return None
    found = _COMMIT.search(package.source["git"])
    return found[1] if found else None


def _relative(source: LockFile) -> PurePosixPath:
    """The project's folder as seen from the lock's."""
    return PurePosixPath(os.path.relpath(source.project, source.path.parent).replace(os.sep, "/"))


def _default_groups(source: LockFile, folder: str) -> tuple[str, ...]:
    """The groups that a plain ``uv sync`` takes; ``*`` for all."""
    try:
        project = source.beside(f"{folder}/pyproject.toml", MEND)
        data = project.toml(MEND) if project else {}
    except ReproError:  # a broken pyproject.toml is another tool's finding: uv's own default stands
        data = {}
    tool = data.get("tool")
    settings = tool.get("uv") if isinstance(tool, dict) else None
    wanted = settings.get("default-groups", ["dev"]) if isinstance(settings, dict) else ["dev"]
    if wanted == "all":
        return ("*",)
    return tuple(normalised(name) for name in wanted if isinstance(name, str)) if isinstance(wanted, list) else ("dev",)
