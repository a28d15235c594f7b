"""The waiver file: all accepted findings of a project, sorted, a line a fact, to be read in a pull request."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pytest_repro.controls.occurrence import Occurrence, Size
from pytest_repro.controls.waiver import Waiver, rounded, shown
from pytest_repro.errors import ReproError
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date
    from pathlib import Path

NAME = "repro-waivers.toml"

FORMAT = 1
"""Version of the file's form; a newer one may mean something else by the same words and is refused."""

LIMIT = 16 << 20
"""Bytes above which a file is no waiver file: fifty thousand entries."""

HEADER = f"""\
# Findings that somebody answers for: pytest-repro fails on what is new or worse.
# `pytest-repro audit --accept` adds entries and sorts the file; comments are not kept, reasons are.
format = {FORMAT}
"""

_HEAD = re.compile(r"\s*\[\[\s*waiver\s*\]\]")
_PLACE = re.compile(r"\(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivers:
    """All waivers of a project.

    Attributes:
        entries: Sorted by their key, which no two share.
    """

    entries: tuple[Waiver, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Waivers:
        """The waivers in a file; none where there is no file.

        Raises:
            ReproError: ``B613`` for a file that cannot be read, ``B614`` for a waiver without owner or reason, with
                file, line and key.
        """
        text = _text(path)
        return cls() if text is None else cls(entries=tuple(sorted(_entries(text, path.name), key=_order)))

    def cover(self, code: str, test: str, address: str, condition: str, size: Size) -> Waiver | None:
        """The waiver that accepts an occurrence; None if none does.

        Args:
            code: The control's code.
            test: Id of the test; empty for the session.
            address: Address of the value, or what the finding is about.
            condition: ``replay``, or what was varied; empty for the session.
            size: Relative difference, or ``structural``.
        """
        occurrence = Occurrence(code, test, address, condition, size)
        return next((waiver for waiver in self.entries if waiver.covers(occurrence)), None)

    def valid(self, today: date) -> Waivers:
        """Those that still hold on a day: the last day counts."""
        return Waivers(entries=tuple(waiver for waiver in self.entries if waiver.until >= today))

    def expired(self, today: date) -> tuple[Waiver, ...]:
        """Those whose last day is over."""
        return tuple(waiver for waiver in self.entries if waiver.until < today)

    def concerning(self, test: str) -> Waivers:
        """Those about one test, or about the session where the id is empty."""
        return Waivers(entries=tuple(waiver for waiver in self.entries if waiver.concerns(test)))

    def exceeded(self, occurrence: Occurrence) -> Waiver | None:
        """The waiver that would accept an occurrence if it were smaller; None if there is none."""
        return next((waiver for waiver in self.entries if waiver.meets(occurrence)), None)

    def unused(
        self,
        used: Collection[str],
        ran: Collection[str],
        *,
        judged: Collection[str] = (),
        left: Collection[Occurrence] = (),
        whole: bool = False,
    ) -> tuple[Waiver, ...]:
        """Those that covered nothing although what they are about was looked at.

        Args:
            used: Keys of those that covered something.
            ran: Ids of the tests that were replayed.
            judged: Codes that the session itself was judged by.
            left: What no waiver covered; one that is about it and too small is of use.
            whole: Whether the whole suite was replayed, so that a test that is not among ``ran`` is gone.
        """
        seen = frozenset(ran)
        return tuple(
            waiver
            for waiver in self.entries
            if waiver.key not in used
            and ((waiver.code in judged and not waiver.test) or (waiver.test and (whole or waiver.concerns_any(seen))))
            and not any(map(waiver.meets, left))
        )

    def with_accepted(
        self, occurrences: Iterable[Occurrence], *, owner: str, reason: str, until: date, created: date
    ) -> Waivers:
        """These and what accepts the given occurrences; what is covered on the day of creation stays as it is.

        Args:
            occurrences: What was found.
            owner: Who answers for the new ones.
            reason: Why they are accepted.
            until: The last day on which they hold.
            created: Today.

        Raises:
            ReproError: ``B614`` for an empty owner or reason, ``B613`` for a last day before the day of creation.
        """
        for key, said in (("owner", owner), ("reason", reason)):
            if not said.strip():
                raise ReproError("B614", f"a waiver without {key}", place=f"--{key}", mend=f"--{key}=...")
        if until < created:
            raise ReproError("B613", f"{until} is over", place="--until", mend=f"--until={created.year + 1}-01-31")
        by_test: dict[str, list[Waiver]] = {}  # each with each would take seconds for thousands
        for waiver in self.valid(created).entries:
            by_test.setdefault("*" if waiver.is_pattern else waiver.test, []).append(waiver)
        added: dict[str, Waiver] = {}
        for occurrence in occurrences:
            near = (*by_test.get(occurrence.test, ()), *by_test.get("*", ()))
            if not any(waiver.covers(occurrence) for waiver in near):
                new = Waiver(
                    code=occurrence.code,
                    test=_public(occurrence.test),
                    address=_public(occurrence.address) or "*",
                    condition=occurrence.condition or "*",
                    accepted=rounded(occurrence.size),
                    owner=owner.strip(),
                    reason=reason.strip(),
                    until=until,
                    created=created,
                )
                added[new.key] = _wider(new, added.get(new.key, new))
        entries = {waiver.key: waiver for waiver in self.entries} | added
        return Waivers(entries=tuple(sorted(entries.values(), key=_order)))

    def written(self) -> str:
        """The whole file: the same waivers give the same text."""
        return "\n".join([HEADER, *(waiver.written() for waiver in sorted(self.entries, key=_order))])

    def write(self, path: Path) -> None:
        """Put the file in place whole.

        Raises:
            ReproError: As :meth:`read`, for a file there that cannot be read: it is never overwritten.
        """
        Waivers.read(path)
        path = path.resolve()
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            fresh.write_text(self.written(), encoding="utf-8", newline="\n")
            fresh.replace(path)
        except OSError as error:
            raise _unreadable(error, path, "written") from None
        finally:
            fresh.unlink(missing_ok=True)


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(error, path, "read") from None
    if len(data) > LIMIT:
        raise ReproError(
            "B613", f"no waiver file has over {LIMIT >> 20} MiB", place=path.name, mend="waive by patterns"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        mend = f"save {path.name} as UTF-8"
        raise ReproError("B613", "the file is not UTF-8", place=f"{path.name}:{line}", mend=mend) from None


def _unreadable(error: OSError, path: Path, verb: str) -> ReproError:
    reason = (error.strerror or type(error).__name__).lower()
    return ReproError("B613", f"the file cannot be {verb}: {reason}", place=path.name, mend=f"ls -l {path.name}")


def _entries(text: str, name: str) -> list[Waiver]:
    lines = text.splitlines()
    tables = _tables(text, name)
    heads = [number for number, line in enumerate(lines, 1) if _HEAD.match(line)]
    if len(heads) != len(tables):  # written as one list, or a text of many lines looks like a head
        heads = [0] * len(tables)
    entries: dict[str, Waiver] = {}
    for head, table in zip(heads, tables, strict=True):
        try:
            waiver = Waiver.from_dict(table)
            if waiver.key in entries:
                twice = "the same code, test, address and condition are waived twice"
                raise ReproError("B613", twice, place="code", mend="take one of the two out")  # noqa: TRY301  # placed below
        except ReproError as error:
            raise error.within(f"{name}:{_line_of(error.place, lines, head)}" if head else name) from None
        entries[waiver.key] = waiver
    return list(entries.values())


def _tables(text: str, name: str) -> list[dict[str, object]]:
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise _not_toml(text, "nested too deeply", name) from None
    except ValueError as error:  # of the parser, and of int(), which it leaves integers to
        raise _not_toml(text, str(error), name) from None
    version = data.pop("format", FORMAT)
    if not isinstance(version, int) or isinstance(version, bool):
        raise ReproError("B613", "format is a whole number", place=f"{name}.format", mend=f"format = {FORMAT}")
    if version > FORMAT:
        sentence = f"format {shown(version)} is newer than this pytest-repro knows, {FORMAT}"
        raise ReproError("B613", sentence, place=f"{name}.format", mend="pip install --upgrade pytest-repro")
    tables = data.pop("waiver", [])
    if data:
        key = next(iter(data))
        near = get_close_matches(key, ("waiver", "format"), n=1)
        mend = f"write {near[0]}" if near else "a waiver file holds format and tables [[waiver]]"
        raise ReproError("B613", f"there is no key {key!r:.40}", place=name, mend=mend)
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ReproError("B613", "waivers are tables", place=f"{name}.waiver", mend="[[waiver]]")
    return tables


def _not_toml(text: str, said: str, name: str) -> ReproError:
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith(("<<<<<<< ", ">>>>>>> ")):
            mend = "keep the waivers of both sides and take the three marking lines out"
            return ReproError("B613", "a merge left its conflict here", place=f"{name}:{number}", mend=mend)
    found = _PLACE.search(said)
    number = int(found["line"] or len(lines)) if found else 1
    why = said[: found.start()].strip() if found else said
    sentence = f"the file is not TOML: {why[:1].lower()}{why[1:]:.120}"
    return ReproError("B613", sentence, place=f"{name}:{number}", mend=f"git diff -- {name}")


def _line_of(key: str, lines: list[str], head: int) -> int:
    """The line of a key in the table that begins at a line; the head's where the key is missing."""
    for number, line in enumerate(lines[head:], head + 1):
        if line.lstrip().startswith("["):
            break
        if re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
            return number
    return head


def _order(waiver: Waiver) -> tuple[str, str, str, str]:
    return waiver.code, waiver.test, waiver.address, waiver.condition


def _public(text: str) -> str:
    """A text without its secrets: a pattern that still finds it."""
    return mask(text).replace("<secret>", "*")


def _wider(one: Waiver, other: Waiver) -> Waiver:
    """Of two waivers of one key the one that accepts more."""
    if isinstance(one.accepted, str) or isinstance(other.accepted, str):
        return one if isinstance(one.accepted, str) else other
    return max(one, other, key=lambda waiver: waiver.accepted)
