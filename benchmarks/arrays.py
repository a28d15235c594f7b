"""Large arrays: a million numbers against recorded ones, and ten million compared in memory."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path

import numpy as np
import peers
from baselines import envelope
from rounds import Spread, cpu_of, interleaved, pytest_with, timed
from rows import Filled

from pytest_repro.compare import compare
from pytest_repro.store.change import Change
from pytest_repro.store.local import LocalStore
from pytest_repro.store.recorded import Recorded
from pytest_repro.values.budget import Budget
from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import Tolerance, tolerances_from

CASES = {"equal": "pass", "differing": "values[::100] *= 1 + 1e-9"}
"""What is done to the values before they are compared; both lie within the tolerance of 1e-7."""

CHECK = """
import json, time
import numpy as np, pytest
def taken(name, work):
    start = time.process_time()
    work()
    with open("taken.jsonl", "a") as file:
        print(json.dumps([name, time.process_time() - start]), file=file)
def values_of(size):
    return np.random.default_rng(0).normal(size=size)
"""

REGRESSIONS = """
@pytest.mark.parametrize("name, size", [("warm", 10), ("equal", {size}), ("differing", {size})])
def test_regressions(name, size, ndarrays_regression, request):
    values = values_of(size)
    if name == "differing" and not request.config.getoption("force_regen"):
        {change}
    tolerance = dict(rtol=1e-7, atol=0)
    check = lambda: ndarrays_regression.check(dict(values=values), default_tolerance=tolerance)
    taken("pytest-regressions " + name, check)
"""

ARRAYDIFF = """
@pytest.mark.parametrize("name, size", [("warm", 10), ("equal", {size}), ("differing", {size})])
def test_arraydiff(name, size, tmp_path):
    from pytest_arraydiff.plugin import FORMATS
    values = values_of(size)
    FORMATS["text"].write("reference.txt", values)
    if name == "differing":
        {change}
    def check():
        FORMATS["text"].write(tmp_path / "new.txt", values)
        assert FORMATS["text"].compare("reference.txt", tmp_path / "new.txt", atol=0, rtol=1e-7)[0]
    taken("pytest-arraydiff " + name, check)
"""
"""The two steps that its plugin takes after a test, in its default format."""


def recorded(rounds: int, size: int = 10**6) -> dict[str, Filled]:
    """Milliseconds to read what is recorded and to compare; the peers' own check, the second of a process."""
    here, missing = peers.installed("pytest-regressions", "pytest-arraydiff")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        works = _ours(folder, size)
        if here:
            works["peers"] = lambda: cpu_of(folder, command)
            command = pytest_with("test_peers.py", *(word for peer in here for word in peers.loaded(peer)))
            parts = {"pytest-regressions": REGRESSIONS, "pytest-arraydiff": ARRAYDIFF}
            text = CHECK + "".join(parts[peer].format(size=size, change=CASES["differing"]) for peer in here)
            (folder / "test_peers.py").write_text(text, encoding="utf-8")
            if "pytest-regressions" in here:
                cpu_of(folder, [*command, "--force-regen"], may_fail=True)  # it fails what it records
                (folder / "taken.jsonl").unlink()
        taken = interleaved(works, rounds)
        told = [json.loads(line) for line in (folder / "taken.jsonl").read_text("utf-8").splitlines()] if here else []
    filled = {}
    for case in CASES:
        ours = Spread(tuple(1e3 * seconds for seconds in taken[case]))
        # the first round is thrown away, here as there
        found = {peer: [1e3 * seconds for who, seconds in told if who == f"{peer} {case}"][1:] for peer in here}
        theirs = [Spread(tuple(values), peer) for peer, values in found.items()]
        filled[f"recorded-{case}"] = Filled(ours, theirs, missing=missing)
    return filled


def _ours(folder: Path, size: int) -> dict[str, object]:
    """Reading, decoding and comparing, on a store that holds the array."""
    module, store = folder / "test_large.py", LocalStore(1 << 30)
    before = np.random.default_rng(0).normal(size=size)
    differing = before.copy()
    differing[::100] *= 1 + 1e-9
    kept = Recorded.of(envelope({"w": before}), recorded=dt.datetime.now(dt.UTC))
    store.write([Change(module=module, profile="default", name="t", recorded=kept)])

    def verify(run: object) -> None:
        found = store.book(module, "default").get("t")
        if found is None or compare(found.envelope("t"), run, tolerances_from(1e-7)).drifts:
            raise SystemExit("the array is not what was recorded")

    runs = {"equal": envelope({"w": before.copy()}), "differing": envelope({"w": differing})}
    return {case: timed(lambda run=run: verify(run)) for case, run in runs.items()}


def compare_frozen(rounds: int, size: int = 10**7) -> dict[str, Filled]:
    """Milliseconds for two arrays in memory, both frozen; numpy's own two ways beside it."""
    whole = Budget(nbytes=1 << 34, spill=1 << 34)
    before = np.random.default_rng(0).normal(size=size)
    differing = before.copy()
    differing[::100] *= 1 + 1e-9
    filled = {}
    for case, after in (("equal", before.copy()), ("differing", differing)):
        old, new = (Freezer(budget=whole).freeze("x", value)["x"] for value in (before, after))
        works = {
            "ours": lambda old=old, new=new: measure(old, new, Tolerance(rtol=1e-7)),
            "np.allclose": lambda after=after: np.allclose(before, after, 1e-7, 0),
            "np.testing.assert_allclose": lambda after=after: np.testing.assert_allclose(before, after, 1e-7, 0),
        }
        taken = interleaved({who: timed(work) for who, work in works.items()}, rounds)
        ours, *theirs = (Spread(tuple(1e3 * seconds for seconds in taken[who]), who) for who in works)
        filled[f"compare-{case}"] = Filled(ours, theirs)
    return filled
