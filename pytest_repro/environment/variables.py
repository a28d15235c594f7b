"""The environment variables that are known to change what is computed: by a list, masked, never all of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.environment.fact import fact
from pytest_repro.values.secrets import named_secret

if TYPE_CHECKING:
    from pytest_repro.environment.place import Place

# fmt: off
NAMES = frozenset({
    "PYTHONHASHSEED", "PYTHONOPTIMIZE", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONDEVMODE", "PYTHONDONTWRITEBYTECODE",
    "PYTHONWARNINGS", "PYTHONMALLOC", "PYTHON_GIL", "PYTHON_JIT", "PYTHON_CPU_COUNT", "PYTHONSAFEPATH",
    "TZ", "LANG", "LANGUAGE", "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME",
    "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES", "NPY_PROMOTION_STATE", "NUMPY_MADVISE_HUGEPAGE",
    "VECLIB_MAXIMUM_THREADS", "GOTO_NUM_THREADS", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS", "FLEXIBLAS",
    "GLIBC_TUNABLES", "MALLOC_ARENA_MAX", "MALLOC_PERTURB_", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_BIND_NOW",
    "DYLD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "SOURCE_DATE_EPOCH",
    "CUBLAS_WORKSPACE_CONFIG", "CUDA_VISIBLE_DEVICES", "CUDA_LAUNCH_BLOCKING", "CUDA_DEVICE_ORDER", "NCCL_ALGO",
    "NCCL_PROTO", "NVIDIA_TF32_OVERRIDE", "NVIDIA_VISIBLE_DEVICES", "PYTORCH_CUDA_ALLOC_CONF",
    "PYTORCH_ENABLE_MPS_FALLBACK", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HSA_OVERRIDE_GFX_VERSION",
    "ROCBLAS_ATOMICS_MODE", "ATEN_CPU_CAPABILITY", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "TORCH_BLAS_PREFER_CUBLASLT",
    "TORCH_LINALG_PREFER_CUSOLVER",
    "TF_DETERMINISTIC_OPS", "TF_CUDNN_DETERMINISTIC", "TF_ENABLE_ONEDNN_OPTS", "TF_GPU_THREAD_MODE", "TF_XLA_FLAGS",
    "TF_NUM_INTEROP_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_USE_LEGACY_KERAS",
    "XLA_FLAGS", "XLA_PYTHON_CLIENT_PREALLOCATE", "JAX_ENABLE_X64", "JAX_DEFAULT_MATMUL_PRECISION", "JAX_PLATFORMS",
    "JAX_PLATFORM_NAME", "JAX_DISABLE_JIT", "JAX_DEFAULT_PRNG_IMPL", "JAX_THREEFRY_PARTITIONABLE", "JAX_DEBUG_NANS",
    "JAX_NUMPY_DTYPE_PROMOTION", "JAX_DEFAULT_DTYPE_BITS",
    "SCIPY_ARRAY_API", "CI", "PYTEST_ADDOPTS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_XDIST_WORKER_COUNT",
})
# fmt: on
PREFIXES = (  # of libraries whose variables are all about computing; Terraform's begin with TF_, and hold secrets
    *("OMP_", "KMP_", "GOMP_", "MKL_", "OPENBLAS_", "BLIS_", "NUMEXPR_", "NUMBA_"),
    *("CUDNN_", "DNNL_", "ONEDNN_", "MIOPEN_"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """Variables by name; one that is not set is absent."""

    values: dict[str, str] | None = fact(  # noqa: RUF009  # it makes a field, as dataclasses.field does
        "value of a variable that libraries read, without secrets and folders", ids=("context",), rank=8, table=True
    )


def told(name: str) -> bool:
    """Whether the variable is one of those that are recorded when they are set."""
    return (name in NAMES or name.startswith(PREFIXES)) and not named_secret(name)


def read(place: Place) -> Variables:
    """As they are now; a library that read one when it was loaded may hold an older value."""
    return Variables(values={name: place.clean(value) for name, value in sorted(os.environ.items()) if told(name)})
