"""A lock: what one lock file pins for this interpreter, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Source = Literal["index", "editable", "directory", "vcs", "url", "file", "conda"]
"""Where a package comes from."""

Manager = Literal["python", "conda"]
"""Which side of an environment a name belongs to: the two name the same package differently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One package that a lock pins here.

    Attributes:
        name: Normalised as in PEP 503; a conda name as conda writes it.
        version: The locked version; None where the lock gives none, as for a directory.
        source: Where it comes from.
        ref: Commit of a vcs source, build string of a conda package.
        hashed: Whether the lock gives a digest of every file that may be installed.
        default: Whether a plain install takes it; false where only an extra or another group asks for it.
        manager: Whose name it is.
        why: Why it is not a pin, for instance ``"range >=2,<3"``; empty for a pin.
    """

    name: str
    version: str | None
    source: Source = "index"
    ref: str | None = None
    hashed: bool = False
    default: bool = True
    manager: Manager = "python"
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """One lock file as it applies to this interpreter.

    Attributes:
        path: Path of the file relative to the project, with forward slashes.
        form: The format's name: ``uv.lock``, ``pylock.toml``, ``requirements``...
        tool: Who wrote it, with version where the file tells: ``uv``, ``Poetry 2.1.3``; empty if unknown.
        version: Version of the format; empty if unknown.
        digest: SHA-256 of the file's bytes, in hex; where it includes others, of all their digests.
        pins: What applies here, over all groups and extras, by name. A name stands more than once where extras or
            groups that exclude one another pin it differently, or where the format cannot tell which one applies:
            any of them is right.
        skipped: Names that are locked and do not apply here, each with the reason.
        names: Every name in the file.
        complete: Whether it is decided for every name if it applies; where not, nothing can be called missing.
        closed: Whether it names all that an install brings, dependencies of dependencies too; where not, nothing can
            be called extra.
        root: Name of the project itself, which is never judged; empty if the lock does not tell.
        elsewhere: Why the lock is not for this interpreter or platform; empty if it is.
        notes: Remarks a reader may want: unreadable lines, files that were not found.
    """

    path: str
    form: str
    tool: str = ""
    version: str = ""
    digest: str
    pins: tuple[Pin, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    complete: bool = True
    closed: bool = True
    root: str = ""
    elsewhere: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Staleness:
    """Whether a lock still stands for the project's own metadata.

    Attributes:
        state: ``fresh``; ``changed``: the metadata changed and the locked versions still satisfy it; ``stale``: they do
            not, or the tool's own content hash differs; ``unknown``: nothing in lock or project tells.
        reason: How that is known, as one sentence without a full stop.
    """

    state: Literal["fresh", "changed", "stale", "unknown"]
    reason: str
