"""``pixi.lock``: environments of conda and Python packages for several platforms."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.locks.blocks import Node, Piece, UnreadError, items, sections, tree
from pytest_repro.locks.conda_names import conda_file, subdir
from pytest_repro.locks.lock import Lock, Pin, Staleness
from pytest_repro.locks.names import normalised
from pytest_repro.locks.pixi_staleness import told
from pytest_repro.locks.versions import unknown_format

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.errors import ReproError
    from pytest_repro.locks.form import LockFile
    from pytest_repro.locks.lock import Source

MEND = "pixi lock"

FIRST, LAST = 4, 7
"""Versions of the format that are read: pixi 0.15 and older wrote another one."""

KINDS = ("conda", "conda_source", "pypi")

_OWN = re.compile(rb"^environments:[ \t]*(?:\{\})?\r?$", re.MULTILINE)
_VERSION = re.compile(rb"^version: *\d+ *\r?$", re.MULTILINE)
_COMMIT = re.compile(r"[@#=]([0-9a-f]{7,64})$")
_SOURCE = re.compile(r"([^\s\[@]+)(?:\[[^\]]*\])?\s*@\s*(.*)")
_START = re.compile(r"^ *- +(?:(conda|conda_source|pypi):)?(.*)$", re.MULTILINE)
_DIGEST = re.compile(r"^ +(?:sha256|md5): *['\"]?[0-9a-f]{32}", re.MULTILINE)
_KEYS = re.compile(r"^ +(url|path|name):(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What an environment of the lock installs here.

    Attributes:
        environment: The environment's name.
        platform: The platform's name in the lock; None where it is not locked.
        platforms: Every platform that the environment is locked for.
        wanted: Its entries: a kind, an address, and what else tells the record.
    """

    environment: str
    platform: str | None
    platforms: tuple[str, ...]
    wanted: tuple[Mapping[str, str], ...]


