"""Effects: whether a variable that is set did what whoever set it meant; most that are set too late do nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.controls.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_repro.environment.blas import Pool
    from pytest_repro.environment.snapshot import Snapshot

THREADS: Mapping[str, tuple[str, ...]] = {
    "OpenBLAS": ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"),
    "MKL": ("MKL_NUM_THREADS", "OMP_NUM_THREADS"),
    "BLIS": ("BLIS_NUM_THREADS", "OMP_NUM_THREADS"),
    "OpenMP": ("OMP_NUM_THREADS",),
}
"""By library, the variables that set its threads, the strongest first."""


class Ineffective(NamedTuple):
    """One variable that took no effect.

    Attributes:
        name: Of the variable.
        words: What it says, and what the process does.
    """

    name: str
    words: str


def ineffective(s: Snapshot) -> tuple[Ineffective, ...]:
    """The variables that are set and took no effect, each once, as far as the snapshot can tell."""
    values = s.variables.values or {}
    found: dict[str, Ineffective] = {}
    for one in (
        *_threads(s, values),
        *_hash_seed(s, values),
        *_kernel(s, values),
        *_simd(s, values),
        *_modes(s, values),
    ):
        found.setdefault(one.name, one)
    return tuple(found.values())


def _threads(s: Snapshot, values: Mapping[str, str]) -> Iterator[Ineffective]:
    """More threads than asked for; fewer are a library's good right: it knows its cores and its limits."""
    for pool in s.blas.pools or ():
        name = next((name for name in THREADS.get(pool.name, ()) if values.get(name, "").strip()), None)
        if name is None or pool.threads is None:
            continue
        wish = re.match(r"\s*(\d+)\s*(?:,.*)?$", values[name])  # OpenMP: a number a level of nesting
        if wish is None:
            yield Ineffective(name, f"{name}={values[name]:.40} is no number of threads; {_pool(pool)}")
        elif 0 < int(wish[1]) < pool.threads:
            yield Ineffective(name, f"{name}={wish[1]}, and {_pool(pool)}")


def _pool(pool: Pool) -> str:
    owner = "" if pool.owner == "system" else f"{pool.owner}'s "
    return f"{owner}{pool.name} has {counted(pool.threads or 0, 'thread')}"


def _hash_seed(s: Snapshot, values: Mapping[str, str]) -> Iterator[Ineffective]:
    wish, seed = values.get("PYTHONHASHSEED", ""), s.python.hash_seed
    if not wish or (wish == "random" and seed is not None and not seed.isdecimal()):
        return
    if wish.isdecimal() and seed is not None and seed.isdecimal() and int(wish) == int(seed):
        return
    actual = "another seed" if seed is None else "random" if seed == "random" else f"the seed {seed}"
    yield Ineffective("PYTHONHASHSEED", f"PYTHONHASHSEED={wish:.40}, and the interpreter started with {actual}")


def _kernel(s: Snapshot, values: Mapping[str, str]) -> Iterator[Ineffective]:
    wish = values.get("OPENBLAS_CORETYPE", "").strip()
    for pool in s.blas.pools or ():
        if wish and pool.name == "OpenBLAS" and pool.kernel and pool.kernel.casefold() != wish.casefold():
            owner = "" if pool.owner == "system" else f"{pool.owner}'s "
            words = f"OPENBLAS_CORETYPE={wish:.40}, and {owner}OpenBLAS runs {pool.kernel}"
            yield Ineffective("OPENBLAS_CORETYPE", words)


def _simd(s: Snapshot, values: Mapping[str, str]) -> Iterator[Ineffective]:
    name = "NPY_DISABLE_CPU_FEATURES"
    wishes = re.split(r"[\s,]+", values.get(name, "").upper())
    still = [target for target in s.numpy.dispatch or () if target.upper() in wishes]
    if still:
        yield Ineffective(name, f"{name} names {', '.join(still)}, and numpy uses it still")


def _modes(s: Snapshot, values: Mapping[str, str]) -> Iterator[Ineffective]:
    """Switches that are read at the interpreter's or a library's start."""
    jax = s.switches.jax or {}
    for name, effect, words in (
        ("PYTHONOPTIMIZE", s.python.optimize, "assert statements are not optimised away"),
        ("PYTHONUTF8", s.python.utf8_mode, "UTF-8 mode is off"),
        ("PYTHONDEVMODE", s.python.dev_mode, "development mode is off"),
        ("JAX_ENABLE_X64", jax.get("enable_x64"), "jax computes in 32 bits"),
    ):
        off = effect is not None and not effect
        if off and values.get(name, "").strip().lower() not in ("", "0", "false", "off", "no"):
            yield Ineffective(name, f"{name}={values[name]:.40}, and {words}")
