"""`pytest-repro compare`: two sets of recorded tests and how far they are apart, or many side by side."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro import __version__
from pytest_repro.cli import here as standing
from pytest_repro.cli import jobs
from pytest_repro.cli import operands as sets
from pytest_repro.compare import compare
from pytest_repro.controls.limit import MARGIN, limits
from pytest_repro.controls.matrix import Column, matrix
from pytest_repro.controls.origin import origins, usual
from pytest_repro.errors import ReproError
from pytest_repro.report import data, plain
from pytest_repro.report import limits as limits_told
from pytest_repro.report import matrix as matrix_told
from pytest_repro.report import pair as pair_told
from pytest_repro.report.pair import Pair
from pytest_repro.values.tolerance import tolerances_from

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from pytest_repro.cli.here import Here
    from pytest_repro.cli.operands import Operand
    from pytest_repro.environment.snapshot import Snapshot
    from pytest_repro.report.document import Document
    from pytest_repro.values.tolerance import Tolerances

PAIR = 2


class _Allowed(NamedTuple):
    """What is allowed where, what is not compared at all, and how a reader wrote it."""

    tolerances: Tolerances
    ignore: Sequence[str]
    told: str


def add(choices: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = choices.add_parser(
        "compare",
        help="recorded tests of two profiles, files, folders or commits, or of many side by side",
        description="Compare recorded tests. A word is a profile (* and ? match), a file of envelopes, a folder (a "
        "store, or the artefacts of many CI jobs), REV: or REV:PATH for what was committed, PATH told from the "
        "project. None stands for all profiles. Reports that --repro-report=repro.json wrote are merged into one. "
        "Exit status: 0 equal within the tolerance, 1 different or not recorded everywhere, 4 a mistake of use.",
        allow_abbrev=False,
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="profile, file, folder, REV: or REV:PATH")
    parser.add_argument("--limits", action="store_true", help="how far each value is apart across hardware")
    parser.add_argument(
        "--tol",
        action="append",
        default=[],
        metavar="[ADDRESS=]NUMBER",
        help="what is allowed, everywhere or where the address matches; repeatable; default: repro_tol, else exact",
    )
    parser.add_argument("--profile", default="*", metavar="NAME", help="these profiles alone; * and ? match")
    parser.add_argument("--common", action="store_true", help="only tests that are recorded in all of them")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument(
        "--html", default="", metavar="FILE", help="write it as a page, too; reports of jobs are merged"
    )
    standing.add(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the comparison; 1 where something differs beyond the tolerance, or is not recorded everywhere."""
    if options.words and all(data.is_report(Path(word)) for word in options.words):
        return jobs.run(options)
    here = standing.here(options)
    allowed = _allowed(options.tol, here)
    with tempfile.TemporaryDirectory(prefix="pytest-repro-") as folder:
        found = sets.operands(options.words, here, Path(folder), options.profile)
        if options.common:
            found = sets.common(found)
        if options.limits:
            return _limits(found, as_json=options.json)
        if len(found) < PAIR:
            raise _alone(found)
        if options.html:
            jobs.page(_document(found, allowed), options.html)
        if len(found) == PAIR:
            return _pair(found[0], found[1], allowed, as_json=options.json)
        return _matrix(found, allowed, as_json=options.json)


def _allowed(words: Sequence[str], here: Here) -> _Allowed:
    """What the command line allows, else what the ini file does.

    Raises:
        ReproError: ``U104``, no number.
    """
    ignore = here.settings.ignore
    if not words:
        stated = here.settings.tolerances
        if not stated.stated:
            return _Allowed(stated, ignore, "exact (--tol=1e-9 allows for rounding)")
        told = ", ".join(_rule(pattern, str(one)) for pattern, one in stated.rules)
        return _Allowed(stated, ignore, f"{told} (repro_tol)")
    rules: dict[str, float] = {}
    for word in words:
        address, _, number = word.rpartition("=")
        rules.pop(address or "*", None)  # the last one wins, and what wins stands last
        try:
            rules[address or "*"] = float(number)
            tolerances = tolerances_from(rules)
        except (ValueError, ReproError):
            mend = '--tol=1e-9, or --tol="weights*=1e-6"'
            raise ReproError("U104", f"not a tolerance: {word!r:.60}", place="--tol", mend=mend) from None
    return _Allowed(tolerances, ignore, ", ".join(_rule(pattern, f"{number:g}") for pattern, number in rules.items()))


