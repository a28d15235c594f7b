"""One requirement: a fact or a distribution, what is expected of it, and whether that holds."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_repro.environment.mending import installing, mend
from pytest_repro.errors import ReproError

if TYPE_CHECKING:
    from pytest_repro.environment.fact import Plain
    from pytest_repro.environment.snapshot import Snapshot

_BOUND = re.compile(r"\s*(===|==|!=|~=|>=|<=|>|<)\s*([^,\s]+)\s*")
_COMPARED = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_VERSION = re.compile(r"\d+(?:\.\d+)+\S*|\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A requirement that does not hold.

    Attributes:
        name: As the test wrote it.
        expected: What it asked for.
        found: What is there; why it is unknown, where it is.
        mend: A command or line that brings it about; may be empty.
    """

    name: str
    expected: str
    found: str
    mend: str = ""


def bounded(want: object) -> bool:
    """Whether a text is made of bounds: ``>=2``, ``>=1.26,<3``, ``!=2.1.0``."""
    return isinstance(want, str) and all(_BOUND.fullmatch(part) for part in want.split(","))


def misused(name: str, sentence: str) -> ReproError:
    """The error of a requirement that means nothing."""
    return ReproError("U101", sentence, place=f"require({name}=...)", mend='env.require(numpy=">=2", threads=1)')


def of_distribution(snapshot: Snapshot, name: str, distribution: str, want: object) -> Broken | None:
    """Judge a distribution: bounds, a version, True for any, None or False for absence.

    Raises:
        ReproError: ``U101``, the bounds are none.
    """
    installed = snapshot.packages.installed
    if installed is None:
        reason = snapshot.unknown.get("packages", "the section failed")
        return Broken(name=name, expected=str(want), found=f"unknown: {reason}")
    version = next((one.version or "?" for one in installed if one.name == distribution), None)
    if want is None or want is False:
        if version is None:
            return None
        return Broken(name=name, expected="not installed", found=version, mend=installing(distribution, ""))
    specifier = "" if want is True else _specifier(name, want)
    if version is not None and (want is True or _within(version, specifier)):
        return None
    found = "not installed" if version is None else version
    expected = specifier or "installed"
    command = f"pip install {distribution}" if want is True else installing(distribution, specifier)
    return Broken(name=name, expected=expected, found=found, mend=command)


def _specifier(name: str, want: object) -> str:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  # 4 ms, and few tests require
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415  # likewise

    text = str(want).strip()
    try:
        return f"=={Version(text)}"
    except InvalidVersion:
        pass  # then it should be bounds
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        raise misused(name, f"{text!r:.60} is neither a version nor bounds such as '>=2,<3'") from None
    return text


def _within(version: str, specifier: str) -> bool:
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415  # as above
    from packaging.version import InvalidVersion  # noqa: PLC0415  # as above

    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidVersion:
        return False


def of_fact(snapshot: Snapshot, name: str, address: str, want: object) -> Broken | None:
    """Judge a fact: a value, bounds on a number or version, a tuple of values of which one must hold.

    An unknown fact breaks every requirement: what nobody knows is not what was asked for.

    Raises:
        ReproError: ``U101``, a fact of this kind can never be what was asked for.
    """
    found = snapshot.flat().get(address)
    table = address.startswith("variables.")
    if found is None and not table:
        reason = snapshot.unknown.get(address) or _reason(snapshot, address)
        return Broken(
            name=name, expected=_told(want), found=f"unknown: {reason}", mend=mend(address, _first(want), snapshot)
        )
    alternatives = tuple(want) if isinstance(want, (tuple, list, set, frozenset)) else (want,)
    held = [_holds(name, found, one, words=_words(snapshot, address)) for one in alternatives]
    if any(held):
        return None
    shown = "not set" if found is None else _told(found)
    expected = "not set" if want is None and table else _told(want)
    return Broken(name=name, expected=expected, found=shown, mend=mend(address, _first(want), snapshot))


def _words(snapshot: Snapshot, address: str) -> bool:
    """Whether a fact is a list of words, of which those asked for must be among it."""
    section, _, name = address.partition(".")
    return isinstance(getattr(getattr(snapshot, section, None), name, None), tuple)


def _reason(snapshot: Snapshot, address: str) -> str:
    stem = max((known for known in snapshot.unknown if address.startswith(known)), key=len, default="")
    return snapshot.unknown.get(stem, "it is not among the facts of this environment")


def _holds(name: str, found: Plain, want: object, *, words: bool) -> bool:
    if found is None or want is None:
        return found is want
    if isinstance(found, bool) or isinstance(want, bool):
        if not (isinstance(found, bool) and isinstance(want, bool)):
            raise misused(name, f"unexpected {want!r:.60} (the fact is {found!r:.60})")
        return found is want
    if isinstance(found, int | float):
        return _numbered(name, found, want)
    if isinstance(want, int | float):
        raise misused(name, f"unexpected {want} (the fact is the text {found!r:.60})")
    if bounded(want):
        version = _VERSION.search(found)
        return version is not None and _within(version.group(), str(want))
    if words:
        return {*str(want).casefold().split()} <= {*found.casefold().split()}
    return found.casefold() == str(want).casefold()


def _numbered(name: str, found: float, want: object) -> bool:
    if isinstance(want, int | float):
        return found == want
    held = True
    for part in str(want).split(","):
        bound = _BOUND.fullmatch(part)
        compare: Any = _COMPARED.get(bound[1]) if bound else None
        try:
            held = compare(found, float(bound[2])) and held  # type: ignore[index]  # a bound that is none is told below
        except (TypeError, ValueError):
            raise misused(name, f"unexpected {want!r:.60} (the fact is the number {found})") from None
    return held


def _first(want: object) -> object:
    return next(iter(want), None) if isinstance(want, (tuple, list)) else want


def _told(value: object) -> str:
    """A value as a reader would say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list)):
        return " or ".join(map(_told, value))
    if isinstance(value, (set, frozenset)):
        return " or ".join(sorted(map(_told, value)))
    return "unknown" if value is None else str(value)
