"""A thousand small baselines, a list of 20 numbers and two scalars each: recorded, and verified.

``baselines`` runs pytest, ours with the store over the same replay without it, each peer over the same tests without
it. ``store`` calls ours directly: encoding and writing, or reading, decoding and comparing.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import numpy as np
import peers
from rounds import OURS, STILL, Spread, Works, cpu_of, each, interleaved, pytest_with, timed
from rows import Filled

from pytest_repro.compare import compare
from pytest_repro.envelope import Envelope
from pytest_repro.store.change import Change
from pytest_repro.store.local import LocalStore
from pytest_repro.store.recorded import Recorded
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import tolerances_from

DAY = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
SNAPSHOT = {"python": {"version": "3.11.7"}, "numpy": {"version": "2.4.6"}, "blas": {"kernel": "SkylakeX"}}
SUITE = """
import numpy as np, pytest
{before}
{mark}@pytest.mark.parametrize("i", range({number}))
def test_small(i{fixture}):
    values = np.random.default_rng(i).normal(size=20).tolist()
    found = dict(values=values, loss=0.1 * i, n=i)
    {check}
"""


def envelope(values: dict[str, object]) -> Envelope:
    """An envelope of recorded values."""
    freezer, found = Freezer(), {}
    for name, value in values.items():
        found.update(freezer.freeze(f"record.{name}", value, masked=False))
    outcomes = {"setup": "passed", "call": "passed", "teardown": "passed"}
    return Envelope(nodeid="t", label="run 1", session_seed=0, seed=7, outcomes=outcomes, observations=found)


def changes(module: Path, envelopes: list[Envelope]) -> list[Change]:
    """Every test to be recorded."""
    return [
        Change(
            module=module,
            profile="default",
            name=f"test_small[{number}]",
            recorded=Recorded.of(run, recorded=DAY, environment=SNAPSHOT, runs=2),
            wish="changed",
        )
        for number, run in enumerate(envelopes)
    ]


def direct(rounds: int, number: int = 1000) -> dict[str, Filled]:
    """Milliseconds of the store for each baseline."""
    store, rng = LocalStore(), np.random.default_rng(0)
    runs = [envelope({"values": rng.normal(size=20).tolist(), "loss": 0.1 * i, "n": i}) for i in range(number)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        module = folder / "test_small.py"

        def record() -> None:
            shutil.rmtree(folder / "__envelopes__", ignore_errors=True)
            store.write(changes(module, runs))

        def verify() -> None:
            book = store.book(module, "default")
            for at, run in enumerate(runs):
                kept = book.get(f"test_small[{at}]")
                if kept is None or compare(kept.envelope("t"), run, tolerances_from(0)).gaps:
                    raise SystemExit("a baseline is not what was recorded")

        taken = interleaved({"record": timed(record), "verify": timed(verify)}, rounds)
    return {
        f"{wish}-direct": Filled(Spread(tuple(1e3 / number * seconds for seconds in found)))
        for wish, found in taken.items()
    }


class Suite:
    """A folder with the tests as one plugin has them, which pytest records and verifies.

    Attributes:
        folder: Where they are.
        words: By which pytest verifies them.
        recording: By which it records them.
    """

    def __init__(self, folder: Path, *words: str, record: str = "", **parts: str) -> None:
        self.folder, self.words, self.recording = folder, words, (*words, record)
        self._text = SUITE.format(**{"before": "", "mark": "", "fixture": "", **parts})
        folder.mkdir()
        self._write()

    def record(self) -> float:
        """CPU seconds of a pytest that records all, none recorded before."""
        self.forget()
        # a peer may fail what it records; whether it is recorded, verifying tells
        return cpu_of(self.folder, pytest_with(*self.recording), may_fail=True, **STILL)

    def verify(self) -> float:
        """CPU seconds of a pytest that verifies what is recorded, or only runs."""
        return cpu_of(self.folder, pytest_with(*self.words), **STILL)

    def forget(self) -> None:
        """As if nothing had been recorded."""
        for path in self.folder.iterdir():
            if path.is_dir() and path.name != "__pycache__":
                shutil.rmtree(path)
        self._write()  # a peer records in the source itself

    def _write(self) -> None:
        module = self.folder / "test_small.py"
        if not module.exists() or module.read_text("utf-8") != self._text:
            module.write_text(self._text, encoding="utf-8")


PEERS = {
    "syrupy": {"record": "--snapshot-update", "fixture": ", snapshot", "check": "assert found == snapshot"},
    "pytest-regressions": {
        "record": "--force-regen",
        "fixture": ", data_regression",
        "check": "data_regression.check(found)",
    },
    "inline-snapshot": {
        "record": "--inline-snapshot=create",
        "before": "from inline_snapshot import snapshot\nkept = snapshot()",
        "check": "assert found == kept[i]",
    },
}
"""What a peer's tests hold, and the option by which it records."""


def through(rounds: int, few: int = 200, many: int = 1000) -> dict[str, Filled]:
    """Milliseconds for each test that pytest takes more: of two sizes of a suite the difference, and all of the larger.

    Ours is over the same replay without recorded envelopes, a peer's over the same tests without the peer.
    """
    here, missing = peers.installed(*PEERS)
    works: Works = {}
    with tempfile.TemporaryDirectory() as name:
        for number in (few, many):
            found = suites(Path(name, str(number)), here, number)
            works |= {f"{who} without {number}": found.pop(f"{who} without").verify for who in ("ours", "bare")}
            for who, one in found.items():
                works |= {f"{who} record {number}": one.record, f"{who} verify {number}": one.verify}
                one.record()
        taken = interleaved(works, rounds)
    filled = {}
    for wish in ("record", "verify"):
        for row, less in ((wish, few), (f"{wish}-whole", 0)):
            found = [
                each(taken, f"{who} {wish}", less, many).less(each(taken, f"{without} without", less, many))
                for who, without in (("ours", "ours"), *((peer, "bare") for peer in here))
            ]
            theirs = [Spread(one.values, peer, one.smallest) for one, peer in zip(found[1:], here, strict=True)]
            filled[row] = Filled(found[0], theirs, missing=missing)
    return filled


def suites(folder: Path, here: list[str], number: int) -> dict[str, Suite]:
    """Suites of so many tests, nothing recorded yet: ours, each peer's that is here, and two without any recording."""
    own = {"mark": "@pytest.mark.replay(tol=1e-9)\n", "fixture": ", repro", "check": "repro.record(**found)"}
    tests = {"number": str(number)}
    folder.mkdir()
    return {
        "ours without": Suite(folder / "replayed", *OURS, **own, **tests),
        "bare without": Suite(folder / "bare", check="assert found", **tests),
        "ours": Suite(folder / "ours", *OURS, record="--repro-record", **own, **tests),
        **{peer: Suite(folder / peer, *peers.loaded(peer), **PEERS[peer], **tests) for peer in here},
    }
