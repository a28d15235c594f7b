"""`pytest-repro audit`: the scorecard of a project, and waivers for what it cannot mend today."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.controls.audit import scorecard
from pytest_repro.controls.evidence import Evidence, SuiteRun
from pytest_repro.controls.waivers import NAME
from pytest_repro.errors import ReproError
from pytest_repro.plugin import auditing
from pytest_repro.plugin.premises import Premises
from pytest_repro.plugin.project import project
from pytest_repro.report import scorecard as told
from pytest_repro.store import sources
from pytest_repro.store.recorded import LIMITS
from pytest_repro.store.remote import Copy, is_url

if TYPE_CHECKING:
    import argparse

    from pytest_repro.controls.audit import Scorecard
    from pytest_repro.plugin.auditing import Audited


def add(choices: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = choices.add_parser(
        "audit",
        help="run the tests and judge the project by every control; --accept waives what is found",
        description="Run the tests and judge the project by every control. Words that are not listed "
        "here are pytest's: pytest-repro audit tests --repro=all -n 4.",
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="the scorecard as JSON; pytest's output goes to stderr")
    parser.add_argument("--no-tests", action="store_true", help="run no tests: environment, lock and waivers alone")
    accepting = parser.add_argument_group("waivers", f"write what was found to {NAME}, so that only new or worse fails")
    accepting.add_argument("--accept", action="store_true", help="accept what is found")
    accepting.add_argument("--owner", default="", help="who answers for it")
    accepting.add_argument("--reason", default="", help="why it is accepted")
    accepting.add_argument("--until", default="", metavar="DATE", help="the last day on which it is, as 2027-01-31")
    parser.set_defaults(run=run, others_wanted=True)


def run(options: argparse.Namespace) -> int:
    """Print the scorecard; its exit status, or 0 once everything found is waived."""
    until = _until(options)
    audited: Audited | None = None
    if options.no_tests:
        found = project(options.others)
        premises = Premises(found.root, found.cache, found.settings)
    else:
        audited = auditing.run(options.others, quiet_stdout=options.json)
        if audited.premises is None:
            mend = "pytest-repro audit --help"
            raise ReproError("U104", "pytest did not start, see above", place="audit", mend=mend)
        premises = audited.premises
    card = _judged(premises, audited)
    if until is not None:
        _accept(options, premises, card, until)
        return 0
    sys.stdout.write(told.to_json(card) + "\n" if options.json else f"\n{told.text(card, premises.context())}\n")
    return card.exit_status


def _until(options: argparse.Namespace) -> date | None:
    """The day until which findings are accepted; None where none are to be.

    Raises:
        ReproError: ``U104`` where owner, reason or a day is missing, before any test is run.
    """
    mend = '--accept --owner=@numerics --reason="known since 2.3" --until=2027-01-31'
    given = [name for name in ("owner", "reason", "until") if getattr(options, name)]
    if not options.accept:
        if given:
            raise ReproError("U104", f"--{given[0]} goes with --accept", place="audit", mend=mend)
        return None
    for name in ("owner", "reason", "until"):
        if not getattr(options, name).strip():
            raise ReproError("U104", f"--accept takes --{name} as well", place="audit", mend=mend)
    try:
        until = date.fromisoformat(options.until)
    except ValueError:
        raise ReproError("U104", f"not a day: {options.until!r:.40}", place="--until", mend=mend) from None
    return until


def _judged(premises: Premises, audited: Audited | None) -> Scorecard:
    evidence = Evidence(
        snapshot=premises.snapshot,
        lock=None if premises.settings.lock == "off" else premises.lock,
        run=None if audited is None else _suite(audited, premises),
        waivers=premises.waivers,
        unusable=premises.unusable,
        today=premises.today,
    )
    return scorecard(evidence, premises.settings.policy, lambda path: premises.owner_of(premises.root / path))


def _suite(audited: Audited, premises: Premises) -> SuiteRun:
    counts = audited.standing.counts if audited.standing is not None else {}
    stated = audited.standing.stated if audited.standing is not None else set()
    return SuiteRun(
        stated=len(stated),
        calibrated=len(stated & _calibrated(premises)) if stated else 0,
        facts=tuple(audited.facts),
        collected=len(audited.ran),
        **counts,
        notices=tuple(audited.notices),
        exit_status=audited.status,
        whole=audited.whole,
    )


def _calibrated(premises: Premises) -> frozenset[str]:
    """Ids of the tests whose replay limits were measured and recorded; what cannot be read shows none."""
    settings = premises.settings
    ids: set[str] = set()
    copy = Copy.of(settings.store, settings.store_limit) if is_url(settings.store) else None
    if copy is not None:
        copy.pull_all()
    folder = copy.folder if copy is not None else Path(settings.store) if settings.store else premises.root
    for page in sources.below(folder).pages:
        with suppress(ReproError):
            book = page.book(settings.store_limit)
            module = page.module(book)
            ids |= {
                f"{module}::{name}" for name, raw in book.tests.items() if isinstance(raw, dict) and raw.get(LIMITS)
            }
    return frozenset(ids)


def _accept(options: argparse.Namespace, premises: Premises, card: Scorecard, until: date) -> None:
    """Write waivers for all that is open, and say so.

    Raises:
        ReproError: ``B613`` where the file there cannot be read: it is never overwritten.
    """
    if premises.unusable is not None:
        raise premises.unusable
    path = premises.root / NAME
    before = premises.waivers
    after = before.with_accepted(
        card.open, owner=options.owner, reason=options.reason, until=until, created=premises.today
    )
    added = len(set(after.entries) - set(before.entries))
    if added:
        after.write(path)
    sys.stdout.write(f"\n{added} of {len(card.open)} findings are new and were added to {NAME}, until {until}\n")
