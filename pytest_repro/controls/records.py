"""Recorded tests judged by themselves and by one another: can they be audited, and do they contradict anything?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from pytest_repro.compare import compare
from pytest_repro.controls.counting import counted
from pytest_repro.controls.verdict import Finding, action_of
from pytest_repro.errors import ReproError
from pytest_repro.values.tolerance import Tolerances

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.store.book import Book
    from pytest_repro.store.recorded import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One finding about a recorded test.

    Attributes:
        path: The file.
        name: The test in its module.
        finding: What was found.
    """

    path: Path
    name: str
    finding: Finding


def unauditable(test: Recorded, owner: str = "") -> str:
    """What a record lacks for somebody to answer for it; empty where it lacks nothing.

    Args:
        test: The record.
        owner: Who answers for the test today, whatever was recorded.
    """
    missing = ["no owner"] * (not (test.owner or owner)) + ["no lock file"] * (not test.lock)
    return f"recorded with {' and '.join(missing)}" if missing else ""


def inconsistent(test: Recorded) -> str:
    """What a record says against itself; empty where it agrees.

    Only what passed is recorded, and of one run alone no difference among runs is known: a record that says otherwise
    was edited, or written by something else.
    """
    ended = [f"{phase} {outcome}" for phase, outcome in test.outcomes.items() if outcome != "passed"]
    said = [f"it is recorded as {', '.join(ended)}"] if ended else []
    if test.runs < 2 and test.difference:  # noqa: PLR2004  # a difference takes two
        said.append(f"{counted(test.runs, 'run')} cannot differ by {test.difference:.1e}")
    return "; ".join(said)


def contradicting(one: Recorded, other: Recorded) -> str:
    """At which value two records part that should be one: the same code, environment, lock and seed; empty otherwise.

    Anything that may explain a difference keeps this silent: a dirty tree, an unknown commit, another environment.
    """
    alike = (
        one.kept_as == other.kept_as != ""
        and one.commit == other.commit != ""
        and one.dirty is other.dirty is False
        and one.source == other.source != ""
        and (one.seed, one.session_seed, one.lock) == (other.seed, other.session_seed, other.lock)
    )
    if not alike:
        return ""
    gaps = compare(one.envelope("", "one"), other.envelope("", "other"), Tolerances()).gaps
    return next((gap.address for gap in gaps if gap.before is not None and gap.after is not None), "")


def findings(books: Iterable[Book], policy: Mapping[str, Action]) -> tuple[Told, ...]:
    """What is wrong with readable records, in the order of files and names.

    Args:
        books: Of one folder: profiles of one module are held against one another.
        policy: Actions by code; what is accepted is not told.
    """
    told: list[Told] = []
    modules: dict[str, list[tuple[Book, dict[str, Recorded]]]] = {}
    for book in books:
        tests = _readable(book)
        modules.setdefault(book.module, []).append((book, tests))
        for name, test in tests.items():
            for code, said in (("B608", unauditable(test)), ("B609", inconsistent(test))):
                told += _told(book.path, name, code, said, policy)
    for group in modules.values():
        for (one, ones), (other, others) in combinations(group, 2):
            for name in sorted(ones.keys() & others.keys()):
                address = contradicting(ones[name], others[name])
                said = f"profiles {one.profile} and {other.profile} were recorded in one environment from one commit"
                told += _told(one.path, name, "B609", f"{said}, and differ at {address}" if address else "", policy)
    return tuple(told)


def _told(path: Path, name: str, code: str, said: str, policy: Mapping[str, Action]) -> list[Told]:
    action = action_of(code, policy)
    if not said or action == "accept":
        return []
    return [Told(path=path, name=name, finding=finding(code, said, action))]


def finding(code: str, said: str, action: Action) -> Finding:
    """A finding about a record, with its mend."""
    steps = {
        "B608": "name an owner (replay(owner=...), repro_owner or CODEOWNERS), add a lock file, and record again",
        "B609": "find out which is right, then record again: pytest --repro-record-all",
    }
    return Finding(code=code, sentence=said, action=action, steps=(steps[code],))


def _readable(book: Book) -> dict[str, Recorded]:
    found: dict[str, Recorded] = {}
    for name in book.names:
        try:
            test = book.get(name)
        except ReproError:  # it is told as what it is: malformed
            continue
        if test is not None:
            found[name] = test
    return found
