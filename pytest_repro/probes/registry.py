"""All probes, and the one run of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.probes.blas import BLAS
from pytest_repro.probes.complexes import COMPLEX
from pytest_repro.probes.digest import digest
from pytest_repro.probes.floats import FLOATS
from pytest_repro.probes.lapack import LAPACK
from pytest_repro.probes.libm import LIBM
from pytest_repro.probes.loops import FLOAT32, FLOAT64
from pytest_repro.probes.sorting import SORTING
from pytest_repro.probes.sums import SUMS
from pytest_repro.probes.threads import THREADS

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import ModuleType

    from pytest_repro.probes.probe import Probe

PROBES: tuple[Probe, ...] = (
    FLOATS,  # first: what it reveals colours all that follow
    LIBM,
    FLOAT64,
    FLOAT32,
    COMPLEX,
    SUMS,
    SORTING,
    BLAS,
    LAPACK,  # it is built upon the one before
    THREADS,  # the only one that the number of threads changes
)


def run(numpy: ModuleType | None, names: Collection[str] = ()) -> dict[str, str]:
    """16 hex digits by the name of the probe; equal digests mean equal bits.

    Nothing of it is seen from outside: no generator is drawn from, numpy's error state is what it was, no warning is
    given. A probe that cannot be run here is missing from the result.

    Args:
        numpy: The module, if the process has imported it; without it only the probes that need none are run.
        names: Those that are wanted; all where none is named.
    """
    wanted = [probe for probe in PROBES if not names or probe.name in names]
    if numpy is None:
        return _digests(None, [probe for probe in wanted if not probe.numpy])
    with numpy.errstate(all="ignore"):
        return _digests(numpy, wanted)


def _digests(numpy: ModuleType | None, probes: list[Probe]) -> dict[str, str]:
    found = {}
    for probe in probes:
        try:
            found[probe.name] = digest(probe.bits(numpy))
        except Exception:  # noqa: BLE001, S112  # a numpy built without LAPACK raises its own; the others still tell
            continue
    return found
