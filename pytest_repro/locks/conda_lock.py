"""``conda-lock.yml``: for each platform the packages that conda installs, and those that pip adds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError
from pytest_repro.locks.blocks import Node, Piece, UnreadError, items, sections, tree
from pytest_repro.locks.conda_names import conda_file, requirement, satisfied, subdir
from pytest_repro.locks.lock import Lock, Pin, Staleness
from pytest_repro.locks.names import normalised
from pytest_repro.locks.versions import unknown_format

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_repro.locks.form import LockFile
    from pytest_repro.locks.lock import Source

MEND = "conda-lock lock --lockfile conda-lock.yml"

_PACKAGE = re.compile(rb"^package:[ \t]*\r?$", re.MULTILINE)
_METADATA = re.compile(rb"^metadata:[ \t]*\r?$", re.MULTILINE)
_FIELD = re.compile(r"^ *(?:- )? *(name|platform):[ \t]*['\"]?(\w[\w.-]*)['\"]?[ \t]*\r?$", re.MULTILINE)
_COMMIT = re.compile(r"[@#]([0-9a-f]{7,64})(?:$|[#&?])")


class CondaLock:
    """The form of ``conda-lock.yml``, version 1."""

    name = "conda-lock.yml"

    def owns(self, name: str, head: bytes) -> bool:
        """By its two outermost keys; by name where content tells nothing."""
        known = bool(_METADATA.search(head)) and (bool(_PACKAGE.search(head)) or b"content_hash:" in head)
        return known or name in ("conda-lock.yml", "conda-lock.yaml") or name.endswith((".conda-lock.yml",))

    def read(self, source: LockFile) -> Lock:
        """What is locked for this platform, over all categories.

        Raises:
            ReproError: L406 with the line where the file is broken, L407 where it is of a newer format.
        """
        platform = subdir(source.environment)
        parts = _parts(source)
        version = _version(source, parts)
        entries, elsewhere = _entries(source, parts["package"], platform)
        pins: dict[tuple[str, str], Pin] = {}
        for entry in entries:
            pin = _pin(source, entry)
            key = pin.manager, pin.name
            if key not in pins or pin.default:  # listed once for each category it is in
                pins[key] = pin
        applied = frozenset(name for _, name in pins)
        others = _FIELD.findall(parts["package"].text)
        names = frozenset(value for key, value in others if key == "name")
        platforms = sorted({value for key, value in others if key == "platform"})
        return Lock(
            path=source.shown,
            form=self.name,
            tool="conda-lock",
            version=version,
            digest=source.digest,
            pins=tuple(pins[key] for key in sorted(pins)),
            skipped={name: "another platform" for name in sorted(names) if not {name, normalised(name)} & applied},
            names=names | applied | frozenset(map(normalised, names)),
            elsewhere=f"it is for {', '.join(platforms)}, and this is {platform}" if elsewhere and platforms else "",
        )

    def staleness(self, source: LockFile, project: Path) -> Staleness:  # noqa: ARG002  # the lock names its sources
        """By the requirements of the files that the lock names: its content hash covers conda-lock's own state too."""
        parts = _parts(source)
        metadata = _tree(source, parts["metadata"]) if "metadata" in parts else {}
        told = metadata.get("metadata") if isinstance(metadata, dict) else None
        listed = told.get("sources") if isinstance(told, dict) else None
        wanted: list[str] = []
        read: list[str] = []
        for name in listed if isinstance(listed, list) else []:
            if isinstance(name, str) and name.endswith((".yml", ".yaml")):
                found = _environment(source, name)
                if found is not None:
                    read.append(name)
                    wanted += found
        if not read:
            return Staleness(state="unknown", reason="none of the files it was made from is beside it")
        versions = {pin.name: pin.version for pin in self.read(source).pins}
        for text in wanted:
            parted = requirement(text)
            if parted and parted[0] not in versions:
                return Staleness(state="stale", reason=f"{read[0]} asks for {parted[0]}, which is not locked")
            if parted and not satisfied(parted[1], versions[parted[0]] or ""):
                reason = f"{read[0]} asks for {parted[0]} {parted[1]}, and {versions[parted[0]]} is locked"
                return Staleness(state="stale", reason=reason)
        return Staleness(state="fresh", reason=f"every package that {', '.join(read)} asks for is locked as asked")


