"""Another number of threads: sums are shared out among them, and parts of sums are rounded."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pytest_repro.variations.numbers import whole
from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
MOST = 1024


def _variables(value: str, _environment: Mapping[str, str]) -> Mapping[str, str]:
    # numba refuses to start with more threads than cores
    more = {"NUMBA_NUM_THREADS": value} if int(value) <= (os.cpu_count() or 1) else {}
    return dict.fromkeys(VARIABLES, value) | more


@contextmanager
def _inside(value: str) -> Iterator[None]:
    """What variables do not reach: libraries cap them at the cores, and a suite's conftest.py may set another number.

    scikit-learn's own tests do so.
    """
    if not value or "numpy" not in sys.modules:
        yield
        return
    wanted = int(value)
    with _pools(len(sys.modules)).limit(limits=wanted):
        torch: Any = sys.modules.get("torch")
        before = torch.get_num_threads() if torch is not None else wanted
        if before != wanted:
            torch.set_num_threads(wanted)
        try:
            yield
        finally:
            if before != wanted:
                torch.set_num_threads(before)


@lru_cache(maxsize=1)
def _pools(_modules: int) -> Any:
    """The loaded libraries; looked for again when more modules are imported, since it takes a millisecond or two."""
    from threadpoolctl import ThreadpoolController  # noqa: PLC0415  # in fresh processes alone

    return ThreadpoolController()


def _read(_value: str) -> str:
    from threadpoolctl import threadpool_info  # noqa: PLC0415  # likewise

    found = sorted({f"{one.get('internal_api')} {one.get('num_threads')}" for one in threadpool_info()})
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        found.append(f"torch {torch.get_num_threads()}")
    return ", ".join(found) or "no library with threads loaded"


THREADS = Variation(
    name="threads",
    kind="hardware",
    changes="BLAS and OpenMP share work among another number of threads",
    stands_for="a machine or container with other cores",
    proof="threads of each loaded library",
    mend="state what rounding may do: under={'threads': 1e-12}; or limit threads: threadpoolctl.threadpool_limits(1)",
    usual=lambda: ("1",),
    check=lambda value: whole(value, 1, MOST, "a number of threads"),
    variables=_variables,
    inside=_inside,
    read=_read,
)
