"""The two lines of a report about the environment: on what hardware, in which environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_repro.environment.snapshot import Snapshot


def hardware_line(s: Snapshot) -> str:
    """CPU, cores, SIMD; each BLAS; GPU; and the float environment where it is not as usual."""
    chip = ", ".join(part for part in (s.cpu.name or s.cpu.architecture, _cores(s), s.numpy.simd) if part)
    return "; ".join(part for part in (chip, _blas(s), _gpu(s), _floats(s)) if part)


def environment_line(s: Snapshot, lock: str = "") -> str:
    """Interpreter, numpy, system; lock; commit.

    Args:
        s: The environment.
        lock: What is said about the lock file: ``uv.lock 3f2a1c in step``.
    """
    python = f"{s.python.implementation or 'Python'} {s.python.version or '?'}"
    numpy = f"numpy {s.numpy.version}" if s.numpy.version else "numpy not imported"
    system = " ".join(part for part in (s.system.name, s.system.libc) if part)
    return "; ".join(part for part in (f"{python}, {numpy}, {system}", lock, _commit(s)) if part)


def _cores(s: Snapshot) -> str:
    words = f"{s.cores.usable or '?'} of {s.cores.count or '?'} cores"
    held = s.cores.quota is not None and s.cores.quota < (s.cores.usable or 0)
    return f"{words}, a quota of {s.cores.quota:g}" if held else words


def _blas(s: Snapshot) -> str:
    if s.blas.pools is None:
        return ""
    seen: dict[str, None] = {}
    for pool in s.blas.pools:
        if pool.api == "blas":
            name = " ".join(part for part in (pool.name, pool.version or "?", pool.kernel) if part)
            seen[f"{name}, {pool.threads} thread{'' if pool.threads == 1 else 's'}"] = None
    return "; ".join(seen) or s.blas.name or "no BLAS loaded"


def _gpu(s: Snapshot) -> str:
    if not s.gpu.present:
        return "no GPU" if s.gpu.present is False else ""
    count = len(s.gpu.devices or ())
    words = [f"{count} x {s.gpu.name}" if count > 1 else s.gpu.name or "GPU"]
    if s.gpu.driver:
        words.append(f"driver {s.gpu.driver}")
    return ", ".join(words)


def _floats(s: Snapshot) -> str:
    words = []
    if s.floats.flush_to_zero or s.floats.denormals_are_zero:
        words.append("subnormal numbers become zero")
    if s.floats.rounding not in (None, "nearest"):
        words.append(f"rounding goes {s.floats.rounding}")
    return ", ".join(words)


def _commit(s: Snapshot) -> str:
    if s.git.commit:
        return f"commit {s.git.commit[:7]} {'dirty' if s.git.dirty else 'clean'}"
    return s.unknown.get("git.commit", "commit unknown")
