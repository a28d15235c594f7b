"""Hostile conditions: ``python benchmarks/hostile.py --only kills --rounds 500``, ``--only odd``.

*kills* ends a process of a run with ``kill -9`` at a random moment, round by round: recorded envelopes stay whole, no
process is left, and the exit status is truthful. *odd* goes through a list: full disks, hostile objects, huge suites.
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
    parser.add_argument("--only", choices=("kills", "odd"), default="kills")
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, help="begin no round after that time")
    parser.add_argument("--names", default="", help="odd: those alone whose name holds this")
    parser.add_argument("--small", action="store_true", help="odd: those alone that take seconds")
    parser.add_argument("--keep", type=Path, help="folder for what is left of lost rounds")
    options = parser.parse_args()
    lost = 0
    with tempfile.TemporaryDirectory(prefix="hostile-") as name:
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if options.only == "odd":
            from hostile_odd import rounds  # noqa: PLC0415  # each mode alone
            from hostile_suites import ODDS  # noqa: PLC0415  # likewise

            wanted = [odd for odd in ODDS if options.names in odd.name and (odd.small or not options.small)]
            lost += rounds(folder / "odd", tuple(wanted))
        else:
            import hostile_kills  # noqa: PLC0415  # each mode alone

            until = None if options.seconds is None else time.monotonic() + options.seconds
            lost += hostile_kills.rounds(folder / "kills", options.rounds, options.seed, until=until)
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())
