"""All sections of a snapshot, in the order in which they are read and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_repro.environment import (
    blas,
    ci,
    container,
    cores,
    cpu,
    floats,
    git,
    gpu,
    locale,
    memory,
    numpy,
    packages,
    probes,
    python,
    switches,
    system,
    variables,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_repro.environment.place import Place


class Section(NamedTuple):
    """One part of the environment.

    Attributes:
        name: Of the attribute of :class:`~pytest_repro.environment.snapshot.Snapshot` that holds it.
        kind: Its dataclass; made without arguments, all its facts are unknown.
        read: Looks; may raise, which is recorded and not passed on.
    """

    name: str
    kind: type[Any]
    read: Callable[[Place], object]


SECTIONS = (
    Section("floats", floats.FloatEnvironment, floats.read),  # first: what this thread had before anything is loaded
    Section("python", python.Python, python.read),
    Section("system", system.System, system.read),
    Section("cpu", cpu.Cpu, cpu.read),
    Section("cores", cores.Cores, cores.read),
    Section("memory", memory.Memory, memory.read),
    Section("numpy", numpy.Numpy, numpy.read),
    Section("blas", blas.Blas, blas.read),
    Section("gpu", gpu.Gpu, gpu.read),
    Section("switches", switches.Switches, switches.read),
    Section("variables", variables.Variables, variables.read),
    Section("locale", locale.Locale, locale.read),
    Section("git", git.Git, git.read),
    Section("ci", ci.Ci, ci.read),
    Section("container", container.Container, container.read),
    Section("packages", packages.Packages, packages.read),
    Section("probes", probes.Fingerprint, probes.read),  # last: it computes, and would wake thread pools for the others
)
