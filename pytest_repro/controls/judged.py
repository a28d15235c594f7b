"""One package between lock and installation: what is locked, what is installed, and whether that is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_repro.environment.distribution import Distribution
    from pytest_repro.locks.lock import Manager, Pin

State = Literal["ok", "unjudged", "build", "source", "version", "missing", "optional", "extra"]
"""``build`` is another build of the same version; ``optional`` is not installed and need not be; ``unjudged`` is
installed, and the lock does not say exactly enough what should be."""

RANK: tuple[State, ...] = ("ok", "unjudged", "build", "source", "version")
"""From the best to the worst: of several pins of one name, the one that fits best is the one that was installed."""

FAMILIES = {
    "index": "index",
    "editable": "folder",  # an editable installation and a plain one of one folder run the same code
    "directory": "folder",
    "vcs": "vcs",
    "url": "archive",  # a mirror turns a file into an address and back
    "file": "archive",
    "conda": "conda",
}
"""Sources that are judged alike."""

COMMIT = 7
"""Digits from which on an abbreviated commit is believed."""


class Judged(NamedTuple):
    """One package as locked and as installed.

    Attributes:
        name: As lock and installation write it.
        manager: Whose name it is.
        state: The judgement.
        locked: What the lock says, in short words; empty if nothing.
        installed: What is installed, in short words; empty if nothing.
        note: Why it is not judged; empty otherwise.
    """

    name: str
    manager: Manager
    state: State
    locked: str
    installed: str
    note: str = ""


def judged(pins: Sequence[Pin], found: Distribution, *, beside_conda: bool) -> Judged:
    """An installed package under the pins of its name, of which the best fitting counts.

    Args:
        pins: At least one; several where the lock does not tell which of them applies.
        found: What is installed.
        beside_conda: Whether the interpreter is in a conda environment.
    """
    states = [(*_state(pin, found, beside_conda=beside_conda), pin) for pin in pins]
    state, note, pin = min(states, key=lambda told: RANK.index(told[0]))
    locked = _words_of_pin(pin) if state in ("ok", "unjudged") else " or ".join(dict.fromkeys(map(_words_of_pin, pins)))
    return Judged(found.name, found.manager, state, locked, _words_of(found), note)


def absent(pins: Sequence[Pin], *, needed: bool) -> Judged:
    """A locked package that is not installed.

    Args:
        pins: At least one, of one name.
        needed: Whether a plain install brings it.
    """
    locked = " or ".join(dict.fromkeys(map(_words_of_pin, pins)))
    return Judged(pins[0].name, pins[0].manager, "missing" if needed else "optional", locked, "")


def unlocked(found: Distribution) -> Judged:
    """An installed package that the lock never mentions."""
    return Judged(found.name, found.manager, "extra", "", _words_of(found))


def _state(pin: Pin, found: Distribution, *, beside_conda: bool) -> tuple[State, str]:
    if pin.why:
        return "unjudged", pin.why
    if pin.manager == "conda":
        return _conda(pin, found)
    here, there = FAMILIES[pin.source], FAMILIES[found.source]
    if beside_conda and found.source in ("directory", "file", "url"):
        there = here  # conda's own builds carry the folder they were built in, as if they were installed from it
    if here != there:
        return "source", ""
    if here == "folder":
        return "ok", ""  # what is in the folder is the project's own affair, and its version is often computed
    if here == "vcs":
        return _commit(pin.ref, found.ref)
    return _version(pin.version, found.version)


def _conda(pin: Pin, found: Distribution) -> tuple[State, str]:
    if pin.version is None or found.version is None:
        return "unjudged", "built from source"
    if pin.version != found.version:  # conda writes one text for one version
        return "version", ""
    if pin.ref and found.ref and pin.ref != found.ref:
        return "build", ""
    return "ok", ""


def _commit(locked: str | None, installed: str | None) -> tuple[State, str]:
    if not locked or not installed:
        return "unjudged", "commit unknown"
    locked, installed = locked.lower(), installed.lower()
    if min(len(locked), len(installed)) < COMMIT or not set(locked) <= set("0123456789abcdef"):
        return ("ok", "") if locked == installed else ("unjudged", f"locked to {locked}, which is no commit")
    same = installed.startswith(locked) or locked.startswith(installed)
    return ("ok" if same else "source"), ""


def _version(locked: str | None, installed: str | None) -> tuple[State, str]:
    if locked is None or installed is None:
        return "unjudged", "version not locked" if locked is None else "installed version unknown"
    if locked == installed:
        return "ok", ""
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415  # most versions are equal as they stand

    try:
        here, there = Version(locked), Version(installed)
    except InvalidVersion:
        return ("ok" if locked.replace("-", "_") == installed.replace("-", "_") else "version"), ""
    if here == there:
        return "ok", ""
    return ("build" if here.public == there.public else "version"), ""


def _words_of_pin(pin: Pin) -> str:
    if pin.source == "vcs":
        return _vcs(pin.version, pin.ref)
    words = [pin.version or pin.why or "any version"]
    if pin.source == "conda" and pin.ref:
        words.append(pin.ref)
    elif pin.source not in ("index", "conda"):
        words = [pin.version, _origin(pin.source)] if pin.version else [_origin(pin.source)]
    return " ".join(words)


def _words_of(found: Distribution) -> str:
    if found.source == "vcs":
        return _vcs(found.version, found.ref)
    words = [found.version or "unknown version"]
    if found.source == "conda" and found.ref:
        words.append(found.ref)
    elif found.source not in ("index", "conda"):
        words.append(_origin(found.source))
    return " ".join(words)


def _vcs(version: str | None, ref: str | None) -> str:
    commit = f"commit {ref[:COMMIT]}" if ref else "from a repository"
    return f"{version} {commit}" if version else commit


def _origin(source: str) -> str:
    return {"editable": "editable", "directory": "from a folder", "url": "from a URL", "file": "from a file"}[source]
