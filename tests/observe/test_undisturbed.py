"""Recorded code runs as the code it stands for, whatever the language offers."""

from __future__ import annotations

import asyncio
import sys
import textwrap

import pytest

PROGRAMS = {
    "super": """
class B:
    def v(self): return 3
class C(B):
    def test_it(self):
        assert super().v() == 3
        return super().v()
test_it = C.test_it
args = (C(),)
""",
    "class-cell": """
class C:
    def test_it(self):
        assert __class__.__name__ == 'C'
        return (lambda: __class__)() is type(self)
test_it = C.test_it
args = (C(),)
""",
    "mangled-names": """
class C:
    __x = 4
    def __get(self): return self.__x
    def test_it(self):
        assert self.__get() == 4
        __y = self.__x
        return sorted(locals())[0]
test_it = C.test_it
args = (C(),)
""",
    "class-in-a-function": """
def make():
    k = 2
    class C:
        __x = 1
        def test_it(self):
            assert self.__x + k == 3
            return k, super().__hash__() == hash(self)
    return C
C = make()
test_it = C.test_it
args = (C(),)
""",
    "function-in-a-method": """
class C:
    def make(self):
        def test_it():
            assert super(C, self).__eq__(self)
            return super().__class__ if False else __class__.__name__
        return test_it
x = C()
test_it = x.make()
""",
    "closures": """
def make():
    b, a = 1, 2
    def test_it():
        nonlocal b
        b += len('xy')
        assert b
        return a, b, (lambda: a + b)()
    return test_it
test_it = make()
""",
    "global": """
count = 1
def test_it():
    global count
    count = count + abs(-1)
    assert count
    del count
    count = 1
    return count
""",
    "defaults-and-keywords": """
def test_it(a=len('abc'), /, b: int = 4, *c, d=5, **e) -> 'x':
    assert max(a, b, d) == 5
    return a, b, c, d, e
""",
    "try-finally": """
def test_it():
    out = []
    try:
        try: out.append(len('a')); raise KeyError(str(1))
        finally: out.append(len('bc'))
    except KeyError as error: out.append(str(error)); assert error.args[0] == '1'
    else: out.append(9)
    return out
""",
    "match": """
def test_it():
    match {'a': abs(-1), 'b': [1, 2]}:
        case {'a': int(x), 'b': [_, *y]} if len(y) == 1:
            assert x and len(y)
            return x, y
        case _: return None
""",
    "walrus": """
def test_it():
    if (n := len('abc')) > 2 and [m := n, m + 1][1] == 4: assert (k := abs(-n)) == n and k
    return n, m, k
""",
    "short-circuit": """
def test_it():
    for i in (0, 1):
        assert i == 0 or len('x') or undefined
        assert i < 2 < 3 or undefined
    return i
""",
    "f-strings": """
def test_it():
    x = 3.14159
    assert f'{x:.{len("ab")}f}' == '3.14', f'{x!r}'
    return f'{x=} {len("a")=} {{}}' f'{abs(-1):>{len("abcd")}}'
""",
    "comprehensions": """
def test_it():
    rows = [[y for y in range(x)] for x in range(3)]
    assert {len(r): r for r in rows} and all(len(r) < 3 for r in rows)
    return rows, {*map(len, rows)}
""",
    "starred": """
def test_it():
    a, *b = map(int, '123')
    assert max(*b, *[abs(-9)], key=lambda q: q) == 9 and dict(**dict(a=1))
    return print(*[], end='', **{}), a, b
""",
    "inner-definitions": """
def test_it():
    def deco(f): return f
    @deco
    def g(x=len('ab')):
        assert x == 2
        return x
    class D(object):
        y = g()
        def z(self): return super().__init__, g()
    return g(), D.y, D().z()[1]
""",
    "decorated": """
import functools
def deco(n):
    def over(f):
        @functools.wraps(f)
        def inner(*a): return f(*a), n
        return inner
    return over
@deco(
    len('abc'),
)
@deco(2)
def outer(x=1):
    assert abs(x)
    return x
test_it = outer.__wrapped__.__wrapped__
""",
    "imports": """
import os.path
from math import pi as p
import math
def test_it():
    import json as math2
    assert math.floor(2.5) == 2 and os.path.join('a', 'b')
    return math2.dumps([1]), math.sqrt(4), p.hex()
""",
    "imported-name-shadowed": """
import math
class M:
    def floor(self, x): return x
def test_it():
    math = M()
    assert math.floor(2.5) == 2.5
    return math.floor(1)
""",
    "future": """
from __future__ import annotations
def test_it(x: undefined = 1):
    y: undefined2 = len('ab')
    def g(z: undefined3): assert z
    return y, g.__annotations__
""",
    "dedented-text": """
def test_it():
    x = '''
left
'''.strip()
    assert x == len(x) * x[:0] + '''left'''
    return x
    '''
and nothing
'''
""",
    "conditional-definition": """
if True:
    try:
        def test_it():
            assert len('ab') == 2
            return 5
    finally: pass
""",
    "tabs": """
class C:
\tif 1:
\t\tdef test_it(self):
\t\t\tassert len('ab') == 2
\t\t\treturn abs(-3)
test_it = C.test_it
args = (C(),)
""",
    "one-line": """
def test_it(): assert len('ab'); return abs(-1)
""",
    "docstring": """
def test_it():
    '''Text
left of it.'''
    assert len('a')
    return test_it.__doc__
""",
    "weak-references": """
import weakref
class O: pass
def make(): return O()
def test_it():
    x = make()
    r = weakref.ref(x)
    assert r() is x
    del x
    assert r() is None
    return r() is None, weakref.ref(make())()
""",
    "reference-counts": """
import sys
class O: pass
def make(): return O()
def test_it():
    x = make()
    y = [x]
    assert len(y)
    return sys.getrefcount(x), sys.getrefcount(y), sys.getrefcount(make())
""",
    "the-frame": """
import inspect, sys
def here(): return sys._getframe(1).f_code.co_name
def test_it():
    a = len('ab')
    f = inspect.currentframe()
    assert f.f_locals['a'] == 2
    named = sorted(n for n in f.f_locals if n[0] != '@')
    return named, here(), sys._getframe().f_lineno, sorted(n for n in locals() if n[0] != '@')
""",
    "globals": """
def test_it():
    before = sorted(globals())
    assert len(before)
    return before == sorted(globals()), [n for n in globals() if 'repro' in n]
""",
    "exception-context": """
import sys
def test_it():
    try: 1 / 0
    except ZeroDivisionError:
        assert len('a')
        return sys.exc_info()[0], sys.exc_info()[2].tb_lineno
""",
    "nan-and-signs": """
def test_it():
    x = 1e400 - 1e400
    assert x != abs(x) and type(x) is not int
    return 0.0, -0.0, 1, True, 1.0, x in {1, 2}
""",
}

