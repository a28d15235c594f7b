"""Damaged files for every reader: any bytes give a value or ``ReproError``, soon, in little memory, in their folder.

Run it: ``python benchmarks/fuzz.py --inputs 1000000``. Whole files are made by the package's own writers, and are
damaged byte by byte, line by line and node by node. The law is broken by another exception or a warning, by an input
that takes over two seconds or 200 MiB, and by a file that is opened outside of the reader's folder; the smallest input
of each break is kept, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz_locks import Reader  # noqa: TC002  # who tests this program makes readers
from fuzz_mutations import Mutator
from fuzz_readers import readers

from pytest_repro.errors import ReproError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

MEMORY = 200 << 20
"""Bytes by which the address space of this process may grow."""

PATIENCE_S = 2.0
"""Seconds of one input, of the processor's time: the machine may have other work."""

WAITING = 15
"""Times that by the wall clock, after which an input waits for something."""

BLOCK = 200
"""Inputs of one reader in a row."""

TRIES = 300
"""Inputs that are tried to make a failing one smaller."""

_EVENTS = ("open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.listdir", "os.scandir", "os.symlink")
_SYSTEM = tuple({os.path.realpath(path) + os.sep for path in (sys.prefix, sys.base_prefix, Path(os.__file__).parent)})


class EscapeError(BaseException):
    """A path outside of the folder; no ``Exception``, so that no reader takes it for an error of its own."""


class SlowError(BaseException):
    """An input that takes too long; likewise."""


