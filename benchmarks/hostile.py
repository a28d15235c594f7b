"""Hostile conditions: ``python benchmarks/hostile.py --only kills --rounds 500``.

*kills* ends a process of a run with ``kill -9`` at a random moment, round by round: recorded envelopes stay whole, no
process is left, and the exit status is truthful.
Linux alone has what the rounds look at.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    """Carry out what is asked for; 1 where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("kills",), default="kills")
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, help="begin no round after that time")
    parser.add_argument("--keep", type=Path, help="folder for what is left of lost rounds")
    options = parser.parse_args()
    lost = 0
    with tempfile.TemporaryDirectory(prefix="hostile-") as name:
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if options.only == "kills":
            import hostile_kills  # noqa: PLC0415  # each mode alone

            until = None if options.seconds is None else time.monotonic() + options.seconds
            lost += hostile_kills.rounds(folder / "kills", options.rounds, options.seed, until=until)
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())
