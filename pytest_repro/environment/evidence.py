"""What the probes say of a fact: which of them its change would show in, and which variables set it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.values.address import matches

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pytest_repro.environment.fact import Plain

LOOPS = frozenset({"loops64", "loops32", "complex", "sums", "sorting"})
PRODUCTS = frozenset({"blas", "lapack", "threads"})

SHOWN: tuple[tuple[str, frozenset[str]], ...] = (
    ("floats.*", frozenset({"floats"})),
    ("numpy.version", LOOPS),  # and linear algebra, through the BLAS that it brings: see below
    ("packages.numpy*", LOOPS),
    ("numpy.*", LOOPS),
    ("variables.NPY_*", LOOPS),
    ("blas.pools.*", frozenset()),  # of other packages than numpy, whose own stands at blas itself: no probe calls them
    ("blas.threads", frozenset({"threads"})),
    ("blas.layer", frozenset({"threads"})),
    ("cores.*", frozenset({"threads"})),
    ("variables.*_NUM_THREADS", frozenset({"threads"})),
    ("variables.*_MAX_THREADS", frozenset({"threads"})),
    ("blas.*", PRODUCTS),
    ("variables.OPENBLAS_*", PRODUCTS),
    ("variables.MKL_*", PRODUCTS),
    ("variables.BLIS_*", PRODUCTS),
    ("system.libc", frozenset({"libm"})),
    ("variables.GLIBC_TUNABLES", frozenset({"libm"})),
    ("cpu.*", LOOPS | PRODUCTS | {"libm"}),
)
"""Pattern of addresses and the probes in which a change would show; the first pattern that matches counts."""

BRINGS_BLAS = ("numpy.version", "packages.numpy", "packages.numpy.record")
OF_BLAS = ("blas.name", "blas.version", "blas.library")

SETTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("blas*.kernel", ("OPENBLAS_CORETYPE", "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR", "BLIS_ARCH_TYPE", "FLEXIBLAS")),
    (
        "blas*.threads",
        (
            *("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "GOTO_NUM_THREADS"),
            *("VECLIB_MAXIMUM_THREADS", "OPENBLAS_DEFAULT_NUM_THREADS", "OMP_THREAD_LIMIT"),
        ),
    ),
    ("blas*.layer", ("MKL_THREADING_LAYER",)),
    ("numpy.simd", ("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES")),
    ("numpy.dispatch", ("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES")),
    ("numpy.targets*", ("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES")),
    ("python.hash_seed", ("PYTHONHASHSEED",)),
    ("python.optimize", ("PYTHONOPTIMIZE",)),
    ("locale.zone*", ("TZ",)),
    ("locale.offset", ("TZ",)),
    ("locale.name", ("LC_ALL", "LANG", "LC_NUMERIC", "LC_COLLATE", "LC_TIME", "LC_CTYPE")),
    ("locale.encoding", ("LC_ALL", "LANG", "LC_CTYPE", "PYTHONUTF8")),
)
"""Pattern of addresses and the variables that set such a fact."""


class Evidence(NamedTuple):
    """What the probes of two environments say.

    Attributes:
        compared: Probes that were run in both.
        changed: Those of them that gave other bits.
    """

    compared: frozenset[str]
    changed: frozenset[str]

    @classmethod
    def of(cls, before: Mapping[str, Plain], after: Mapping[str, Plain]) -> Evidence:
        """From the facts of two snapshots."""
        compared = {
            address.removeprefix("probes.")
            for address, digest in before.items()
            if address.startswith("probes.") and digest and after.get(address)
        }
        changed = {name for name in compared if before[f"probes.{name}"] != after[f"probes.{name}"]}
        return cls(frozenset(compared), frozenset(changed))

    def about(self, address: str, changed: Collection[str]) -> frozenset[str]:
        """The probes that were run in both and would show a change of the fact.

        Args:
            address: Of the fact.
            changed: Addresses of all facts that differ.
        """
        shown = next((probes for pattern, probes in SHOWN if matches(pattern, address)), frozenset[str]())
        if address in BRINGS_BLAS and not {*OF_BLAS}.isdisjoint(changed):
            shown |= PRODUCTS
        return shown & self.compared

    def fit(self, about: frozenset[str]) -> float:
        """How well a fact explains what changed, in [0, 1]: 1 if the probes that changed are those that speak of it."""
        return len(about & self.changed) / len(about | self.changed) if self.changed else 0.0


def setters(address: str) -> tuple[str, ...]:
    """Addresses of the variables that set a fact."""
    return next(
        (tuple(f"variables.{name}" for name in names) for pattern, names in SETTERS if matches(pattern, address)), ()
    )
