"""A snapshot of the environment: facts by address, and the two lines that a report shows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.environment import blas, cpu, git, gpu, interpreter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def snapshot(directory: Path) -> dict[str, str | None]:
    """Everything known, by address below ``environment``; None is unknown.

    Args:
        directory: A folder of the project, to ask git about.
    """
    return {**interpreter.facts(), **cpu.facts(), **blas.facts(), **gpu.facts(), **git.facts(directory)}


def hardware_line(facts: Mapping[str, str | None]) -> str:
    """CPU, cores, SIMD; BLAS; GPU."""
    chip = ", ".join(part for part in (facts["cpu.name"], facts["cpu.cores"], facts["cpu.simd"]) if part)
    return "; ".join(part for part in (chip, facts["blas"], facts["gpu"]) if part)


def environment_line(facts: Mapping[str, str | None]) -> str:
    """Interpreter, numpy, system; commit."""
    python = f"{facts['python.implementation']} {facts['python.version']}"
    numpy = f"numpy {facts['numpy.version']}" if facts["numpy.version"] else "numpy not imported"
    system = " ".join(part for part in (facts["system.name"], facts["system.libc"]) if part)
    commit = f"commit {facts['git.commit']} {facts['git.state']}" if facts["git.commit"] else "not in a git repository"
    return f"{python}, {numpy}, {system}; {commit}"
