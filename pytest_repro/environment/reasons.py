"""Why a difference of two environments matters: a sentence by address."""

from __future__ import annotations

from pytest_repro.values.address import matches

REASONS: tuple[tuple[str, str], ...] = (
    ("floats.flush_to_zero", "results below 2.2e-308 become zero: a library linked with -ffast-math was loaded"),
    (
        "floats.denormals_are_zero",
        "numbers below 2.2e-308 are read as zero: a library linked with -ffast-math was loaded",
    ),
    ("floats.rounding", "every inexact result is rounded another way"),
    ("numpy.version", "another numpy computes with other loops and sorts, and its wheel brings another BLAS"),
    ("packages.numpy*", "another build of numpy computes with other loops and brings another BLAS"),
    ("numpy.simd", "numpy's loops use other instructions, which round and break ties differently"),
    ("numpy.dispatch", "numpy's loops use other instructions, which round and break ties differently"),
    ("numpy.targets*", "this loop uses other instructions, which round and break ties differently"),
    ("numpy.baseline", "numpy was built for other processors"),
    ("blas*.kernel", "BLAS adds in another order for each kind of processor: no two kernels agree to the last bit"),
    ("blas*.threads", "work is shared among another number of threads, and partial sums are rounded"),
    ("blas*.layer", "threads share the work another way"),
    ("blas*.version", "another version of BLAS adds in another order"),
    ("blas*.name", "another BLAS adds in another order"),
    ("blas*.library", "another build of BLAS"),
    ("blas.pools*", "a library that computes is loaded in one of the two only, or is another one"),
    ("switches.*", "the library was allowed, or forbidden, what makes its results differ"),
    ("gpu.name", "another GPU computes with other kernels; not even its maker promises equal bits"),
    ("gpu.*", "kernels for the GPU are chosen by it; not even its maker promises equal bits"),
    ("cpu.name", "only its name, unless the libraries chose other instructions for it"),
    ("cpu.*", "libraries choose their instructions by it"),
    ("cores.*", "thread pools take their size from it"),
    ("system.libc", "sin, exp and pow of Python's math come from it, and differ in the last bit"),
    ("system.name", "another system brings another C library"),
    ("system.*", "the system under it; libraries bring their own mathematics, as a rule"),
    ("python.version", "another interpreter may order, hash and print differently"),
    ("python.hash_seed", "the order of sets, and of what is computed from them"),
    ("python.optimize", "assert statements are not run"),
    ("python.gil", "threads interleave differently"),
    ("python.*", "another interpreter may order, hash and print differently"),
    ("variables.GLIBC_TUNABLES", "it chooses the variants of the C library's functions"),
    ("variables.*", "a variable that libraries read when they are loaded"),
    ("packages.digest", "what is installed differs"),
    ("packages.*.record", "the same version from another build"),
    ("packages.*.source", "it was installed from another source"),
    ("packages.*.ref", "another commit of it is installed"),
    ("packages.*", "another version of a package that the test may use"),
    ("git.commit", "the code is another one"),
    ("git.dirty", "there are changes that no commit holds"),
    ("locale.*", "texts, dates and the order of words follow it"),
    ("container.*", "where it ran; it explains no number"),
    ("memory.*", "how much there is explains no number, unless work is cut to fit"),
    ("ci.*", "where it ran; it explains no number"),
    ("git.*", "where the code came from; it explains no number"),
    ("*", "known to differ, not known to matter"),
)
"""Pattern of addresses and the sentence; the first that matches counts."""


def reason(address: str) -> str:
    """Why a difference at an address matters, in one sentence without a full stop."""
    return next(sentence for pattern, sentence in REASONS if matches(pattern, address))
