"""Addresses: where an observation stands, and the patterns that find it.

An address is a dotted path that begins with its category: ``locals.model.coef_``,
``asserted.model.score(X)``, ``record.loss``. A pattern matches a whole address or what follows
its category, so ``weights*`` finds ``locals.weights[3]``. Only ``*`` and ``?`` are special:
``fnmatch`` treats brackets as a character class, and ``weights[3]`` pasted from a report would
not match itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

CATEGORIES = (
    "outcome",
    "locals",
    "asserted",
    "return",
    "record",
    "rng",
    "stdout",
    "stderr",
    "warnings",
    "logs",
    "files",
)
"""Everything that can be observed, in the order in which reports show it."""


_HEAD = re.compile(r"[^.\[@#]*")


@lru_cache(maxsize=4096)
def category(address: str) -> str:
    """The first part of an address: ``locals`` of ``locals.model.coef_``, ``stdout`` of ``stdout[3]``."""
    return _HEAD.match(address)[0]  # type: ignore[index]  # it matches every text


def rest(address: str) -> str:
    """What follows the category: ``model.coef_`` of ``locals.model.coef_``, ``[3]`` of ``stdout[3]``."""
    return address[len(category(address)) :].removeprefix(".")


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    first, *pieces = ("".join("." if char == "?" else re.escape(char) for char in part) for part in pattern.split("*"))
    # what stands between two stars is taken where it is found first, for good: a dozen stars would take hours
    inner = "".join(f"(?>.*?{piece})" for piece in pieces[:-1])
    return re.compile(f"{first}{inner}.*{pieces[-1]}" if pieces else first, re.DOTALL)


def matches(pattern: str, address: str) -> bool:
    """Whether a pattern finds an address, whole or by what follows its category."""
    compiled = _compiled(pattern)
    return compiled.fullmatch(address) is not None or compiled.fullmatch(rest(address)) is not None