class Watch:
    """Looks at what is opened while a reader reads. It stays until the process ends: Python takes no hook back."""

    def __init__(self) -> None:
        self.folder = ""
        sys.addaudithook(self._seen)

    def _seen(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.folder or event not in _EVENTS or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        path = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100  # a folder that is gone must not matter
        if not path.startswith((self.folder, *_SYSTEM)) and not path.endswith((".py", ".pyc")):
            raise EscapeError(f"{event} {path}")


WATCH = Watch()


@dataclass(slots=True)
class Count:
    """What became of one reader's inputs."""

    values: int = 0
    errors: int = 0
    crashes: int = 0
    seconds: float = 0.0
    smallest: dict[str, bytes] = field(default_factory=dict)

    @property
    def inputs(self) -> int:
        """All of them."""
        return self.values + self.errors + self.crashes

    def book(self, said: str, data: bytes) -> None:
        """One input more; of those that break the law in one way the smallest is kept."""
        if said == "value":
            self.values += 1
        elif said == "error":
            self.errors += 1
        else:
            self.crashes += 1
            known = next((one for one in self.smallest if kind(one) == kind(said)), said)
            if len(data) <= len(self.smallest.get(known, data)):
                self.smallest[known] = data


def _late(_number: int, _frame: FrameType | None) -> None:
    raise SlowError


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Inside, memory and seconds have an end, and a warning is an error."""
    before = {one: signal.signal(one, _late) for one in (signal.SIGALRM, signal.SIGPROF)}
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, hard))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        for one, handler in before.items():
            signal.signal(one, handler)


def outcome(reader: Reader, data: bytes, folder: Path) -> str:
    """``value``, ``error``, or how the law was broken: the exception, and the line it came through."""
    try:
        signal.setitimer(signal.ITIMER_PROF, PATIENCE_S)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE_S * WAITING)
        WATCH.folder = f"{folder}{os.sep}"
        reader.read(data, folder)
    except ReproError as error:
        WATCH.folder = ""
        try:
            str(error).encode()
        except UnicodeEncodeError:  # a report could not print it
            return "error that cannot be printed"
        return "error"
    except BaseException as error:  # whatever it is, it is what is looked for
        WATCH.folder = ""
        if isinstance(error, KeyboardInterrupt):
            raise
        ours = [one for one in traceback.extract_tb(error.__traceback__) if "pytest_repro" in one.filename]
        where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "the harness"
        return f"{type(error).__name__} at {where}: {error!s:.90}"
    finally:
        WATCH.folder = ""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    return "value"


def kind(said: str) -> str:
    """A break without what changes from input to input."""
    return said.partition(": ")[0]


def smaller(reader: Reader, data: bytes, folder: Path, wanted: str) -> bytes:
    """The input without the parts that its break does not need."""
    tries, step = 0, len(data) // 2
    while step and tries < TRIES and wanted.partition(" ")[0] != "SlowError":
        at = 0
        while at < len(data) and tries < TRIES:
            tries += 1
            less = data[:at] + data[at + step :]
            if kind(outcome(reader, less, folder)) == wanted:
                data = less
            else:
                at += step
        step //= 2
    return data


def fuzz(
    chosen: Sequence[Reader], folder: Path, *, inputs: int, seconds: float = float("inf"), seed: int = 0
) -> dict[str, Count]:
    """Feed the readers in turns.

    Args:
        chosen: Which.
        folder: Where they may open files.
        inputs: In all, to within a block a reader.
        seconds: After which it ends in any case.
        seed: Of the damages.
    """
    counts = {reader.name: Count() for reader in chosen}
    mutators = {reader.name: Mutator(reader.corpus, random.Random(f"{seed} {reader.name}")) for reader in chosen}  # noqa: S311
    ends = time.monotonic() + seconds
    for reader in chosen:  # what is imported and kept at the first call is no part of the law
        for data in reader.corpus:
            with contextlib.suppress(ReproError):
                reader.read(data, folder)
    share = -(-inputs // len(chosen))
    with bounded():
        while any(count.inputs < share for count in counts.values()) and time.monotonic() < ends:
            for reader in chosen:
                _block(reader, mutators[reader.name], folder, counts[reader.name], share)
        for reader in chosen:
            found = counts[reader.name].smallest
            found |= {said: smaller(reader, data, folder, kind(said)) for said, data in found.items()}
    return counts


def _block(reader: Reader, mutator: Mutator, folder: Path, count: Count, share: int) -> None:
    begin = time.process_time()
    for _ in range(min(BLOCK, share - count.inputs)):
        data = mutator.one()
        count.book(outcome(reader, data, folder), data)
    count.seconds += time.process_time() - begin


def table(counts: dict[str, Count], seed: int) -> str:
    """One line a reader."""
    head = f"{'reader':<18}{'inputs':>9}{'values':>9}{'errors':>9}{'crashes':>9}{'a second':>10}"
    total: Counter[str] = Counter()
    lines = [head]
    for name, one in counts.items():
        rate = one.inputs / one.seconds if one.seconds else 0
        lines.append(f"{name:<18}{one.inputs:>9}{one.values:>9}{one.errors:>9}{one.crashes:>9}{rate:>10.0f}")
        total.update(inputs=one.inputs, values=one.values, errors=one.errors, crashes=one.crashes)
    seconds = sum(one.seconds for one in counts.values())
    rate = total["inputs"] / seconds if seconds else 0
    words = [total[key] for key in ("inputs", "values", "errors", "crashes")]
    lines.append(f"{'all':<18}" + "".join(f"{number:>9}" for number in words) + f"{rate:>10.0f}")
    return "\n".join([*lines, f"seed {seed}, {seconds:.0f} s of CPU"])


def keep(counts: dict[str, Count], folder: Path) -> list[str]:
    """Save the smallest input of each break; a line about each."""
    lines = []
    for name, count in counts.items():
        for number, (said, data) in enumerate(count.smallest.items()):
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{name.replace(' ', '-')}-{number}.bin"
            path.write_bytes(data)
            lines.append(f"{path.name} ({len(data)} bytes)  {name}: {said}")
    return lines


def concluded(counts: dict[str, Count], seed: int, folder: Path) -> int:
    """Print the table, keep what broke the law; the exit status."""
    print(table(counts, seed))
    broken = keep(counts, folder)
    print("\n".join(broken))
    return 1 if broken else 0


def main() -> int:
    """Feed, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a reader; repeatable")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=Path, help="a folder of real locks, added to the made-up ones")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"), help="where failing inputs are saved")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        every = readers(folder, options.samples)
        chosen = [reader for reader in every if not options.only or reader.name in options.only]
        if not chosen:
            parser.error(f"--only is one of {', '.join(reader.name for reader in every)}")
        counts = fuzz(chosen, folder, inputs=options.inputs, seconds=options.seconds, seed=options.seed)
    return concluded(counts, options.seed, options.keep)


if __name__ == "__main__":
    sys.exit(main())