def _parts(source: LockFile) -> dict[str, Piece]:
    text = source.text(MEND)
    try:
        parts = sections(text)
    except UnreadError as error:
        raise source.broken(error.reason, mend=MEND, line=error.line) from None
    if "package" not in parts:
        raise source.broken("it has no list of packages", mend=MEND)
    return parts


def _version(source: LockFile, parts: dict[str, Piece]) -> str:
    told = _tree(source, parts["version"]) if "version" in parts else {"version": "1"}
    version = told.get("version") if isinstance(told, dict) else None
    if not isinstance(version, str) or not version.isdecimal() or len(version) > 4:  # noqa: PLR2004  # as int() may
        line = parts["version"].line
        raise source.broken("version is not a number", mend=MEND, line=line)
    if int(version) > 1:
        raise unknown_format(source, CondaLock.name, version, "1")
    return version


def _tree(source: LockFile, piece: Piece) -> Node:
    try:
        return tree(piece)
    except UnreadError as error:
        raise source.broken(error.reason, mend=MEND, line=error.line) from None


def _entries(source: LockFile, piece: Piece, platform: str) -> tuple[list[tuple[int, dict[str, Node]]], bool]:
    """The entries of this platform with their lines, and whether there is none."""
    found = []
    whole = items(piece)
    if not whole and piece.text.partition(":")[2].strip() not in ("", "[]"):
        raise source.broken("package is not a list", mend=MEND, line=piece.line)
    for item in whole:
        if not any(key == "platform" and value == platform for key, value in _FIELD.findall(item.text)):
            continue
        listed = _tree(source, item)
        entry = listed[0] if isinstance(listed, list) and len(listed) == 1 else None
        if not isinstance(entry, dict):
            raise source.broken("not a package", mend=MEND, line=item.line)
        if entry.get("platform") == platform:
            found.append((item.line, entry))
    return found, not found


def _pin(source: LockFile, told: tuple[int, dict[str, Node]]) -> Pin:
    line, entry = told
    words: dict[str, str] = {}
    for key in ("name", "version", "manager", "url"):
        value = entry.get(key)
        if not isinstance(value, str) or not value:
            raise source.broken(f"a package without {key}", mend=MEND, line=line)
        words[key] = value
    default = entry.get("optional") != "true"  # categories other than main are installed when asked for
    digests = entry.get("hash")
    hashed = isinstance(digests, dict) and any(digests.get(kind) for kind in ("sha256", "md5"))
    if words["manager"] == "conda":
        package = conda_file(words["url"])
        if package is None:
            raise source.broken("the address of no conda package", mend=MEND, line=line)
        return Pin(
            name=words["name"],
            version=words["version"],
            source="conda",
            ref=package.build,
            hashed=hashed,
            default=default,
            manager="conda",
        )
    if words["manager"] != "pip":
        raise source.broken(f"manager is neither conda nor pip but {words['manager']}", mend=MEND, line=line)
    commit = _COMMIT.search(words["url"])
    kind: Source = "vcs" if words["url"].startswith("git+") else "index"
    return Pin(
        name=normalised(words["name"]),
        version=words["version"],
        source=kind,
        ref=commit[1] if commit and kind == "vcs" else None,
        hashed=hashed,
        default=default,
    )


def _environment(source: LockFile, name: str) -> list[str] | None:
    """What an ``environment.yml`` asks conda for; None if it cannot be read, which accuses nobody."""
    try:
        file = source.beside(name, MEND)
        whole = tree(Piece(1, file.text(MEND))) if file is not None else None
    except (ReproError, UnreadError):
        return None
    listed = whole.get("dependencies") if isinstance(whole, dict) else None
    if not isinstance(listed, list):
        return None
    # a comment behind a requirement may be a selector, "# [linux]", which is not judged here
    raw = file.text(MEND) if file is not None else ""
    return [item for item in listed if isinstance(item, str) and not re.search(rf"{re.escape(item)}\s+#\s*\[", raw)]
