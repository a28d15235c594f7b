"""XLA's kernels for another processor, as jax compiles them."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING, Any

from pytest_repro.variations import processor
from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Mapping

ISAS = ("SSE4_2", "AVX", "AVX2", "AVX512")


def _variables(value: str, environment: Mapping[str, str]) -> Mapping[str, str]:
    flags = environment.get("XLA_FLAGS", "").split()
    kept = [flag for flag in flags if not flag.startswith("--xla_cpu_max_isa=")]
    return {"XLA_FLAGS": " ".join([*kept, f"--xla_cpu_max_isa={value}"])}


def _read(_value: str) -> str:
    """Bits of a product, a tanh and an exp."""
    jax: Any = sys.modules.get("jax")
    if jax is None:
        return "jax not loaded"
    numbers = jax.numpy.sin(jax.numpy.arange(4096.0)).reshape(64, 64)
    found = hashlib.blake2b(digest_size=4)
    for result in (numbers @ numbers.T, jax.numpy.tanh(numbers), jax.numpy.exp(numbers)):
        found.update(bytes(memoryview(result).cast("B")))
    return found.hexdigest()


JAX = Variation(
    name="jax",
    kind="hardware",
    changes="XLA compiles for a processor without fused multiply-add",
    stands_for="another processor",
    proof="bits of a product, a tanh and an exp",
    mend="state what rounding may do: under={'jax': 1e-6}",
    library="jax",
    usual=lambda: ("AVX",),
    missing=lambda: "" if processor.machine() == "x86_64" else "XLA's instructions are chosen on x86 alone",
    check=lambda value: "" if value in ISAS else f"jax is one of {', '.join(ISAS)}, not {value!r:.40}",
    variables=_variables,
    read=_read,
)
