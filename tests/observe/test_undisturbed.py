"""Recorded code runs as the code it stands for, whatever the language offers."""

from __future__ import annotations

import asyncio
import sys
import textwrap

import pytest

PROGRAMS = {
    "super": "class B:\n    def v(self): return 3\nclass C(B):\n    def test_it(self):\n        assert super().v() == 3\n        return super().v()\ntest_it = C.test_it\nargs = (C(),)",
    "class-cell": "class C:\n    def test_it(self):\n        assert __class__.__name__ == 'C'\n        return (lambda: __class__)() is type(self)\ntest_it = C.test_it\nargs = (C(),)",
    "mangled-names": "class C:\n    __x = 4\n    def __get(self): return self.__x\n    def test_it(self):\n        assert self.__get() == 4\n        __y = self.__x\n        return sorted(locals())[0]\ntest_it = C.test_it\nargs = (C(),)",
    "class-in-a-function": "def make():\n    k = 2\n    class C:\n        __x = 1\n        def test_it(self):\n            assert self.__x + k == 3\n            return k, super().__hash__() == hash(self)\n    return C\nC = make()\ntest_it = C.test_it\nargs = (C(),)",
    "function-in-a-method": "class C:\n    def make(self):\n        def test_it():\n            assert super(C, self).__eq__(self)\n            return super().__class__ if False else __class__.__name__\n        return test_it\nx = C()\ntest_it = x.make()",
    "closures": "def make():\n    b, a = 1, 2\n    def test_it():\n        nonlocal b\n        b += len('xy')\n        assert b\n        return a, b, (lambda: a + b)()\n    return test_it\ntest_it = make()",
    "global": "count = 1\ndef test_it():\n    global count\n    count = count + abs(-1)\n    assert count\n    del count\n    count = 1\n    return count",
    "defaults-and-keywords": "def test_it(a=len('abc'), /, b: int = 4, *c, d=5, **e) -> 'x':\n    assert max(a, b, d) == 5\n    return a, b, c, d, e",
    "try-finally": "def test_it():\n    out = []\n    try:\n        try: out.append(len('a')); raise KeyError(str(1))\n        finally: out.append(len('bc'))\n    except KeyError as error: out.append(str(error)); assert error.args[0] == '1'\n    else: out.append(9)\n    return out",
    "match": "def test_it():\n    match {'a': abs(-1), 'b': [1, 2]}:\n        case {'a': int(x), 'b': [_, *y]} if len(y) == 1:\n            assert x and len(y)\n            return x, y\n        case _: return None",
    "walrus": "def test_it():\n    if (n := len('abc')) > 2 and [m := n, m + 1][1] == 4: assert (k := abs(-n)) == n and k\n    return n, m, k",
    "short-circuit": "def test_it():\n    for i in (0, 1):\n        assert i == 0 or len('x') or undefined\n        assert i < 2 < 3 or undefined\n    return i",
    "f-strings": "def test_it():\n    x = 3.14159\n    assert f'{x:.{len(\"ab\")}f}' == '3.14', f'{x!r}'\n    return f'{x=} {len(\"a\")=} {{}}' f'{abs(-1):>{len(\"abcd\")}}'",
    "comprehensions": "def test_it():\n    rows = [[y for y in range(x)] for x in range(3)]\n    assert {len(r): r for r in rows} and all(len(r) < 3 for r in rows)\n    return rows, {*map(len, rows)}",
    "starred": "def test_it():\n    a, *b = map(int, '123')\n    assert max(*b, *[abs(-9)], key=lambda q: q) == 9 and dict(**dict(a=1))\n    return print(*[], end='', **{}), a, b",
    "inner-definitions": "def test_it():\n    def deco(f): return f\n    @deco\n    def g(x=len('ab')):\n        assert x == 2\n        return x\n    class D(object):\n        y = g()\n        def z(self): return super().__init__, g()\n    return g(), D.y, D().z()[1]",
    "decorated": "import functools\ndef deco(n):\n    def over(f):\n        @functools.wraps(f)\n        def inner(*a): return f(*a), n\n        return inner\n    return over\n@deco(\n    len('abc'),\n)\n@deco(2)\ndef outer(x=1):\n    assert abs(x)\n    return x\ntest_it = outer.__wrapped__.__wrapped__",
    "imports": "import os.path\nfrom math import pi as p\nimport math\ndef test_it():\n    import json as math2\n    assert math.floor(2.5) == 2 and os.path.join('a', 'b')\n    return math2.dumps([1]), math.sqrt(4), p.hex()",
    "imported-name-shadowed": "import math\nclass M:\n    def floor(self, x): return x\ndef test_it():\n    math = M()\n    assert math.floor(2.5) == 2.5\n    return math.floor(1)",
    "future": "from __future__ import annotations\ndef test_it(x: undefined = 1):\n    y: undefined2 = len('ab')\n    def g(z: undefined3): assert z\n    return y, g.__annotations__",
    "dedented-text": "def test_it():\n    x = '''\nleft\n'''.strip()\n    assert x == len(x) * x[:0] + '''left'''\n    return x\n    '''\nand nothing\n'''",
    "conditional-definition": "if True:\n    try:\n        def test_it():\n            assert len('ab') == 2\n            return 5\n    finally: pass",
    "tabs": "class C:\n\tif 1:\n\t\tdef test_it(self):\n\t\t\tassert len('ab') == 2\n\t\t\treturn abs(-3)\ntest_it = C.test_it\nargs = (C(),)",
    "one-line": "def test_it(): assert len('ab'); return abs(-1)",
    "docstring": "def test_it():\n    '''Text\nleft of it.'''\n    assert len('a')\n    return test_it.__doc__",
    "weak-references": "import weakref\nclass O: pass\ndef make(): return O()\ndef test_it():\n    x = make()\n    r = weakref.ref(x)\n    assert r() is x\n    del x\n    assert r() is None\n    return r() is None, weakref.ref(make())()",
    "reference-counts": "import sys\nclass O: pass\ndef make(): return O()\ndef test_it():\n    x = make()\n    y = [x]\n    assert len(y)\n    return sys.getrefcount(x), sys.getrefcount(y), sys.getrefcount(make())",
    "the-frame": "import inspect, sys\ndef here(): return sys._getframe(1).f_code.co_name\ndef test_it():\n    a = len('ab')\n    f = inspect.currentframe()\n    assert f.f_locals['a'] == 2\n    return sorted(n for n in f.f_locals if n[0] != '@'), here(), sys._getframe().f_lineno, sorted(n for n in locals() if n[0] != '@')",
    "globals": "def test_it():\n    before = sorted(globals())\n    assert len(before)\n    return before == sorted(globals()), [n for n in globals() if 'repro' in n]",
    "exception-context": "import sys\ndef test_it():\n    try: 1 / 0\n    except ZeroDivisionError:\n        assert len('a')\n        return sys.exc_info()[0], sys.exc_info()[2].tb_lineno",
    "nan-and-signs": "def test_it():\n    x = 1e400 - 1e400\n    assert x != abs(x) and type(x) is not int\n    return 0.0, -0.0, 1, True, 1.0, x in {1, 2}",
}

