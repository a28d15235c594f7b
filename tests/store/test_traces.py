"""Traces in files: they come back as they were, and what no child wrote is an error of ours."""

from __future__ import annotations

import json

import pytest

from pytest_repro.errors import ReproError
from pytest_repro.observe.tracing import Row, Seen, Trace
from pytest_repro.store import traces


def trace() -> Trace:
    made = Trace()
    made.cut, made.refused = True, ""
    first = Row(1, 0, "t.py", "test", 3, "arguments", {"x": Seen(7, "1.0", 0, telling=False)}, frozenset({"x", "y"}))
    second = Row(2, 1, "m.py", "fit", 9, "line", {}, frozenset())
    made.threads = {"main": [first, second], "worker": [first]}
    return made


def test_a_trace_comes_back_as_it_was(tmp_path):
    path = tmp_path / "t.trace.json"
    traces.write(trace(), path)
    back = traces.read(path)
    assert (back.threads, back.cut, back.refused) == (trace().threads, True, "")


def change(data, where, value):
    *above, last = where
    for key in above:
        data = data[key]
    data[last] = value


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("threads",), []),
        (("threads", "main"), 3),
        (("threads", "main", 0), []),
        (("threads", "main", 0, 0), "1"),
        (("threads", "main", 0, 2), 99),
        (("threads", "main", 0, 2), "0"),
        (("threads", "main", 0, 4), True),
        (("threads", "main", 0, 6), [1]),
        (("threads", "main", 0, 6, "x"), [7, "1.0"]),
        (("threads", "main", 0, 6, "x", 0), "7"),
        (("threads", "main", 0, 6, "x", 1), 1.0),
        (("threads", "main", 0, 7), [1]),
        (("texts",), None),
        (("texts", 0), 1),
        (("cut",), {}),
    ],
    ids=str,
)
def test_what_is_no_trace_is_an_error_of_ours_or_reads_as_one(tmp_path, where, value):
    path = tmp_path / "t.trace.json"
    traces.write(trace(), path)
    data = json.loads(path.read_text(encoding="ascii"))
    change(data, where, value)
    path.write_text(json.dumps(data), encoding="ascii")
    if where == ("cut",):  # any value is as good as a truth value
        assert traces.read(path).cut is False
        return
    with pytest.raises(ReproError, match="a trace is no trace"):
        traces.read(path)


def test_a_trace_above_the_limit_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "t.trace.json"
    traces.write(trace(), path)
    monkeypatch.setattr(traces, "LIMIT", path.stat().st_size - 1)
    with pytest.raises(ReproError, match="a trace is too large"):
        traces.read(path)
