"""One statement, watched: its calls go by way of a witness and give what they gave, and the code is put back."""

from __future__ import annotations

import inspect
import linecache
import sys
from types import ModuleType

import numpy as np
import pytest

from pytest_repro.observe.statement import Place, watched
from pytest_repro.observe.witness import Witness

SOURCE = """
import math
import numpy as np

def plain(x):
    y = math.sin(x) + math.cos(x)
    z = math.exp(y)
    return z

def loop(words):
    found = []
    for word in words:
        found.append(word.upper())
    return found

def comprehension(words):
    return [len(word) for word in words]

def spread(words):
    return [*words]

class Model:
    def fit(self, x):
        self.w = x @ x
        return self.w

    @staticmethod
    def _private(x):
        return abs(x)

def outer(x):
    def inner(y):
        return abs(y)
    return inner(x)

def text(x):
    return f"{math.floor(x)} and {x:.1f}"

def handed(x):
    with open(__file__) as file:
        return len(file.read()) * x

async def waiting(x):
    value = await answer(abs(x))
    return value

async def answer(x):
    return x

def framed():
    here = 3
    return sorted(locals())

def decorated(f):
    return f

@decorated
def below(x, *, y=abs(-2)):
    return pow(x, y)
"""


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "watched_module.py"
    path.write_text(SOURCE, encoding="utf-8")
    made = ModuleType("watched_module")
    made.__file__ = str(path)
    exec(compile(SOURCE, str(path), "exec"), vars(made))  # noqa: S102  # a module of this test
    linecache.checkcache(str(path))
    yield made
    sys.modules.pop("watched_module", None)


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(SOURCE.splitlines(), 1) if text in line)


def seen(module, text, call, *, function=""):
    witness = Witness(lambda value: {"": hash(repr(value))}, lambda *_call: None, lambda *_result: {})
    place = Place(module.__file__, line_of(text) if text else 0, function)
    codes = {name: value.__code__ for name, value in vars(module).items() if inspect.isfunction(value)}
    with watched(place, witness, None) as reason:
        assert reason == ""
        result = call()
    assert {name: value.__code__ for name, value in vars(module).items() if inspect.isfunction(value)} == codes
    return result, [hit.text for hit in witness.hits]


def test_the_calls_of_one_line_are_seen_from_the_inside_out(module):
    result, calls = seen(module, "math.sin", lambda: module.plain(0.5))
    assert result == module.plain(0.5)
    assert calls == ["math.sin(x)", "math.cos(x)", "math.sin(x) + math.cos(x)"]


def test_a_whole_function_is_seen_where_no_line_is_known(module):
    _, calls = seen(module, "", lambda: module.plain(0.5), function="plain")
    assert calls[-1] == "math.exp(y)"
    assert len(calls) == 4


def test_the_head_of_a_loop_is_seen_without_its_body(module):
    result, calls = seen(module, "for word in words", lambda: module.loop({"b"}))
    assert (result, calls) == (["B"], ["words"])
    result, calls = seen(module, "word.upper", lambda: module.loop(["a", "b"]))
    assert calls == ["word.upper()", "found.append(word.upper())"] * 2


def test_walks_over_sets_are_seen_and_those_over_lists_are_not(module):
    assert seen(module, "len(word) for", lambda: module.comprehension({"ab"})) == ([2], ["words", "len(word)"])
    assert seen(module, "len(word) for", lambda: module.comprehension(["ab"])) == ([2], ["len(word)"])
    assert seen(module, "[*words]", lambda: module.spread(frozenset({"a"}))) == (["a"], ["words"])


def test_methods_and_inner_functions_are_seen(module):
    result, calls = seen(module, "self.w = x @ x", lambda: module.Model().fit(np.ones(3)))
    assert (result, calls) == (3.0, ["x @ x"])
    assert seen(module, "return abs(y)", lambda: module.outer(-3)) == (3, ["abs(y)"])


def test_an_f_string_is_seen_and_stays_as_it_is(module):
    assert seen(module, "math.floor", lambda: module.text(2.5)) == ("2 and 2.5", ["math.floor(x)"])


def test_a_with_statement_is_seen_by_its_head(module):
    result, calls = seen(module, "with open", lambda: module.handed(2))
    assert (result, calls) == (2 * len(SOURCE), ["open(__file__)"])


def test_what_is_awaited_is_not_seen_and_its_arguments_are(module):
    def call():
        coroutine = module.waiting(-4)
        with pytest.raises(StopIteration) as ended:
            coroutine.send(None)
        return ended.value.value

    assert seen(module, "await answer", call) == (4, ["abs(x)"])


def test_calls_that_look_at_their_frame_are_left_alone(module):
    result, calls = seen(module, "locals()", module.framed)
    assert (result, calls) == (["here"], ["sorted(locals())"])


def test_a_decorated_function_keeps_its_defaults(module):
    assert seen(module, "pow(x, y)", lambda: module.below(3)) == (9, ["pow(x, y)"])


def test_what_is_not_loaded_or_was_edited_is_told(module, tmp_path):
    witness = Witness(lambda _value: {}, lambda *_call: None, lambda *_result: {})
    with watched(Place(str(tmp_path / "other.py"), 3), witness, None) as reason:
        assert reason == "its function is not loaded when the test begins"
    with open(module.__file__, "w", encoding="utf-8") as file:  # noqa: PTH123  # an edit while the session runs
        file.write(SOURCE.replace("math.sin(x)", "math.tan(x) "))
    linecache.checkcache(module.__file__)
    with watched(Place(module.__file__, line_of("math.sin")), witness, None) as reason:
        assert reason == "its source does not give the code that runs"
        assert module.plain(0.0) > 0
    assert witness.hits == []
