"""Whether ``uv.lock`` still stands: uv copies the project's requirements into it, rewritten but equal in meaning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.locks.lock import Staleness
from pytest_repro.locks.markers import Markers, mentioned, settled
from pytest_repro.locks.metadata import Metadata, Wish, metadata, nothing_told, table, told, unmet, wish
from pytest_repro.locks.names import normalised
from pytest_repro.locks.versions import admits, canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_repro.locks.form import LockFile
    from pytest_repro.locks.lock import Lock
    from pytest_repro.locks.table import Table

PLATFORMS = (
    ("linux", "Linux", "posix", "x86_64"),
    ("linux", "Linux", "posix", "aarch64"),
    ("darwin", "Darwin", "posix", "arm64"),
    ("darwin", "Darwin", "posix", "x86_64"),
    ("win32", "Windows", "nt", "AMD64"),
    ("emscripten", "Emscripten", "posix", "wasm32"),
)
PYTHONS = tuple(f"3.{minor}" for minor in range(6, 18))
IMPLEMENTATIONS = (("cpython", "CPython"), ("pypy", "PyPy"))
ROUNDS = 10
"""Extras of the project that ask for extras of the project, before a circle is assumed."""

ADDRESSED = frozenset({"git", "url", "path", "directory", "editable", "virtual"})
"""Keys by which the lock's copy of a requirement names an address instead of a version."""


