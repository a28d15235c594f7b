"""Hypothesis: an ``@given`` test draws from a generator of its own, seeded from entropy or replayed from a database.

So it is no row of the registry. Two runs draw the same examples when both are given the same seed and neither reads
the database, in which the first run may have kept a failure.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEED = "_hypothesis_internal_use_seed"
_SETTINGS = "_hypothesis_internal_use_settings"


def is_given(function: object) -> bool:
    """Whether ``function`` is a test, or a test's method, under ``@given``; never imports Hypothesis."""
    return "hypothesis" in sys.modules and getattr(function, "is_hypothesis_test", False) is True


@contextmanager
def same_examples(function: object, seed: int, *, timed: bool = True) -> Iterator[None]:
    """Draw the examples of an ``@given`` test from ``seed`` and without the database; anything else is left alone.

    A seed that the user fixed stays: by ``@seed``, by ``derandomize``, by ``--hypothesis-seed``. The two attributes
    are the ones that ``--hypothesis-seed`` and ``@settings`` use; the test stands as before afterwards.

    Args:
        function: The test's function, plain or bound.
        seed: Any int.
        timed: Whether an example may take too long: a deadline, or a health check that minds a slow start, would end
            one run of two that compute the same.
    """
    if not is_given(function):
        yield
        return
    hypothesis: Any = sys.modules["hypothesis"]
    test = getattr(function, "__func__", function)
    found = {name: getattr(test, name) for name in (_SEED, _SETTINGS) if hasattr(test, name)}
    settings = found.get(_SETTINGS) or hypothesis.settings.default
    forced = getattr(sys.modules.get("hypothesis.core"), "global_force_seed", None)
    try:
        if found.get(_SEED) is None and not settings.derandomize and forced is None:
            setattr(test, _SEED, seed)
        # each run has its own instance of the test's class, which Hypothesis takes for a mistake
        checks = [*settings.suppress_health_check, *_executors(hypothesis)]
        checks += [] if timed else [hypothesis.HealthCheck.too_slow]
        deadline = settings.deadline if timed else None
        made = hypothesis.settings(settings, database=None, suppress_health_check=checks, deadline=deadline)
        setattr(test, _SETTINGS, made)
        yield
    finally:
        for name in (_SEED, _SETTINGS):
            if name in found:
                setattr(test, name, found[name])
            elif hasattr(test, name):
                delattr(test, name)


def _executors(hypothesis: Any) -> list[Any]:
    """The health check that compares the instances; Hypothesis has it since 6.83."""
    check = getattr(hypothesis.HealthCheck, "differing_executors", None)
    return [] if check is None else [check]
