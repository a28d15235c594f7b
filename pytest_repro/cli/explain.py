"""`pytest-repro explain CODE`: the page of a finding."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pytest_repro.report import explain

if TYPE_CHECKING:
    import argparse


def add(choices: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = choices.add_parser(
        "explain", help="what a code means, how it is proved, how it is mended", allow_abbrev=False
    )
    parser.add_argument("word", nargs="?", default="", metavar="CODE", help="for instance R101; none lists all")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the page."""
    sys.stdout.write(explain.explain(options.word).rstrip("\n") + "\n")
    return 0
