"""The BLAS and OpenMP libraries that are loaded: version, kernel, threads."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.environment.place import Place

NONE = "numpy was not imported, or threadpoolctl does not see its BLAS"
NAMES = {"openblas": "OpenBLAS", "mkl": "MKL", "blis": "BLIS", "flexiblas": "FlexiBLAS", "openmp": "OpenMP"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One loaded library with threads of its own.

    Attributes:
        owner: The package it came with: ``numpy`` and ``scipy`` each bring an OpenBLAS; ``system`` for a shared one.
        api: ``blas`` or ``openmp``.
        name: Its maker's word: OpenBLAS, MKL, BLIS, FlexiBLAS, OpenMP.
        version: Its version; None where it tells none.
        kernel: The code that it chose for this processor; None where it tells none.
        threads: Threads it would use now.
        layer: How it makes threads: pthreads, openmp, intel, tbb.
        library: File name without its folder; wheels have a digest of the build in it.
    """

    owner: str
    api: str
    name: str
    version: str | None = None
    kernel: str | None = None
    threads: int | None = None
    layer: str | None = None
    library: str = ""

    @property
    def key(self) -> str:
        """What it is called in an address: ``scipy-openblas``."""
        return f"{self.owner}-{self.name}".lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blas:
    """numpy's own BLAS, and all that are loaded."""

    name: str | None = fact("the BLAS that numpy uses", ids=("hardware",), rank=1, unknown=NONE)
    version: str | None = fact("its version", ids=("hardware",), rank=1, unknown=NONE)
    kernel: str | None = fact("the code that it chose for this processor", ids=("hardware",), rank=2, unknown=NONE)
    threads: int | None = fact("threads it would use now", ids=("hardware",), rank=5, unknown=NONE)
    layer: str | None = fact("how it makes threads", ids=("hardware",), rank=5, unknown=NONE)
    library: str | None = fact("its file, without the folder", rank=9, unknown=NONE)
    pools: tuple[Pool, ...] | None = fact(
        "every loaded BLAS and OpenMP; each package of a wheel may bring its own",
        rank=2,
        unknown="numpy was not imported",
    )


SET_BY_IMPORT = "KMP_DUPLICATE_LIB_OK"


def read(place: Place) -> Blas:  # noqa: ARG001  # sections have one signature
    """From threadpoolctl; unknown where numpy was never imported, since then none matters."""
    if "numpy" not in sys.modules:
        return Blas()
    pools = tuple(sorted(map(_pool, _told()), key=lambda pool: (pool.api, pool.key, pool.library)))
    own = _own(pools)
    if own is None:
        return Blas(name=_declared(), pools=pools)
    return Blas(
        name=own.name,
        version=own.version,
        kernel=own.kernel,
        threads=own.threads,
        layer=own.layer,
        library=own.library,
        pools=pools,
    )


def _told() -> list[dict[str, object]]:
    """What threadpoolctl sees; its import sets a variable for libraries loaded later, which is put back."""
    before = os.environ.get(SET_BY_IMPORT)
    from threadpoolctl import threadpool_info  # noqa: PLC0415  # 2 ms, and only a report asks

    if before is None:
        os.environ.pop(SET_BY_IMPORT, None)
    told: list[dict[str, object]] = threadpool_info()
    return told


def _pool(told: Mapping[str, object]) -> Pool:
    path = PurePath(str(told.get("filepath") or ""))
    api, threads = str(told.get("internal_api") or ""), told.get("num_threads")
    kernel = told.get("architecture") or told.get("current_backend")  # FlexiBLAS hands on to another BLAS
    return Pool(
        owner=_owner(path),
        api=str(told.get("user_api") or ""),
        name=NAMES.get(api, api),
        version=str(told["version"]) if told.get("version") else None,
        kernel=str(kernel) if kernel and kernel != "unknown" else None,
        threads=threads if isinstance(threads, int) else None,
        layer=str(told["threading_layer"]) if told.get("threading_layer") else None,
        library=path.name,
    )


def _owner(path: PurePath) -> str:
    """``numpy`` of ``.../numpy.libs/x.so``, ``.../numpy/.dylibs/x.dylib`` and ``.../numpy/_core/x.so``."""
    folders = path.parts[:-1]
    for index, folder in enumerate(folders):
        if folder.endswith(".libs") and len(folder) > len(".libs"):
            return folder.removesuffix(".libs")
        if folder in ("site-packages", "dist-packages") and folders[index + 1 :]:
            return folders[index + 1].removesuffix(".libs")
    return "system"


def _own(pools: tuple[Pool, ...]) -> Pool | None:
    """numpy's: the one in its wheel, else the one that no other package brought, else the only one."""
    loaded = [pool for pool in pools if pool.api == "blas"]
    for owner in ("numpy", "system"):
        found = [pool for pool in loaded if pool.owner == owner]
        if found:
            return found[0]
    return None


def _declared() -> str | None:
    """What numpy was built with, where threadpoolctl sees nothing: Accelerate on macOS."""
    config = getattr(sys.modules.get("numpy.__config__"), "CONFIG", None)
    if not isinstance(config, dict):
        return None
    name = config.get("Build Dependencies", {}).get("blas", {}).get("name")
    return str(name) if name and re.fullmatch(r"[\w.-]{1,40}", str(name)) else None