class PixiLock:
    """The form of ``pixi.lock``, versions 4 to 7."""

    name = "pixi.lock"

    def owns(self, name: str, head: bytes) -> bool:
        """By its outermost keys; by name where content tells nothing."""
        return bool(_OWN.search(head) and _VERSION.search(head)) or name == "pixi.lock"

    def read(self, source: LockFile) -> Lock:
        """What the environment of this interpreter locks for this platform.

        Raises:
            ReproError: L406 with the line where the file is broken, L407 where it is of another format.
        """
        parts = _parts(source)
        version = _version(source, parts)
        place = _place(source, parts, subdir(source.environment))
        records = _records(source, parts["packages"]) if "packages" in parts else {}
        pins: dict[tuple[str, str], Pin] = {}
        roots = []
        for entry in place.wanted:
            pin, root = _pin(source, entry, records)
            pins[pin.manager, pin.name] = pin
            roots += [pin.name] if root else []
        names = frozenset(record.name for several in records.values() for record in several if record.name)
        applied = frozenset(name for _, name in pins)
        platforms = ", ".join(place.platforms) or "no platform"
        return Lock(
            path=source.shown,
            form=self.name,
            tool="pixi",
            version=version,
            digest=source.digest,
            pins=tuple(pins[key] for key in sorted(pins)),
            skipped=dict.fromkeys(sorted(names - applied), "another platform or environment"),
            names=names | applied,
            root=roots[0] if roots else "",
            elsewhere=""
            if place.platform
            else f"its environment {place.environment} is for {platforms}, and this is {subdir(source.environment)}",
            notes=(f"environment {place.environment}",),
        )

    def staleness(self, source: LockFile, project: Path) -> Staleness:
        """By what the manifest asks conda for: pixi keeps no hash of it.

        Raises:
            ReproError: As :meth:`read`.
        """
        return told(source, project, self.read(source))


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One package of the file, uncut: most belong to other platforms and are never looked into.

    Attributes:
        name: As far as it can be told without reading it; empty otherwise.
        piece: Its lines.
    """

    name: str
    piece: Piece


def _parts(source: LockFile) -> dict[str, Piece]:
    text = source.text(MEND)
    try:
        parts = sections(text)
    except UnreadError as error:
        raise source.broken(error.reason, mend=MEND, line=error.line) from None
    for key in ("version", "environments"):
        if key not in parts:
            raise source.broken(f"it has no {key}", mend=MEND)
    return parts


def _version(source: LockFile, parts: Mapping[str, Piece]) -> str:
    version = _tree(source, parts["version"])["version"]
    if not isinstance(version, str) or not version.isdecimal() or len(version) > 4:  # noqa: PLR2004  # as int() may
        raise source.broken("version is not a number", mend=MEND, line=parts["version"].line)
    if int(version) > LAST:
        raise unknown_format(source, PixiLock.name, version, str(LAST))
    if int(version) < FIRST:
        raise source.broken(f"format version {version} is no longer written by pixi", mend=MEND)
    return version


def _tree(source: LockFile, piece: Piece) -> dict[str, Node]:
    try:
        whole = tree(piece)
    except UnreadError as error:
        raise source.broken(error.reason, mend=MEND, line=error.line) from None
    if not isinstance(whole, dict):
        raise source.broken("not a table", mend=MEND, line=piece.line)
    return whole


def _place(source: LockFile, parts: Mapping[str, Piece], here: str) -> Place:
    environments = _tree(source, parts["environments"])["environments"]
    if not isinstance(environments, dict) or not environments:
        raise source.broken("it locks no environment", mend=MEND, line=parts["environments"].line)
    name = _active(tuple(environments))
    environment = environments[name]
    packages = environment.get("packages") if isinstance(environment, dict) else None
    if not isinstance(packages, dict):
        raise source.broken(f"environment {name} has no packages", mend=MEND, line=source.line_of(f"  {name}:"))
    subdirs = _subdirs(source, parts)
    platform = next((key for key in packages if subdirs.get(key, key) == here), None)
    listed = packages[platform] if platform else []
    wanted = []
    for entry in listed if isinstance(listed, list) else [listed]:
        if not isinstance(entry, dict) or not any(isinstance(entry.get(kind), str) for kind in KINDS):
            sentence = f"{platform} of environment {name} lists something that is no package"
            raise source.broken(sentence, mend=MEND, line=source.line_of(f"      {platform}:"))
        wanted.append({key: value for key, value in entry.items() if isinstance(value, str)})
    platforms = tuple(dict.fromkeys(subdirs.get(key, key) for key in packages))
    return Place(environment=name, platform=platform, platforms=platforms, wanted=tuple(wanted))


def _subdirs(source: LockFile, parts: Mapping[str, Piece]) -> dict[str, str]:
    """What the platforms of version 7 stand for: each has a name of its own choice."""
    listed = _tree(source, parts["platforms"])["platforms"] if "platforms" in parts else []
    told = {}
    for entry in listed if isinstance(listed, list) else []:
        name = entry.get("name") if isinstance(entry, dict) else None
        meant = entry.get("subdir", name) if isinstance(entry, dict) else None
        if not isinstance(name, str) or not isinstance(meant, str):
            raise source.broken("a platform without a name", mend=MEND, line=parts["platforms"].line)
        told[name] = meant
    return told


def _active(names: Sequence[str]) -> str:
    """The environment of this interpreter: pixi installs each into a folder of its name."""
    prefix = Path(sys.prefix)
    if prefix.parent.name == "envs" and prefix.name in names:
        return prefix.name
    return "default" if "default" in names else names[0]


def _records(source: LockFile, piece: Piece) -> dict[str, list[Record]]:
    """All packages of the file by their addresses."""
    try:
        whole = items(piece)
    except UnreadError as error:
        raise source.broken(error.reason, mend=MEND, line=error.line) from None
    found: dict[str, list[Record]] = {}
    for item in whole:
        start = _START.match(item.text)
        keys = dict(_KEYS.findall(item.text))
        kind, address = (start[1], start[2]) if start else (None, "")
        if kind is None:  # up to version 5 a record begins with its kind, and url or path is its address
            address = keys.get("url", keys.get("path", ""))
        address = _bare(address)
        named = _bare(keys.get("name", ""))
        parted = _SOURCE.fullmatch(address) if kind == "conda_source" else None
        package = conda_file(address)
        name = parted[1] if parted else package.name if package else named
        record = Record(name=normalised(name) if kind == "pypi" else name, piece=item)
        found.setdefault(address, []).append(record)
    return found


def _bare(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _pin(source: LockFile, entry: Mapping[str, str], records: Mapping[str, Sequence[Record]]) -> tuple[Pin, bool]:
    """What one entry of an environment pins, and whether it is the project itself."""
    kind = next(kind for kind in KINDS if kind in entry)
    address = entry[kind]
    package = conda_file(address) if kind == "conda" else None
    if package is not None:  # all is said by its address, and a record need not be taken apart
        described = records.get(address)
        if not described:
            raise _undescribed(source, address)
        hashed = bool(_DIGEST.search(described[0].piece.text))
        pin = Pin(
            name=package.name,
            version=package.version,
            source="conda",
            ref=package.build,
            hashed=hashed,
            manager="conda",
        )
        return pin, False
    facts = _facts(source, entry, address, records)
    hashed = bool(facts.get("sha256") or facts.get("md5"))
    if kind != "pypi":  # built from source: version and build are told by whoever builds it
        parted = _SOURCE.fullmatch(address) if kind == "conda_source" else None
        name, path = (parted[1], parted[2]) if parted else (facts.get("name", ""), address)
        if not name:
            raise source.broken("a package without a name", mend=MEND, line=source.line_of(f"conda: {address}"))
        pin = Pin(name=name, version=None, source="conda", hashed=True, manager="conda")
        return pin, path.rstrip("/") in (".", "")
    name = normalised(facts.get("name", ""))
    if not name:
        raise source.broken("a package without a name", mend=MEND, line=source.line_of(f"pypi: {address}"))
    commit = _COMMIT.search(address)
    how = _source(address, editable=facts.get("editable") == "true")
    ref = commit[1] if commit and how == "vcs" else None
    pin = Pin(name=name, version=facts.get("version"), source=how, ref=ref, hashed=hashed)
    return pin, address.rstrip("/") == "."


def _source(address: str, *, editable: bool) -> Source:
    if address.startswith("git+"):
        return "vcs"
    if address.startswith("direct+"):
        return "url"
    if "://" in address and not address.startswith("file:"):
        return "index"
    if address.endswith((".whl", ".tar.gz", ".zip")):
        return "file"
    return "editable" if editable else "directory"


def _facts(
    source: LockFile, entry: Mapping[str, str], address: str, records: Mapping[str, Sequence[Record]]
) -> dict[str, str]:
    """The record of an entry: the first of its address that agrees with all that the entry says."""
    for record in records.get(address, ()):
        try:
            listed = tree(record.piece)
        except UnreadError as error:
            raise source.broken(error.reason, mend=MEND, line=error.line) from None
        found = listed[0] if isinstance(listed, list) and listed else None
        if not isinstance(found, dict):
            raise source.broken("not a package", mend=MEND, line=record.piece.line)
        facts = {key: value for key, value in found.items() if isinstance(value, str)}
        if all(facts.get(key, value) == value for key, value in entry.items() if key not in KINDS):
            return facts
    raise _undescribed(source, address)


def _undescribed(source: LockFile, address: str) -> ReproError:
    last = address.rstrip("/").rsplit("/", 1)[-1]
    return source.broken(f"no package is described for {last:.60}", mend=MEND, line=source.line_of(address))
