"""``pylock.toml``: the standard lock of PEP 751, whoever wrote it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from pytest_repro.locks.lock import Lock, Pin, Staleness
from pytest_repro.locks.markers import Markers
from pytest_repro.locks.metadata import metadata, nothing_told, told, unmet
from pytest_repro.locks.names import normalised
from pytest_repro.locks.pdm_hash import staleness_by_hash
from pytest_repro.locks.table import Table
from pytest_repro.locks.versions import admits, unknown_format

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from pytest_repro.locks.form import LockFile
    from pytest_repro.locks.lock import Source

_NAME = re.compile(r"pylock(?:\.[^.]+)?\.toml")
_CREATOR = re.compile(rb'^created-by = "([\w.-]+)"', re.MULTILINE)
_PACKAGE = re.compile(r"packages\[(\d+)\]\.?")
_MENDS = {"pip": "pip lock", "uv": "uv export --format=pylock.toml", "pdm": "pdm lock"}
_NOTE = "packaging 26.1 or newer is needed to check the file against the standard"


class Pylock:
    """The form of ``pylock.toml`` and ``pylock.NAME.toml``, version 1."""

    name = "pylock.toml"

    def owns(self, name: str, head: bytes) -> bool:
        """By the two keys it must have; by name where content tells nothing."""
        line = b"\n" + head.replace(b"\r", b"")
        return (b"\nlock-version = " in line and b"\ncreated-by = " in line) or _NAME.fullmatch(name) is not None

    def read(self, source: LockFile) -> Lock:
        """Every package that some choice of groups and extras brings here.

        Raises:
            ReproError: L406 where the file is broken, L407 where it is of a newer format.
        """
        top = _top(source)
        version = top.text("lock-version")
        if not admits(">=1,<2", version):
            raise unknown_format(source, self.name, version, "1.x")
        notes = _checked(top) if version == "1.0" else (f"of format {version}, what 1.0 knows is read",)
        reading = _Reading(top)
        for package in top.tables("packages", "[[packages]]"):
            reading.take(package)
        return Lock(
            path=source.shown,
            form=self.name,
            tool=top.text("created-by"),
            version=version,
            digest=source.digest,
            pins=tuple(sorted(reading.pins, key=lambda pin: (pin.name, pin.version or ""))),
            skipped={name: reason for name, reason in sorted(reading.skipped.items()) if name not in reading.names},
            names=frozenset(reading.names | reading.skipped.keys()),
            root=reading.root,
            elsewhere=_elsewhere(top, reading.markers) or reading.unfit,
            notes=notes,
        )

    def staleness(self, source: LockFile, project: Path) -> Staleness:
        """By the hash that PDM writes; else by whether what is locked satisfies the project's dependencies."""
        top = _top(source)
        hashes = top.table("tool").table("pdm").table("hashes")
        for algorithm in hashes.data:
            return staleness_by_hash(source, project, algorithm, hashes.text(algorithm))
        if source.path.name != self.name:
            return Staleness(state="unknown", reason="a named lock does not tell what it is for")
        lock = self.read(source)
        found = metadata(source, project)
        if found is None or found.dynamic:
            return Staleness(state="unknown", reason=nothing_told(found))
        if lock.elsewhere:
            return Staleness(state="unknown", reason="the lock is not for this interpreter")
        plain = [want for want in found.wishes if not want.part]
        reasons = unmet(plain, lock, Markers(source.environment), found.free)
        if reasons:
            return Staleness(state="stale", reason=told(reasons))
        return Staleness(state="fresh", reason="what is locked satisfies the dependencies in pyproject.toml")


