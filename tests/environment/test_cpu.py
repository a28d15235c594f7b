"""The CPU by its kernel's file, of several makers; py-cpuinfo only where no file gives a name, and once a boot."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest

from pytest_repro.environment import cpu, cpuinfo_answer
from pytest_repro.environment.place import Place

XEON = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 207
model name\t: Intel(R)  Xeon(R) Processor
stepping\t: 2
microcode\t: 0x1
flags\t\t: fpu avx avx2 fma avx512f rtm tsx_whatever

processor\t: 1
vendor_id\t: SomebodyElse
"""
GRAVITON = """processor\t: 0
BogoMIPS\t: 243.75
Features\t: fp asimd evtstrm aes asimdhp sve bf16
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x1
CPU part\t: 0xd40
CPU revision\t: 1
"""
RASPBERRY = """processor\t: 0
Features\t: fp asimd
CPU implementer\t: 0x41
CPU part\t: 0xd08

Revision\t: c03114
Model\t\t: Raspberry Pi 4 Model B
"""
NAMELESS = """processor\t: 0
Features\t: asimd
CPU implementer\t: 0x99
CPU part\t: 0x001
"""
ANSWER = {"brand_raw": "Asked  CPU", "arch": "ARM_8", "vendor_id_raw": "Apple", "model": 3, "flags": ["asimd", "x"]}


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """Writes what the kernel says; py-cpuinfo is not installed."""
    monkeypatch.setattr(cpu, "CPUINFO", str(tmp_path / "cpuinfo"))
    monkeypatch.setattr(cpu, "CACHE", str(tmp_path / "size"))
    monkeypatch.setitem(sys.modules, "cpuinfo", None)
    return (tmp_path / "cpuinfo").write_text


@pytest.fixture
def asked(monkeypatch):
    """A module ``cpuinfo``, and how often it was asked."""
    calls = []

    def get_cpu_info():
        calls.append(1)
        return dict(ANSWER)

    monkeypatch.setitem(
        sys.modules, "cpuinfo", SimpleNamespace(get_cpu_info=get_cpu_info, CPUINFO_VERSION_STRING="9.0.0")
    )
    return calls


def test_an_x86_kernel_tells_name_family_model_and_numeric_features(kernel, place, tmp_path):
    kernel(XEON)
    (tmp_path / "size").write_text("2048K\n")
    told = cpu.read(place)
    assert (told.name, told.vendor) == ("Intel(R) Xeon(R) Processor", "GenuineIntel")
    assert (told.family, told.model, told.stepping, told.microcode) == (6, 207, 2, "0x1")
    assert told.features == ("avx", "avx2", "avx512f", "fma")
    assert (told.l2, told.source) == ("2048K", "kernel")


def test_an_arm_kernel_tells_numbers_whose_names_are_known(kernel, place):
    kernel(GRAVITON)
    told = cpu.read(place)
    assert (told.name, told.vendor, told.family, told.model) == ("Neoverse V1", "ARM", None, 0xD40)
    assert told.features == ("asimd", "asimdhp", "bf16", "sve")


def test_a_board_that_the_last_block_names_is_named(kernel, place):
    kernel(RASPBERRY)
    assert cpu.read(place).name == "Raspberry Pi 4 Model B"


def test_a_cpu_whose_name_nobody_tells_is_unknown_and_keeps_its_numbers(kernel, place):
    kernel(NAMELESS)
    told = cpu.read(place)
    assert (told.name, told.vendor, told.model) == (None, "implementer 0x99", 1)


def test_where_files_name_the_cpu_nobody_is_asked(kernel, place, asked):
    kernel(XEON)
    assert cpu.read(place).source == "kernel"
    assert asked == []


def test_where_no_file_names_it_py_cpuinfo_is_asked_and_files_keep_what_they_told(kernel, place, asked):
    kernel(NAMELESS)
    told = cpu.read(place)
    assert (told.name, told.vendor, told.model) == ("Asked CPU", "implementer 0x99", 1)
    assert told.source == "py-cpuinfo 9.0.0"
    assert asked == [1]


@pytest.mark.usefixtures("asked")
def test_without_the_file_all_comes_from_py_cpuinfo(monkeypatch, place, tmp_path):
    monkeypatch.setattr(cpu, "CPUINFO", str(tmp_path / "absent"))
    told = cpu.read(place)
    assert (told.name, told.vendor, told.model, told.features) == ("Asked CPU", "Apple", 3, ("asimd",))


def test_the_answer_is_kept_until_the_machine_starts_again(monkeypatch, tmp_path, asked):
    boot = tmp_path / "boot_id"
    boot.write_text("first-start\n")
    monkeypatch.setattr(cpuinfo_answer, "BOOT", str(boot))
    cache = tmp_path / "new" / "cache"
    first = cpuinfo_answer.answer(cache)
    assert first == {**ANSWER, "version": "9.0.0"}
    assert cpuinfo_answer.answer(cache) == first
    assert len(asked) == 1
    assert "first-start" not in (cache / "cpuinfo.json").read_text()
    boot.write_text("second-start\n")
    assert cpuinfo_answer.answer(cache) == first
    assert len(asked) == 2
    assert [path.name for path in cache.iterdir()] == ["cpuinfo.json"]


@pytest.mark.parametrize("broken", ["", "{", "[]", "null", json.dumps({"boot": "x", "answer": {}})])
def test_a_broken_answer_is_asked_for_again(tmp_path, asked, broken):
    (tmp_path / "cpuinfo.json").write_text(broken)
    assert cpuinfo_answer.answer(tmp_path)["brand_raw"] == "Asked  CPU"
    assert asked == [1]


@pytest.mark.usefixtures("asked")
def test_a_cache_that_cannot_be_written_is_none(tmp_path):
    (tmp_path / "file").touch()
    assert cpuinfo_answer.answer(tmp_path / "file")["version"] == "9.0.0"
    assert cpuinfo_answer.answer(None)["version"] == "9.0.0"


def test_the_fork_of_py_cpuinfo_serves_as_well(monkeypatch):
    info = {**ANSWER, "cpuinfo_version_string": "10.1.1"}
    monkeypatch.setitem(sys.modules, "cpuinfo", SimpleNamespace(get_cpu_info=lambda: info))
    assert cpuinfo_answer.answer(None)["version"] == "10.1.1"


def test_a_py_cpuinfo_that_does_not_know_the_machine_tells_nothing(monkeypatch):
    def refuse():
        raise Exception("py-cpuinfo currently only works on X86 and some ARM/PPC/S390X/MIPS/RISCV CPUs.")  # noqa: TRY002  # as it does

    monkeypatch.setitem(sys.modules, "cpuinfo", SimpleNamespace(get_cpu_info=refuse))
    assert cpuinfo_answer.answer(None) is None


def test_this_machine_is_known(tmp_path):
    assert cpu.read(Place(directory=tmp_path)).architecture