def _rule(pattern: str, told: str) -> str:
    return told if pattern == "*" else f"{pattern}={told}"


def _alone(found: Sequence[Operand]) -> ReproError:
    if not found:
        mend = "pytest --repro-record"
        return ReproError("U104", "nothing is recorded here", place="compare", mend=mend)
    sentence = f"{found[0].name!r:.80} is compared with nothing"
    return ReproError("U104", sentence, place="compare", mend=f"pytest-repro compare HEAD: {found[0].name:.80}")


def _pair(one: Operand, other: Operand, allowed: _Allowed, *, as_json: bool) -> int:
    both = sorted(set(one.tests) & set(other.tests))
    found = {}
    for test in both:
        before, after = one.tests[test].envelope(test, one.name), other.tests[test].envelope(test, other.name)
        found[test] = compare(before, after, allowed.tolerances, allowed.ignore)
    pair = Pair(
        names=(one.name, other.name),
        tests=found,
        only=(tuple(sorted(set(one.tests) - set(both))), tuple(sorted(set(other.tests) - set(both)))),
        origins=(usual(one.tests), usual(other.tests)),
        tolerance=allowed.told,
    )
    sys.stdout.write(plain.to_json(pair_told.to_dict(pair)) + "\n" if as_json else pair_told.text(pair))
    return int(not pair.equal)


def _matrix(found: Sequence[Operand], allowed: _Allowed, *, as_json: bool) -> int:
    columns = [Column(name=one.name, tests=one.tests) for one in found]
    made = matrix(columns, allowed.tolerances, allowed.ignore)
    where = {one.name: usual(one.tests) for one in found}
    if as_json:
        sys.stdout.write(plain.to_json(matrix_told.to_dict(made, where, allowed.told)) + "\n")
    else:
        sys.stdout.write(matrix_told.text(made, where, allowed.told))
    return int(any(matrix_told.differs(row) for row in made.rows))


def _document(found: Sequence[Operand], allowed: _Allowed) -> Document:
    made = matrix([Column(name=one.name, tests=one.tests) for one in found], allowed.tolerances, allowed.ignore)
    return matrix_told.document(
        made, {one.name: usual(one.tests) for one in found}, allowed.told, f"pytest-repro {__version__}"
    )


def _limits(found: Sequence[Operand], *, as_json: bool) -> int:
    """Replay limits; a column that was recorded on several classes of hardware is parted into one a class."""
    if not found:
        raise _alone(found)
    columns: list[Column] = []
    classes: dict[str, Snapshot] = {}
    unknown: list[str] = []
    simulated: dict[str, dict[str, float]] = {}
    for one in found:
        made = origins(one.tests)
        kinds = dict.fromkeys(origin.hardware for origin in made.values())
        for kind in kinds:
            kept_as = one.tests.kept_as.items()
            tests = one.tests.called({test: test for test, key in kept_as if made[key].hardware == kind})
            columns.append(Column(name=one.name, tests=tests, hardware=kind))
        unknown += [one.name] if "" in kinds else []
        for test, kept in one.tests.items():
            for label, limit in kept.limits.items():
                measured = simulated.setdefault(test, {})
                measured[label] = max(limit, measured.get(label, 0.0))
        classes |= {origin.hardware: origin.snapshot for origin in made.values() if origin.snapshot is not None}
    known = limits(columns, margin=MARGIN)
    if as_json:
        sys.stdout.write(plain.to_json(limits_told.to_dict(known, classes, unknown, simulated)) + "\n")
    else:
        sys.stdout.write(limits_told.text(known, classes, unknown, simulated))
    return 0
