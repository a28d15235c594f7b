"""The surroundings of the tests: what a snapshot alone shows to be wrong with environment and hardware."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.controls.counting import counted
from pytest_repro.controls.effects import ineffective
from pytest_repro.controls.verdict import Finding, action_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.environment.snapshot import Snapshot

SLOWEST = 250.0
"""Milliseconds that a snapshot may take: a tenth of what people notice at the end of a run."""

LARGEST = 8 << 10
"""Bytes that a snapshot may have in a file: one travels with every report."""


class Observed(NamedTuple):
    """What is wrong, before policy says what follows.

    Attributes:
        sentence: In one sentence.
        reasons: The evidence, a line each.
        steps: What to do next.
        about: Sections, variables or libraries it is about.
    """

    sentence: str
    reasons: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    about: tuple[str, ...] = ()


def findings(snapshot: Snapshot, policy: Mapping[str, Action]) -> tuple[Finding, ...]:
    """What is wrong, in the order of the catalogue; empty if nothing.

    Args:
        snapshot: Of this process, or one that was saved.
        policy: Actions by code; the catalogue's where it is silent.
    """
    found = []
    for code, look in LOOKS:
        seen = look(snapshot)
        if seen is not None:
            found.append(Finding(code=code, action=action_of(code, policy), **seen._asdict()))
    return tuple(found)


def _not_captured(s: Snapshot) -> Observed | None:
    if not s.errors:
        return None
    names = tuple(s.errors)
    sentence = f"{counted(len(names), 'section')} of the snapshot could not be read: {', '.join(names)}"
    reasons = tuple(f"{name}: {text}" for name, text in s.errors.items())
    return Observed(sentence, reasons, ("pytest-repro env   shows what is left",), names)


def _without_effect(s: Snapshot) -> Observed | None:
    found = ineffective(s)
    if not found:
        return None
    reasons = tuple(one.words for one in found)
    sentence = reasons[0] if len(found) == 1 else f"{len(found)} variables are set and do nothing"
    step = "set them before the interpreter starts, and spell them as the library does: NAME=value pytest"
    return Observed(sentence, reasons if len(found) > 1 else (), (step,), tuple(one.name for one in found))


def _uncommitted(s: Snapshot) -> Observed | None:
    if s.git.commit is None:
        return Observed(f"no commit is known: {s.unknown.get('git.commit', 'git tells none')}", steps=("git init",))
    if not s.git.dirty:
        return None
    return Observed(f"files differ from commit {s.git.commit[:7]}", steps=("git status, then commit or stash",))


def _too_costly(s: Snapshot) -> Observed | None:
    took, size = sum(s.cost.values()), len(s.to_json())
    told = [f"{took:.0f} ms of {SLOWEST:.0f}"] if took > SLOWEST else []
    told += [f"{size} bytes of {LARGEST}"] if size > LARGEST else []
    if not told:
        return None
    slow = sorted(s.cost.items(), key=lambda part: -part[1])[:3] if took > SLOWEST else []
    reasons = tuple(f"{name} took {cost:.0f} ms" for name, cost in slow)
    return Observed(f"the snapshot takes {' and '.join(told)}", reasons)


def _hardware_unknown(s: Snapshot) -> Observed | None:
    missing = {}
    if s.cpu.name is None:
        missing["cpu.name"] = "the CPU's name"
    if s.numpy.version is not None and s.blas.name is None:
        missing["blas.name"] = "the BLAS that numpy uses"
    if not missing:
        return None
    reasons = tuple(f"{address}: {s.unknown.get(address, 'no reason given')}" for address in missing)
    sentence = f"{' and '.join(missing.values())} {'are' if len(missing) > 1 else 'is'} not known"
    return Observed(sentence, reasons, ("pip install py-cpuinfo threadpoolctl",), tuple(missing))


def _floats_changed(s: Snapshot) -> Observed | None:
    wrong = []
    if s.floats.flush_to_zero:
        wrong.append("results too small to be normal become zero")
    if s.floats.denormals_are_zero:
        wrong.append("such numbers are read as zero")
    if s.floats.rounding not in (None, "nearest"):
        wrong.append(f"rounding goes {s.floats.rounding}")
    if not wrong:
        return None
    reason = "a library that was compiled with -ffast-math changes it for the whole process when it is loaded"
    step = "find it: pytest-repro env --with MODULE for each library that your tests import, and look at floats"
    about = ("floats",)
    return Observed(", ".join(wrong), (reason,), (step,), about)


def _kernels_allowed(s: Snapshot) -> Observed | None:
    if not s.gpu.present:
        return None
    found = {
        name: told for name, told in (("torch", _torch(s)), ("tensorflow", _tensorflow(s)), ("jax", _jax(s))) if told
    }
    if not found:
        return None
    sentence = f"{', '.join(found)} may choose kernels that add in another order from run to run"
    reasons = tuple(reason for reason, _ in found.values())
    return Observed(sentence, reasons, tuple(step for _, step in found.values()), tuple(found))


def _torch(s: Snapshot) -> tuple[str, str] | None:
    told = s.switches.torch
    if told is None or not (s.gpu.cuda or s.gpu.hip):  # a build for the CPU does not see the GPU
        return None
    step = "torch.use_deterministic_algorithms(True), with CUBLAS_WORKSPACE_CONFIG=:4096:8 set before the start"
    if told.get("deterministic_algorithms") is False:
        return "torch: deterministic algorithms are not asked for", step
    if told.get("cudnn_benchmark") is True:
        return "torch: cuDNN chooses by timing", "torch.backends.cudnn.benchmark = False"
    return None


def _tensorflow(s: Snapshot) -> tuple[str, str] | None:
    if (s.switches.tensorflow or {}).get("op_determinism") is not False:
        return None
    return "tensorflow: op determinism is off", "tf.config.experimental.enable_op_determinism()"


def _jax(s: Snapshot) -> tuple[str, str] | None:
    flags = (s.variables.values or {}).get("XLA_FLAGS", "")
    plugins = [one.name for one in s.packages.installed or () if one.name.startswith(("jax-cuda", "jax-rocm"))]
    if s.switches.jax is None or not plugins or "xla_gpu_deterministic_ops=true" in flags.lower():
        return None
    step = "XLA_FLAGS=--xla_gpu_deterministic_ops=true, set before jax is imported"
    return "jax: XLA is not asked for deterministic operations", step


def _oversubscribed(s: Snapshot) -> Observed | None:
    cores = s.cores.usable
    if cores is None:
        return None
    if s.cores.quota is not None:
        cores = min(cores, max(1, math.ceil(s.cores.quota)))
    said = (s.variables.values or {}).get("PYTEST_XDIST_WORKER_COUNT", "")
    workers = int(said) if said.isdecimal() else 1
    pools = [
        pool for pool in s.blas.pools or () if pool.threads and pool.threads > 1 and pool.threads * workers > cores
    ]
    if not pools:
        return None
    most = max(pool.threads or 1 for pool in pools)
    each = f"{counted(workers, 'worker')} of {most} threads each" if workers > 1 else f"{most} threads"
    sentence = f"{each} on {counted(cores, 'core')}"
    reasons = tuple(dict.fromkeys(f"{pool.owner}: {pool.name}, {pool.threads} threads" for pool in pools))
    step = f"OMP_NUM_THREADS={max(1, cores // workers)} pytest"
    return Observed(sentence, reasons, (step,), tuple(dict.fromkeys(pool.key for pool in pools)))


LOOKS: tuple[tuple[str, Callable[[Snapshot], Observed | None]], ...] = (
    ("E301", _not_captured),
    ("E303", _without_effect),
    ("E304", _uncommitted),
    ("E305", _too_costly),
    ("H501", _hardware_unknown),
    ("H502", _floats_changed),
    ("H503", _kernels_allowed),
    ("H505", _oversubscribed),
)
"""Every control that looks at a snapshot, in the order of the catalogue."""
