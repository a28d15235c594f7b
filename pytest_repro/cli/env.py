"""`pytest-repro env`: this machine's environment; with two files, how they differ."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.environment.differences import differences
from pytest_repro.environment.snapshot import Snapshot, snapshot
from pytest_repro.errors import ReproError
from pytest_repro.plugin.project import project
from pytest_repro.report import environment as told

if TYPE_CHECKING:
    import argparse

LIMIT = 4 << 20
"""Bytes above which a file is no saved environment: five hundred times what one has."""


def add(choices: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = choices.add_parser(
        "env",
        help="the environment: hardware, BLAS, versions, switches; or how two saved ones differ",
        description="Print this environment, or compare saved ones: the difference that explains numeric drift first.",
        allow_abbrev=False,
    )
    parser.add_argument("saved", nargs="*", metavar="FILE", help="one saved environment to compare with, or two")
    parser.add_argument("--json", action="store_true", help="as JSON, to be saved and compared")
    parser.add_argument(
        "--with",
        dest="modules",
        metavar="MODULE",
        action="append",
        default=[],
        help="import this first, as your tests would: scipy, torch; repeatable; numpy always is",
    )
    parser.add_argument(
        "--exit-code", action="store_true", help="exit 1 where the environments differ, as git diff does"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print or compare; a difference is told, and is a failure where that is asked for."""
    if len(options.saved) > 2:  # noqa: PLR2004  # a pair is what can be compared
        raise ReproError("U104", "env compares two files", place="env", mend="pytest-repro env before.json after.json")
    if options.exit_code and not options.saved:
        sentence = "--exit-code is of a comparison"
        raise ReproError("U104", sentence, place="env", mend="pytest-repro env before.json --exit-code")
    before = [read(Path(name)) for name in options.saved]
    if len(before) == 2:  # noqa: PLR2004  # as above
        return _compared(before[0], before[1], options)
    here = _here(options.modules)
    if before:
        return _compared(before[0], here, options)
    sys.stdout.write(json.dumps(here.to_dict(), indent=2, sort_keys=True) + "\n" if options.json else told.text(here))
    return 0


def read(path: Path) -> Snapshot:
    """A saved environment.

    Raises:
        ReproError: ``E306``, with the file and the key in it.
    """
    mend = f"pytest-repro env --json > {path.name}"
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
        if len(data) > LIMIT:
            raise ReproError("E306", f"no environment has over {LIMIT >> 20} MiB", place=path.name, mend=mend)
        content = json.loads(data)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ReproError("E306", f"the file cannot be read: {reason}", place=path.name, mend=mend) from None
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        place = path.name if line is None else f"{path.name}:{line}"
        raise ReproError("E306", "the file is not JSON", place=place, mend=mend) from None
    try:
        return Snapshot.from_dict(content)
    except ReproError as error:
        raise error.within(path.name) from None


def _here(modules: list[str]) -> Snapshot:
    for name in ("numpy", *modules):
        try:
            importlib.import_module(name)
        except Exception as error:  # whatever a module raises is told as the user's mistake
            sentence = f"{name} cannot be imported: {type(error).__name__}"
            raise ReproError("U104", sentence, place="--with", mend=f"pip install {name}") from error
    found = project()
    return snapshot(found.root, cache=found.cache)


def _compared(before: Snapshot, after: Snapshot, options: argparse.Namespace) -> int:
    found = differences(before, after)
    if options.json:
        sys.stdout.write(json.dumps(told.compared_dict(before, after, found), indent=2, sort_keys=True) + "\n")
    else:
        sys.stdout.write(told.compared_text(before, after, found))
    return int(options.exit_code and bool(found.differences))
