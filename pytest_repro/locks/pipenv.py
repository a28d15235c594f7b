"""``Pipfile.lock``: packages by category, each with a marker, in JSON."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from pytest_repro.errors import ReproError
from pytest_repro.locks.lock import Lock, Pin, Staleness
from pytest_repro.locks.markers import Markers
from pytest_repro.locks.metadata import Wish, table, told, unmet
from pytest_repro.locks.names import normalised
from pytest_repro.locks.table import Table
from pytest_repro.locks.versions import unknown_format

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_repro.locks.form import LockFile
    from pytest_repro.locks.lock import Source

MEND = "pipenv lock"
KNOWN = 6
"""The ``pipfile-spec`` that is read."""

_OWN = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"_meta"\s*:')
_NO_CATEGORY = frozenset({"source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv"})
_VCS = frozenset({"git", "hg", "svn", "bzr"})


class PipfileLock:
    """The form of ``Pipfile.lock``."""

    name = "Pipfile.lock"

    def owns(self, name: str, head: bytes) -> bool:
        """By its first key; by name where content tells nothing."""
        return bool(_OWN.match(head)) or name == self.name

    def read(self, source: LockFile) -> Lock:
        """Every package of every category whose marker holds here.

        Raises:
            ReproError: L406 where the file is broken, L407 where it is of a newer format.
        """
        top = Table(source=source, data=source.json(MEND), mend=MEND)
        about = top.table("_meta")
        if not about.data:
            raise source.broken("the lock has no _meta", mend=MEND, line=1)
        version = about.data.get("pipfile-spec", KNOWN)
        if type(version) is not int:
            raise about.wrong("pipfile-spec", version, "a number")
        if version > KNOWN:
            raise unknown_format(source, self.name, str(version), str(KNOWN))
        pins: dict[tuple[str, str | None], Pin] = {}
        skipped: dict[str, str] = {}
        markers = Markers(source.environment)
        for category in top.data:
            if category == "_meta":
                continue
            for written in top.table(category).data:
                entry = _entry(top.table(category), written)
                reason = _barred(entry, markers)
                if reason:
                    skipped[normalised(written)] = reason
                    continue
                pin = _pin(entry, normalised(written), plain=category == "default")
                known = pins.get((pin.name, pin.version))
                # default and develop may list the same package: the plain install takes it
                pins[pin.name, pin.version] = known if known and known.default else pin
        names = {pin.name for pin in pins.values()}
        return Lock(
            path=source.shown,
            form=self.name,
            tool="pipenv",
            version=str(version),
            digest=source.digest,
            pins=tuple(sorted(pins.values(), key=lambda pin: (pin.name, pin.version or ""))),
            skipped={name: reason for name, reason in sorted(skipped.items()) if name not in names},
            names=frozenset(names | skipped.keys()),
            elsewhere=_elsewhere(about.table("requires"), source),
        )

    def staleness(self, source: LockFile, project: Path) -> Staleness:  # noqa: ARG002  # a Pipfile lies beside its lock
        """By pipenv's own hash over the Pipfile."""
        about = Table(source=source, data=source.json(MEND), mend=MEND).table("_meta")
        kept = about.table("hash").maybe("sha256")
        data = _pipfile(source)
        if kept is None or data is None:
            missing = "the lock has no hash of it" if kept is None else "there is none that can be read beside the lock"
            return Staleness(state="unknown", reason=f"nothing tells about the Pipfile: {missing}")
        own, known = data.get("source"), about.data.get("sources")
        try:
            # a Pipfile without a source has pipenv's own, which the lock names
            hashes = {_hash(data, known if own is None else own, whole=whole) for whole in (True, False)}
        except TypeError:  # a date, which pipenv cannot hash either
            return Staleness(state="unknown", reason="the Pipfile holds a value that pipenv does not hash")
        if kept in hashes:
            return Staleness(state="fresh", reason="the hash is that of the Pipfile")
        reasons = unmet(_wishes(data), self.read(source), Markers(source.environment))
        if reasons:
            return Staleness(state="stale", reason=told(reasons))
        # pipenv hashes the machine's own indexes too, so that another hash alone proves nothing
        return Staleness(state="changed", reason="the hash is not that of the Pipfile, which what is locked satisfies")


