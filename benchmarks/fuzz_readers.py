"""Every reader of files that somebody else wrote, each with whole files of its kind to begin with."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from fuzz_locks import Reader, of_locks

from pytest_repro.cli import env
from pytest_repro.compare import compare
from pytest_repro.controls import owners
from pytest_repro.controls.waivers import Waivers
from pytest_repro.diagnose.splitting import Errand, Pair, Split
from pytest_repro.envelope import Envelope
from pytest_repro.environment import kept as environment_kept
from pytest_repro.environment import snapshot
from pytest_repro.environment.identity import digest
from pytest_repro.observe.tracing import Row, Seen, Trace
from pytest_repro.observe.witness import Witness
from pytest_repro.plugin import conditions
from pytest_repro.plugin.spec import Spec
from pytest_repro.report import data as report
from pytest_repro.report import document, markdown
from pytest_repro.report.page import Page, Section, Table
from pytest_repro.report.page import Row as Line
from pytest_repro.reproducer import calls
from pytest_repro.reproducer.outcome import Parts, ways
from pytest_repro.store import book, leaves, npy, parcel, stream, traces
from pytest_repro.store.change import Change
from pytest_repro.store.local import LIMIT, LocalStore
from pytest_repro.store.recorded import Recorded
from pytest_repro.store.shelf import Shelf
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import Tolerances
from pytest_repro.variations.condition import FRESH

DAY = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)


def _envelope() -> Envelope:
    values: dict[str, object] = {
        "record.loss": 0.5,
        "record.w": np.arange(100.0),
        "return": {"a": [1, 2.5, -0.0], "b": np.eye(2, dtype="f4"), "c": 1j, "d": b"x"},
        "locals.words": ["a", "b"] * 20,
        "locals.others": [ValueError("no"), DAY, object(), None, True, np.array(["u"]), 10**30, range(3)],
    }
    freezer, found = Freezer(), {}
    for address, value in values.items():
        found |= freezer.freeze(address, value, masked=False)
    return Envelope(
        nodeid="t.py::t", label="run 1", session_seed=0, seed=7, outcomes={"call": "passed"}, observations=found
    )


def _recorded() -> Recorded:
    facts: dict[str, Any] = {"environment": {"a": 1}, "lock": {"file": "uv.lock"}, "limits": {"replay": 1e-9}}
    return Recorded.of(_envelope(), categories=("record", "return", "locals"), recorded=DAY, difference=0.0, **facts)


def _looked_at(leaf: Any) -> None:
    """What every report does with a leaf."""
    leaf.show()
    leaf.to_dict()
    leaf.hash() if leaf.kind == "array" else hash(leaf)


def _of_book(folder: Path) -> Reader:
    module = folder / "test_m.py"
    LocalStore().write([Change(module=module, profile="default", name="test_a", recorded=_recorded())])
    home = folder / "__envelopes__"
    path = home / "test_m.default.json"

    def read(data: bytes, _: Path) -> None:
        path.write_bytes(data)
        found = book.read(path, "", "default", Shelf(home / "arrays", LIMIT), LIMIT)
        found.text()
        for name in found.names:
            one = found.get(name)
            if one is not None:
                for leaf in one.observations.values():
                    _looked_at(leaf)
                compare(one.envelope(name), one.envelope(name), Tolerances())

    return Reader("book", [path.read_bytes()], read)


def _of_leaves(folder: Path) -> Reader:
    shelf = Shelf(folder / "arrays", LIMIT)
    kept = [leaves.written(address, leaf, shelf) for address, leaf in _envelope().observations.items()]
    told = [leaf.to_dict() for leaf in _envelope().observations.values()]

    def read(data: bytes, _: Path) -> None:
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            return
        _looked_at(leaves.read(found, shelf))

    return Reader("leaf", [json.dumps(one).encode() for one in (*kept, *told)], read)


def _of_npy(folder: Path) -> Reader:
    arrays = folder / "arrays"
    arrays.mkdir()
    shelf = Shelf(arrays, LIMIT)
    samples = [np.arange(9.0), np.zeros((2, 3), "<i2"), np.array(["a", "bc"]), np.zeros((0, 4)), np.array(1j)]

    def read(data: bytes, _: Path) -> None:
        name = hashlib.sha256(data).hexdigest()
        path = arrays / f"{name}.npy"
        path.write_bytes(data)
        try:
            shelf.check(name)
            head = shelf.head(name)
            told = {"label": "array", "npy": name, "dtype": head.dtype.str, "shape": list(head.shape)}
            _looked_at(shelf.get(told))
        finally:
            path.unlink()

    return Reader("npy", [npy.header(one.dtype, one.shape) + one.tobytes() for one in samples], read)


def _of_parcel(folder: Path) -> Reader:
    sent = parcel.content(_recorded(), LIMIT)
    sent["arrays"] = {name: list(data[:200]) for name, data in sent["arrays"].items()}

    def read(data: bytes, _: Path) -> None:
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            return
        if isinstance(found, dict) and isinstance(found.get("arrays"), dict):
            for name, numbers in found["arrays"].items():
                if isinstance(numbers, list) and all(type(one) is int and 0 <= one < 256 for one in numbers):  # noqa: PLR2004
                    found["arrays"][name] = bytes(numbers)
        parcel.opened(found, folder / "in" / "arrays", LIMIT)

    return Reader("parcel", [json.dumps(sent).encode()], read)


def _of_stream(folder: Path) -> Reader:
    whole = folder / "whole"
    whole.mkdir()
    outlet = stream.Outlet(whole, "main")
    outlet.tell("count", number=1)
    outlet.tell("start", id="t.py::t")
    outlet.end(_envelope(), seconds=0.5, own="", about={"tolerances": [["*", 1e-9, 0.0, 0, 0.0, False]], "under": {}})
    outlet.tell("readings", readings={"blas": "x"})
    outlet.close()
    path = whole / "main.jsonl"

    def read(data: bytes, _: Path) -> None:
        path.write_bytes(data)
        inlet = stream.Inlet(folder=whole)
        inlet.read()
        for ended in inlet.ended.values():
            for leaf in ended.envelope("fresh").observations.values():
                _looked_at(leaf)

    return Reader("stream", [path.read_bytes()], read)


def _of_traces(folder: Path) -> Reader:
    trace = Trace()
    seen = {"x": Seen(12, "1.5", 3), "y": Seen(7, "2", 0, telling=False)}
    trace.threads["main"] = [Row(1, 0, "t.py", "t", 3, "line", seen, frozenset({"x"}))] * 2
    path = folder / f"one{traces.ENDING}"
    traces.write(trace, path)

    def read(data: bytes, _: Path) -> None:
        path.write_bytes(data)
        traces.write(traces.read(path), path)

    return Reader("trace", [path.read_bytes()], read)


def _of_calls(folder: Path) -> tuple[Reader, Reader]:
    witness = Witness(Parts(), calls.Keeper(lambda _: True), ways)
    witness.call(0, "np.sum(x)", np.sum, np.arange(20.0), axis=0)
    witness.operate(1, "a @ b", "matmul", np.eye(2), np.ones(2))
    path = folder / f"one{calls.ENDING}"
    calls.write(witness.hits, path)
    beside = path.with_suffix(calls.ARRAYS)
    texts, arrays = path.read_bytes(), beside.read_bytes()

    def read(text: bytes, data: bytes) -> None:
        path.write_bytes(text)
        beside.write_bytes(data)
        found = calls.read(path)
        calls.to_blame(found, found)

    return (
        Reader("calls", [texts], lambda data, _: read(data, arrays)),
        Reader("npz", [arrays], lambda data, _: read(texts, data)),
    )


def _of_conditions(folder: Path) -> Reader:
    path = folder / conditions.NAME
    ended = stream.Ended(
        nodeid="t", seconds=0.5, own="", about={"trace": "a"}, digest="0", path=folder / "main.jsonl", start=0, size=9
    )
    errand = Errand(FRESH, ("t",))
    brought = conditions.Brought(
        errand=errand, ended={"t": ended}, lost={}, readings={"a": "b"}, seconds=1.0, failure="", cut=False
    )
    conditions.Conditions(split=Split(pairs=(Pair(brought, brought),), twins=(), traced=())).save(folder)

    def read(data: bytes, _: Path) -> None:
        path.write_bytes(data)
        conditions.Conditions.load(folder)

    return Reader("conditions", [path.read_bytes()], read)


def _of_report() -> Reader:
    page = Page(
        nodeid="t",
        headlines=("drift",),
        tables=(Table(("run 1", "run 2"), (Line("w", "1", "2", "1", "1", "-", "0", "drift", ""),), 1),),
        sections=(Section("where", ("a.py:1",)),),
    )
    case = document.Test(
        nodeid="t",
        place=document.Place("t.py", 1),
        state="drift",
        findings=(document.Said(code="R101", action="fail", sentence="x"),),
        largest=0.5,
        cells={"fresh": "="},
        shares={"fresh": 0.5},
        page=page,
        origin=document.Place("a.py", 1),
        limits=("x",),
        plots=(document.Plot(value="w", runs=("a", "b"), kind="series", data=([1.0], [2.0])),),
    )
    whole = document.Document(
        tool="x",
        created="2026-01-31T12:00:00Z",
        exit_status=1,
        session_seed=0,
        summary="s",
        hardware="h",
        environment="e",
        ids={"a": "b"},
        columns=(("fresh", False),),
        notes=("n",),
        tests=(case,),
        session=case.findings,
        snapshot={"a": 1},
    )

    def read(data: bytes, folder: Path) -> None:
        path = folder / "repro.json"
        path.write_bytes(data)
        found = report.read(path)
        report.text(found)
        markdown.text(found)

    return Reader("report", [report.text(whole).encode()], read)


def _of_spec() -> Reader:
    spec = Spec(folder="x", ids=("t",), files=("t.py",), members=(("a", "b"),), names=("a",), session_seed=1, parent=2)

    def read(data: bytes, folder: Path) -> None:
        path = folder / "spec.json"
        path.write_bytes(data)
        Spec.read(path)

    return Reader("spec", [json.dumps(asdict(spec)).encode()], read)


def _of_environments() -> tuple[Reader, Reader]:
    here = snapshot.snapshot(Path()).to_dict()
    installed = here["sections"]["packages"]["installed"]
    here["sections"]["packages"]["installed"] = dict([*installed.items()][:3])

    def read(data: bytes, folder: Path) -> None:
        path = folder / "before.json"
        try:  # with the digest of what it holds now, or no damage would get any further
            found = json.loads(data)
            rest = {key: value for key, value in found.items() if key != "digest"}
            path.write_text(json.dumps({**rest, "digest": digest(rest)}), encoding="utf-8")
        except (ValueError, RecursionError, AttributeError):
            path.write_bytes(data)
        found = env.read(path)
        found.flat()
        found.to_json()

    def kept(data: bytes, folder: Path) -> None:
        (folder / "kept.json").write_bytes(data)
        environment_kept.read(folder / "kept.json")

    return (
        Reader("snapshot", [json.dumps(here).encode()], read),
        Reader("kept facts", [b'{"boot": "1", "answer": {"a": [1]}}'], kept),
    )


def _of_waivers() -> Reader:
    text = b"""format = 1