class _Reading:
    """The packages taken so far.

    Attributes:
        pins: What applies here.
        names: Names that apply here, the project's own too.
        skipped: Names that do not, with the reason.
        root: The project's own name; empty if the lock does not hold it.
        unfit: Why a plain install cannot succeed here; empty if it can.
    """

    def __init__(self, top: Table) -> None:
        self.pins: list[Pin] = []
        self.names: set[str] = set()
        self.skipped: dict[str, str] = {}
        self.root = ""
        self.unfit = ""
        self.markers = Markers(top.source.environment)
        self._groups = frozenset(f"dependency_groups:{name}" for name in top.texts("default-groups"))
        self._source = top.source

    def take(self, package: Table) -> None:
        """Take one package as a pin, or its name as one that does not apply here."""
        name = normalised(package.text("name"))
        reason, default = self._applies(package, name)
        if reason:
            self.skipped[name] = reason
            return
        folder = package.table("directory").maybe("path")
        if folder is not None and self._is_project(folder):
            self.root = name
            self.names.add(name)
            return
        version = package.maybe("version")
        if not _fits(package):
            reason = f"{name} {version or ''} has no file for this interpreter"
            self.skipped[name] = reason
            self.unfit = self.unfit or (f"its {reason}" if default else "")
            return
        source, ref = _origin(package)
        files = [
            *package.tables("wheels"),
            *(package.table(key) for key in ("sdist", "archive") if key in package.data),
        ]
        self.names.add(name)
        self.pins.append(
            Pin(
                name=name,
                version=version,
                source=source,
                ref=ref,
                hashed=bool(files) and all(file.table("hashes").data for file in files),
                default=default,
            )
        )

    def _applies(self, package: Table, name: str) -> tuple[str, bool]:
        """Why the package does not apply here, empty if it does; and whether a plain install takes it."""
        here = self._source.environment["python_full_version"]
        wanted = package.maybe("requires-python")
        if wanted and not admits(wanted, here):
            return f"it is for Python {wanted}", False
        marker = package.maybe("marker")
        if not marker:
            return "", True
        try:
            if self.markers.can_say(marker):
                return "", self.markers.says(marker, active=self._groups) is True
        except ValueError as error:
            raise package.broken(f"not a marker of {name}: {error}") from None
        return f"{marker} does not hold here", False

    def _is_project(self, folder: str) -> bool:
        place = os.path.normpath(self._source.path.parent / folder)
        return place in {str(self._source.project), str(self._source.path.parent)}


def _top(source: LockFile) -> Table:
    creator = _CREATOR.search(source.data)
    mend = _MENDS.get(creator[1].decode() if creator else "", "pip lock, or what wrote the file")
    return Table(source=source, data=source.toml(mend), mend=mend)


def _checked(top: Table) -> tuple[str, ...]:
    """Check the file against the standard, where packaging can; else the note that it was not."""
    try:
        from packaging.pylock import Pylock as Standard  # noqa: PLC0415  # not paid by a cached answer
        from packaging.pylock import PylockValidationError  # noqa: PLC0415  # as above
    except ImportError:
        return (_NOTE,)
    try:
        Standard.from_dict(top.data)
    except PylockValidationError as error:
        context = error.context or ""
        at = _PACKAGE.match(context)
        packages: list[Any] = top.tables("packages", "[[packages]]") if at else []
        place = packages[int(at[1])] if at else top
        words = f"{error.message[:1].lower()}{error.message[1:]}"
        inside = context[at.end() :] if at else context
        raise place.broken(f"not as the standard says: {words}" + (f" in {inside!r}" if inside else "")) from None
    return ()


def _elsewhere(top: Table, markers: Markers) -> str:
    wanted = top.maybe("requires-python")
    here = top.source.environment["python_full_version"]
    if wanted and not admits(wanted, here):
        return f"it is for Python {wanted}, and this is {here}"
    environments = top.texts("environments")
    try:
        if environments and not any(markers.can_say(marker) is not False for marker in environments):
            return f"it is for {' or '.join(environments[:3])}, which does not hold here"
    except ValueError as error:
        raise top.broken(f"not a marker of environments: {error}") from None
    return ""


def _origin(package: Table) -> tuple[Source, str | None]:
    """Where a package comes from, and the commit of a vcs source."""
    if "vcs" in package.data:
        return "vcs", package.table("vcs").maybe("commit-id")
    if "directory" in package.data:
        return ("editable" if package.table("directory").flag("editable") else "directory"), None
    if "archive" in package.data:
        return ("file" if package.table("archive").maybe("path") else "url"), None
    return "index", None


def _fits(package: Table) -> bool:
    """Whether some file of the package can be installed here; what has a source distribution can."""
    wheels = package.tables("wheels")
    if not wheels or "sdist" in package.data:
        return True
    names = [wheel.maybe("name") or _last(wheel.maybe("url") or wheel.maybe("path") or "") for wheel in wheels]
    if any(name.endswith(("-py3-none-any.whl", "-py2.py3-none-any.whl")) for name in names):
        return True
    from packaging.tags import sys_tags  # noqa: PLC0415  # for the few packages that come as wheels alone
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename  # noqa: PLC0415  # as above

    here = frozenset(sys_tags())
    for name in names:
        try:
            if not here.isdisjoint(parse_wheel_filename(name)[3]):
                return True
        except (InvalidWheelFilename, ValueError):  # a name that tells nothing accuses nobody
            return True
    return False


def _last(address: str) -> str:
    return re.split(r"[?#]", address, maxsplit=1)[0].rpartition("/")[2].replace("%2B", "+").replace("%2b", "+")
