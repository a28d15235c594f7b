"""Masks: what stands in a value by identity or accident and is no part of what was computed.

Measured over about 4,500 public tests, identifiers, temporary paths and time stamps were the largest classes of false
alarms (15.6, 13.8 and 5.5 per 1,000 tests). Roots of temporary folders are always replaced, the rest when asked.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

TMP = "<tmp>"
UUID = "<uuid>"
TIME = "<time>"

WINDOW = timedelta(days=1)
"""How far from now a time stamp may lie and still be one of this run, whatever its time zone."""

_SHORTEST = 10  # " at 0x7f.." and everything else that is masked is longer
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_MOCK = re.compile(r"\bid='\d+'")  # how a mock of the standard library ends what it says of itself
# The version says whether a uuid is drawn (1, 4, 6, 7) or computed from a name (3, 5): the latter is a value.
_DASHED = re.compile(
    r"(?<![0-9a-fA-F-])[0-9a-f]{8}-[0-9a-f]{4}-[1467][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-fA-F-])",
    re.IGNORECASE,
)
# 32 digits may as well be an md5 sum, which is a value: 1 of 64 of those is masked by this pattern.
_PLAIN = re.compile(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", re.IGNORECASE)
_DASHES = 36
_DIGITS = 32
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"
_COMPACT = r"\d{8}[T_-]\d{6}"
_CTIME = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}"
_MAIL = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?: (?:[+-]\d{4}|GMT|UTC))?"
_STAMP = re.compile(
    rf"(?<![\d.])(?:(?P<iso>{_ISO})|(?P<compact>{_COMPACT})|(?P<ctime>{_CTIME})|(?P<mail>{_MAIL}))(?!\d)"
)
# What every stamp and every uuid holds: to look for it costs a tenth of the whole pattern, and most texts have none.
_CLOCK = re.compile(r":\d\d|[T_-]\d{6}")
_VERSION = re.compile(r"-[1467][0-9a-fA-F]{3}-")
# A text in which pytest or unittest reports a whole session, as suites of plugins read it: "2 passed in 0.03s".
_LASTED = re.compile(r"(?<= in )\d+(?:\.\d+)?s(?: \(\d+:\d\d:\d\d\))?(?=[ =\x1b]*(?:\x1b\[\d+m)?[ =]*$)", re.MULTILINE)
_RANDOM_NAME = r"(?:[/\\][^/\\\s'\"]+)*?[/\\]tmp[a-z0-9_]{8}(?![a-z0-9_])"


def _read(stamp: re.Match[str]) -> datetime | None:
    text = stamp.group()
    try:
        match stamp.lastgroup:
            case "iso":
                return datetime.fromisoformat(text.replace(",", "."))
            case "compact":
                return datetime.strptime(text[:8] + text[9:], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            case "ctime":
                return datetime.strptime(text, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
            case _:
                return parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None


def _boundary(path: str) -> re.Pattern[str]:
    # "/tmp/x0" is not found in "/tmp/x01", "/tmp/x0-1" and "/tmp/x0.txt", but is before "." at the end of a sentence.
    return re.compile(re.escape(path) + r"(?![\w-]|\.\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masks:
    """What is replaced in texts, paths and messages before they are kept.

    Attributes:
        paths: Pairs of a path and what stands for it; the longest is tried first.
        numbered: Folders in which a test gets a folder of its own with a number behind its name, another in each run:
            pytest's base of temporary folders. ``BASE/test_fit0/x`` becomes ``<tmp>/test_fit/x``.
        temp: The folder below which ``tempfile`` makes its random names.
        shortest: Characters below which nothing in a text can be masked.
        now: When the run takes place; naive local time.
    """

    paths: tuple[tuple[str, str], ...] = ()
    numbered: tuple[str, ...] = ()
    temp: str = field(default_factory=tempfile.gettempdir)
    now: datetime = field(default_factory=datetime.now)
    shortest: int = field(init=False, repr=False, compare=False)
    _paths: tuple[tuple[str, re.Pattern[str], str], ...] = field(init=False, repr=False, compare=False)
    _numbered: tuple[tuple[str, re.Pattern[str]], ...] = field(init=False, repr=False, compare=False)
    _random: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compiles the patterns once; nearly every text of a run passes them."""
        longest_first = sorted(self.paths, key=lambda pair: -len(pair[0]))
        object.__setattr__(
            self, "_paths", tuple((path, _boundary(path), token) for path, token in longest_first if path)
        )
        folder = r"[/\\]([^/\\\s'\"]*?)\d*(?=[/\\\s'\"]|$)"
        numbered = tuple((root, re.compile(re.escape(root) + folder)) for root in self.numbered if root)
        object.__setattr__(self, "_numbered", numbered)
        heads = "|".join(re.escape(head) for head in (TMP, self.temp))
        object.__setattr__(self, "shortest", min([_SHORTEST, *(len(path) for path, _ in longest_first if path)]))
        object.__setattr__(self, "_random", re.compile(f"(?:{heads}){_RANDOM_NAME}"))

    def text(self, text: str, *, masked: bool) -> str:
        """The text without temporary roots; if ``masked``, also without addresses, identifiers and stamps of now."""
        for path, pattern, token in self._paths:
            if path in text:
                text = pattern.sub(lambda _, token=token: token, text)  # type: ignore[misc]  # the default binds now
        for root, folder in self._numbered:
            if root in text:
                text = folder.sub(rf"{TMP}/\1", text)
        return self._accidents(text) if masked and len(text) >= _SHORTEST else text

    def _accidents(self, text: str) -> str:
        if " at 0x" in text:
            text = _ADDRESS.sub(" at 0x…", text)
        if "id='" in text:
            text = _MOCK.sub("id='…'", text)
        if " in " in text:
            text = _LASTED.sub(TIME, text)
        if "tmp" in text:
            text = self._random.sub(TMP, text)
        if len(text) == _DIGITS and _PLAIN.fullmatch(text):
            return UUID
        if len(text) >= _DASHES and "-" in text and _VERSION.search(text):
            text = _DASHED.sub(UUID, text)
        return _STAMP.sub(self._stamp, text) if _CLOCK.search(text) else text

    def _stamp(self, found: re.Match[str]) -> str:
        moment = _read(found)
        return TIME if moment is not None and self.present(moment) else found.group()

    def present(self, moment: date) -> bool:
        """Whether a moment lies within the run's window; a plain date never does, for it rarely changes in a run."""
        if not isinstance(moment, datetime):
            return False
        return abs(moment.replace(tzinfo=None) - self.now.replace(tzinfo=None)) <= WINDOW
