"""The BLAS libraries that are loaded: version, kernel, threads."""

from __future__ import annotations

import sys


def facts() -> dict[str, str | None]:
    """One line an implementation; None where numpy was never imported, since then none matters."""
    if "numpy" not in sys.modules:
        return {"blas": None}
    from threadpoolctl import threadpool_info  # noqa: PLC0415  # 2 ms, and only a report asks

    seen: dict[str, None] = {}
    for pool in threadpool_info():
        if pool.get("user_api") != "blas":
            continue
        parts = [f"{_named(pool.get('internal_api'))} {pool.get('version') or '?'}"]
        if pool.get("architecture"):
            parts.append(str(pool["architecture"]))
        threads = pool.get("num_threads")
        seen[f"{' '.join(parts)}, {threads} thread{'' if threads == 1 else 's'}"] = None
    return {"blas": "; ".join(seen) or "no BLAS loaded"}


def _named(api: object) -> str:
    return {"openblas": "OpenBLAS", "mkl": "MKL", "blis": "BLIS", "flexiblas": "FlexiBLAS"}.get(str(api), str(api))
