"""`pytest-repro lock`: whether what is installed is what is locked."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from pytest_repro.plugin.premises import Premises
from pytest_repro.plugin.project import project
from pytest_repro.report import lock as told

if TYPE_CHECKING:
    import argparse


def add(choices: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = choices.add_parser(
        "lock",
        help="the lock file: which one applies, whether it is in step with what is installed",
        description="Judge what is installed by the lock file that applies here, and the lock by pyproject.toml.",
        allow_abbrev=False,
    )
    parser.add_argument("path", nargs="?", default="", metavar="PATH", help="this lock file; else the one found")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument(
        "--policy",
        metavar="CODE=ACTION",
        action="append",
        default=[],
        help="what follows from a finding, for instance L401=fail; repeatable",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the report; 1 where the action of a finding is fail."""
    words = [f"--repro-policy={line}" for line in options.policy]
    found = project([*words, f"--repro-lock={options.path}"] if options.path else words)
    premises = Premises(found.root, found.cache, found.settings)
    report = premises.lock
    policy = found.settings.policy
    if options.json:
        sys.stdout.write(json.dumps(told.to_dict(report, policy), indent=2, sort_keys=True) + "\n")
    else:
        sys.stdout.write(told.text(report, policy) + "\n")
    return int(any(finding.action == "fail" for finding in report.findings(policy)))
