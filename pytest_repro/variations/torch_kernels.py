"""torch's kernels for another processor: its own, those of MKL and those of oneDNN, which each read a variable."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING, Any

from pytest_repro.variations import processor
from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Mapping


def _variables(value: str, _environment: Mapping[str, str]) -> Mapping[str, str]:
    # torch ignores a name that it does not know without a word, hence the check of the value
    older = "AVX2" if "avx512f" in processor.flags() else "SSE4_2"
    dnn = "AVX2" if older == "AVX2" else "SSE41"
    return {"ATEN_CPU_CAPABILITY": value, "MKL_ENABLE_INSTRUCTIONS": older, "ONEDNN_MAX_CPU_ISA": dnn}


def _read(_value: str) -> str:
    """torch's capability, and the bits of a product and a softmax; no generator is drawn from."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return "torch not loaded"
    capability = torch.backends.cpu.get_cpu_capability()
    with torch.no_grad():
        numbers = torch.sin(torch.arange(4096, dtype=torch.float32)).reshape(64, 64)
        results = (numbers @ numbers.T, torch.softmax(numbers, 1), torch.exp(numbers))
        found = hashlib.blake2b(digest_size=4)
        for result in results:
            found.update(result.numpy().tobytes())
    return f"{capability}; {found.hexdigest()}"


TORCH = Variation(
    name="torch",
    kind="hardware",
    changes="torch, MKL and oneDNN use kernels for an older processor",
    stands_for="another processor",
    proof="capability that torch names, bits of a product and a softmax",
    mend="state what rounding may do: under={'torch': 1e-6}",
    library="torch",
    usual=lambda: ("default",),
    missing=lambda: "" if processor.machine() == "x86_64" else "its kernels are chosen on x86 alone",
    check=lambda value: "" if value in ("default", "avx2") else f"torch is default or avx2, not {value!r:.40}",
    variables=_variables,
    read=_read,
)
