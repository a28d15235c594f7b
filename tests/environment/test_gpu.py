"""GPUs by device files, by NVIDIA's management library, by AMD's topology, and by a torch that is loaded."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from pytest_repro.environment import gpu, nvidia
from pytest_repro.environment.device import Device


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine without GPU, torch or pynvml; takes files by path."""
    monkeypatch.setattr(gpu, "NVIDIA", tuple((f"{tmp_path}{path}", kind) for path, kind in gpu.NVIDIA))
    monkeypatch.setattr(gpu, "AMD", f"{tmp_path}{gpu.AMD}")
    monkeypatch.setattr(gpu, "TOPOLOGY", f"{tmp_path}{gpu.TOPOLOGY}")
    monkeypatch.setattr(gpu, "AMD_DRIVER", f"{tmp_path}{gpu.AMD_DRIVER}")
    monkeypatch.setattr(nvidia, "DRIVER", f"{tmp_path}{nvidia.DRIVER}")
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setitem(sys.modules, "pynvml", None)

    def make(path, text=""):
        file = tmp_path / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return make


class Management:
    """What pynvml offers, for two cards."""

    NVMLError = type("NVMLError", (Exception,), {})

    def __init__(self, monkeypatch, *, broken=False):
        self.calls = []
        self.broken = broken
        monkeypatch.setitem(sys.modules, "pynvml", self)
        self.__spec__ = SimpleNamespace(name="pynvml")

    def nvmlInit(self):  # noqa: N802  # their names
        self.calls.append("init")
        if self.broken:
            raise self.NVMLError

    def nvmlShutdown(self):  # noqa: N802  # as above
        self.calls.append("shutdown")

    def nvmlDeviceGetCount(self):  # noqa: N802  # as above
        return 2

    def nvmlDeviceGetHandleByIndex(self, index):  # noqa: N802  # as above
        return index

    def nvmlDeviceGetName(self, handle):  # noqa: N802  # as above
        return (b"NVIDIA H200", "NVIDIA A100")[handle]

    def nvmlDeviceGetCudaComputeCapability(self, handle):  # noqa: N802  # as above
        return ((9, 0), (8, 0))[handle]

    def nvmlDeviceGetMemoryInfo(self, handle):  # noqa: N802  # as above
        return SimpleNamespace(total=1 << (30 + handle))

    def nvmlDeviceGetMigMode(self, handle):  # noqa: N802  # as above
        if handle:
            raise self.NVMLError
        return [1, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="device files tell it on Linux only")
def test_without_a_device_file_there_is_no_gpu_and_nothing_is_imported(machine, monkeypatch, place):  # noqa: ARG001  # it clears the machine
    management = Management(monkeypatch)
    told = gpu.read(place)
    assert (told.present, told.devices, told.name) == (False, (), None)
    assert told.reasons["name"] == "there is no GPU"
    assert management.calls == []


def test_the_management_library_tells_every_card_and_is_closed_again(machine, monkeypatch, place):
    machine("/dev/nvidiactl")
    machine("/proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.54.03  Tue Jun 6\nGCC")
    management = Management(monkeypatch)
    told = gpu.read(place)
    assert told.devices == (
        Device(name="NVIDIA H200", capability="9.0", memory=1 << 30, mig=True),
        Device(name="NVIDIA A100", capability="8.0", memory=1 << 31),
    )
    assert (told.present, told.name, told.capability) == (True, "NVIDIA A100, NVIDIA H200", "8.0, 9.0")
    assert told.driver == "535.54.03"
    assert management.calls == ["init", "shutdown"]


@pytest.mark.parametrize("installed", [True, False])
def test_without_it_the_drivers_files_tell_names_and_never_serial_numbers(machine, monkeypatch, place, installed):
    machine("/dev/nvidiactl")
    machine(
        "/proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release"
    )
    machine("/proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t NVIDIA H200\nGPU UUID: \t GPU-abc\n")
    machine("/proc/driver/nvidia/gpus/0000:02:00.0/information", "")
    if installed:
        Management(monkeypatch, broken=True)
    told = gpu.read(place)
    assert told.devices == (Device(name="NVIDIA H200"), Device(name="NVIDIA GPU"))
    assert (told.capability, told.driver) == (None, "570.86.15")
    assert "GPU-abc" not in repr(told)


def test_a_torch_that_looked_already_tells_the_capability(machine, monkeypatch, place):
    machine("/dev/nvidiactl")
    machine("/proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: NVIDIA H200\n")
    cuda = SimpleNamespace(
        is_initialized=lambda: True,
        device_count=lambda: 1,
        get_device_capability=lambda _: (9, 0),
        get_device_name=lambda _: "NVIDIA H200",
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    assert gpu.read(place).capability == "9.0"
    cuda.is_initialized = lambda: False
    assert gpu.read(place).capability is None


def test_amds_topology_tells_the_gpus_and_leaves_the_cpu_out(machine, place):
    machine("/dev/kfd")
    machine("/sys/module/amdgpu/version", "6.7.0\n")
    machine("/sys/class/kfd/kfd/topology/nodes/0/properties", "cpu_cores_count 64\ngfx_target_version 0\n")
    machine("/sys/class/kfd/kfd/topology/nodes/0/name", "\n")
    machine("/sys/class/kfd/kfd/topology/nodes/1/properties", "simd_count 440\ngfx_target_version 90010\n\n")
    machine("/sys/class/kfd/kfd/topology/nodes/1/name", "aldebaran\n")
    told = gpu.read(place)
    assert told.devices == (Device(name="aldebaran", capability="gfx90a"),)
    assert told.driver == "6.7.0"


def test_a_gpu_whose_driver_tells_nothing_is_there(machine, place):
    machine("/dev/dxg")
    assert (gpu.read(place).present, gpu.read(place).name) == (True, "GPU")


def test_a_loaded_torch_tells_what_it_was_built_for_as_far_as_it_does(machine, monkeypatch, place):  # noqa: ARG001  # it clears the machine
    def refuse():
        raise RuntimeError("no cuDNN")

    torch = SimpleNamespace(
        version=SimpleNamespace(cuda="12.8", hip=None),
        backends=SimpleNamespace(cudnn=SimpleNamespace(version=refuse)),
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    told = gpu.read(place)
    assert (told.cuda, told.hip, told.cudnn, told.mps) == ("12.8", None, None, None)
