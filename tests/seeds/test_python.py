"""The standard library's generator: pinned as ``seed()`` does, given back to the last bit."""

from __future__ import annotations

import random
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.seeds.python import SharedRandom, open_random
from pytest_repro.seeds.twister import Twister


def at(seed: int) -> Random:
    """A generator of its own that starts from ``seed``."""
    return Random(seed)


class Holder:
    """What a library's module is to a seeder."""

    def __init__(self, shared: Random) -> None:
        self.shared = shared


def draws() -> list[float]:
    return [random.random(), random.gauss(0, 1), random.getrandbits(77), random.gauss(0, 1), random.random()]


def slow_twister() -> Twister:
    twister = Twister()
    twister._read = twister._move = None
    return twister


def test_copying_the_state_proves_exact_on_this_interpreter() -> None:
    """When CPython changes the object's layout, this fails, and the pins fall back to getstate."""
    assert Twister()._read is not None


@pytest.mark.parametrize("twister", [pytest.param(Twister(), id="copies"), pytest.param(slow_twister(), id="getstate")])
@pytest.mark.parametrize("halves", [0, 1])
def test_what_is_read_and_written_goes_on_with_the_same_draws(twister: Twister, halves: int) -> None:
    generator = at(3)
    for _ in range(halves):
        generator.gauss(0, 1)
    found = twister.read(generator)
    expected = [generator.gauss(0, 1), generator.random(), generator.gauss(0, 1)]
    twister.seed(generator, 4)
    generator.gauss(0, 1)
    twister.write(generator, found)
    assert [generator.gauss(0, 1), generator.random(), generator.gauss(0, 1)] == expected


@given(st.integers(), st.integers(0, 1300), st.integers(0, 1))
def test_the_digest_is_the_same_by_either_way(seed: int, steps: int, halves: int) -> None:
    generator = at(seed)
    for _ in range(steps):
        generator.random()
    for _ in range(halves):
        generator.gauss(0, 1)
    before = generator.getstate()
    assert Twister().digest(generator) == slow_twister().digest(generator)
    assert generator.getstate() == before


def test_the_digest_of_a_known_state_is_the_same_on_every_platform() -> None:
    assert Twister().digest(at(0)) == "d55430600739f3ec"


def test_a_pin_is_what_seed_is() -> None:
    seeder = open_random(random)
    found = seeder.hold()
    seeder.pin(2**40 + 1)
    pinned = draws()
    random.seed(2**40 + 1)
    assert draws() == pinned
    seeder.put_back(found)


@pytest.mark.parametrize("halves", [pytest.param(0, id="no-half"), pytest.param(1, id="cached-half-of-gauss")])
def test_the_state_found_is_put_back_exactly(halves: int) -> None:
    seeder = open_random(random)
    random.seed(11)
    for _ in range(halves):
        random.gauss(0, 1)
    state = random.getstate()
    found = seeder.hold()
    seeder.pin(5)
    random.gauss(0, 1)
    seeder.put_back(found)
    assert random.getstate() == state


def test_a_generator_of_another_class_is_read_by_its_own_methods() -> None:
    """A user may have put a subclass there, whose memory is not ours to know."""

    class Counted(Random):
        pass

    holder = Holder(Counted(1))
    seeder = SharedRandom(holder, "shared")
    found = seeder.hold()
    expected = holder.shared.getstate()
    seeder.pin(9)
    assert holder.shared.getstate() == at(9).getstate()
    assert seeder.state() == Twister().digest(at(9))
    seeder.put_back(found)
    assert holder.shared.getstate() == expected


def test_a_generator_replaced_meanwhile_does_not_get_the_state_of_another() -> None:
    holder = Holder(at(1))
    first = holder.shared
    seeder = SharedRandom(holder, "shared")
    found = seeder.hold()
    seeder.pin(9)
    holder.shared = at(2)
    seeder.put_back(found)
    assert (first.getstate(), holder.shared.getstate()) == (at(1).getstate(), at(2).getstate())