class Key(NamedTuple):
    """What two requirements share that mean the same, their markers apart."""

    part: str
    name: str
    specifier: str
    extras: tuple[str, ...]

    @property
    def words(self) -> str:
        """As one would write it, and who asks for it."""
        kind, _, name = self.part.partition(":")
        return f"{self.name}{self.specifier}" + (f" ({kind} {name})" if name else f" ({kind})" if kind else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class UvStaleness:
    """The question for one lock.

    Attributes:
        source: The lock.
        top: What is in it.
        lock: What of it applies here.
        folders: Members of the workspace: name to folder, relative to the lock's.
    """

    source: LockFile
    top: Table
    lock: Lock
    folders: Mapping[str, str]

    def told(self) -> Staleness:
        """The answer for all members whose metadata can be read.

        ``stale`` where a requirement is not satisfied any more; ``changed`` where requirements differ and the locked
        versions satisfy them, which is what uv calls up to date after a bound was loosened.
        """
        read = {name: metadata(self.source, folder) for name, folder in self.folders.items()}
        projects = {name: project for name, project in read.items() if project is not None and not project.dynamic}
        if not projects:
            return Staleness(state="unknown", reason=nothing_told(*read.values()))
        # a member inherits the addresses and overrides that the workspace's root states
        root = metadata(self.source, ".")
        free = frozenset[str]().union(*(project.free for project in (*projects.values(), root) if project))
        markers = Markers(self.source.environment)
        broken = [reason for project in projects.values() for reason in unmet(project.wishes, self.lock, markers, free)]
        if broken:
            return Staleness(state="stale", reason=told(broken))
        changed = [reason for name, project in projects.items() for reason in self._differing(name, project, free)]
        changed += self._bounds(root)
        if changed:
            return Staleness(state="changed", reason=f"{told(changed)}; what is locked still satisfies the project")
        return Staleness(state="fresh", reason="the requirements in the lock are those of the project")

    def _differing(self, name: str, project: Metadata, free: frozenset[str]) -> list[str]:
        """Where the project's requirements and the lock's copy of them part, each as half a sentence."""
        said = self._copied(name)
        if project.name != name:
            return [f"the project is named {project.name} and the lock's {name}"]
        python = self.top.maybe("requires-python") or ""
        if len(self.folders) == 1 and canonical(project.requires_python) != canonical(python):
            return [f"the lock is for Python {python} and the project for {project.requires_python or 'any'}"]
        bounded = frozenset(normalised(group) for group in table(project.tool("uv"), "dependency-groups"))
        wanted = _meanings(_flat(_own(project), name), free, bounded)
        locked = _meanings(_flat(said, name), free, bounded)
        grid = _Grid(python=python)
        reasons = []
        for key in sorted(wanted.keys() | locked.keys()):
            here, there = wanted.get(key), locked.get(key)
            if here is None or there is None:
                where = "the lock" if here is None else "pyproject.toml"
                reasons.append(f"{key.words} stands in {where} only")
            elif here != there and grid.answers(here) != grid.answers(there):
                reasons.append(f"the marker of {key.words} differs")
        return reasons

    def _bounds(self, root: Metadata | None) -> list[str]:
        """Which of the root's constraints and overrides the lock was not made with."""
        if root is None:
            return []
        reasons = []
        for kind in ("constraint", "override"):
            own = root.tool("uv").get(f"{kind}-dependencies")
            texts = [text for text in own if isinstance(text, str)] if isinstance(own, list) else []
            wanted = {(found.name, canonical(found.specifier)) for text in texts if (found := wish(text)) is not None}
            kept = self.top.table("manifest").tables(f"{kind}s")
            locked = {(normalised(item.text("name")), canonical(item.maybe("specifier") or "")) for item in kept}
            if wanted != locked:
                reasons.append(f"the {kind}s of pyproject.toml are not those of the lock")
        return reasons

    def _copied(self, name: str) -> list[Wish]:
        """The requirements of a member as the lock keeps them."""
        wishes: list[Wish] = []
        for package in self.top.tables("package", "[[package]]"):
            if normalised(package.text("name")) != name or "registry" in package.table("source").data:
                continue
            kept = package.table("metadata")
            for item in kept.tables("requires-dist"):
                wishes += _kept(item, "")
            groups = kept.table("requires-dev")
            for group in groups.data:
                for item in groups.tables(group):
                    wishes += _kept(item, f"group:{normalised(group)}")
        return wishes


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """A marker's answers over many platforms and Pythons: two markers that always answer alike mean the same.

    Attributes:
        python: The lock's own range of Pythons; uv drops from a marker what this range settles.
    """

    python: str

    @cached_property
    def environments(self) -> list[Markers]:
        """All combinations that the lock is for."""
        pythons = [text for text in PYTHONS if not self.python or admits(self.python, f"{text}.99")]
        return [
            Markers(
                {
                    "python_version": text,
                    "python_full_version": f"{text}.5",
                    "implementation_version": f"{text}.5",
                    "sys_platform": platform[0],
                    "platform_system": platform[1],
                    "os_name": platform[2],
                    "platform_machine": platform[3],
                    "platform_release": "",
                    "platform_version": "",
                    "implementation_name": implementation[0],
                    "platform_python_implementation": implementation[1],
                }
            )
            for text, platform, implementation in product(pythons, PLATFORMS, IMPLEMENTATIONS)
        ]

    def answers(self, markers: Iterable[str]) -> tuple[bool, ...]:
        """Whether any of the markers holds, in each environment; what is no marker holds nowhere."""
        return tuple(any(not text or _says(one, text) for text in markers) for one in self.environments)


def _says(markers: Markers, text: str) -> bool:
    try:
        return markers.says(text) is True
    except ValueError:
        return False


def _own(project: Metadata) -> list[Wish]:
    """The project's requirements, with those that only uv's own table lists."""
    legacy = project.tool("uv").get("dev-dependencies")
    texts = [text for text in legacy if isinstance(text, str)] if isinstance(legacy, list) else []
    return [*project.wishes, *(found for text in texts if (found := wish(text, "group:dev")) is not None)]


def _kept(item: Table, part: str) -> list[Wish]:
    """One requirement of the lock's copy: one wish for each extra that its marker names, or one."""
    marker = item.maybe("marker") or ""
    whole = Wish(
        name=normalised(item.text("name")),
        specifier=item.maybe("specifier") or "",
        marker=marker,
        extras=frozenset(normalised(extra) for extra in item.texts("extras")),
        part=part,
        direct=not ADDRESSED.isdisjoint(item.data),
    )
    extras = sorted(mentioned(marker))
    if part or not extras:
        return [whole]
    return [
        replace(
            whole,
            part=f"extra:{normalised(extra)}",
            marker="" if marker == f"extra == '{extra}'" else settled(marker, lambda name, extra=extra: name == extra),  # type: ignore[misc]
        )
        for extra in extras
    ]


def _flat(wishes: Iterable[Wish], name: str) -> list[Wish]:
    """The requirements with the project's own extras written out: uv has kept them either way."""
    flat = list(wishes)
    for _ in range(ROUNDS):
        own = [want for want in flat if want.name == name]
        if not own:
            return flat
        others = [want for want in flat if want.name != name]
        brought = [
            replace(inner, part=want.part, marker=_both(want.marker, inner.marker))
            for want in own
            for inner in flat
            if inner.part in {f"extra:{extra}" for extra in want.extras} and inner.part != want.part
        ]
        flat = list(dict.fromkeys([*others, *brought]))
    return [want for want in flat if want.name != name]


def _both(one: str, other: str) -> str:
    return f"({one}) and ({other})" if one and other else one or other


def _meanings(wishes: Iterable[Wish], free: frozenset[str], bounded: frozenset[str]) -> dict[Key, set[str]]:
    """What is asked for, and for each the markers of which any must hold.

    Args:
        wishes: Requirements.
        free: Names whose version and marker the tool takes from elsewhere.
        bounded: Groups with a range of Pythons of their own, which uv writes into markers.
    """
    meanings: dict[Key, set[str]] = {}
    for want in wishes:
        loose = want.direct or want.name in free
        key = Key(
            part=want.part,
            name=want.name,
            specifier="" if loose else canonical(want.specifier),
            extras=() if loose else tuple(sorted(want.extras)),
        )
        free_of_marker = loose or want.part.removeprefix("group:") in bounded
        meanings.setdefault(key, set()).add("" if free_of_marker else want.marker)
    return {key: {""} if "" in markers else markers for key, markers in meanings.items()}
