"""What a test looks at: which values are recorded, and at which addresses."""

from __future__ import annotations

import asyncio

import pytest


def values_of(load, watch, body, *, rewritten, name="test_it"):
    watched = watch(getattr(load(body, rewritten=rewritten), name))
    assert watched.reason == ""
    assert watched.recorder.fault == ""
    return watched.values


TWICE = "def f(x): return x * 2\n"

BODIES = [
    pytest.param("x = [f(3)]", {"f(3)": 6}, id="result-of-a-call"),
    pytest.param("x = f(f(1))", {"f(1)": 2}, id="bound-to-a-name-once-it-is-a-local"),
    pytest.param("x = f(3); x = f(4)", {"f(3)": 6, "f(4)": 8}, id="bound-twice-a-local-shows-the-last"),
    pytest.param("global g; g = f(3); del globals()['g']", {"f(3)": 6}, id="bound-to-a-global"),
    pytest.param("x = f(1)\n    match 5:\n        case x: pass", {"f(1)": 2}, id="bound-again-by-a-pattern"),
    pytest.param("x = [f(f(1))]", {"f(1)": 2, "f(f(1))": 4}, id="nested-calls"),
    pytest.param("f(f(1)); [].append(1)", {"f(1)": 2}, id="what-nobody-uses-is-no-value"),
    pytest.param("x = [print(end='')]", {"print(end='')": None}, id="none-that-is-used-is-a-value"),
    pytest.param("y = 4\n    assert abs(f(y) - 9) < 2", {"f(y)": 8, "f(y) - 9": -1, "abs(f(y) - 9)": 1}, id="operands"),
    pytest.param("assert f(2) == 4 and f(1)", {"f(2)": 4, "f(1)": 2}, id="both-sides-of-and"),
    pytest.param("assert f(2) == 4 or f(1)", {"f(2)": 4}, id="what-is-not-evaluated-is-not-seen"),
    pytest.param("s = 'ab'\n    assert s.upper() == 'AB'", {"s.upper()": "AB"}, id="the-method-itself-is-no-value"),
    pytest.param("c = 3j\n    assert c.imag > 2", {"c.imag": 3.0}, id="attribute"),
    pytest.param("d = [1, [2]]\n    assert d[1][0] == 2", {"d[1][0]": 2}, id="subscript"),
    pytest.param("x = 1\n    assert -x < 0 and not f(0)", {"-x": -1, "f(0)": 0}, id="minus-and-not"),
    pytest.param("x = 1\n    assert [x, f(x)] == [1, 2]", {"[x, f(x)]": [1, 2]}, id="display"),
    pytest.param("assert [1, 2] == [1, 2]", {}, id="constants-are-no-values"),
    pytest.param("x = 5\n    assert x == 5", {}, id="names-are-locals"),
    pytest.param("assert (y := f(3)) == 6 and y", {"f(3)": 6}, id="walrus"),
    pytest.param("assert (y := f((z := f(1)))) == 4", {"f(1)": 2, "f((z := f(1)))": 4}, id="walrus-in-a-walrus"),
    pytest.param("x = [f(i) for i in range(2)]", {"range(2)": range(2)}, id="comprehensions-are-left-alone"),
    pytest.param(
        "assert all(f(i) >= 0 for i in list(range(2)))",
        {"all(f(i) >= 0 for i in list(range(2)))": True, "list(range(2))": [0, 1], "range(2)": range(2)},
        id="the-first-iterable-of-a-generator-expression",
    ),
    pytest.param(
        "assert [j for i in [f(1)] for j in [f(i)]] == [4]",
        {"[j for i in [f(1)] for j in [f(i)]]": [4], "[f(1)]": [2]},
        id="and-of-a-comprehension",
    ),
    pytest.param(
        "class M:\n        def trace(self): return 3\n    m = M()\n    assert m.trace() == 3",
        {"m.trace()": 3},
        id="a-method-is-no-function-that-reads-the-frame",
    ),
    pytest.param("g = lambda: f(1)\n    x = [g()]", {"g()": 2}, id="lambdas-are-left-alone"),
    pytest.param(
        "def g(): return f(1)\n    class C: z = f(7)\n    assert g() == 2", {"g()": 2}, id="inner-functions-too"
    ),
    pytest.param("x = f'{f(1)} {f(2):>{f(3)}}'", {"f(1)": 2, "f(2)": 4, "f(3)": 6}, id="in-an-f-string"),
    pytest.param("x = [f(\n        1,  # why\n    )]", {"f(1)": 2}, id="a-comment-is-no-part-of-an-address"),
    pytest.param(
        "x = [max(\n        1,\n          f( 2 ),\n    )]", {"max( 1, f( 2 ), )": 4, "f( 2 )": 4}, id="one-space"
    ),
    pytest.param("x = 'é' + chr(f(40))", {"chr(f(40))": "P", "f(40)": 80}, id="columns-count-bytes"),
    pytest.param("locals(); vars(); eval('1'); dir()", {}, id="functions-that-read-the-frame"),
    pytest.param("try:\n        raise ValueError(f(1))\n    except ValueError: pass", {"f(1)": 2}, id="not-the-raised"),
    pytest.param("assert True, f(1)", {}, id="messages-are-not-evaluated"),
    pytest.param("x: int = f(1)\n    y: 'f(2)'", {"f(1)": 2}, id="annotated"),
    pytest.param("d = {}\n    d[f(1)] = f(2); del d[f(1)]", {"f(1)": 2, "f(2)": 4, "f(1)#2": 2}, id="targets"),
]


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_a_function_records_what_it_looks_at(load, watch, rewritten, body, expected):
    found = values_of(load, watch, f"{TWICE}def test_it():\n    {body}\n", rewritten=rewritten)
    assert found == {f"asserted.{text}": value for text, value in expected.items()}


