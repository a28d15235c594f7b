"""The door of the command: exit statuses, usage errors, help."""

from __future__ import annotations

import pytest

from pytest_repro import __version__
from pytest_repro.cli.main import main


def test_the_version_is_the_package_s(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"pytest-repro {__version__}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "invalid choice: 'nothing'"),
        (["env", "--nothing"], "unknown words: --nothing"),
        (["env", "a", "b", "c"], "env compares two files"),
        (["audit", "--owner=kim"], "--owner goes with --accept"),
        (["audit", "--accept", "--owner=kim", "--reason=r"], "--accept takes --until as well"),
        (["audit", "--accept", "--owner=kim", "--reason=r", "--until=soon"], "not a day: 'soon'"),
        (["explain", "R999"], "R999"),
    ],
)
def test_a_mistake_of_use_is_one_sentence_with_its_mend_and_status_4(words, said, capsys):
    assert main(words) == 4
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert "[RPR-U104]" in told.err
    assert "\n  mend: " in told.err
    assert "Traceback" not in told.err


def test_without_words_the_help_names_every_command(capsys):
    assert main([]) == 4
    text = capsys.readouterr().out
    assert [
        name for name in ("env", "lock", "audit", "show", "compare", "check", "explain") if f"\n    {name} " not in text
    ] == []


def test_a_reader_that_leaves_early_is_no_fault(command, tmp_path):
    tmp_path.joinpath("head.py").write_text(
        "import subprocess, sys\n"
        "words = [sys.executable, '-m', 'pytest_repro.cli.main', 'env']\n"
        "done = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)\n"
        "done.stdout.close()\n"
        "sys.exit(done.wait() or bool(done.stderr.read()))\n",
        encoding="utf-8",
    )
    del command  # it made the folder a project
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    assert subprocess.run([sys.executable, "head.py"], cwd=tmp_path, check=False, timeout=60).returncode == 0
