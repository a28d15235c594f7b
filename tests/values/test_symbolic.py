"""Expressions of sympy: form and floats apart."""

from __future__ import annotations

import pytest

from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import EXACT, Tolerance

sympy = pytest.importorskip("sympy", reason="expressions are those of sympy")
X, Y = sympy.symbols("x y")


def frozen(value):
    return Freezer().freeze("e", value)


def shown(value):
    return {address: leaf.show(60) for address, leaf in frozen(value).items() if not address.endswith(".type")}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (X, "'x'"),
        (X**2 + Y, "'y + x**2'"),
        ((X + 1) * Y, "'y*(1 + x)'"),
        (sympy.Rational(1, 3), "'1/3'"),
        (sympy.sqrt(2), "'2**(1/2)'"),
        (sympy.pi, "'pi'"),
        (sympy.oo, "'oo'"),
        (sympy.Function("f")(X), "'f(x)'"),
        (sympy.Integer(3), "3"),
        (sympy.Float(0.5), "0.5"),
        (sympy.Poly(X**2, X), "'Poly(x**2, x)'"),
        (sympy.Interval(0, 1), "'Interval(0, 1, False, False)'"),
        (X > 1, "'StrictGreaterThan(x, 1)'"),
    ],
)
def test_an_expression_is_its_form(value, text):
    found = shown(value)
    assert set(found["e"].strip("'")) == set(text.strip("'")), found["e"]  # the order of a sum is sympy's own
    assert len(found["e"]) == len(text)


def test_the_floats_in_an_expression_are_compared_as_numbers():
    before, after = frozen(X * 1.5 + Y), frozen(X * (1.5 + 1e-9) + Y)
    assert before["e"] == after["e"]
    assert measure(before["e.floats"], after["e.floats"], EXACT).beyond == 1
    assert measure(before["e.floats"], after["e.floats"], Tolerance(rtol=1e-6)).beyond == 0


def test_a_matrix_is_its_elements():
    for kind in (sympy.Matrix, sympy.ImmutableMatrix, sympy.SparseMatrix):
        leaves = shown(kind([[X, 1.5], [0, Y]]))
        assert (leaves["e.shape"], leaves["e[0,0]"], leaves["e[0,1]"]) == ("(2, 2)", "'x'", "1.5")


def test_the_number_of_a_dummy_is_an_accident():
    assert frozen(sympy.Dummy("q") + 1) == frozen(sympy.Dummy("q") + 1)
    assert frozen(sympy.Dummy("q")) != frozen(sympy.Dummy("r"))


def test_more_digits_than_a_machine_float_holds_are_compared_exactly():
    one, same, other = (sympy.Float(text, 40) for text in ("0.1", "0.1", "0.1000000000000000000000000001"))
    assert frozen(one) == frozen(same) != frozen(other)


def test_an_expression_as_key_is_addressed_by_its_text():
    assert shown({X**2: 1.0, 0.5 * Y: 2.0}) == {
        "e.keys": "{x**2, 0.5*y}",
        "e[x**2]": "1.0",
        "e[0.5*y]": "2.0",
    }


def test_a_derived_class_is_read_past_its_methods():
    class Own(sympy.Symbol):
        @property
        def args(self):
            raise AssertionError

        def _sympystr(self, *_):
            raise AssertionError

    assert shown(Own("k"))["e"] == "'k'"