HELPERS = [
    pytest.param("assert_close(a, b + 1, rtol=r, atol=0.5)", {"a": 1, "b + 1": 3, "rtol": None, "r": 4}, id="keywords"),
    pytest.param("self.assertEqual(a, self.b)", {"a": 1, "self.b": 5}, id="unittest"),
    pytest.param("assert_close(*args, f(b))", {"f(b)": 4}, id="starred"),
    pytest.param("x = approx(a, rel=1e-3)", {"a": 1}, id="approx"),
    pytest.param("assert f(b) == approx(r)", {"f(b)": 4, "r": 4}, id="approx-in-an-assert"),
    pytest.param("assert_close(f, int, lambda: a)", {}, id="code-is-no-value"),
    pytest.param("assert_close(1, [2, 'x'])", {}, id="constants"),
]


@pytest.mark.parametrize(("body", "expected"), HELPERS)
def test_arguments_of_an_assertion_helper_are_looked_at(load, watch, rewritten, body, expected):
    source = f"""{TWICE}
def assert_close(*args, **options): pass
class approx:
    def __init__(self, *args, **options): pass
    def __eq__(self, other): return True
class self:
    b = 5
    def assertEqual(*args): pass
def test_it():
    a, b, r, args = 1, 2, 4, ()
    {body}
"""
    found = values_of(load, watch, source, rewritten=rewritten)
    assert found == {f"asserted.{text}": value for text, value in expected.items() if value is not None}


def test_names_are_recorded_in_loops_only(load, watch, rewritten):
    source = (
        "def test_it():\n"
        "    for i in range(2):\n"
        "        assert 0 <= i < 2\n"
        "    n = 2\n"
        "    while n:\n"
        "        n -= 1\n"
        "        assert not n - n\n"
    )
    assert values_of(load, watch, source, rewritten=rewritten) == {
        "asserted.range(2)": range(2),
        "asserted.i": 0,
        "asserted.i@1": 1,
        "asserted.n - n": 0,
        "asserted.n - n@1": 0,
    }