GENERIC = {
    "type-parameters": "def test_it[T: int](x: T = 1, *y: T) -> T:\n    assert len('ab') == 2\n    z: T = x\n    return T.__name__, z",
    "type-parameters-in-a-class": "class C[S]:\n    __x = 2\n    def test_it[T](self, x: T = 1):\n        assert super().__hash__() and self.__x\n        return T.__name__, S.__name__\ntest_it = C.test_it\nargs = (C(),)",
    "type-alias": "def test_it():\n    type A = list[undefined]\n    assert len('ab')\n    return A.__name__",
    "nested-f-strings": "def test_it():\n    return f'{f'{len('a')}'}' f\"{max(\n        1, 2)}\"",
}


@pytest.mark.parametrize("name", [*PROGRAMS, *GENERIC])
def test_a_program_gives_the_same(load, watch, rewritten, name):
    if name in GENERIC and sys.version_info < (3, 12):
        pytest.skip("syntax of 3.12")
    source = "\n# a line above\n" + (PROGRAMS | GENERIC)[name] + "\n"
    plain, module = load(source, rewritten=rewritten), load(source, rewritten=rewritten)
    expected = plain.test_it(*getattr(plain, "args", ()))
    # Only the type is kept: the recorder must not be what keeps an object alive.
    watched = watch(module.test_it, *getattr(module, "args", ()), freeze=lambda address, value: {address: type(value)})
    assert watched.reason == ""
    assert watched.recorder.fault == ""
    assert repr(watched.result) == repr(expected)
    assert watched.recorder.leaves


def test_a_generator_yields_the_same(load, watch, rewritten):
    source = "def test_it():\n    x = yield len('a')\n    assert x == abs(-7)\n    y = yield from range(2)\n    return x, y, (yield x)\n"
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
    watched = watch(module.test_it, call=lambda: (lambda running: (next(running), running))(module.test_it()))
    first, running = watched.result
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
    source = "def f(*a, **k): return 3\ndef test_it():\n    x = f(\n        f(\n            1),\n        2\n    )\n    for i in range(2):\n        assert (\n            f(i)\n            == f(\n                x)\n        )\n    y = (f(1)\n         .bit_length()\n         .bit_length())\n    return y\n"
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
