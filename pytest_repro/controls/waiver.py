"""A waiver: one finding that somebody answers for, until a date, as long as it gets no worse."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, Context
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from pytest_repro.controls.catalogue import CATALOGUE
from pytest_repro.errors import ReproError
from pytest_repro.values.address import matches, rest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pytest_repro.controls.occurrence import Occurrence, Size

FIELDS = ("code", "test", "address", "condition", "accepted", "owner", "reason", "created", "until")
"""All keys of an entry, in the order in which they are written."""

SLACK = 10.000001
"""How many times the accepted size is still covered: rounding moves within an order of magnitude from run to run, and
ten times 1e-6 in binary is a little less than 1e-5."""

OF_TESTS = ("R101", "R102", "R104", "R105", "R106", "R109", "R302", "S201", "S202")
"""Codes that are found in a test, so that a waiver of them names one."""

SIZED = ("R101", "R105", "R106", "S202")
"""Codes that stand on differences of values, so that a waiver of them says how large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One accepted finding.

    Attributes:
        code: The control's code, without prefix.
        test: Id of the test, or a pattern of ids; empty for a finding about the session.
        address: Pattern of addresses; only ``*`` and ``?`` are special.
        condition: Pattern of conditions.
        accepted: The accepted size; up to ten times as much is covered. ``structural`` covers any difference.
        owner: Who answers for it.
        reason: Why it is accepted.
        until: The last day on which it holds.
        created: When it was written.
    """

    code: str
    test: str = ""
    address: str = "*"
    condition: str = "*"
    accepted: Size = "structural"
    owner: str
    reason: str
    until: date
    created: date | None = None

    @classmethod
    def from_dict(cls, entry: Mapping[str, object]) -> Waiver:
        """An entry of a waiver file.

        Raises:
            ReproError: ``B613`` for an unknown key, code or type, ``B614`` for a missing owner or reason; the place is
                the key.
        """
        for key in entry:
            if key not in FIELDS:
                near = get_close_matches(key, FIELDS, n=1)
                _refuse(key, f"there is no key {key!r:.40}", f"write {near[0]}" if near else f"use {', '.join(FIELDS)}")
        code = _code(entry)
        test = _text(entry, "test", "")
        if code in OF_TESTS and not test:
            _refuse("test", f"{code} is found in tests, and none is named", 'test = "tests/test_model.py::test_fit"')
        if code in SIZED and "accepted" not in entry:
            _refuse("accepted", f"a waiver of {code} says how large a difference is accepted", "accepted = 1e-9")
        return cls(
            code=code,
            test=test,
            address=_text(entry, "address", "*"),
            condition=_text(entry, "condition", "*"),
            accepted=_accepted(entry),
            owner=_answer(entry, "owner"),
            reason=_answer(entry, "reason"),
            until=_day(entry, "until"),
            created=_day(entry, "created") if "created" in entry else None,
        )

    @property
    def key(self) -> str:
        """Code, test, address and condition as one text: no two entries of a file share it."""
        return json.dumps([self.code, self.test, self.address, self.condition], ensure_ascii=False)

    @property
    def words(self) -> str:
        """``waived until 2027-01-31 by kim: known since the new solver``."""
        return f"waived until {self.until} by {self.owner}: {self.reason}"

    def concerns(self, test: str) -> bool:
        """Whether it is about a test, or, for an empty id, about the session."""
        return _finds(self.test, test)

    @property
    def is_pattern(self) -> bool:
        """Whether it may be about several tests."""
        return _is_pattern(self.test)

    def concerns_any(self, tests: Collection[str]) -> bool:
        """Whether it is about one of many tests; quick where ``tests`` is a set."""
        return self.test in tests or (_is_pattern(self.test) and any(map(self.concerns, tests)))

    def meets(self, occurrence: Occurrence) -> bool:
        """Whether it is about this finding, of whatever size."""
        return (
            self.code == occurrence.code
            and self.concerns(occurrence.test)
            and _finds(self.address, occurrence.address)
            and _finds(self.condition, occurrence.condition)
        )

    def covers(self, occurrence: Occurrence) -> bool:
        """Whether it accepts an occurrence of a finding, of this size."""
        return self.meets(occurrence) and self._as_large(occurrence.size)

    def written(self) -> str:
        """The entry as it stands in the file: a line a key, what is not said left out."""
        lines = ["[[waiver]]", f"code = {_quoted(self.code)}"]
        if self.test:
            lines.append(f"test = {_quoted(self.test)}")
        if self.address != "*":
            lines.append(f"address = {_quoted(self.address)}")
        if self.condition != "*":
            lines.append(f"condition = {_quoted(self.condition)}")
        if self.code in SIZED or self.accepted != "structural":
            size = self.accepted
            lines.append(f"accepted = {_quoted(size) if isinstance(size, str) else repr(size)}")
        lines += [f"owner = {_quoted(self.owner)}", f"reason = {_quoted(self.reason)}"]
        if self.created is not None:
            lines.append(f"created = {self.created}")
        return "\n".join([*lines, f"until = {self.until}", ""])

    def _as_large(self, size: Size) -> bool:
        if isinstance(self.accepted, str):
            return True
        return not isinstance(size, str) and size <= self.accepted * SLACK


def rounded(size: Size) -> Size:
    """A size rounded up to two digits, so that the file does not pretend to know more.

    Args:
        size: From 0, finite.
    """
    return size if isinstance(size, str) else float(_UPWARDS.create_decimal_from_float(size))


_UPWARDS = Context(prec=2, rounding=ROUND_CEILING)


def shown(value: object, how: Callable[[object], str] = repr) -> str:
    """What somebody wrote, for a sentence; TOML has hexadecimal integers that Python does not print."""
    try:
        return how(value)[:40]
    except ValueError:
        return "that"


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def _finds(pattern: str, text: str) -> bool:
    """Most patterns are what they find: the command writes them, and compiling thousands of them takes seconds."""
    if pattern in (text, "*"):
        return True
    if _is_pattern(pattern):
        return matches(pattern, text)
    return bool(pattern) and pattern == rest(text)


def _refuse(key: str, sentence: str, mend: str, code: str = "B613") -> NoReturn:
    raise ReproError(code, sentence, place=key, mend=mend)


def _code(entry: Mapping[str, object]) -> str:
    said = entry.get("code")
    if not isinstance(said, str):
        _refuse("code", "a waiver names the code of a finding", 'code = "R101"')
    code = said.removeprefix("RPR-")
    known = [control.code for control in CATALOGUE if control.family != "baselines"]
    if code not in known:
        near = get_close_matches(code, known, n=3, cutoff=0.5)
        _refuse("code", f"{said!r:.40} is no finding that can be waived", f"use {' or '.join(near or known)}")
    return code


def _text(entry: Mapping[str, object], key: str, default: str) -> str:
    value = entry.get(key, default)
    if not isinstance(value, str):
        _refuse(key, f"{key} is a text, not {type(value).__name__}", f'{key} = "..."')
    return value


def _answer(entry: Mapping[str, object], key: str) -> str:
    value = _text(entry, key, "").strip()
    if not value:
        example = {"owner": 'owner = "@numerics"', "reason": 'reason = "the solver is not stable yet"'}[key]
        _refuse(key, f"a waiver without {key}", example, "B614")
    return value


def _accepted(entry: Mapping[str, object]) -> Size:
    value = entry.get("accepted", "structural")
    if value == "structural":
        return "structural"
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    # an integer beyond every double is less than infinity, too
    if not number or not 0 <= value <= sys.float_info.max:  # type: ignore[operator]  # a number, as the line above says
        sentence = f'accepted is a relative difference or "structural", not {shown(value)}'
        _refuse("accepted", sentence, "accepted = 1e-9")
    return float(value)  # type: ignore[arg-type]  # likewise


def _day(entry: Mapping[str, object], key: str) -> date:
    value = entry.get(key)
    if value is None:
        _refuse(key, f"a waiver without {key}", f"{key} = 2027-01-31")
    if not isinstance(value, date) or isinstance(value, datetime):
        _refuse(key, f"{key} is a day without quotes and time, not {shown(value, str)}", f"{key} = 2027-01-31")
    return value


def _quoted(text: str) -> str:
    """A basic string of TOML; half characters, which no file can hold, become the pattern for one character."""
    whole = "".join("?" if "\ud800" <= char <= "\udfff" else char for char in text)
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")
