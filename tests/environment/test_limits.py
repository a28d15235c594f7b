"""Cores and memory: what the system has, what the process may use, what its control group allows."""

from __future__ import annotations

import os

import pytest

from pytest_repro.environment import control_group, cores, memory


@pytest.fixture
def group(monkeypatch, tmp_path):
    """A control group two levels deep; takes files by path."""
    monkeypatch.setattr(control_group, "ROOT", str(tmp_path))
    monkeypatch.setattr(control_group, "MEMBERSHIP", str(tmp_path / "self"))
    (tmp_path / "self").write_text("0::/outer/inner\n")

    def make(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return make


def test_the_tightest_limit_on_the_way_up_holds(group, place):
    group(outer__inner__cpu_max="max 100000", outer__cpu_max="150000 100000\n", cpu_max="400000 100000")
    assert cores.read(place).quota == 1.5
    group(outer__memory_max="1073741824\n", memory_max="max\n")
    assert memory.read(place).limit == 1 << 30


def test_no_limit_is_unknown(group, place):
    group(cpu_max="max 100000", memory_max="max")
    assert cores.read(place).quota is None
    assert memory.read(place).limit is None
    assert memory.read(place).total > 1 << 20


def test_nonsense_in_a_limit_is_no_limit(group, place):
    group(cpu_max="lots", outer__cpu_max="1 0", memory_max="\xff")
    assert cores.read(place).quota is None
    assert memory.read(place).limit is None


def test_a_group_outside_the_containers_view_is_the_root(group, tmp_path, place):
    (tmp_path / "self").write_text("12:cpu:/x\n0::/../../elsewhere\n")
    group(cpu_max="200000 100000")
    assert cores.read(place).quota == 2.0


def test_without_control_groups_nothing_is_limited(monkeypatch, tmp_path):
    monkeypatch.setattr(control_group, "MEMBERSHIP", str(tmp_path / "absent"))
    assert control_group.limits("cpu.max") == ()


def test_usable_cores_follow_affinity(monkeypatch, place):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert cores.read(place).usable == 1
    monkeypatch.delattr(os, "sched_getaffinity")
    assert cores.read(place).usable == os.cpu_count()
