"""A file that takes the place of one that is open elsewhere."""

from __future__ import annotations

import os

import pytest

from pytest_repro.store import file


@pytest.fixture
def refusals(monkeypatch):
    """Refuse to put a file in place so many times, as Windows does while anybody has it open."""

    def refuse(times, system):
        left = [times]
        real = os.replace

        def replace(source, target):
            if left[0]:
                left[0] -= 1
                raise PermissionError(13, "Access is denied")
            real(source, target)

        monkeypatch.setattr(file.os, "replace", replace)
        monkeypatch.setattr(file.os, "name", system)
        return left

    return refuse


def test_on_windows_a_file_that_is_open_elsewhere_is_waited_for(tmp_path, refusals):
    path = tmp_path / "page.json"
    path.write_bytes(b"then")
    left = refusals(3, "nt")
    file.replace(path, [b"now"])
    assert left == [0]
    assert path.read_bytes() == b"now"


@pytest.mark.parametrize("system", ["nt", "posix"])
def test_what_stays_refused_is_told_and_what_stood_there_still_stands(tmp_path, refusals, monkeypatch, system):
    monkeypatch.setattr(file, "PATIENCE_S", 0.0)
    path = tmp_path / "page.json"
    path.write_bytes(b"then")
    refusals(1_000_000, system)
    with pytest.raises(PermissionError):
        file.replace(path, [b"now"])
    assert [one.name for one in tmp_path.iterdir()] == ["page.json"]
    assert path.read_bytes() == b"then"


def test_where_an_open_file_can_be_replaced_a_refusal_is_final(tmp_path, refusals):
    left = refusals(2, "posix")
    with pytest.raises(PermissionError):
        file.replace(tmp_path / "page.json", [b"now"])
    assert left == [1]
