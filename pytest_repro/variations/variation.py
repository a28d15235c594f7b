"""What a variation is: one condition that a fresh process changes, and the reading that proves it took effect."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

Kind = Literal["control", "behaviour", "hardware"]
"""``hardware`` is simulated: numbers that differ under it inform, unless somebody stated a tolerance."""


def _nothing_missing() -> str:
    return ""


def _no_variables(_value: str, _environment: Mapping[str, str]) -> Mapping[str, str]:
    return {}


def _nothing_inside(_value: str) -> AbstractContextManager[None]:
    return nullcontext()


def any_text(value: str) -> str:
    """Why a value means nothing: only an empty one does."""
    return "" if value else "a value is missing behind ="


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """One condition.

    Attributes:
        name: As users write it.
        kind: What follows from a difference under it.
        changes: What it changes, in words that go on after the name.
        stands_for: Where one meets it in life.
        proof: What its reading tells.
        mend: What to do about a test that drifts under it.
        nightly: Whether it is too slow or too strange for every run.
        library: Top-level module that has to be imported for it to mean anything; empty where none is needed.
        missing: Why it cannot be made on this machine; empty where it can.
        usual: The values that are tried where nobody names one.
        check: Why a value means nothing; empty where it does.
        variables: Environment variables of a value, to be set before the interpreter starts; merged with those that
            are set already where one variable serves several purposes.
        inside: Entered around each test in the fresh process.
        read: The reading, taken inside; the unchanged process takes it with an empty value.
    """

    name: str
    kind: Kind
    changes: str
    stands_for: str
    proof: str
    mend: str
    usual: Callable[[], tuple[str, ...]]
    read: Callable[[str], str]
    nightly: bool = False
    library: str = ""
    missing: Callable[[], str] = _nothing_missing
    check: Callable[[str], str] = any_text
    variables: Callable[[str, Mapping[str, str]], Mapping[str, str]] = _no_variables
    inside: Callable[[str], AbstractContextManager[None]] = _nothing_inside
