"""What a lock format is to this room: a Protocol of four members, and the open file it is handed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pytest_repro.errors import ReproError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.locks.lock import Lock, Staleness

LIMIT = 64 << 20
"""Bytes above which a lock is refused: forty times the largest one known."""

HEAD = 1 << 16
"""Bytes of a file that a form is shown to tell whose it is."""

_CONFLICT = re.compile(rb"^(?:<{7} |>{7} |={7}\r?$)", re.MULTILINE)
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockFile:
    """One lock file, read once, and what its reader may ask about it.

    Attributes:
        path: Where it lies; never shown.
        shown: Its path as users read it: relative to the project, with forward slashes.
        project: The project's folder.
        boundary: The folder that nothing is read outside of: the project, or the repository around it.
        data: Its bytes.
        digest: Their SHA-256, in hex.
        environment: The marker environment of this interpreter, as in PEP 508, without ``extra``.
        included: Files read because this one names them, relative to the boundary, each with its SHA-256, empty where
            there is none; grows as they are read.
        parsed: What the file was read as, so that it is parsed once.
    """

    path: Path
    shown: str
    project: Path
    boundary: Path
    data: bytes
    digest: str
    environment: Mapping[str, str]
    included: dict[str, str] = field(default_factory=dict)
    parsed: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)

    def broken(self, sentence: str, *, mend: str, line: int | None = None) -> ReproError:
        """The finding that this lock is malformed, to be raised by the form that noticed.

        Args:
            sentence: What is wrong, without a full stop and without the file's name.
            mend: The owning tool's command.
            line: Where, counted from 1, if the parser tells.
        """
        return ReproError("L406", sentence, place=self.shown if line is None else f"{self.shown}:{line}", mend=mend)

    def text(self, mend: str) -> str:
        """The file as text, without byte order mark.

        Raises:
            ReproError: L406 where it is empty, binary, not UTF-8, or holds the marks of a merge conflict.
        """
        if not self.data.strip():
            raise self.broken("the lock file is empty", mend=mend)
        conflict = _CONFLICT.search(self.data)
        if conflict:
            raise self.broken("a merge conflict is not resolved", mend=mend, line=self.line_at(conflict.start()))
        try:
            text = self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self.broken("the lock file is not UTF-8 text", mend=mend, line=self.line_at(error.start)) from None
        null = text.find("\0")
        if null >= 0:
            line = text.count("\n", 0, null) + 1
            raise self.broken("the lock file holds bytes that are no text", mend=mend, line=line)
        return text

    def toml(self, mend: str, dull: re.Pattern[str] | None = None) -> dict[str, Any]:
        """The file read as TOML; parsed once.

        Args:
            mend: The owning tool's command.
            dull: Whole lines that nobody asks about, each ``{...},`` inside a list, which are not parsed: the digests
                of single files make up four fifths of a lock.

        Raises:
            ReproError: L406 with the line where the parser gave up.
        """
        import tomllib  # noqa: PLC0415  # two milliseconds that a cached answer does not pay

        if "toml" in self.parsed:
            return self.parsed["toml"]
        text = self.text(mend)
        try:
            self.parsed["toml"] = tomllib.loads(dull.sub("", text) if dull else text)
        except tomllib.TOMLDecodeError as error:
            said = str(error)
            at = _AT_LINE.search(said)
            line = int(at[1]) if at else text.rstrip().count("\n") + 1
            reason = _AT_LINE.sub("", said).removesuffix(" (at end of document)")
            raise self.broken(f"not TOML: {_lower(reason)}", mend=mend, line=line) from None
        except RecursionError:
            raise self.broken("not a lock: values are nested too deeply", mend=mend) from None
        except ValueError as error:  # what the parser leaves to int() and datetime()
            raise self.broken(f"not TOML: {_lower(str(error))}", mend=mend) from None
        return self.parsed["toml"]

    def json(self, mend: str) -> dict[str, Any]:
        """The file read as a JSON object without duplicate keys; parsed once.

        Raises:
            ReproError: L406 with the line where the parser gave up.
        """
        if "json" in self.parsed:
            return self.parsed["json"]
        text = self.text(mend)
        twice: list[str] = []

        def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            whole = dict(pairs)
            if len(whole) < len(pairs):
                seen: set[str] = set()
                twice.extend(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            return whole

        try:
            data = json.loads(text, object_pairs_hook=unique)
        except json.JSONDecodeError as error:
            raise self.broken(f"not JSON: {_lower(error.msg)}", mend=mend, line=error.lineno) from None
        except RecursionError:
            raise self.broken("not a lock: values are nested too deeply", mend=mend) from None
        except ValueError as error:  # an integer of more digits than Python reads
            raise self.broken(f"not JSON: {_lower(str(error))}", mend=mend) from None
        half = _HALF.search(text)
        if half and not _writable(data):
            line = text.count("\n", 0, half.start()) + 1
            raise self.broken("not text: half of a surrogate pair", mend=mend, line=line)
        if twice:
            key = json.dumps(twice[0])
            second = text.find(key, text.find(key) + 1)
            where = text.count("\n", 0, second) + 1 if second > 0 else None
            raise self.broken(f"the key {key} stands twice", mend=mend, line=where)
        if not isinstance(data, dict):
            raise self.broken(f"not an object but {type(data).__name__}", mend=mend, line=1)
        self.parsed["json"] = data
        return data

    def line_at(self, offset: int) -> int:
        """The line, from 1, in which the byte at ``offset`` stands."""
        return self.data.count(b"\n", 0, offset) + 1

    def line_of(self, needle: str) -> int | None:
        """The first line that holds ``needle``; None if none does."""
        offset = self.data.find(needle.encode("utf-8", "surrogatepass"))  # YAML can say half of a pair
        return None if offset < 0 else self.line_at(offset)

    def beside(self, relative: str, mend: str) -> LockFile | None:
        """The file that this one names, read within the boundary; None where there is none.

        Args:
            relative: Its path, relative to this file's folder or absolute.
            mend: What to do if it cannot be read.

        Raises:
            ReproError: L406 where it lies outside the boundary, or cannot be read.
        """
        path = Path(os.path.normpath(self.path.parent / relative))
        real = Path(os.path.realpath(path))
        if not (path.is_relative_to(self.boundary) and real.is_relative_to(os.path.realpath(self.boundary))):
            raise self.broken(f"{relative} lies outside the project", mend=mend, line=self.line_of(relative))
        if not os.path.lexists(path):
            self.included[path.relative_to(self.boundary).as_posix()] = ""
            return None
        other = open_lock(path, project=self.project, boundary=self.boundary, environment=self.environment)
        self.included[path.relative_to(self.boundary).as_posix()] = other.digest
        return replace(other, included=self.included)  # what it names itself had a say in this one too


class Form(Protocol):
    """One lock format. An implementation keeps no state, and its instance stands in the registry."""

    @property
    def name(self) -> str:
        """The format's name, as in ``Lock.form``: ``uv.lock``, ``pylock.toml``, ``requirements``..."""

    def owns(self, name: str, head: bytes) -> bool:
        """Whether a file is of this format.

        Asked first of every form with an empty ``name``: content alone decides. Where no form recognises the
        content, asked again with the file's name, so that a broken ``uv.lock`` is a malformed lock of uv.

        Args:
            name: The file's name without folders, or empty.
            head: Its first bytes, at most :data:`HEAD`.
        """

    def read(self, source: LockFile) -> Lock:
        """What applies here.

        Raises:
            ReproError: L406 with the place, where the file is not what its format promises.
        """

    def staleness(self, source: LockFile, project: Path) -> Staleness:
        """Whether it still stands for the metadata of the project in that folder.

        Args:
            source: The lock.
            project: The lock's own folder if a project lies there, else the folder that is tested.

        Raises:
            ReproError: L406 as above.
        """


