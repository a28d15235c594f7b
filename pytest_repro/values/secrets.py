"""Secrets in texts: found by their shape or by the name they are given, and replaced in all that is shown or written.

What is frozen and compared is never masked: two runs with different passwords differ, and the report says so without
telling either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.values.lazy import lazily
from pytest_repro.values.shapes import SHAPES
from pytest_repro.values.tokens import TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "<secret>"  # noqa: S105  # what stands in its place
ROUNDS = 8  # looks at one text, each after something was found
SHORTEST = 6  # "pwd=a!" is the shortest text that can hold one

_TOKEN = lazily(rf"(?<![A-Za-z0-9_])(?:{'|'.join(pattern for _, pattern in TOKENS)})")
# One letter is looked for at 0.03 ns a character, a word at 0.7, any of several letters at 5: hence the order of tests.
_TRACES = tuple(
    lazily(pattern)
    for pattern in (
        r"_(?=[a-z+/=-]{0,15}[A-Z0-9])[A-Za-z0-9_+/=.-]{16}",
        r"-(?=[a-z]{0,15}[A-Z0-9])[A-Za-z0-9_-]{16}",
        r"\.(?:eyJ|[A-Za-z0-9_-]{20})",
        r"A(?:KIA|SIA|BIA|CCA|Iza|TATT3|TBB|A[A-Za-z0-9_-]{16})",
        r"SK[0-9a-f]{8}",
    )
)
_DAPI = lazily(r"dapi[0-9a-f]{16}")
"""What tokens of the table hold behind ``_``, ``-``, ``.``, ``A``, ``S``; the few others have a test of their own."""

_NAME = lazily(
    r"pass(?:word|wd|phrase|code)?s?(?![a-z])|pwd(?![a-z])|secret(?:[_-]?(?:key|token|value|access[_-]?key))?(?![a-z])"
    r"|tokens?(?![a-z_])|key(?![a-z_])|auth(?![a-z_])|credentials?(?![a-z_])|session[_-]?id(?![a-z_])|jwt(?![a-z_])"
    r"|signature(?![a-z_])|sas(?![a-z_])"
)
_VALUE = lazily(
    r"[_-]?\d{0,3}(?:\\?['\"])?\]?\s{0,4}(?:=>|[:=!]=?|(?<=['\"]),(?=\s?\\?['\"]))\s{0,4}[rbfuRBFU]?"
    r"(?:(?P<quote>\\?['\"])(?P<quoted>.*?)(?:(?P=quote)|\Z)|(?P<bare>[^\s,;&'\"()\[\]{}<>|\\]+)(?P<call>[(\[]?))",
)
"""What joins a name to its value (``=``, ``:``, ``==``, a comma between two quoted words), and the value."""

_KEYS = lazily(
    r"(?:api|app|auth|access|account|private|signing|encryption|secret|master|storage|subscription|shared[_-]?access|ssh)[_-]?$"
)
_PARTS = lazily(r"(?:^|[_.-]|[^a-z])$")  # "pass" and "pwd" are names only where a word begins
_STRONG = ("password", "passwd", "passphrase", "passcode", "secret")
_LINE = lazily(r"^[ \t]*(?:export[ \t]+|set[ \t]+)?(?P<name>[A-Z][A-Z0-9_]{2,})=(?P<secret>[^\s'\"<].*)$", re.MULTILINE)
_CODE = lazily(
    r"(?:none|null|nil|true|false|str|bytes|int|float|bool|string|any|object|optional|required|self|cls|lambda|not|is|in|await"
    r"|(?:os|self|cls|settings|config|cfg|conf|args|env|environ|request|kwargs|params|data|options|opts|ctx|mock)\.[\w.]+)$",
    re.IGNORECASE,
)
_TEMPLATE = lazily(r"(?:<[^<>]*>|\$?\{[^{}]*\}|\$\w+|%\(?\w*\)?s|\*+|x{3,}|\.{3,}|…)$", re.IGNORECASE)
_SURE = lazily(
    r"pass(?:word|wd|phrase|code)|secret(?![a-z])|credential"
    r"|(?:(?<![a-z])(?:pwd|dsn)|connection_?string|(?:api|app|auth|access|account|private|signing|encryption|storage|ssh)_?key)"
    r"(?:_?\d{1,3})?$",
    re.IGNORECASE,
)
_LIKELY = lazily(
    r"cookie|(?:(?<![a-z])(?:pass|pat|jwt|auth)|token|signature|webhook(?:_?url)?|master_?key|(?-i:(?<=_)KEY))(?:_?\d{1,3})?$",
    re.IGNORECASE,
)
_PLACES = frozenset({"pwd", "oldpwd"})  # of every shell: where it stands


class Span(NamedTuple):
    """Where a secret stands in a text: from ``start`` to before ``end``."""

    start: int
    end: int


def mask(text: str) -> str:
    """The text with ``<secret>`` for each secret in it, and all around it kept: ``https://<secret>@host/x``.

    Masking twice is masking once. Texts without a secret come back as they are, after a look of about 1 us a 100
    characters.
    """
    for _ in range(ROUNDS):
        found = spans(text)
        if not found:
            return text
        pieces, at = [], 0
        for start, end in found:
            pieces += [text[at:start], SECRET]
            at = end
        text = "".join([*pieces, text[at:]])  # look again: of two side by side the second shows once the first is gone
    return text


def spans(text: str) -> list[Span]:
    """Where secrets stand, in order, none touching another."""
    if len(text) < SHORTEST:
        return []
    found = [Span(*hit.span()) for hit in _TOKEN.finditer(text)] if _traced(text) else []
    if _joins(text):
        small = _small(text)
        if _hinted(small):
            found += _shaped(text, small)
            found += _assigned(text, small)
            found += (Span(*hit.span("secret")) for hit in _LINE.finditer(text) if named_secret(hit["name"]))
    return _joined(found) if found else found


def _traced(text: str) -> bool:
    """Whether a token may be in the text."""
    underscore, hyphen, stop, letter, other = _TRACES
    return bool(
        ("_" in text and (underscore.search(text) or "dckr_" in text or "figd_" in text))
        or ("-" in text and (hyphen.search(text) or "-us" in text))
        or ("." in text and stop.search(text))
        or ("A" in text and letter.search(text))
        or ("S" in text and other.search(text))
        or ("~" in text and "Q~" in text)
        or ("/" in text and "//0" in text)
        or ("1" in text and "GR13" in text)
        or ("d" in text and _DAPI.search(text))
    )


def _joins(text: str) -> bool:
    """Whether anything in the text could join a name to a secret."""
    return (
        "=" in text
        or ":" in text
        or ("-" in text and "--" in text)
        or ("'" in text and "'," in text)
        or ('"' in text and '",' in text)
        or ("B" in text and "Bearer " in text)
        or "assword " in text
    )


def _hinted(small: str) -> bool:
    """Whether a name of a secret may be in the text: the rarest letters of each are looked for."""
    return (
        "cre" in small  # secret, credential
        or ("k" in small and ("key" in small or "token" in small or "cookie" in small))
        or ("w" in small and ("pwd" in small or "jwt" in small))
        or "pass" in small
        or "session" in small
        or "auth" in small
        or "bearer" in small
        or "signature" in small
        or ("=" in small and ("?" in small or "&" in small))
        or (":/" in small and ("@" in small or "slack" in small))
    )


def _shaped(text: str, small: str) -> Iterator[Span]:
    for hints, pattern in SHAPES:
        for hint in hints:
            if hint in small:
                yield from (Span(*hit.span("secret")) for hit in pattern.finditer(text))
                break


def _small(text: str) -> str:
    """In small letters, each at its place: a few letters of other alphabets become two."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(c.lower() if c.isascii() else c for c in text)


