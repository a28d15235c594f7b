"""The figures this project is held to, ours and the best peer's, in one table: ``python benchmarks/figures.py``.

Ours and each peer do the same work in the same rounds, in turns. A figure is the median of the rounds' CPU time between
its quartiles; a ratio is of the pair of one round. What is not installed is told as not measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import peers
from rounds import BrokenError
from rows import HEADS, ROWS, Filled, cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rows import Row

MEASURES = {
    "idle": "trivial.idle",
    "idle-instructions": "instructions.idle",
    "seeds": "seeding.seeds",
    "replay": "trivial.replay",
    "replay-instructions": "instructions.replay",
    "recorded": "arrays.recorded",
    "baselines": "baselines.through",
    "baselines-instructions": "instructions.baselines",
    "store": "baselines.direct",
    "snapshot": "environment.snapshot",
    "child": "children.fresh",
    "compare": "arrays.compare_frozen",
}
"""Where each measurement is; imported when it is asked for, so that none is measured beside what another loaded."""

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
"""Between these a page holds what is measured."""

COUNTED = ("idle-instructions", "replay-instructions", "baselines-instructions")
"""Measurements that are the same each time: they know no rounds."""


def machine() -> list[str]:
    """This machine, its Python and what is installed, in words."""
    from pytest_repro.environment import cpu  # noqa: PLC0415  # numpy, of which a measurement may be the first user
    from pytest_repro.environment.place import Place  # noqa: PLC0415  # as above

    model = cpu.read(Place(directory=Path())).name or platform.machine()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("pytest", "numpy"))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return [
        f"{model}, {len(os.sched_getaffinity(0))} cores; {platform.system()}; {python}; {libraries}",
        f"Peers: {', '.join(peers.versions()) or 'none installed'}",
    ]


def filled(rows: Iterable[Row], rounds: int) -> dict[str, Filled]:
    """Each row's figures; a measurement that breaks is told and the others go on."""
    found: dict[str, Filled] = {}
    for measure in dict.fromkeys(row.measure for row in rows):
        print(f"measuring {measure}", file=sys.stderr, flush=True)
        module, name = MEASURES[measure].split(".")
        work: Callable[..., dict[str, Filled]] = getattr(import_module(module), name)
        try:
            found |= work() if measure in COUNTED else work(rounds)
        except BrokenError as error:
            print(f"{measure}: {error}", file=sys.stderr, flush=True)
            broken = Filled(missing=[f"{measure}: {str(error).splitlines()[0]}"])
            found |= {row.name: broken for row in rows if row.measure == measure}
    return found


def remarks(found: dict[str, Filled]) -> list[str]:
    """What is not in the table: why something was not measured, and what else the rounds showed."""
    told = [f"Not measured: {why}." for why in dict.fromkeys(why for one in found.values() for why in one.missing)]
    return told + [f"{name}: {note}." for name, one in found.items() for note in one.notes]


def plain(lines: Sequence[Sequence[str]]) -> list[str]:
    """The table for a terminal."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def markdown(lines: Sequence[Sequence[str]]) -> list[str]:
    """The table for a page."""
    rows = [f"| {' | '.join(line)} |" for line in lines]
    return [rows[0], f"|{'---|' * len(lines[0])}", *rows[1:]]


def put(path: Path, text: str) -> None:
    """Write a file; of a page that marks where the figures stand, only what is between the marks."""
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}" if begin and end else f"{text}\n", encoding="utf-8")


def main() -> None:
    """Measure what is asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="ROW", choices=[row.name for row in ROWS], help="these rows")
    parser.add_argument("--rounds", type=int, default=5, help="how often each work is measured")
    parser.add_argument(
        "--output", type=Path, help="a file for the same as Markdown; of a page that marks the place, only that"
    )
    chosen = parser.parse_args()
    if chosen.rounds < 1:
        parser.error("--rounds is 1 or more")
    rows = [row for row in ROWS if chosen.only is None or row.name in chosen.only]
    found = filled(rows, chosen.rounds)
    lines = [HEADS, *(cells(row, found[row.name]) for row in rows)]
    told = [*machine(), f"{chosen.rounds} rounds; CPU time; median [lower, upper quartile]"]
    rest = remarks({row.name: found[row.name] for row in rows})
    print("\n".join([*told, "", *plain(lines), "", *rest]))
    if chosen.output:
        facts, listed = "\n".join(f"* {one}." for one in told), "\n".join(f"* {one}" for one in rest)
        put(chosen.output, "\n\n".join(part for part in (facts, "\n".join(markdown(lines)), listed) if part))


if __name__ == "__main__":
    main()
