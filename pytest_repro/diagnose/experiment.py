"""One more run of a test that a diagnosis wants, and what it showed."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.envelope import Envelope
    from pytest_repro.observe.draw import Site


class Experiment(NamedTuple):
    """One more run that is wanted.

    Attributes:
        restore: Put what outlives the test back to where it was before the first experiment.
        serve: Serve the clock readings of the first experiment again.
        shift: Whole seconds by which these are moved.
        entropy: Sites to which the entropy that they drew in the first experiment is served again.
    """

    restore: bool = False
    serve: bool = False
    shift: int = 0
    entropy: tuple[Site, ...] = ()


class Trial(NamedTuple):
    """What an experiment showed.

    Attributes:
        envelope: The run.
        prepared: A run that came before it, and was no experiment: it set up what the test's scope had torn down.
        changed: Names of what outlives the test and was changed by the run.
        readings: How often the clock was read.
        restorable: Whether all that changed could be put back.
        draws: How often each site drew entropy.
        raced: Sites that several threads drew at.
        more: Whether there is time for more experiments.
    """

    envelope: Envelope
    prepared: tuple[Envelope, ...] = ()
    changed: tuple[str, ...] = ()
    readings: int = 0
    restorable: bool = True
    draws: Mapping[Site, int] = MappingProxyType({})
    raced: frozenset[Site] = frozenset()
    more: bool = True