@pytest.mark.parametrize("test", ["i", "not i", "i or True", "bool(i) in (True, False)", "i == i"])
def test_a_name_in_a_loop_is_seen_however_it_is_asserted(load, watch, rewritten, test):
    source = f"def test_it():\n  for i in (3,):\n    try:\n      assert {test}\n    except AssertionError: pass\n"
    assert values_of(load, watch, source, rewritten=rewritten)["asserted.i"] == 3


def test_an_address_tells_the_text_its_place_and_its_turn(load, watch, rewritten):
    body = "    z = [f(0)]; y = [f(0)]\n    for x in 1, 2, 3:\n        assert f(x)\n    assert f(x)\n"
    source = f"{TWICE}def test_it():\n{body}"
    assert values_of(load, watch, source, rewritten=rewritten) == {
        "asserted.f(0)": 0,
        "asserted.f(0)#2": 0,
        "asserted.f(x)": 2,
        "asserted.f(x)@1": 4,
        "asserted.f(x)@2": 6,
        "asserted.f(x)#2": 6,
        "asserted.x": 1,
        "asserted.x@1": 2,
        "asserted.x@2": 3,
    }


def test_the_returned_value_has_an_address_of_its_own(load, watch, rewritten):
    watched = watch(
        load(f"{TWICE}def test_it(n):\n    if n: return f(n)\n    return 0\n", rewritten=rewritten).test_it, 4
    )
    assert watched.values == {"asserted.f(n)": 8, "return": 8}
    assert watched.result == 8


def test_an_await_is_recorded_whole(load, watch, rewritten):
    source = (
        "async def f(x): return x * 2\n"
        "async def test_it():\n"
        "    assert await f(2) == 4\n"
        "    x = [await f(3)]\n"
        "    return await f(await f(1))\n"
    )
    module = load(source, rewritten=rewritten)
    watched = watch(module.test_it, call=lambda: asyncio.run(module.test_it()))
    assert watched.values == {
        "asserted.await f(2)": 4,
        "asserted.await f(3)": 6,
        "asserted.await f(1)": 2,
        "asserted.await f(await f(1))": 4,
        "return": 4,
    }


def test_sites_tell_their_line(load, watch):
    watched = watch(
        load(f"{TWICE}\n\ndef test_it():\n    x = [\n      f(1)][0]\n    assert f(x)\n    return x\n").test_it
    )
    assert [(site.address, site.line, site.text) for site in watched.recorder.sites.values()] == [
        ("asserted.f(x)", 7, "f(x)"),
        ("asserted.f(1)", 6, "f(1)"),
        ("return", 8, "return"),
    ]


def test_two_functions_of_one_module_are_watched_at_once(load, watch):
    module = load(
        f"{TWICE}def test_it(g):\n    assert f(1)\n    g()\n    assert f(3)\ndef test_other():\n    assert f(2)\n"
    )
    inner = []
    outer = watch(module.test_it, lambda: inner.append(watch(module.test_other).values))
    assert inner == [{"asserted.f(2)": 4}]
    assert outer.values == {"asserted.f(1)": 2, "asserted.f(3)": 6}


def test_a_watched_function_is_not_watched_twice(load, watch):
    module = load(f"{TWICE}def test_it(g):\n    assert f(1)\n    g and [g()]\n")
    reasons = []
    outer = watch(module.test_it, lambda: reasons.append(watch(module.test_it, None).reason))
    assert reasons == ["already watched by another run"]
    assert outer.values == {"asserted.f(1)": 2, "asserted.f(1)@1": 2, "asserted.g()": None}


def test_the_old_code_is_back_after_an_error(load, watch):
    module = load("def test_it():\n    assert len('a') == 2\n")
    before = module.test_it.__code__
    with pytest.raises(AssertionError, match=r"^assert 1 == 2\n \+  where 1 = len\('a'\)$"):
        watch(module.test_it)
    assert module.test_it.__code__ is before
