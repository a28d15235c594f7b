"""Expressions of sympy, which are compared as what they say, and the generator from which sympy draws.

Needs sympy. Both runs draw the same polynomial because conftest.py seeds sympy's generator. Without it the report shows
both expressions, ``drawn``, and the line that drew them.
"""

import pytest

sympy = pytest.importorskip("sympy", reason="the lesson is about sympy")


@pytest.mark.replay
def test_factors_of_a_drawn_polynomial() -> None:
    """What is expanded has the factors that it was made of."""
    x = sympy.Symbol("x")
    drawn = sympy.prod(x - sympy.core.random.choice(range(-9, 10)) for _ in range(3))
    assert sympy.expand(sympy.factor(sympy.expand(drawn)) - drawn) == 0
