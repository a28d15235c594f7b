"""All variations, and the variables under which every process starts that is compared with another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.variations.aslr import ASLR
from pytest_repro.variations.blas import BLAS
from pytest_repro.variations.day import TIME
from pytest_repro.variations.encoding import ENCODING
from pytest_repro.variations.file_order import FILE_ORDER
from pytest_repro.variations.hashseed import CONTROL, HASHSEED
from pytest_repro.variations.hashseed import VARIABLE as HASH_SEED
from pytest_repro.variations.jax_kernels import JAX
from pytest_repro.variations.libm import LIBM
from pytest_repro.variations.numba_code import NUMBA
from pytest_repro.variations.regional import LOCALE
from pytest_repro.variations.simd import SIMD
from pytest_repro.variations.suite_order import TEST_ORDER
from pytest_repro.variations.thread_switching import THREAD_SWITCHING
from pytest_repro.variations.threads import THREADS
from pytest_repro.variations.timezone import TIMEZONE
from pytest_repro.variations.torch_kernels import TORCH
from pytest_repro.variations.uninitialized import UNINITIALIZED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.variations.variation import Variation

VARIATIONS: tuple[Variation, ...] = (
    HASHSEED,  # first what most often makes a test drift, so that it stands on the left of the map
    FILE_ORDER,
    TEST_ORDER,
    TIMEZONE,
    LOCALE,
    UNINITIALIZED,
    THREADS,  # then hardware, what is felt by most libraries first
    BLAS,
    SIMD,
    LIBM,
    TORCH,
    JAX,
    NUMBA,
    ENCODING,  # then what is for the night
    THREAD_SWITCHING,
    TIME,
    ASLR,
)

MEMBERS = ("hashseed", "timezone", "uninitialized", "threads", "blas", "simd", "libm", "torch", "jax", "numba")
"""What ``combined`` changes at once; the others would hide one another, or change what is collected."""

_BY_NAME = {one.name: one for one in VARIATIONS}


def variation(name: str) -> Variation:
    """The variation of a name.

    Raises:
        KeyError: There is none.
    """
    return _BY_NAME[name]


def known(name: str) -> bool:
    """Whether there is a variation of a name."""
    return name in _BY_NAME


def same_hash_seed(environment: Mapping[str, str]) -> bool:
    """Whether this process hashes as unchanged fresh ones do; it does not where it drew its seed."""
    return environment.get(HASH_SEED, "") == control_variables(environment)[HASH_SEED]


def control_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Variables under which all processes start that are compared: one hash seed, which nobody draws."""
    seed = environment.get(HASH_SEED, "")
    return {HASH_SEED: seed if seed.isascii() and seed.isdecimal() else CONTROL}
