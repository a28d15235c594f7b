"""Traces: which rows a run leaves, what they hold, who is left out, and that nothing stays behind."""

from __future__ import annotations

import asyncio
import sys
import threading

import numpy as np
import pytest

from pytest_repro.observe import tracing
from pytest_repro.observe.ownership import Ownership
from pytest_repro.observe.sight import Sight
from pytest_repro.observe.touched import touched
from pytest_repro.observe.tracing import RETURN, Tracer
from pytest_repro.values.masks import Masks

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 12) and sys.gettrace() is not None, reason="coverage or a debugger traces already"
)


def traced(function, *arguments):
    tracer = Tracer(Ownership(), Sight(Masks()))
    with tracer.tracing():
        function(*arguments)
    return tracer.trace


def rows(trace, function, thread="main"):
    return [row for row in trace.threads[thread] if row.function.split(".")[-1] == function]


def shown(trace, function, thread="main"):
    """Kind and the values of each row as texts."""
    return [
        (row.kind, {name: seen.shown for name, seen in row.values.items()}) for row in rows(trace, function, thread)
    ]


def inner(number):
    doubled = number * 2
    return doubled + 1


def outer():
    total = 0
    for number in (1, 2):
        total += inner(number)
    return total


def test_each_line_tells_the_names_it_touched_once_it_is_over():
    trace = traced(outer)
    assert shown(trace, "inner")[:3] == [
        ("arguments", {"number": "1"}),
        ("line", {"doubled": "2", "number": "1"}),
        ("return", {"doubled": "2", RETURN: "3"}),
    ]
    assert shown(trace, "outer")[-1] == ("return", {"total": "8", RETURN: "8"})
    calls = [row for row in rows(trace, "inner") if row.kind == "arguments"]
    (outer_frame,) = {row.frame for row in rows(trace, "outer")}
    assert {row.parent for row in calls} == {outer_frame}
    assert {row.frame for row in calls} != {outer_frame}
    assert all("number" in row.reads for row in calls)  # what the calling line reads


def numbers():
    yield 1
    yield 2


def consume():
    return sum(numbers())


def test_a_generator_yields_to_whoever_resumed_it():
    trace = traced(consume)
    kinds = [(row.kind, row.values.get(RETURN)) for row in rows(trace, "numbers")]
    assert [(kind, seen and seen.shown) for kind, seen in kinds if kind == "yield"] == [("yield", "1"), ("yield", "2")]
    (frame,) = {row.frame for row in rows(trace, "numbers")}
    (parent,) = {row.parent for row in rows(trace, "numbers")}
    assert parent == rows(trace, "consume")[0].frame != frame


async def later():
    await asyncio.sleep(0)
    return 5


def test_a_coroutine_and_a_thread_are_traced_and_a_thread_has_rows_of_its_own():
    def work():
        return asyncio.run(later())

    def spawn():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    trace = traced(spawn)
    (name,) = trace.threads.keys() - {"main"}
    assert name.endswith("work 1")
    assert shown(trace, "later", name)[-1] == ("return", {RETURN: "5"})


def raising():
    number = 1
    raise ValueError(number)


def recovering():
    try:
        raising()
    except ValueError:
        return "over"


def test_an_exception_ends_a_frame_and_the_caller_goes_on():
    trace = traced(recovering)
    assert rows(trace, "recovering")[-1].values[RETURN].shown == "'over'"


def test_a_library_and_the_machinery_leave_no_rows():
    trace = traced(lambda: sorted({"b", "a"}, key=str.lower) and np.linalg.norm(np.ones(3)))
    files = {row.file for found in trace.threads.values() for row in found}
    assert files == {__file__}


def test_a_long_run_is_cut_and_says_so(monkeypatch):
    monkeypatch.setattr(tracing, "ROWS", 50)

    def long():
        total = 0
        for number in range(1000):
            total += number
        return total

    trace = traced(long)
    assert trace.cut
    assert sum(map(len, trace.threads.values())) == 50


def test_nothing_stays_behind():
    before = sys.gettrace()
    traced(outer)
    assert sys.gettrace() is before
    assert threading.gettrace() is None
    if sys.version_info >= (3, 12):
        assert [sys.monitoring.get_tool(number) for number in (3, 4)] == [None, None]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="from 3.12 on a tracer disturbs nobody")
def test_a_tracer_that_is_there_already_is_not_disturbed():
    def theirs(_frame, _event, _value):
        return None

    before = sys.gettrace()
    sys.settrace(theirs)
    try:
        trace = traced(outer)
        assert sys.gettrace() is theirs
    finally:
        sys.settrace(before)
    assert trace.refused == "a debugger or coverage traces already"
    assert not trace.threads


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with 3.12")
def test_where_every_tool_is_taken_nothing_is_traced():
    for number in (3, 4):
        sys.monitoring.use_tool_id(number, "another")
    try:
        assert traced(outer).refused == "every free tool of sys.monitoring is taken"
    finally:
        for number in (3, 4):
            sys.monitoring.free_tool_id(number)


STATE = [1]


def reads_state(given, /, *, named=2):
    def nested():
        return given

    STATE.append(named)
    return nested()


def test_the_names_of_a_line_are_those_of_its_bytecode():
    lines = touched(reads_state.__code__)
    first = reads_state.__code__.co_firstlineno
    assert lines[first + 1].names[0] in ("given", "nested")
    assert lines[first + 4].globals == ("STATE",)
    assert "named" in lines[first + 4].reads
    assert set(lines[first + 5].names) == {"nested"}


def test_globals_that_are_state_are_seen_and_those_that_are_code_are_not():
    STATE[:] = [1]
    trace = traced(reads_state, 3)
    values = {name: seen.shown for row in rows(trace, "reads_state") for name, seen in row.values.items()}
    assert values["STATE (global)"] == "[1, 2] (2,) int64"
    assert "nested" not in values


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        (1.5, 1.5, 1.25),
        (2**80, 2**80, 2**80 + 1),
        ("ab", "ab", "ba"),
        ([1, 2], [1, 2], [2, 1]),
        ({"a": 1}, {"a": 1}, {"a": 2}),
        (np.arange(3.0), np.arange(3.0), np.arange(3.0)[::-1]),
        (np.arange(3.0), np.arange(3.0), np.arange(3)),
        (np.zeros(300_000), np.zeros(300_000), np.zeros(300_001)),
        (np.random.default_rng(1), np.random.default_rng(1), np.random.default_rng(2)),
    ],
)
def test_a_digest_is_that_of_the_value(one, same, other):
    see = Sight(Masks())
    assert see(one).digest == see(same).digest != see(other).digest


def test_what_a_value_does_when_it_is_looked_at_reaches_nobody():
    class Hostile:
        def __getattribute__(self, name):
            raise RuntimeError(name)

    assert Sight(Masks())(Hostile()).shown


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("x", ["correct", "horse"], "list('correct', 'horse')"),
        ("x", {"a": {"b": 1}}, 'dict(["a"]["b"]=1)'),
        ("x", [1, "a", None, "b", 2.5], "list(1, 'a', None, 'b', 2.5)"),
        ("x", [["api_key", "hunter2xyzQ9", 1]], "list('api_key', '<secret>', 1)"),
        ("x", {"ghp_aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA2cD4": 1}, 'dict(["<secret>"]=1)'),
    ],
)
def test_what_has_parts_is_told_by_its_values_and_no_secret_with_them(name, value, told):
    assert Sight(Masks())(value, name).shown == told
