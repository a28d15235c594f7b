"""Determinism switches of torch, tensorflow and jax, read from those that are loaded."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.environment.place import Place

Switch = str | int | bool
"""What a switch is; a float would have no place in an identity."""

TORCH = {
    "deterministic_algorithms": "are_deterministic_algorithms_enabled()",
    "deterministic_warn_only": "is_deterministic_algorithms_warn_only_enabled()",
    "fill_uninitialized_memory": "utils.deterministic.fill_uninitialized_memory",
    "default_dtype": "get_default_dtype()",
    "matmul_precision": "get_float32_matmul_precision()",
    "cudnn_deterministic": "backends.cudnn.deterministic",
    "cudnn_benchmark": "backends.cudnn.benchmark",
    "cudnn_allow_tf32": "backends.cudnn.allow_tf32",
    "cuda_allow_tf32": "backends.cuda.matmul.allow_tf32",
    "cuda_reduced_fp16": "backends.cuda.matmul.allow_fp16_reduced_precision_reduction",
    "cuda_reduced_bf16": "backends.cuda.matmul.allow_bf16_reduced_precision_reduction",
    "mkldnn": "backends.mkldnn.enabled",
}
"""Where torch tells a switch; it has no getter for flush-to-zero, whose effect the section ``floats`` shows."""

HARDWARE = {"threads": "get_num_threads()", "simd": "backends.cpu.get_cpu_capability()"}
"""What torch chose for this machine: no part of the environment's identity, which travels."""

TENSORFLOW = {
    "tf32": "config.experimental.tensor_float_32_execution_enabled()",
    "intra_op_threads": "config.threading.get_intra_op_parallelism_threads()",
    "inter_op_threads": "config.threading.get_inter_op_parallelism_threads()",
    "eager_functions": "config.functions_run_eagerly()",
}
"""Where tensorflow tells one; threads are 0 where it chooses."""

PRIVATE = "tensorflow.python.framework.config"
OP_DETERMINISM = {"op_determinism": "is_op_determinism_enabled()"}
"""Of the private module: the public one has a setter only."""

JAX = (
    *("jax_enable_x64", "jax_default_matmul_precision", "jax_default_prng_impl", "jax_threefry_partitionable"),
    *("jax_numpy_dtype_promotion", "jax_default_dtype_bits", "jax_disable_jit", "jax_platforms", "jax_debug_nans"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """By library, each switch by name; None for a library that is not loaded."""

    torch: dict[str, Switch] | None = fact(  # noqa: RUF009  # it makes a field, as dataclasses.field does
        "torch: algorithms, precision of products, threads",
        ids=("environment",),
        rank=3,
        unknown="torch was not imported",
    )
    tensorflow: dict[str, Switch] | None = fact(  # noqa: RUF009  # it makes a field, as dataclasses.field does
        "tensorflow: op determinism, TF32, threads", ids=("environment",), rank=3, unknown="tensorflow was not imported"
    )
    jax: dict[str, Switch] | None = fact(  # noqa: RUF009  # it makes a field, as dataclasses.field does
        "jax: width, precision of products, generator", ids=("environment",), rank=3, unknown="jax was not imported"
    )
    torch_threads: int | None = fact(
        "threads within one of torch's operations", ids=("context",), rank=5, unknown="torch was not imported"
    )
    torch_simd: str | None = fact(
        "the SIMD target of torch's own loops", ids=("context",), rank=4, unknown="torch was not imported"
    )


def read(place: Place) -> Switches:  # noqa: ARG001  # sections have one signature
    """Every switch is asked by itself: torch's TF32 getters raise once the newer interface was used."""
    here = _told("torch", HARDWARE) or {}
    tensorflow = _told("tensorflow", TENSORFLOW)
    threads, simd = here.get("threads"), here.get("simd")
    return Switches(
        torch=_told("torch", TORCH),
        tensorflow=None if tensorflow is None else {**tensorflow, **(_told(PRIVATE, OP_DETERMINISM) or {})},
        jax=_jax(),
        torch_threads=threads if isinstance(threads, int) else None,
        torch_simd=simd if isinstance(simd, str) else None,
    )


def _told(name: str, paths: Mapping[str, str]) -> dict[str, Switch] | None:
    module = sys.modules.get(name)
    if module is None:
        return None
    found: dict[str, Switch] = {}
    for switch, path in paths.items():
        try:
            value = _walked(module, path)
        except AttributeError:  # of another version or build
            continue
        except Exception as error:  # noqa: BLE001  # torch's getters raise RuntimeError, what others raise nobody knows
            value = f"not told ({type(error).__name__})"
        if value is not None:
            found[switch] = _plain(value)
    return found


def _walked(module: object, path: str) -> Any:
    """``config.functions_run_eagerly()`` from the module: attributes by name, called where brackets stand."""
    value: Any = module
    for step in path.split("."):
        value = getattr(value, step.removesuffix("()"))
        value = value() if step.endswith("()") else value
    return value


def _jax() -> dict[str, Switch] | None:
    """From the table of settings: nothing that would start a backend."""
    module = sys.modules.get("jax")
    if module is None:
        return None
    values = getattr(getattr(module, "config", None), "values", {})
    return {name.removeprefix("jax_"): _plain(values[name]) for name in JAX if values.get(name) is not None}


def _plain(value: object) -> Switch:
    return value if isinstance(value, (bool, int, str)) else str(value).removeprefix("torch.")
