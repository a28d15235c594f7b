"""Secrets that are known by what stands around them: keys in armour, credentials of URLs, headers, parameters."""

from __future__ import annotations

import re
from typing import NamedTuple

from pytest_repro.values.lazy import lazily


class Shape(NamedTuple):
    """One way in which a secret stands in a text.

    Attributes:
        hints: Words in small letters of which the text holds at least one, or there is no need to look.
        pattern: Its group ``secret`` is what must not be seen; what stands around it may.
    """

    hints: tuple[str, ...]
    pattern: re.Pattern[str]


_QUOTE = r"(?:\\?['\"])?"  # in a text that was itself written by repr, quotes are escaped
_JOINT = r"\s{0,4}[:=,]\s{0,4}"
_TO_THE_END = r"(?P<secret>[^\s'\"<\\][^'\"\r\n\\]*)"
_SCHEMES = r"(?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256)"
_PARAMETERS = (
    r"(?:token|key|apikey|secret|password|passwd|pwd|auth|sig|signature|credential|session|code|jwt|accesstoken)"
)

SHAPES: tuple[Shape, ...] = (
    Shape(  # all of a private key, also where its end is cut off
        ("private key",),
        lazily(
            r"-----BEGIN (?P<secret>[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?)"
            r"(?:-----END [A-Z0-9 ]{0,40}KEY(?: BLOCK)?-----|\Z)",
            re.DOTALL,
        ),
    ),
    Shape(
        ("putty-user-key",),
        lazily(r"PuTTY-User-Key-File-\d:(?P<secret>.*?Private-MAC: ?\w+|.*\Z)", re.DOTALL),
    ),
    Shape(  # the name alone is private as well, but where it is the same for all; pathlib makes one stroke of the two
        (":/",),
        lazily(
            r"(?<=[A-Za-z0-9]{2}):/{1,2}(?!/|(?:git|hg|svn)@)(?P<secret>[^\s/?#'\"<>\\@]+(?:@[^\s/?#'\"<>\\@]+)*)@(?=[^\s'\"])"
        ),
    ),
    Shape(
        ("authorization",),
        lazily(rf"authorization{_QUOTE}{_JOINT}{_QUOTE}(?>(?:{_SCHEMES}\s{{1,4}})?){_TO_THE_END}", re.IGNORECASE),
    ),
    Shape(
        ("bearer", "basic"),
        lazily(r"\b(?:bearer|basic)\s{1,4}(?P<secret>[A-Za-z0-9_.~+/=-]{20,})", re.IGNORECASE),
    ),
    Shape(("cookie",), lazily(rf"\b(?:set-)?cookie{_QUOTE}\s{{0,4}}:\s{{0,4}}{_QUOTE}{_TO_THE_END}", re.IGNORECASE)),
    Shape(
        ("?", "&"),
        lazily(
            rf"[?&](?:[a-z0-9]+[_.-]){{0,4}}{_PARAMETERS}=(?P<secret>[^&\s'\"#<>\\;)\]]+)",
            re.IGNORECASE,
        ),
    ),
    Shape(  # an option of a command line, its value behind a space
        ("--",),
        lazily(
            r"--(?:[a-z0-9]+-)*(?:password|passwd|passphrase|token|secret|api-?key)[ =]"
            r"(?P<secret>[^\s'\"<>-][^\s'\"<>]*)",
            re.IGNORECASE,
        ),
    ),
    Shape(("login",), lazily(r"\blogin\s+\S+\s+password\s+(?P<secret>[^\s<]\S*)")),  # .netrc
    Shape(("slack.com/services",), lazily(r"slack\.com/services/(?P<secret>[A-Za-z0-9/]{20,})")),
)
