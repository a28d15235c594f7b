"""The commit that the tests stand on."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_repro.environment.place import Place

PATIENCE = 10  # seconds; a status of a huge repository on a slow disk is not worth more


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """Facts about the repository.

    Attributes:
        reasons: Why a fact is unknown, by its name.
    """

    commit: str | None = fact("the commit, 40 or 64 hex digits", rank=9)
    branch: str | None = fact("the branch", rank=12, unknown="HEAD is on no branch")
    dirty: bool | None = fact("whether files that git knows differ from the commit", rank=9)
    remote: str | None = fact("where origin is, without credentials", rank=12, unknown="there is no remote origin")
    reasons: dict[str, str] = field(default_factory=dict)


def read(place: Place) -> Git:
    """From one ``git status``: commit, branch and state at once, without taking the index's lock."""
    words = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", str(place.directory))
    status = ("status", "--porcelain=v2", "--branch", "--untracked-files=no")
    try:
        done = subprocess.run(  # noqa: S603  # fixed words, no shell
            [*words, *status],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError:
        return _unknown("git is not installed")
    except subprocess.TimeoutExpired:
        return _unknown(f"git gave no answer in {PATIENCE} seconds")
    except OSError as error:
        return _unknown(f"git cannot be started: {error.strerror}")
    if done.returncode:
        return _unknown(_refusal(done.stderr))
    return _told(done.stdout, place)


def _unknown(reason: str) -> Git:
    return Git(reasons=dict.fromkeys(("commit", "branch", "dirty", "remote"), reason))


def _refusal(said: str) -> str:
    if "dubious ownership" in said:
        return "git refuses the folder, because it belongs to another user (safe.directory)"
    return "not in a git repository" if "not a git repository" in said else "git status failed"


def _told(status: str, place: Place) -> Git:
    headers, changed = {}, False
    for line in status.splitlines():
        if line.startswith("# "):
            key, _, value = line[2:].partition(" ")
            headers[key] = value
        else:
            changed = True
    commit, branch = headers.get("branch.oid", ""), headers.get("branch.head", "")
    remote = _remote(place)
    if not commit or commit == "(initial)":
        reason = "no commit yet"
        return Git(branch=branch or None, remote=remote, reasons={"commit": reason, "dirty": reason})
    named = place.clean(branch) if branch != "(detached)" else None
    return Git(commit=commit, branch=named or None, dirty=changed, remote=remote)


def _remote(place: Place) -> str | None:
    """The URL of origin, read from the repository's own configuration: a second subprocess would double the cost."""
    for folder in (place.directory, *place.directory.parents):
        entry = folder / ".git"
        if entry.exists():
            return _url(entry, place)
    return None


def _url(entry: Path, place: Place) -> str | None:
    try:
        if entry.is_file():  # a worktree or submodule: the file names the folder, which may name the common one
            entry = entry.parent / entry.read_text(encoding="utf-8").partition("gitdir:")[2].strip()
            common = entry / "commondir"
            entry = entry / common.read_text(encoding="utf-8").strip() if common.is_file() else entry
        lines = (entry / "config").read_text(encoding="utf-8", errors="replace").splitlines()
    except (OSError, ValueError):
        return None
    section = ""
    for line in map(str.strip, lines):
        if line.startswith("["):
            section = line
        key, _, value = line.partition("=")
        if section == '[remote "origin"]' and key.strip() == "url" and value.strip():
            return place.clean(_without_user(value.strip().strip('"')))
    return None


def _without_user(url: str) -> str:
    """``https://example.org/x.git`` of ``https://kim:word@example.org/x.git``; ``ssh`` user names go too."""
    scheme, mark, rest = url.partition("://")
    if mark:
        host, slash, path = rest.partition("/")
        return f"{scheme}://{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"
    user, at, rest = url.partition("@")
    return rest if at and "/" not in user else url