GENERIC = {
    "type-parameters": """
def test_it[T: int](x: T = 1, *y: T) -> T:
    assert len('ab') == 2
    z: T = x
    return T.__name__, z
""",
    "type-parameters-in-a-class": """
class C[S]:
    __x = 2
    def test_it[T](self, x: T = 1):
        assert super().__hash__() and self.__x
        return T.__name__, S.__name__
test_it = C.test_it
args = (C(),)
""",
    "type-alias": """
def test_it():
    type A = list[undefined]
    assert len('ab')
    return A.__name__
""",
    "nested-f-strings": """
def test_it():
    return f'{f'{len('a')}'}' f"{max(
        1, 2)}"
""",
}


@pytest.mark.parametrize("name", [*PROGRAMS, *GENERIC])
def test_a_program_gives_the_same(load, watch, rewritten, name):
    if name in GENERIC and sys.version_info < (3, 12):
        pytest.skip("syntax of 3.12")
    source = "\n# a line above\n" + (PROGRAMS | GENERIC)[name] + "\n"
    plain, module = load(source, rewritten=rewritten), load(source, rewritten=rewritten)
    expected = plain.test_it(*getattr(plain, "args", ()))
    # Only the type is kept: the recorder must not be what keeps an object alive.
    arguments = getattr(module, "args", ())
    watched = watch(module.test_it, *arguments, freeze=lambda address, value: {address: type(value)})
    assert watched.reason == ""
    assert watched.recorder.fault == ""
    assert repr(watched.result) == repr(expected)
    assert watched.recorder.leaves


def test_a_generator_yields_the_same(load, watch, rewritten):
    source = (
        "def test_it():\n"
        "    x = yield len('a')\n"
        "    assert x == abs(-7)\n"
        "    y = yield from range(2)\n"
        "    return x, y, (yield x)\n"
    )
    module = load(source, rewritten=rewritten)

    def drive():
        running = module.test_it()
        return [next(running), running.send(7), next(running), next(running)]

    watched = watch(module.test_it, call=drive)
    assert watched.result == [1, 0, 1, 7]
    assert watched.values == {
        "asserted.len('a')": 1,
        "asserted.abs(-7)": 7,
        "asserted.range(2)": range(2),
    }


def test_a_generator_that_is_suspended_runs_on_after_the_test(load, watch):
    module = load("def test_it():\n    yield len('a')\n    assert len('bc') == 2\n    yield abs(-3)\n")

    def begin():
        running = module.test_it()
        return next(running), running

    first, running = watch(module.test_it, call=begin).result
    assert (first, next(running)) == (1, 3)
    assert "__repro_saw__" not in vars(module)


def test_asynchronous_code_gives_the_same(load, watch, rewritten):
    source = textwrap.dedent("""
        import asyncio
        class Room:
            async def __aenter__(self): return len("a")
            async def __aexit__(self, *exc): return False
        async def count(n):
            for i in range(n):
                yield i
        async def test_it():
            out = []
            async with Room() as r:
                out.append(r)
            async for i in count(2):
                assert i == await asyncio.sleep(0, i)
                out.append(i)
            out += [j async for j in count(2)]
            return out, await asyncio.gather(asyncio.sleep(0, 1), asyncio.sleep(0, 2))
    """)
    module = load(source, rewritten=rewritten)
    watched = watch(module.test_it, call=lambda: asyncio.run(module.test_it()))
    assert watched.reason == ""
    assert watched.result == ([1, 0, 1, 0, 1], [1, 2])


def test_the_lines_that_run_are_the_same(load, watch, rewritten):
    source = textwrap.dedent("""
        def f(*a, **k): return 3
        def test_it():
            x = f(
                f(
                    1),
                2
            )
            for i in range(2):
                assert (
                    f(i)
                    == f(
                        x)
                )
            y = (f(1)
                 .bit_length()
                 .bit_length())
            return y
    """)
    module = load(source, rewritten=rewritten)

    def traced(call):
        lines = []

        def local(frame, event, _argument):
            if event == "line":
                lines.append(frame.f_lineno)
            return local

        old = sys.gettrace()
        sys.settrace(lambda frame, _event, _argument: local if frame.f_code.co_name == "test_it" else None)
        try:
            call()
        finally:
            sys.settrace(old)
        return set(lines)

    plain = traced(module.test_it)
    assert watch(module.test_it, call=lambda: traced(module.test_it)).result == plain
