"""A change: one test that is to be recorded, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_repro.errors import ReproError
    from pytest_repro.store.recorded import Recorded

Wish = Literal["missing", "changed", "again"]
"""What is written: a test that is missing; also one whose values, outcomes, seeds, source or owner changed; or the
test whatever it holds, so that date, commit and environment are those of today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One test to be recorded.

    Attributes:
        module: The test module.
        profile: Under which name.
        name: The test in its module, as its node id ends: ``TestFit::test_loss[adam]``.
        recorded: What was observed.
        wish: What of it is written.
    """

    module: Path
    profile: str
    name: str
    recorded: Recorded
    wish: Wish = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A change that was not made.

    Attributes:
        change: Which.
        error: Why, with place and mend.
    """

    change: Change
    error: ReproError


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of changes, each in the order given.

    Attributes:
        written: New or changed in the store.
        kept: Found in the store, and left as it is.
        refused: Not written, and why.
        files: The files that were put in place.
    """

    written: tuple[Change, ...] = ()
    kept: tuple[Change, ...] = ()
    refused: tuple[Refused, ...] = ()
    files: tuple[Path, ...] = ()