def plain(path: Path) -> Path:
    """The path from the root and without ``..``; links stay, and so a loop of links does no harm."""
    return Path(os.path.normpath(path.absolute()))


def shown_path(path: Path, project: Path) -> str:
    """A path as users read it: relative to the project, through ``..`` only to a folder around it, else its name.

    Another relative path would tell where on this machine the project lies.
    """
    path, project = plain(path), plain(project)
    if path.is_relative_to(project) or project.is_relative_to(path.parent):
        return Path(os.path.relpath(path, project)).as_posix()
    return path.name


def open_lock(path: Path, *, project: Path, boundary: Path, environment: Mapping[str, str]) -> LockFile:
    """One file, read whole if it is a regular one of sensible size.

    Raises:
        ReproError: L406 where it is absent, a folder, a loop of links, a device, unreadable, or over 64 MiB.
    """
    shown = shown_path(path, project)
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise ReproError("L406", "a folder is not a lock file", place=shown, mend="name the file inside it")
        if not stat.S_ISREG(about.st_mode):  # a pipe would block for ever
            raise ReproError("L406", "a device or pipe is not a lock file", place=shown, mend="name a regular file")
        if about.st_size > LIMIT:
            size = f"{about.st_size / (1 << 20):.0f} MiB"
            sentence = f"the file has {size}, and no lock is larger than {LIMIT >> 20} MiB"
            raise ReproError("L406", sentence, place=shown, mend="--repro-lock=off, or name another lock")
        data = path.read_bytes()
    except OSError as error:
        reason = _lower(error.strerror or type(error).__name__)
        mend = f"ls -l {shown}"
        raise ReproError("L406", f"the lock file cannot be read: {reason}", place=shown, mend=mend) from None
    except RuntimeError:  # pathlib's word for a loop of links before Python 3.13
        sentence = "the lock file cannot be read: too many levels of symbolic links"
        raise ReproError("L406", sentence, place=shown, mend=f"ls -l {shown}") from None
    return LockFile(
        path=plain(path),
        shown=shown,
        project=plain(project),
        boundary=plain(boundary),
        data=data,
        digest=hashlib.sha256(data).hexdigest(),
        environment=environment,
    )


def _writable(data: object) -> bool:
    """Whether what JSON escapes told is text that can be written: JSON may name halves of characters."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _lower(text: str) -> str:
    """A parser's words inside a sentence."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
