"""`pytest-repro check`: whether everything recorded can be used, and what may be deleted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pytest_repro.cli import here as standing
from pytest_repro.controls import records
from pytest_repro.errors import ReproError
from pytest_repro.plugin.collecting import collected
from pytest_repro.report import health as told
from pytest_repro.report import plain
from pytest_repro.store import integrity

if TYPE_CHECKING:
    import argparse


def add(choices: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = choices.add_parser(
        "check",
        help="whether all that is recorded can be used; --prune tells what may be deleted",
        description="Read every file of envelopes, every test in it and every array, and tell what is broken, what "
        "contradicts itself or another, and by policy (B608) what nobody answers for. "
        "Exit status: 0 sound, 1 something is broken, 4 a mistake of use.",
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument(
        "--prune",
        action="store_true",
        help="list recorded tests that pytest does not collect here any more, and arrays that nothing names then",
    )
    parser.add_argument("--yes", action="store_true", help="with --prune: delete them")
    standing.add(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what is broken; 1 where something is."""
    if options.yes and not options.prune:
        raise ReproError("U104", "--yes goes with --prune", place="check", mend="pytest-repro check --prune --yes")
    here = standing.here(options)
    if options.yes and here.copy is not None:
        mend = "download it, prune the folder with --store=DIR, and upload it"
        raise ReproError("U104", "a store behind a URL is not pruned", place="check", mend=mend)
    pruned = None
    if options.prune:
        pruned = integrity.prune(
            here.folder, collected=collected(), project=here.root, limit_bytes=here.limit, delete=options.yes
        )
    health = integrity.examine(here.folder, project=here.root, limit_bytes=here.limit)
    policy = here.settings.policy
    found = [one for folder in health.folders for one in records.findings(folder.books, policy)]
    data = told.to_dict(health, here.folder, pruned, found) if options.json else None
    text = told.text(health, here.folder, pruned, found) if data is None else plain.to_json(data) + "\n"
    sys.stdout.write(text)
    failed = any(one.finding.action == "fail" for one in found)
    return int(bool(failed or health.faults or (pruned is not None and pruned.refused)))
