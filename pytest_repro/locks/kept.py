"""What was read from a lock, kept in a folder so that an unchanged lock is not parsed again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from pytest_repro.locks.lock import Lock, Manager, Pin, Source, Staleness

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_repro.locks.form import LockFile

VERSION = 1
"""Raised by whoever changes what a form reads out of a lock, or how it is written here."""

_SOURCES, _MANAGERS = frozenset(get_args(Source)), frozenset(get_args(Manager))
_STATES = frozenset({"fresh", "changed", "stale", "unknown"})
_TEXTS = ("path", "form", "tool", "version", "digest", "root", "elsewhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One reading of one lock.

    Attributes:
        lock: What applies here.
        staleness: Whether it stands for its project.
        included: Other files that had a say, relative to the boundary, each with its SHA-256; empty for one that was
            looked for and is not there.
    """

    lock: Lock
    staleness: Staleness
    included: Mapping[str, str]


def load(folder: Path, source: LockFile) -> Kept | None:
    """The reading that is kept of this very file for this interpreter; None if there is none that still holds.

    What is damaged counts as none: it is written again.
    """
    try:
        with open(_place(folder, source), "rb") as file:  # noqa: PTH123  # half the time of pathlib's
            data = json.loads(file.read())
        if data["version"] != VERSION or data["digest"] != source.digest:
            return None
        kept = _kept(data)
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError, AttributeError):
        return None
    return kept if all(_digest(source, name) == digest for name, digest in kept.included.items()) else None


def save(folder: Path, source: LockFile, kept: Kept) -> None:
    """Keep a reading; one file for each lock and interpreter, so that the folder does not grow.

    A folder that cannot be written costs time and nothing else.
    """
    text = json.dumps(_data(source, kept), separators=(",", ":"), ensure_ascii=False)
    place = _place(folder, source)
    with contextlib.suppress(OSError):
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103  # as above
        handle, name = tempfile.mkstemp(dir=folder, prefix="lock-", suffix=".part")
        try:
            with open(handle, "w", encoding="utf-8", errors="surrogatepass") as file:  # noqa: PTH123  # a handle
                file.write(text)
            os.replace(name, place)  # noqa: PTH105  # so that no reader sees half a file
        except OSError:
            os.unlink(name)  # noqa: PTH108  # the half that was written


def _place(folder: Path, source: LockFile) -> str:
    """The file of this lock and this interpreter."""
    libc = os.confstr("CS_GNU_LIBC_VERSION") if "CS_GNU_LIBC_VERSION" in getattr(os, "confstr_names", ()) else ""
    here = os.path.relpath(source.project, source.path.parent)
    asked = [str(source.path), here, sys.prefix, sorted(source.environment.items()), sys.implementation.cache_tag, libc]
    return os.path.join(folder, f"lock-{hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]}.json")  # noqa: PTH118  # as above


def _digest(source: LockFile, name: str) -> str:
    """The SHA-256 of a file relative to the boundary; empty where there is none."""
    path = os.path.join(source.boundary, name)  # noqa: PTH118  # as above
    try:
        # a file of the cache names nothing outside of what its lock may name, and no device that never ends
        inside = os.path.realpath(path).startswith(os.path.join(os.path.realpath(source.boundary), ""))  # noqa: PTH118  # as above
        if not inside or (os.path.lexists(path) and not os.path.isfile(path)):  # noqa: PTH113  # as above
            return "unreadable"
        with open(path, "rb") as file:  # noqa: PTH123  # as above
            return hashlib.sha256(file.read()).hexdigest()
    except ValueError:  # a zero byte, or half of a surrogate pair
        return "unreadable"
    except OSError:
        return "" if not os.path.lexists(path) else "unreadable"


def _data(source: LockFile, kept: Kept) -> dict[str, Any]:
    lock = kept.lock
    return {
        "version": VERSION,
        "digest": source.digest,
        "included": dict(kept.included),
        "staleness": [kept.staleness.state, kept.staleness.reason],
        "lock": {name: getattr(lock, name) for name in _TEXTS}
        | {"complete": lock.complete, "closed": lock.closed, "notes": list(lock.notes)}
        | {"skipped": dict(lock.skipped), "names": sorted(lock.names)},
        "pins": [
            [pin.name, pin.version, pin.source, pin.ref, pin.hashed, pin.default, pin.manager, pin.why]
            for pin in lock.pins
        ],
    }


def _kept(data: dict[str, Any]) -> Kept:
    """The reading in parsed JSON.

    Raises:
        TypeError: A value is of another type than it was written with; so may KeyError and ValueError be raised.
    """
    kept = data["lock"]
    state, reason = data["staleness"]
    texts = {name: kept[name] for name in _TEXTS}
    included, skipped = data["included"], kept["skipped"]
    _all(str, *texts.values(), reason, *kept["notes"], *kept["names"], *skipped.values(), *included.values())
    _all(bool, kept["complete"], kept["closed"])
    if state not in _STATES:
        raise ValueError(state)
    lock = Lock(
        **texts,
        pins=tuple(_pin(row) for row in data["pins"]),
        skipped=skipped,
        names=frozenset(kept["names"]),
        complete=kept["complete"],
        closed=kept["closed"],
        notes=tuple(kept["notes"]),
    )
    return Kept(lock=lock, staleness=Staleness(state=state, reason=reason), included=included)


def _pin(row: list[Any]) -> Pin:
    name, version, source, ref, hashed, default, manager, why = row
    _all(str, name, version or "", ref or "", why)
    _all(bool, hashed, default)
    if source not in _SOURCES or manager not in _MANAGERS:
        raise ValueError(source)
    return Pin(
        name=name,
        version=version,
        source=source,
        ref=ref,
        hashed=hashed,
        default=default,
        manager=manager,
        why=why,
    )


def _all(kind: type, *values: object) -> None:
    if not all(type(value) is kind for value in values):
        raise TypeError(kind.__name__)
