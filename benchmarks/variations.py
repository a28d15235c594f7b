"""How much ``combined`` exposes of what single conditions expose: ``python benchmarks/variations.py``."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

SINGLES = "hashseed,timezone,uninitialized,threads,blas,simd,libm"


def exposed() -> None:
    """The probes under ``combined`` and under each of its members."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--rootdir=.",
        "--repro=all",
    ]
    environment = {**os.environ, "COLUMNS": "200"}
    done = subprocess.run(
        [*command, f"--repro-vary={SINGLES},combined"],
        cwd=Path(__file__).parent / "probes",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    cells = charted(done.stdout.splitlines())
    labels = {label for row in cells.values() for label in row}
    still = ("=", "", "-")
    moved = {label: {test for test, row in cells.items() if row.get(label, "=") not in still} for label in labels}
    singles = set().union(*(tests for label, tests in moved.items() if label not in ("combined", "fresh")))
    combined = moved.get("combined", set())
    print(f"{len(cells)} probes: {', '.join(f'{label} {len(tests)}' for label, tests in sorted(moved.items()))}")
    share = len(combined & singles) / max(1, len(singles))
    both = len(combined & singles)
    print(f"  singles together {len(singles)}, of these combined exposes {both}: {share:.1%} (goal 95 %)")
    alone = sorted(singles - combined)[:5]
    print(f"  combined alone {len(combined - singles)}; singles alone {alone}")


def charted(lines: list[str]) -> dict[str, dict[str, str]]:
    """The reproducibility map by test and label."""
    found: dict[str, dict[str, str]] = {}
    starts: list[tuple[str, int]] = []
    for line in lines:
        if re.match(r"  test\s+\w", line):
            starts = [(each[0], each.start()) for each in re.finditer(r"\S+", line)][1:]
        elif starts and line.startswith("  ") and "::" in line:
            name = line.split()[0]
            ends = [start for _, start in starts[1:]] + [len(line)]
            row = {label: line[start:end].strip() for (label, start), end in zip(starts, ends, strict=True)}
            found.setdefault(name, {}).update(row)
    return found


def main() -> None:
    """Run the probes and print."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    exposed()


if __name__ == "__main__":
    main()