[[waiver]]
code = "R101"
test = "tests/test_fit.py::test_*"
address = "locals.*"
accepted = 1e-06
owner = "kim"
reason = "new"
created = 2026-01-31
until = 2027-01-31
"""

    def read(data: bytes, folder: Path) -> None:
        path = folder / "repro-waivers.toml"
        path.write_bytes(data)
        found = Waivers.read(path)
        found.written()
        found.cover("R101", "tests/test_fit.py::test_" + "a" * 60, "locals." + "a" * 60, "fresh", 1e-6)

    return Reader("waivers", [text], read)


def _of_owners() -> Reader:
    texts = [
        b"* @a\n/docs/ @b c@d.org\n**/x/**/y*.py @c\n*.[ch] @d # why\n",
        b"[Section][2] @a\n^[Other] @b\n*.py @c\n!x.py\n[a-z]*/** @d\n",
    ]

    def read(data: bytes, folder: Path) -> None:
        (folder / "CODEOWNERS").write_bytes(data)
        found = owners.find(folder)
        if found is not None:
            found.owners("docs/x/a/b/y1.py")
            found.owners("a" * 60 + "/" + "a/" * 30 + "a" * 60)

    return Reader("CODEOWNERS", texts, read)


def readers(folder: Path, samples: Path | None = None) -> list[Reader]:
    """All of them.

    Args:
        folder: Where they put their files.
        samples: A folder of real locks; None for none.
    """

    def room() -> Path:
        return Path(tempfile.mkdtemp(dir=folder))

    return [
        _of_book(room()),
        _of_leaves(room()),
        _of_npy(room()),
        _of_parcel(room()),
        _of_stream(room()),
        _of_traces(room()),
        *_of_calls(room()),
        _of_conditions(room()),
        _of_report(),
        _of_spec(),
        *_of_environments(),
        _of_waivers(),
        _of_owners(),
        *of_locks(room(), samples),
    ]
