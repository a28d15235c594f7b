"""What a run wrote, by relative path."""

from __future__ import annotations

import hashlib
import os

import pytest

from pytest_repro.observe.files import Limits, below


def test_a_small_text_is_its_lines(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_bytes(b"one\ntwo\r\n")
    assert below(tmp_path) == {"files.sub/a.txt": ["one", "two\r", ""]}


@pytest.mark.parametrize("data", [b"\0\1", b"\xff\xfe", b"x" * 100, b"\n" * 9], ids=["nul", "bytes", "long", "lines"])
def test_anything_else_is_its_size_and_digest(tmp_path, data):
    (tmp_path / "a").write_bytes(data)
    expected = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    assert below(tmp_path, limits=Limits(text=50, lines=5)) == {"files.a": expected}


def test_an_empty_file_is_an_empty_text(tmp_path):
    (tmp_path / "a").touch()
    assert below(tmp_path) == {"files.a": [""]}


def test_a_link_is_told_and_not_followed(tmp_path):
    (tmp_path / "a").symlink_to("nowhere")
    (tmp_path / "up").symlink_to(tmp_path, target_is_directory=True)
    assert below(tmp_path) == {"files.a": {"link": "nowhere"}, "files.up": {"link": str(tmp_path)}}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert below(tmp_path) == {"files.pipe": {"kind": "p"}}


def test_files_beyond_the_bound_are_counted(tmp_path):
    for name in "dcba":
        (tmp_path / name).write_text(name)
    assert below(tmp_path, limits=Limits(files=2)) == {"files.a": ["a"], "files.b": ["b"], "files.<not read>": 2}


def test_bytes_beyond_the_bound_are_not_read(tmp_path):
    for name in "ab":
        (tmp_path / name).write_text("xyz")
    assert below(tmp_path, limits=Limits(nbytes=4)) == {"files.a": ["xyz"], "files.b": {"size": 3}}


def test_a_folder_that_is_gone_holds_nothing(tmp_path):
    assert below(tmp_path / "gone") == {}
