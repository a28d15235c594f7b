"""The door of the command: which subcommand, and what an exit status means."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from pytest_repro.cli import audit, check, compare, env, explain, lock, show
from pytest_repro.errors import ReproError

if TYPE_CHECKING:
    from collections.abc import Sequence

SUBCOMMANDS = (env, lock, audit, show, compare, check, explain)
"""In the order in which a project comes to need them."""

INTERRUPTED = 2
USAGE = 4
"""Exit statuses as pytest has them; 0 is clean, 1 is a finding whose action is fail."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors read like all others of this project."""

    def error(self, message: str) -> NoReturn:
        """Raise what :func:`main` tells.

        Raises:
            ReproError: ``U104``.
        """
        raise ReproError("U104", message, place=self.prog, mend=f"{self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Words after the command's name; those of the process by default.

    Returns:
        0 clean, 1 a finding whose action is fail, 2 interrupted, 4 a mistake of use.
    """
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except ReproError as error:
        sys.stderr.write(f"pytest-repro: {error}\n")
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(arguments: Sequence[str]) -> int:
    parser = Parser(
        prog="pytest-repro",
        description="What pytest-repro knows of this project and this machine.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    choices = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", parser_class=Parser)
    for module in SUBCOMMANDS:
        module.add(choices)
    options, others = parser.parse_known_args(arguments)
    if options.version:
        from pytest_repro import __version__  # noqa: PLC0415  # nothing else here needs the package's door

        sys.stdout.write(f"pytest-repro {__version__}\n")
        return 0
    if options.command is None:
        parser.print_help()
        return USAGE
    if others and not getattr(options, "others_wanted", False):
        parser.error(f"unknown words: {' '.join(others)}")
    options.others = others
    status: int = options.run(options)
    sys.stdout.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())
