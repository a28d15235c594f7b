"""Which variations make of this environment a recorded one, as far as one machine can.

The order is that of :mod:`pytest_repro.environment.differences`: what most likely explains numbers stands first. A
condition that matches is a suspect; that the recorded values come back under it is the proof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.variations.condition import COMBINED, Condition, labelled
from pytest_repro.variations.registry import variation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_repro.environment.snapshot import Snapshot


def matching(recorded: Snapshot, now: Snapshot) -> tuple[Condition, ...]:
    """Conditions, each a variation with the recorded value, then all of them at once where there are several.

    Args:
        recorded: The environment that is to come back.
        now: That of this session.
    """
    members = [
        (name, value)
        for name, value in _members(recorded, now)
        if not variation(name).check(value) and not variation(name).missing()
    ]
    singles = [Condition(labelled(name, value), ((name, value),)) for name, value in members]
    together = [Condition(COMBINED, tuple(members))] if len(members) > 1 else []
    return (*singles, *together)


def _members(recorded: Snapshot, now: Snapshot) -> Iterator[tuple[str, str]]:
    before, after = recorded.blas, now.blas
    if before.kernel and after.kernel and before.kernel != after.kernel and before.name == after.name:
        yield "blas", before.kernel
    more = [target for target in now.numpy.dispatch or () if target not in (recorded.numpy.dispatch or ())]
    if recorded.numpy.dispatch is not None and more:
        yield "simd", "+".join(more)
    if before.threads and after.threads and before.threads != after.threads:
        yield "threads", str(before.threads)
    features = (recorded.cpu.features, now.cpu.features)
    if None not in features and "fma" in (features[1] or ()) and "fma" not in (features[0] or ()):
        yield "libm", "nofma"
    seeds = (recorded.python.hash_seed, now.python.hash_seed)
    if seeds[0] and seeds[0].isdecimal() and seeds[0] != seeds[1]:
        yield "hashseed", seeds[0]
    zone = (recorded.variables.values or {}).get("TZ") or recorded.locale.zone_file
    if zone and recorded.locale.offset != now.locale.offset:
        yield "timezone", zone
