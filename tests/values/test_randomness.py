"""States of random generators: one leaf, exact, and unmoved by being looked at."""

# the generators are the subject here

from __future__ import annotations

import random

import numpy as np
import pytest

from pytest_repro.values.difference import IDENTICAL, Difference
from pytest_repro.values.registry import Freezer, measure, opaque
from pytest_repro.values.tolerance import EXACT

MAKERS = [
    pytest.param(lambda: random.Random(1), lambda rng: rng.random(), "MT19937", id="random"),
    pytest.param(lambda: np.random.default_rng(1), lambda rng: rng.random(), "PCG64", id="numpy"),
    pytest.param(
        lambda: np.random.Generator(np.random.Philox(1)), lambda rng: rng.random(), "Philox", id="numpy with arrays"
    ),
    pytest.param(lambda: np.random.RandomState(1), lambda rng: rng.rand(), "MT19937", id="numpy legacy"),
    pytest.param(lambda: np.random.PCG64(1), lambda rng: rng.random_raw(), "PCG64", id="bit generator"),
    pytest.param(lambda: np.random.SeedSequence(1), lambda rng: rng.spawn(1), "SeedSequence", id="seed sequence"),
]


def kept(value):
    (leaf,) = Freezer().freeze("x", value).values()
    return leaf


@pytest.mark.parametrize(("make", "draw", "algorithm"), MAKERS)
def test_a_generator_that_drew_stands_at_another_place(make, draw, algorithm, through_json):
    rng = make()
    before = kept(rng)
    assert (before.kind, before.algorithm) == ("generator state", algorithm)
    assert before.show() == f"{algorithm} {before.digest[:6]}"
    assert measure(before, kept(make()), EXACT) == IDENTICAL == measure(before, kept(rng), EXACT)
    draw(rng)
    found = measure(before, kept(rng), EXACT)
    assert found == Difference(shape="values differ", detail="the generator stands at another place")
    assert through_json(before) == before


def test_another_algorithm_is_structural():
    found = measure(kept(random.Random(1)), kept(np.random.default_rng(1)), EXACT)
    assert found == Difference(structural="MT19937, then PCG64")


def test_a_normal_deviate_in_store_is_part_of_the_state():
    rng = random.Random(1)
    rng.gauss(0, 1)
    before = kept(rng)
    rng.gauss(0, 1)
    assert not measure(before, kept(rng), EXACT).identical


def test_what_draws_from_the_operating_system_has_no_state():
    leaf = kept(random.SystemRandom())
    assert opaque(leaf)
    assert leaf.why == "draws from the operating system"


def test_a_users_override_of_getstate_is_not_called():
    class Loud(random.Random):
        def getstate(self):
            raise AssertionError

    assert kept(Loud(1)).algorithm == "MT19937"
