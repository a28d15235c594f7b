"""A wish: which conditions somebody asks for, as words, and what becomes of it on this machine."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.errors import ReproError
from pytest_repro.variations.condition import COMBINED, FRESH, Condition, labelled
from pytest_repro.variations.registry import MEMBERS, VARIATIONS, known, variation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ALL, NONE = "all", "none"
GROUPS = (COMBINED, ALL, NONE, FRESH.label)
"""Words that are no variations."""


class Wish(NamedTuple):
    """What was asked for.

    Attributes:
        names: Variations and values that were named, in their order; an empty value stands for the usual ones.
        combined: Whether all members at once are wanted.
        all: Whether every single variation is wanted.
        without: Names that are left out.
        none: Whether nothing is wanted.
    """

    names: tuple[tuple[str, str], ...] = ()
    combined: bool = False
    all: bool = False
    without: frozenset[str] = frozenset()
    none: bool = False


class Resolved(NamedTuple):
    """A wish on this machine.

    Attributes:
        conditions: What is made, singles before what combines them.
        unavailable: Why a variation cannot be made here, by name.
    """

    conditions: tuple[Condition, ...]
    unavailable: Mapping[str, str]


def parse(said: str | Sequence[str], place: str, code: str) -> Wish:
    """The wish that words state.

    Args:
        said: Words separated by commas, or a sequence of such: names, ``name=value``, ``-name``, ``combined``, ``all``,
            ``none``, ``fresh``. A word behind ``name=value`` that is no name is one more value: ``threads=1,4``.
        place: Where they stand, for the error.
        code: Of the error: ``U101`` for a marker, ``U102`` for an option.

    Raises:
        ReproError: For a word that means nothing.
    """
    texts = (said,) if isinstance(said, str) else tuple(said)
    words = [word.strip() for text in texts for word in text.split(",")]
    if not any(words):
        raise _refused("no condition is named", place, code, COMBINED)
    names: list[tuple[str, str]] = []
    groups: set[str] = set()
    without: set[str] = set()
    last = ""
    for word in filter(None, words):
        name, equals, value = word.partition("=")
        if word.startswith("-") and known(word[1:]):
            without.add(word[1:])
        elif word in GROUPS:
            groups.add(word)
        elif known(name):
            names.append((name, _checked(name, value, place, code) if equals else ""))
        elif last and not equals:
            names.append((last, _checked(last, word, place, code)))
            continue
        else:
            raise _unknown(word, place, code)
        last = name if equals else ""
    if NONE in groups and (len(groups) > 1 or names or without):
        raise _refused("none goes with nothing else", place, code, NONE)
    return Wish(
        names=tuple(dict.fromkeys(names)),
        combined=COMBINED in groups,
        all=ALL in groups or bool(without and not groups and not names),
        without=frozenset(without),
        none=NONE in groups,
    )


def is_condition(word: object) -> bool:
    """Whether a word names a condition under which a tolerance may be stated: ``blas``, ``threads=4``, ``combined``."""
    if not isinstance(word, str):
        return False
    name, equals, value = word.partition("=")
    return word == COMBINED or (known(name) and (not equals or not variation(name).check(value)))


def resolve(wish: Wish, loaded: Callable[[str], bool]) -> Resolved:
    """What of a wish can be made here.

    Args:
        wish: What was asked for.
        loaded: Whether a top-level module is imported: what is not used is not varied.
    """
    unavailable: dict[str, str] = {}
    singles: dict[tuple[str, str], None] = {}
    for name, value in wish.names:
        for each in (value,) if value else _values(name, unavailable):
            if name not in wish.without and not _missing(name, unavailable):
                singles[name, each] = None
    if wish.all:
        for one in VARIATIONS:
            if one.name not in wish.without and (not one.library or loaded(one.library)):
                singles |= dict.fromkeys((one.name, value) for value in _values(one.name, unavailable))
    conditions = [Condition(labelled(*single), (single,)) for single in singles]
    if wish.combined:
        members = [
            (one.name, value)
            for one in map(variation, MEMBERS)
            if one.name not in wish.without and (not one.library or loaded(one.library))
            for value in _values(one.name, unavailable)[:1]
        ]
        conditions.append(Condition(COMBINED, tuple(members)))
    return Resolved(tuple(conditions), unavailable)


def _missing(name: str, unavailable: dict[str, str]) -> bool:
    why = variation(name).missing()
    # a value that somebody names may be there where no usual one is: a locale of their own
    if why and variation(name).usual():
        unavailable[name] = why
        return True
    return False


def _values(name: str, unavailable: dict[str, str]) -> tuple[str, ...]:
    why = variation(name).missing()
    if why:
        unavailable[name] = why
        return ()
    return variation(name).usual()


def _checked(name: str, value: str, place: str, code: str) -> str:
    why = variation(name).check(value)
    if why:
        usual = variation(name).usual()
        raise _refused(why, place, code, f"{name}={usual[0]}" if usual else name)
    return value


def _unknown(word: str, place: str, code: str) -> ReproError:
    names = [*GROUPS, *(one.name for one in VARIATIONS)]
    near = get_close_matches(word.lstrip("-").partition("=")[0], names, n=2, cutoff=0.6)
    meant = f"; near it {'is' if len(near) == 1 else 'are'} {' and '.join(near)}" if near else ""
    return _refused(f"there is no condition {word!r:.40}{meant}", place, code, near[0] if near else COMBINED)


def _refused(sentence: str, place: str, code: str, word: str) -> ReproError:
    example = f'write vary="{word}"' if code == "U101" else f"pytest --repro-vary={word}"
    return ReproError(code, sentence, place=place, mend=f"{example}   (pytest-repro explain variations lists all)")
