"""Which site of entropy is guilty, told from made-up runs: what is served stays, what draws anew moves."""

from __future__ import annotations

import itertools

import pytest

from pytest_repro.compare import compare
from pytest_repro.diagnose.cause import cause
from pytest_repro.diagnose.experiment import Trial
from pytest_repro.diagnose.inquiry import concluded
from pytest_repro.envelope import Envelope
from pytest_repro.observe.draw import Site
from pytest_repro.values.registry import Freezer
from pytest_repro.values.tolerance import Tolerances

A, B, C = (Site("numpy", "model.py", line, "default_rng()", "") for line in (1, 2, 3))


class World:
    """A test whose values are made from what its sites draw.

    Args:
        uses: By value, the sites it is made from.
        sites: All that draw, harmless ones too.
        kinds: How many different values a draw gives.
        racy: Values that differ in every run whatever is served.
        slow: Experiments after which there is no time left.
    """

    def __init__(self, uses, sites, *, kinds=10**6, racy=(), slow=99):
        self.uses, self.sites, self.kinds, self.racy, self.slow = uses, sites, kinds, racy, slow
        self.count = itertools.count(1)
        self.tape = None
        self.asked = []

    def run(self, served=()):
        number = next(self.count)
        draws = {site: (number * 7919 + site.line) % self.kinds for site in self.sites}
        draws |= {site: self.tape[site] for site in served}
        self.tape = self.tape or (draws if number == 3 else None)
        seen = {}
        for name, sites in self.uses.items():
            value = sum(draws[site] for site in sites) / 7 + (number if name in self.racy else 0)
            seen |= Freezer().freeze(f"locals.{name}", value)
        return Envelope(nodeid="t", label="run", session_seed=0, seed=0, observations=seen, window=(1e9, 1e9))

    def carry_out(self, experiment):
        self.asked.append(experiment)
        envelope = self.run(experiment.entropy)
        return Trial(envelope, draws=dict.fromkeys(self.sites, 1), more=len(self.asked) < self.slow)

    def conclude(self):
        runs = [self.run(), self.run()]
        found = concluded(cause(runs, compare(*runs, Tolerances()), Tolerances(), ()), self.carry_out)
        return {
            (one.site.line, *sorted(address.removeprefix("locals.") for address in one.addresses)): one.proved
            for one in found.entropy
        }


def test_the_one_site_is_proved_without_being_left_alone():
    world = World({"x": [A]}, [A])
    assert world.conclude() == {(1, "x"): True}
    assert [one.entropy for one in world.asked] == [(), (A,), (A,)]


def test_harmless_draws_are_not_blamed_and_each_value_has_its_own_site():
    assert World({"x": [A], "y": [C]}, [A, B, C]).conclude() == {(1, "x"): True, (3, "y"): True}


def test_two_sites_that_make_one_value_are_both_guilty():
    assert World({"x": [A, B]}, [A, B, C]).conclude() == {(1, "x"): True, (2, "x"): True}


def test_a_value_that_moves_though_all_is_served_is_not_entropy_s():
    assert World({"x": [A]}, [A, B], racy={"x"}).conclude() == {}
    assert World({"x": [A], "z": []}, [A, B], racy={"z"}).conclude() == {(1, "x"): True}


def test_without_time_every_site_is_likely_and_none_proved():
    world = World({"x": [A]}, [A, B], slow=2)
    assert world.conclude() == {(1, "x"): False, (2, "x"): False}
    assert len(world.asked) == 3


@pytest.mark.parametrize("kinds", [2, 3])
def test_a_value_of_few_forms_is_never_proved_where_it_once_agreed(kinds):
    world = World({"x": [A]}, [A], kinds=kinds)
    runs = [world.run() for _ in range(3)]
    agreed = len({run.observations["locals.x"].value for run in runs}) < 3
    world = World({"x": [A]}, [A], kinds=kinds)
    assert (True in world.conclude().values()) != agreed
