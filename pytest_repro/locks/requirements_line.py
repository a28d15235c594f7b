"""One line of a requirements file: which kind it is, and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pytest_repro.locks.names import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_repro.locks.lock import Source

Kind = Literal["requirement", "include", "constraint", "editable", "option", "place"]

LONG = 10_000
"""Characters of one requirement without its hashes, beyond which it is none."""

_COMMENT = re.compile(r"(?:^|\s)#.*$")
_INCLUDE = re.compile(r"(?:-r|--requirement)[\s=]*(\S.*)")
_CONSTRAINT = re.compile(r"(?:-c|--constraint)[\s=]*(\S.*)")
_EDITABLE = re.compile(r"(?:-e|--editable)[\s=]*(\S.*)")
_HASH = re.compile(r"\s--hash[=\s]\s*(\w+):([0-9a-fA-F]*)")
_PLACE = re.compile(r"(?:[a-z][a-z+]*://|git\+|file:|\.{0,2}[/\\]|\.{1,2}(?:\[|$)|\w:\\)", re.IGNORECASE)
_ARCHIVE = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_EGG = re.compile(r"[#&]egg=([\w.-]+)")
_REF = re.compile(r"@([0-9a-f]{40})(?:#|$)")
_FRAGMENT = re.compile(r"[#&](?:sha256|sha384|sha512)=")
_PINNED = re.compile(r"[A-Za-z0-9][\w.-]*(?:\s*\[[^\]]*\])?\s*={2,3}\s*[^\s;,*<>=]+\s*(?:;.*)?")
_LIKELY = re.compile(r"[A-Za-z0-9][\w.-]*(?:\s*\[[^\]]*\])?\s*(?:[=~!<>]=|[<>]|@\s*\w|;|\(|$)")
_TELLING = re.compile(r"[=~!<>]=|--hash|^-[rce]\b|^--\w|[<>]|\s@\s")

HASHES = {"sha256": 64, "sha384": 96, "sha512": 128, "md5": 32, "sha1": 40, "sha224": 56}
"""Hex digits of each kind of digest that pip takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One logical line.

    Attributes:
        number: Where it begins, from 1.
        kind: What it is; ``place`` is an address or path instead of a name.
        body: The requirement, path or address, without hashes and options; never shown, since it may hold a secret.
        hashes: The digests, kind and hex.
    """

    number: int
    kind: Kind
    body: str
    hashes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address or path that a package is taken from.

    Attributes:
        source: Which kind of place it is.
        name: The package's name where the address tells it, normalised; else None.
        version: Its version where a wheel's file name tells it; else None.
        ref: The commit, where the address is fixed to one.
        hashed: Whether it carries a digest.
    """

    source: Source
    name: str | None
    version: str | None
    ref: str | None
    hashed: bool


def lines(text: str) -> Iterator[Line]:
    """The logical lines, as pip joins and strips them; empty ones left out."""
    for number, joined in _joined(text):
        whole = _COMMENT.sub("", joined).strip()
        if whole:
            yield _line(number, whole)


def place(body: str) -> Place:
    """What an address or path tells about the package."""
    egg = _EGG.search(body)
    bare = re.split(r"[#?]", body.split(" ", 1)[0], maxsplit=1)[0]
    file = re.split(r"[/\\]", bare)[-1]
    name, version = normalised(egg[1]) if egg else None, None
    if file.endswith(".whl") and file.count("-") >= 4:  # noqa: PLR2004  # name-version-python-abi-platform
        name, version = normalised(file.split("-")[0]), file.split("-")[1].replace("%2B", "+")
    source: Source
    if re.match(r"(?:git|hg|svn|bzr)\+", body):
        source = "vcs"
    elif "://" in body and not body.startswith("file:"):
        source = "url"
    else:
        source = "file" if bare.endswith(_ARCHIVE) else "directory"
    ref = _REF.search(body) if source == "vcs" else None
    hashed = _FRAGMENT.search(body) is not None
    return Place(source=source, name=name, version=version, ref=ref[1] if ref else None, hashed=hashed)


def pins_everything(text: str) -> bool:
    """Whether every line that names a package pins one version or one address, and at least one does."""
    pinned = False
    for line in lines(text):
        if line.kind == "requirement":
            if not _PINNED.fullmatch(line.body) and " @ " not in line.body:
                return False
            pinned = True
    return pinned


def looks_like(text: str) -> bool:
    """Whether a text's first lines are those of a requirements file."""
    telling = False
    for count, line in enumerate(lines(text)):
        if count == 20:  # noqa: PLR2004  # enough to tell
            break
        if line.kind == "requirement" and not _LIKELY.match(line.body):
            return False
        telling = telling or line.kind != "requirement" or bool(line.hashes) or bool(_TELLING.search(line.body))
    return telling


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """Physical lines joined where they end in a backslash; a comment ends the joining."""
    begun, parts = 1, list[str]()
    for number, physical in enumerate(text.splitlines(), 1):
        if not parts:
            begun = number
        comment = _COMMENT.search(physical)
        if physical.endswith("\\") and not comment:
            parts.append(physical[:-1])
            continue
        yield begun, "".join([*parts, f" {physical}" if comment and parts else physical])
        parts.clear()
    if parts:
        yield begun, "".join(parts)


def _line(number: int, whole: str) -> Line:
    if whole.startswith("-"):
        kinds: tuple[tuple[re.Pattern[str], Kind], ...] = (
            (_INCLUDE, "include"),
            (_CONSTRAINT, "constraint"),
            (_EDITABLE, "editable"),
        )
        for pattern, kind in kinds:
            found = pattern.fullmatch(whole)
            if found:
                return Line(number=number, kind=kind, body=found[1].strip("\"' "))
        return Line(number=number, kind="option", body="")
    cut = whole.find(" --")
    body = whole if cut < 0 else whole[:cut]
    hashes = tuple((found[1], found[2]) for found in _HASH.finditer(whole)) if cut >= 0 else ()
    at_place = _PLACE.match(body) or (" @ " not in body and body.split(";")[0].strip().endswith(_ARCHIVE))
    return Line(number=number, kind="place" if at_place else "requirement", body=body.strip(), hashes=hashes)
