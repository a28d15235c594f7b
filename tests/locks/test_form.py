"""What a lock file may be that is no lock: each is one finding with the line, never a traceback."""

from __future__ import annotations

import os
import time

import pytest

from pytest_repro.locks import form
from pytest_repro.locks.form import shown_path
from pytest_repro.locks.reading import read

MENDS = {
    "uv.lock": "uv lock",
    "poetry.lock": "poetry lock",
    "pdm.lock": "pdm lock",
    "Pipfile.lock": "pipenv lock",
    "pylock.toml": "pip lock, or what wrote the file",
}
TOML = [name for name in MENDS if name != "Pipfile.lock"]


@pytest.mark.parametrize("name", MENDS)
@pytest.mark.parametrize(
    ("data", "sentence", "line"),
    [
        (b"", "the lock file is empty", ""),
        (b"\n \n", "the lock file is empty", ""),
        (b"a = 1\n<<<<<<< HEAD\nb = 1\n=======\n", "a merge conflict is not resolved", ":2"),
        (b"a = 1\nb = '\xff\xfe'\n", "the lock file is not UTF-8 text", ":2"),
        (b"\x7fELF\x02\x01\n\x00\x00", "the lock file holds bytes that are no text", ":2"),
    ],
    ids=["empty", "blank", "conflict", "latin", "binary"],
)
def test_what_is_no_text_is_refused_in_the_name_of_its_tool(write, refused, name, data, sentence, line):
    path = write(name, data)
    message = f"{sentence} in '{name}{line}'  [RPR-L406]\n  mend: {MENDS[name]}"
    assert refused(read, path, project=path.parent) == message


@pytest.mark.parametrize("name", TOML)
@pytest.mark.parametrize(
    ("text", "sentence", "line"),
    [
        ("a = 1\nb = [1,\n", "not TOML: ", ":2"),
        ("a = 1\na = 2\n", "not TOML: cannot overwrite a value", ":2"),
        ("a = 1\n[[package]\n", "not TOML: expected ']]' at the end of an array declaration", ":2"),
    ],
    ids=["cut off", "twice", "syntax"],
)
def test_toml_is_refused_with_the_line_where_its_parser_gave_up(write, refused, name, text, sentence, line):
    path = write(name, text)
    message = refused(read, path, project=path.parent)
    assert message.startswith(sentence)
    assert message.endswith(f" in '{name}{line}'  [RPR-L406]\n  mend: {MENDS[name]}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"_meta": {},\n "default": {',
            "not JSON: expecting property name enclosed in double quotes in 'Pipfile.lock:2'",
        ),
        ('{"a": 1,\n "b\\ud800": 2}', "not text: half of a surrogate pair in 'Pipfile.lock:2'"),
        ("[]", "not an object but list in 'Pipfile.lock:1'"),
        (
            '{"_meta": {"a": 1},\n "default": {},\n "default": {}}',
            "the key \"default\" stands twice in 'Pipfile.lock:3'",
        ),
        ("[" * 100_000, "not a lock: values are nested too deeply in 'Pipfile.lock'"),
        ('{"a": ' + "9" * 5000 + "}", "not JSON: "),
    ],
)
def test_json_is_refused_with_the_line_where_its_parser_gave_up(write, refused, tmp_path, text, message):
    assert refused(read, write("Pipfile.lock", text), project=tmp_path).startswith(message)


@pytest.mark.parametrize("name", TOML)
def test_deep_nesting_is_refused(write, refused, tmp_path, name):
    message = refused(read, write(name, "a = " + "[" * 5000 + "]" * 5000), project=tmp_path)
    assert message == f"not a lock: values are nested too deeply in '{name}'  [RPR-L406]\n  mend: {MENDS[name]}"


def test_a_folder_a_pipe_and_a_loop_of_links_are_no_locks(refused, tmp_path):
    (tmp_path / "uv.lock").mkdir()
    assert refused(read, tmp_path / "uv.lock", project=tmp_path) == (
        "a folder is not a lock file in 'uv.lock'  [RPR-L406]\n  mend: name the file inside it"
    )
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "poetry.lock")
        assert refused(read, tmp_path / "poetry.lock", project=tmp_path) == (
            "a device or pipe is not a lock file in 'poetry.lock'  [RPR-L406]\n  mend: name a regular file"
        )
    (tmp_path / "pdm.lock").symlink_to("pdm.lock")
    assert refused(read, tmp_path / "pdm.lock", project=tmp_path) == (
        "the lock file cannot be read: too many levels of symbolic links in 'pdm.lock'  [RPR-L406]\n"
        "  mend: ls -l pdm.lock"
    )
    assert refused(read, tmp_path / "gone.lock", project=tmp_path) == (
        "the lock file cannot be read: no such file or directory in 'gone.lock'  [RPR-L406]\n  mend: ls -l gone.lock"
    )


def test_a_huge_file_is_refused_unread(refused, tmp_path):
    with (tmp_path / "uv.lock").open("wb") as file:
        file.truncate(65 << 20)  # sparse: it takes no room
    assert refused(read, tmp_path / "uv.lock", project=tmp_path) == (
        "the file has 65 MiB, and no lock is larger than 64 MiB in 'uv.lock'  [RPR-L406]\n"
        "  mend: --repro-lock=off, or name another lock"
    )
    assert form.LIMIT == 64 << 20


def test_a_file_that_may_not_be_read_is_told_without_its_folder(monkeypatch, refused, tmp_path, write):
    path = write("uv.lock", "version = 1\n")

    def denied(_path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(type(path), "read_bytes", denied)
    message = refused(read, path, project=tmp_path)
    assert message.startswith("the lock file cannot be read: permission denied in 'uv.lock'")
    assert str(tmp_path) not in message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "a" * 200_000 + "\n"),
        ("requirements.txt", "a; " + "(" * 3000 + "\n"),
        ("requirements.txt", "a==1 " + "--hash=" * 20_000 + "\n"),
        ("requirements.txt", "a @ " + "@" * 100_000 + "\n"),
        ("requirements.txt", "#" * 100_000 + " \\\n" * 5_000),
        ("requirements.txt", " " * 100_000 + "#\n" + "a==1" + " " * 100_000 + ";\n"),
        ("uv.lock", "version = 1\n" + '    { url = "' * 20_000),
        ("poetry.lock", '    {file = "' * 20_000),
        ("pylock.toml", 'lock-version = "1.0"\ncreated-by = "' + "a" * 100_000),
        ("Pipfile.lock", '{"_meta"' + " " * 100_000),
    ],
    ids=[str(number) for number in range(10)],
)
def test_hostile_text_costs_no_more_than_its_length(write, tmp_path, name, text):
    begun = time.process_time()
    try:
        read(write(name, text), project=tmp_path)
    except form.ReproError as error:
        assert error.code == "L406"  # noqa: PT017  # either is right, in time
    assert time.process_time() - begun < 2


def test_paths_are_shown_relative_and_never_through_foreign_folders(tmp_path):
    project = tmp_path / "a" / "b"
    assert shown_path(project / "locks" / "uv.lock", project) == "locks/uv.lock"
    assert shown_path(tmp_path / "uv.lock", project) == "../../uv.lock"
    assert shown_path(tmp_path / "other" / "uv.lock", project) == "uv.lock"
