"""What a failing test prints is the same to the letter, recorded or not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pytest_repro

CONFTEST = """
import os
from contextlib import nullcontext
import pytest
from _pytest.assertion.rewrite import rewrite_asserts
from pytest_repro.observe.asserted import Asserted
from pytest_repro.observe.callee import innermost
from pytest_repro.observe.recompile import Recompiler
from pytest_repro.observe.recorder import Recorder

recompiler = Recompiler()
seen = []

@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    def rewrite(tree, source, filename):
        rewrite_asserts(tree, source, filename, pyfuncitem.config)
    recorder = Recorder(lambda address, value: {address: None})
    watching = nullcontext()
    if os.environ["WATCHED"] == "yes":
        watching = Asserted(innermost(pyfuncitem.obj), recorder, recompiler, rewrite=rewrite)
    with watching:
        try:
            return (yield)
        finally:
            if os.environ["WATCHED"] == "yes" and pyfuncitem.module.__name__ != "test_silent":
                assert (watching.reason, recorder.fault) == ("", ""), pyfuncitem.name
                seen.append(len(recorder.leaves))

def pytest_unconfigure():
    with open("seen.txt", "a") as file:
        file.write(f"{sum(seen)} ")
"""

FAILING = """
import pytest, asyncio
def f(x): return x * 2
class O:
    def __init__(self, v): self.v = v; self.kids = [v, v + 1]
    def get(self, k=0): return self.v + k
    def __repr__(self): return f"O({self.v})"
def boom(): raise RuntimeError("boom")
def test_chain(): x = 5; assert 1 < f(x) < 3 <= x
def test_bool(): a, b = 1, 0; assert a and (b or f(0)) and not f(1)
def test_walrus(): assert (y := f(3)) == 7, f"got {y}"
def test_walrus_rebinds():
    a = "Hello"
    assert a != (a := a.lower()) and a == "x"
def test_walrus_twice():
    assert (n := f(1)) and (m := n + f(2)) == n
def test_walrus_in_a_loop():
    for i in range(2):
        assert (i := f(i)) is None or i
def test_in(): assert f(2) in [f(1), 3, O(2)]
def test_not_in(): x = [f(2)]; assert f(2) not in x
def test_is(): o = O(1); assert o.kids is o.kids[:]
def test_message(): assert f(1) == 3, "a message %s" % f(9)
def test_f_string(): x = O(3); assert f"{x.v:>{f(2)}} {f(x.v)!r}" == f"{x.get()}", f"no {boom.__name__}"
def test_generator(): xs = [1, 2]; assert all(f(x) > 2 for x in xs)
def test_any(): assert any([f(0), None]) is True
def test_method(): o = O(4); assert o.get(k=f(1)).__add__(1) == o.get()
def test_subscript(): d = {"a": [1, {"b": f(2)}]}; assert d["a"][1]["b"] == d["a"][0]
def test_starred(): a = (1,); k = {"x": 2}; assert max(*a, *[f(1)], **{}) == f(**k)
def test_many_lines():
    o = O(2)
    assert (
        o.get(
            k=f(1),  # a comment
        )
        == f(
            o.get()
        )
    ), (
        "multi "
        "line"
    )
def test_nested(): assert f(f(f(1))) == f(f(2)) - f(-1)
def test_an_error_in_an_argument():
    x = f(
        boom()
    )
    assert x
def test_an_error_in_an_assert(): o = O(1); assert o.get(
        boom()) == 3
def test_approx(): assert f(1.0) == pytest.approx(f(1.1))
def test_nothing_raised():
    with pytest.raises(ValueError, match="x"):
        int(f(3))
def test_loop():
    for i in range(3):
        while True:
            assert i < f(1) - i, i
            break
async def given(x):
    await asyncio.sleep(0)
    return x
def test_asynchronous():
    async def main():
        return await given(3)
    assert asyncio.run(main()) == f(4)
def test_unary(): x = f(2); assert -x == ~x and not -x
def test_name(): flag = f(0); assert flag
def test_not_name(): flag = f(1); assert not flag
def test_conditional(): x = f(1); assert (f(2) if x else f(3)) == [f(y) for y in [x]][0]
def test_lambda(): assert (lambda q: q + f(1))(2) == 5
def test_set(): assert {f(1), f(2)} == {1, 2}
def test_dict(): assert {"a": f(1), "b": 2} == {"a": 1, "b": 2}
def test_long(): assert [f(i) for i in range(30)] == list(range(30))
def test_try():
    try:
        assert f(1) == 3
    finally:
        print("out", f(5))
def test_raise(): raise ValueError(f(3)) from KeyError(f(1))
def test_undefined():
    for i in range(2):
        assert f(i) == 0 or undefined
class TestC:
    __secret = 4
    def test_mangled(self): assert self.__secret == f(1)
    def test_super(self): assert super().__hash__() == f(1) - f(1), f(7)
@pytest.mark.parametrize("a", [1, 2])
def test_parameter(a): assert a == f(a)
@pytest.fixture
def fix(): yield 3
def test_inner(fix):
    def inner(): assert f(fix) == 5
    inner()
def test_match():
    match f(2):
        case 4 if f(1) == 2: assert f(3) == 1
        case _: pass
def test_helper():
    import numpy as np
    np.testing.assert_allclose([f(1.0)], [f(1.5)], rtol=1e-3, err_msg=str(f(1)))
"""

SILENT = '''
"""PYTEST_DONT_REWRITE"""
def f(x): return x * 2
def test_plain(): x = 3; assert f(x) == 7 and [x for x in [f(1)]], "why"
def test_bare(): assert f(3) == 7
'''


@pytest.fixture
def printed(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(pytest_repro.__file__).parent.parent))
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_failing=FAILING, test_silent=SILENT.lstrip())

    def run(watched, *options):
        monkeypatch.setenv("WATCHED", watched)
        monkeypatch.setenv("COLUMNS", "100")
        arguments = ["-p", "no:repro", "-p", "no:randomly", "-p", "no:cacheprovider", "-o", "filterwarnings=", *options]
        text = pytester.runpytest_subprocess(*arguments).stdout.str()
        return re.sub(r"0x[0-9a-f]+|\d+\.\d+s|id=\d+|0x\w+", "...", re.sub(r"== -?\d{6,}", "== N", text))

    return run


OPTIONS = [
    pytest.param(["--tb=long", "-l"], id="long"),
    pytest.param(["--tb=short", "-vv"], id="short"),
    pytest.param(["--tb=native"], id="native"),
    pytest.param(["-o", "enable_assertion_pass_hook=true"], id="pass-hook"),
]


@pytest.mark.parametrize("options", OPTIONS)
def test_failures_read_the_same(printed, pytester, options):
    plain = printed("no", "--deselect=test_failing.py::TestC::test_super", *options)
    watched = printed("yes", "--deselect=test_failing.py::TestC::test_super", *options)
    assert watched == plain
    assert re.search(r"\d\d failed", watched)
    unwatched, seen = map(int, (pytester.path / "seen.txt").read_text().split())
    assert unwatched == 0
    assert seen > 50
