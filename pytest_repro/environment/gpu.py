"""GPUs: asked for only where device files show one; nothing is initialised on a device."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_repro.environment import nvidia
from pytest_repro.environment.device import Device
from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_repro.environment.place import Place

NVIDIA = (("/proc/driver/nvidia/version", "NVIDIA GPU"), ("/dev/nvidiactl", "NVIDIA GPU"), ("/dev/dxg", "GPU"))
"""Files, and what is there if nobody tells a name; the last is any maker's GPU in Windows' own Linux."""
AMD = "/dev/kfd"
TOPOLOGY = "/sys/class/kfd/kfd/topology/nodes"
AMD_DRIVER = "/sys/module/amdgpu/version"
NO_TORCH = "torch was not imported, or was built without it"
FILES_ONLY = "device files tell it on Linux only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """Facts about GPUs.

    Attributes:
        reasons: Why a fact is unknown, by its name.
    """

    present: bool | None = fact("whether a device file shows a GPU", ids=("hardware",), rank=6, unknown=FILES_ONLY)
    name: str | None = fact(
        "its name; of several kinds, all", ids=("hardware",), rank=6, unknown="its driver tells no name"
    )
    capability: str | None = fact(
        "its compute capability; of several kinds, all",
        ids=("hardware",),
        rank=6,
        unknown="pynvml is not installed and no test made torch look",
    )
    driver: str | None = fact("version of its driver", rank=6, unknown="its driver tells no version")
    devices: tuple[Device, ...] | None = fact("every GPU that the driver shows", rank=6, unknown=FILES_ONLY)
    cuda: str | None = fact("the CUDA that torch was built for", rank=6, unknown=NO_TORCH)
    hip: str | None = fact("the HIP that torch was built for", rank=6, unknown=NO_TORCH)
    cudnn: int | None = fact("the cuDNN that torch loads", rank=6, unknown=NO_TORCH)
    mps: bool | None = fact("whether torch can compute on Apple's GPU", ids=("hardware",), rank=6, unknown=NO_TORCH)
    reasons: dict[str, str] = field(default_factory=dict)


def read(place: Place) -> Gpu:  # noqa: ARG001  # sections have one signature
    """Device files first: where none is there, nothing else is asked."""
    built = _built()
    kind = next((kind for path, kind in NVIDIA if Path(path).exists()), None)
    if kind is not None:
        return _found(nvidia.devices(), nvidia.driver(), kind, built)
    if Path(AMD).exists():
        return _found(_amd(), _line(AMD_DRIVER), "AMD GPU", built)
    if sys.platform == "linux":
        absent = dict.fromkeys(("name", "capability", "driver"), "there is no GPU")
        return Gpu(present=False, devices=(), reasons=absent, **built)
    return Gpu(**built)


def _found(devices: tuple[Device, ...], driver: str | None, kind: str, built: dict[str, Any]) -> Gpu:
    names = sorted({device.name for device in devices})
    capabilities = sorted({device.capability for device in devices if device.capability})
    return Gpu(
        present=True,
        name=", ".join(names) or kind,
        capability=", ".join(capabilities) or None,
        driver=driver,
        devices=devices,
        **built,
    )


def _amd() -> tuple[Device, ...]:
    """From the topology that the kernel's driver writes; the CPU is a node of it too, without a version."""
    found = []
    for node in sorted(Path(TOPOLOGY).glob("*")):
        told = dict(line.split(maxsplit=1) for line in _text(node / "properties").splitlines() if " " in line)
        version = int(told.get("gfx_target_version", "0"))
        if version:  # 90010 is gfx90a: major, and minor and step as hex digits
            capability = f"gfx{version // 10000}{version // 100 % 100:x}{version % 100:x}"
            found.append(Device(name=_text(node / "name").strip() or "AMD GPU", capability=capability))
    return tuple(found)


def _built() -> dict[str, Any]:
    """What a loaded torch was built for; no question that would initialise a device is asked."""
    torch = sys.modules.get("torch")
    if torch is None:
        return {}
    questions: dict[str, Callable[[], Any]] = {
        "cuda": lambda: torch.version.cuda,
        "hip": lambda: torch.version.hip,
        "cudnn": lambda: torch.backends.cudnn.version(),  # noqa: PLW0108  # the attribute may be absent
        "mps": lambda: bool(torch.backends.mps.is_available()),
    }
    found = {}
    for name, question in questions.items():
        with suppress(Exception):  # each build has its own gaps
            found[name] = question()
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _line(path: str) -> str | None:
    return _text(Path(path)).strip() or None
