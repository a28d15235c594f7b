"""``uv.lock``: which of its packages apply here, from the project over dependencies, extras and groups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_repro.locks.lock import Lock
from pytest_repro.locks.markers import Markers
from pytest_repro.locks.table import Table
from pytest_repro.locks.uv_graph import MEND, Graph
from pytest_repro.locks.uv_staleness import UvStaleness
from pytest_repro.locks.versions import admits, unknown_format

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_repro.locks.form import LockFile
    from pytest_repro.locks.lock import Staleness

_OWN = re.compile(rb"^source = \{ (?:registry|git|url|path|directory|editable|virtual) = ", re.MULTILINE)
_TOP = re.compile(rb"\Aversion = \d+\r?\n(?:revision = \d+\r?\n)?requires-python = ")
MOST = 10**9
"""Of the number of a format or of its revision."""

_DULL = re.compile(
    r'^    \{ url = "[^"\\\n]*", hash = "[^"\\\n]*"(?:, [a-z-]+ = [\w:".+-]+)* \},(?=\r?$)', re.MULTILINE
)


class UvLock:
    """The form of ``uv.lock`` and of a script's ``*.py.lock``, version 1."""

    name = "uv.lock"

    def owns(self, name: str, head: bytes) -> bool:
        """By its first two keys or the way sources are written; by name where content tells nothing."""
        head = head.removeprefix(b"\xef\xbb\xbf")
        return bool(_TOP.match(head) or _OWN.search(head)) or name == "uv.lock" or name.endswith(".py.lock")

    def read(self, source: LockFile) -> Lock:
        """Every package that some choice of extras and groups brings here.

        Raises:
            ReproError: L406 where the file is broken, L407 where it is of a newer format.
        """
        top = Table(source=source, data=source.toml(MEND, _DULL), mend=MEND)
        version = top.data.get("version")
        if type(version) is not int:
            raise top.wrong("version", version, "a number")
        if version > 1:
            raise unknown_format(source, self.name, _shown(version), "1")
        graph = Graph.read(top, Markers(source.environment))
        pins, skipped = graph.pins(source)
        return Lock(
            path=source.shown,
            form=self.name,
            tool="uv",
            version=f"{version}.{_shown(top.data.get('revision', 0))}",
            digest=source.digest,
            pins=pins,
            skipped=skipped,
            names=frozenset(graph.packages),
            root=graph.project(source)[1],
            elsewhere=_elsewhere(top, graph.markers, source),
        )

    def staleness(self, source: LockFile, project: Path) -> Staleness:  # noqa: ARG002  # the lock names its members
        """By the requirements that uv copied into the lock: uv keeps no hash of the project's metadata."""
        lock = self.read(source)
        top = Table(source=source, data=source.toml(MEND, _DULL), mend=MEND)
        members = Graph.read(top, Markers(source.environment)).members
        folders = {member.name: member.folder for member in members}
        return UvStaleness(source=source, top=top, lock=lock, folders=folders).told()


def _elsewhere(top: Table, markers: Markers, source: LockFile) -> str:
    """Why the lock is not for this interpreter; empty if it is."""
    wanted = top.maybe("requires-python")
    here = source.environment["python_full_version"]
    if wanted and not admits(wanted, here):
        return f"it is for Python {wanted}, and this is {here}"
    supported = top.texts("supported-markers")
    try:
        if supported and not any(markers.can_say(marker) is not False for marker in supported):
            return f"it is for {' or '.join(supported)}, which does not hold here"
    except ValueError as error:
        raise top.source.broken(f"not a marker: {error}", mend=MEND, line=source.line_of("supported-markers")) from None
    return ""


def _shown(number: object) -> str:
    """A part of a version; TOML has hexadecimal integers that Python does not print."""
    return str(number) if type(number) is int and abs(number) < MOST else "?"
