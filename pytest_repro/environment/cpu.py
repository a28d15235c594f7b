"""The CPU: its name, family and SIMD features, from the kernel's file where there is one."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.environment import cpuinfo_answer
from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.environment.place import Place

CPUINFO = "/proc/cpuinfo"
CACHE = "/sys/devices/system/cpu/cpu0/cache/index2/size"
NUMERIC = frozenset(
    (
        *("sse2", "sse4_1", "sse4_2", "avx", "fma", "f16c", "avx2", "avx_vnni"),
        *("avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
        *("amx_tile", "amx_bf16", "amx_int8"),
        *("asimd", "asimdhp", "asimddp", "sve", "sve2", "i8mm", "bf16"),
        *("altivec", "vsx", "vx"),
    )
)
"""Features that numeric libraries choose their code by; the other two hundred vary with kernel and hypervisor."""

MAKERS = {0x41: "ARM", 0x42: "Broadcom", 0x46: "Fujitsu", 0x48: "HiSilicon", 0x4E: "NVIDIA", 0x51: "Qualcomm"} | {
    0x61: "Apple",
    0x6D: "Microsoft",
    0xC0: "Ampere",
}
PARTS = {
    (0x41, 0xD03): "Cortex-A53",
    (0x41, 0xD07): "Cortex-A57",
    (0x41, 0xD08): "Cortex-A72",
    (0x41, 0xD0B): "Cortex-A76",
    (0x41, 0xD0C): "Neoverse N1",
    (0x41, 0xD40): "Neoverse V1",
    (0x41, 0xD49): "Neoverse N2",
    (0x41, 0xD4F): "Neoverse V2",
    (0x41, 0xD8E): "Neoverse N3",
    (0x41, 0xD84): "Neoverse V3",
    (0x46, 0x001): "A64FX",
    (0x4E, 0x004): "Carmel",
    (0xC0, 0xAC3): "Ampere-1",
}
"""Names that Arm kernels do not print, by implementer and part as the Linux kernel's cputype.h lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    """Facts about the processor; of the first core, which speaks for all."""

    name: str | None = fact("its name", rank=4)
    architecture: str | None = fact("its architecture, such as x86_64", ids=("hardware",), rank=4)
    vendor: str | None = fact("its maker", ids=("hardware",), rank=4)
    family: int | None = fact("its family, as the maker counts", ids=("hardware",), rank=4)
    model: int | None = fact("its model within the family; on Arm the part", ids=("hardware",), rank=4)
    stepping: int | None = fact("its revision", rank=11)
    microcode: str | None = fact("release of its microcode", rank=11)
    features: tuple[str, ...] | None = fact("SIMD features that numeric libraries ask for", rank=4)
    l2: str | None = fact("size of its second-level cache, by which BLAS cuts its blocks", rank=5)
    source: str | None = fact("who told: the kernel's file, or py-cpuinfo with its version", rank=12)


def read(place: Place) -> Cpu:
    """From ``/proc/cpuinfo``; py-cpuinfo is asked only where no file gives a name, because it takes a second."""
    first = _first_core()
    if first is None:
        return _asked(place, Cpu(architecture=_architecture(), l2=_text(CACHE)))
    maker, part = _number(first.get("CPU implementer")), _number(first.get("CPU part"))
    known = PARTS.get((maker, part)) if maker is not None and part is not None else None
    name = next((first[key] for key in ("model name", "Model", "cpu model", "uarch", "cpu") if first.get(key)), known)
    flags = (first.get("flags") or first.get("Features") or first.get("features") or "").split()
    told = Cpu(
        name=" ".join(name.split()) if name else None,
        architecture=_architecture(),
        vendor=first.get("vendor_id") or (MAKERS.get(maker, f"implementer {maker:#x}") if maker is not None else None),
        family=_number(first.get("cpu family")),
        model=_number(first.get("model")) if maker is None else part,
        stepping=_number(first.get("stepping") or first.get("CPU revision")),
        microcode=first.get("microcode"),
        features=tuple(sorted(NUMERIC.intersection(flags))) if flags else None,
        l2=_text(CACHE),
        source="kernel",
    )
    return told if told.name else _asked(place, told)


def _first_core() -> Mapping[str, str] | None:
    """Keys and values of the file's first block, and on some Arm kernels of the last, which names the board."""
    text = _text(CPUINFO)
    if text is None:
        return None
    blocks = [block for block in text.split("\n\n") if block.strip()]
    told: dict[str, str] = {}
    for block in (blocks[:1] + blocks[-1:]) if blocks else ():
        for line in block.splitlines():
            key, colon, value = line.partition(":")
            if colon and value.strip():
                told.setdefault(key.strip(), value.strip())
    return told


def _asked(place: Place, told: Cpu) -> Cpu:
    """What py-cpuinfo adds to what is known."""
    answer = cpuinfo_answer.answer(place.cache)
    if answer is None:
        return told
    flags = answer.get("flags")
    features = tuple(sorted(NUMERIC.intersection(map(str, flags)))) if isinstance(flags, list) else None
    return Cpu(
        name=told.name or _str(answer.get("brand_raw")),
        architecture=told.architecture or _str(answer.get("arch")),
        vendor=told.vendor or _str(answer.get("vendor_id_raw")),
        family=told.family if told.family is not None else _int(answer.get("family")),
        model=told.model if told.model is not None else _int(answer.get("model")),
        stepping=told.stepping if told.stepping is not None else _int(answer.get("stepping")),
        microcode=told.microcode,
        features=told.features or features,
        l2=told.l2,
        source=f"py-cpuinfo {answer.get('version')}",
    )


def _architecture() -> str | None:
    return os.uname().machine if hasattr(os, "uname") else platform.machine() or None


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None


def _number(text: str | None) -> int | None:
    try:
        return int(text, 0) if text else None
    except ValueError:
        return None


def _int(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _str(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None
