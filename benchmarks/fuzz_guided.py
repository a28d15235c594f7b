"""The same readers and the same law as ``fuzz.py``, under atheris: inputs are grown by what code they reach.

Run it: ``python benchmarks/fuzz_guided.py --inputs 20000``, which needs ``pip install atheris``. Each reader has a
process of its own, since libFuzzer ends the one it runs in.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pytest_repro"]):
    from fuzz import Count, bounded, concluded, outcome
    from fuzz_readers import readers

LONGEST = 1 << 14
"""Bytes of an input."""


def grow(name: str, inputs: int, seed: int, told: Path) -> None:
    """Feed one reader, and write what became of its inputs; never returns."""
    folder = Path(tempfile.mkdtemp(dir=told.parent)).resolve()
    (reader,) = (one for one in readers(folder, None) if one.name == name)
    corpus = folder.parent / f"{folder.name}-corpus"
    corpus.mkdir()
    for number, data in enumerate(reader.corpus):
        (corpus / str(number)).write_bytes(data)
    count = Count()

    def one(data: bytes) -> None:
        count.book(outcome(reader, data, folder), data)
        if count.inputs in (1, inputs) or not count.inputs % 1000:
            count.seconds = time.process_time()
            kept = {said: data.hex() for said, data in count.smallest.items()}
            told.write_text(json.dumps({**asdict(count), "smallest": kept}), encoding="ascii")

    words = [f"-runs={inputs}", f"-seed={seed + 1}", f"-max_len={LONGEST}", "-rss_limit_mb=0", "-timeout=0"]
    atheris.Setup([sys.argv[0], *words, "-verbosity=0", str(corpus)], one, enable_python_coverage=True)
    with bounded():
        atheris.Fuzz()


def counted(told: Path) -> Count:
    """What one reader's process wrote."""
    data = json.loads(told.read_text("ascii"))
    return Count(**{**data, "smallest": {said: bytes.fromhex(kept) for said, kept in data["smallest"].items()}})


def main() -> int:
    """A process a reader, then one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=20_000, help="of each reader")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a reader; repeatable")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"), help="where failing inputs are saved")
    parser.add_argument("--told", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.told is not None:
        grow(*options.only, options.inputs, options.seed, options.told)
    counts: dict[str, Count] = {}
    with tempfile.TemporaryDirectory() as place:
        names = [reader.name for reader in readers(Path(place).resolve(), None)]
        for name in options.only or names:
            told = Path(place) / "told.json"
            told.unlink(missing_ok=True)
            words = ["--only", name, "--inputs", str(options.inputs), "--seed", str(options.seed), "--told", str(told)]
            done = subprocess.run([sys.executable, __file__, *words], capture_output=True, text=True, check=False)
            if done.returncode or not told.exists():
                print(
                    f"{name}: the process ended with status {done.returncode}\n{done.stderr[-2000:]}", file=sys.stderr
                )
                return 2
            counts[name] = counted(told)
    return concluded(counts, options.seed, options.keep)


if __name__ == "__main__":
    sys.exit(main())
