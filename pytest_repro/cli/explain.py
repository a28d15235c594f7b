"""`pytest-repro explain CODE`: the page of a finding; `explain variations`: what can be varied on this machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pytest_repro.report import explain, variations
from pytest_repro.variations.registry import MEMBERS, VARIATIONS, known, variation

if TYPE_CHECKING:
    import argparse


def add(choices: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = choices.add_parser(
        "explain", help="what a code means, how it is proved, how it is mended", allow_abbrev=False
    )
    parser.add_argument(
        "word", nargs="?", default="", metavar="CODE", help="for instance R101, variations, blas; none lists all codes"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the page."""
    word = options.word.strip()
    if word == "variations" or known(word):
        from pytest_repro.variations.trial import trials  # noqa: PLC0415  # it starts processes; codes need none

        found = trials(VARIATIONS if word == "variations" else (variation(word),))
        told = variations.text(found, MEMBERS) if word == "variations" else variations.one_text(found[0])
    else:
        told = explain.explain(word)
    sys.stdout.write(told.rstrip("\n") + "\n")
    return 0
