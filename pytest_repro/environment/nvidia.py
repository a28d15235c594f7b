"""NVIDIA's GPUs: through its management library where pynvml is installed, else from the driver's files."""

from __future__ import annotations

import importlib.util
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from pytest_repro.environment.device import Device

DRIVER = "/proc/driver/nvidia"


def driver() -> str | None:
    """The driver's version, from its own file: ``NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.54.03  ...``."""
    try:
        line = Path(DRIVER, "version").read_text(encoding="utf-8", errors="replace").partition("\n")[0]
    except OSError:
        return None
    found = re.search(r"\b(\d{3}\.\d+(?:\.\d+)?)\b", line)
    return found[1] if found else None


def devices() -> tuple[Device, ...]:
    """Every GPU that the driver shows; visible to CUDA or not."""
    if importlib.util.find_spec("pynvml") is not None:  # its import alone takes 14 ms and more
        with suppress(Exception):  # no driver in the container, or another version of it
            return _managed()
    return _filed()


def _managed() -> tuple[Device, ...]:
    nvml = importlib.import_module("pynvml")  # only where a device file was found

    nvml.nvmlInit()
    try:
        return tuple(_asked(nvml, nvml.nvmlDeviceGetHandleByIndex(index)) for index in range(nvml.nvmlDeviceGetCount()))
    finally:
        nvml.nvmlShutdown()


def _asked(nvml: Any, handle: Any) -> Device:
    name = nvml.nvmlDeviceGetName(handle)  # bytes in older releases
    capability = memory = mig = None
    with suppress(nvml.NVMLError):
        capability = ".".join(map(str, nvml.nvmlDeviceGetCudaComputeCapability(handle)))
    with suppress(nvml.NVMLError):
        memory = int(nvml.nvmlDeviceGetMemoryInfo(handle).total)
    with suppress(nvml.NVMLError):  # cards that cannot be cut say so by an error
        mig = bool(nvml.nvmlDeviceGetMigMode(handle)[0])
    return Device(
        name=name.decode() if isinstance(name, bytes) else str(name), capability=capability, memory=memory, mig=mig
    )


def _filed() -> tuple[Device, ...]:
    """From ``/proc/driver/nvidia/gpus/*/information``; torch tells the capability where a test made it look already."""
    names = []
    for path in sorted(Path(DRIVER, "gpus").glob("*/information")):
        with suppress(OSError):
            found = re.search(r"^Model:\s*(.+)$", path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
            names.append(found[1].strip() if found else "NVIDIA GPU")
    told = _initialised()
    return tuple(Device(name=name, capability=told.get(name)) for name in names)


def _initialised() -> dict[str, str]:
    """Capability by name, of a torch that has initialised CUDA; asking another one would initialise it."""
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    if cuda is None or not cuda.is_initialized():
        return {}
    found = {}
    for index in range(cuda.device_count()):
        major, minor = cuda.get_device_capability(index)
        found[str(cuda.get_device_name(index))] = f"{major}.{minor}"
    return found