def _assigned(text: str, small: str) -> Iterator[Span]:
    for name in _NAME.finditer(small):
        hit = _VALUE.match(text, name.end())
        if hit is None:
            continue
        strength = _strength(name.group(), small[max(0, name.start() - 16) : name.start()])
        group = "bare" if hit["quoted"] is None else "quoted"
        value = hit[group]
        if not strength or not value or _TEMPLATE.match(value) or (strength == "weak" and not drawn(value)):
            continue
        if group == "bare" and (hit["call"] or _CODE.match(value) or value.lower() == name.group()):
            continue
        if name.group() == "pwd" and value.startswith("/"):  # where a shell stands
            continue
        yield Span(*hit.span(group))


def _strength(word: str, before: str) -> str:
    """How surely a word names a secret: ``strong``, ``weak`` (the value has to look drawn as well), or not at all."""
    if word.startswith(_STRONG):
        return "strong"
    if word == "key":
        return "strong" if _KEYS.search(before) else "weak" if before.endswith(("hmac_", "license_", "deploy_")) else ""
    if word in ("pass", "pwd"):
        return "strong" if before.endswith(("_", "-")) or (word == "pwd" and _PARTS.search(before)) else ""
    return "weak"


def drawn(value: str) -> bool:
    """Whether a word looks drawn: sixteen characters and more, letters and digits, nothing of a sentence."""
    return (
        len(value) >= 16  # noqa: PLR2004  # shorter tokens exist, but so do names with a number
        and " " not in value
        and any(char.isdigit() for char in value)
        and any(char.isalpha() for char in value)
    )


def _joined(found: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(found):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        elif span.end > span.start:
            joined.append(span)
    return joined


def named_secret(name: str) -> bool:
    """Whether what bears this name is a secret: ``AWS_SECRET_ACCESS_KEY``, ``db.password``, ``apiKey``.

    Args:
        name: Of a variable, a key or an argument; of an address the last part.
    """
    return surely(name) or _LIKELY.search(name) is not None


def surely(name: str) -> bool:
    """Whether what bears this name is a secret whatever it looks like; a ``token`` may as well be a word of a text."""
    return name.lower() not in _PLACES and _SURE.search(name) is not None