def _pipfile(source: LockFile) -> dict[str, Any] | None:
    try:
        file = source.beside("Pipfile", MEND)
        return None if file is None else file.toml(MEND)
    except ReproError:
        return None


def _entry(category: Table, name: str) -> Table:
    value = category.data[name]
    if type(value) is not dict:
        raise category.source.broken(
            f"{name} is not a table", mend=MEND, line=category.source.line_of(json.dumps(name) + ":")
        )
    return Table(source=category.source, data={"name": name, **value}, mend=MEND)


def _barred(entry: Table, markers: Markers) -> str:
    """Why a package does not apply here; empty if it does."""
    marker = entry.maybe("markers")
    if not marker:
        return ""
    try:
        return "" if markers.says(marker) else f"{marker} does not hold here"
    except ValueError as error:
        line = entry.source.line_of(json.dumps(marker))
        raise entry.source.broken(f"not a marker: {error}", mend=MEND, line=line) from None


def _pin(entry: Table, name: str, *, plain: bool) -> Pin:
    version = entry.maybe("version") or ""
    exact = version.startswith("==") and "," not in version and not version.endswith(".*")
    source: Source = "index"
    if not _VCS.isdisjoint(entry.data):
        source = "vcs"
    elif entry.flag("editable"):
        source = "editable"
    elif "path" in entry.data:
        source = "directory"
    elif "file" in entry.data:
        source = "url" if "://" in entry.text("file") else "file"
    return Pin(
        name=name,
        version=version.lstrip("=") if exact else None,
        source=source,
        ref=entry.maybe("ref") if source == "vcs" else None,
        hashed=bool(entry.texts("hashes")),
        default=plain,
        why="" if exact or source != "index" else f"range {version}" if version not in {"", "*"} else "any version",
    )


def _elsewhere(requires: Table, source: LockFile) -> str:
    here = source.environment["python_full_version"]
    for key in ("python_full_version", "python_version"):
        wanted = requires.maybe(key)
        if wanted and wanted not in {"*", here} and not here.startswith(f"{wanted}."):
            return f"it is for Python {wanted}, and this is {here}"
    return ""


def _wishes(pipfile: Mapping[str, Any]) -> list[Wish]:
    """The requirements that name versions and hold everywhere."""
    categories = [name for name in pipfile if name not in _NO_CATEGORY or name.endswith("packages")]
    wishes = []
    for category in categories:
        for name, wanted in table(pipfile, category).items():
            entry = wanted if isinstance(wanted, dict) else {"version": wanted}
            version = entry.get("version", "*")
            if isinstance(version, str) and entry.keys() <= {"version", "extras", "index"}:
                wishes.append(Wish(name=normalised(name), specifier="" if version == "*" else version))
    return wishes


def _hash(pipfile: Mapping[str, Any], sources: object, *, whole: bool) -> str:
    """Pipenv's hash, as ``Pipfile.calculate_hash`` computes it.

    Args:
        pipfile: The parsed Pipfile.
        sources: The indexes.
        whole: Whether names are normalised, as pipenv has done since 2026; before, they were hashed as written.

    Raises:
        TypeError: A value has no JSON.
    """

    def section(name: str) -> dict[str, Any]:
        listed = table(pipfile, name)
        return {normalised(key): value for key, value in listed.items()} if whole else dict(listed)

    content = {
        "_meta": {"sources": sources, "requires": pipfile.get("requires", {})},
        "default": section("packages"),
        "develop": section("dev-packages"),
    }
    content |= {key: section(key) for key in pipfile if key not in _NO_CATEGORY | {"default", "develop"}}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
