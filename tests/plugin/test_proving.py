"""A drift from a recorded envelope whose cause is proved: the recorded condition is made again in a fresh process."""

from __future__ import annotations

import subprocess
import sys

import pytest

MODEL = """
import os
def joined(words):
    seen = set(words)
    return ";".join(seen)
def told():
    return os.environ["TOLD"]
"""

TESTS = """
import pytest, model
@pytest.mark.replay
def test_joined():
    return model.joined(["alpha", "beta", "gamma", "delta", "epsilon"])
@pytest.mark.replay
def test_told():
    return model.told()
"""


@pytest.fixture
def suite(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("TOLD", "then")
    (tmp_path / "model.py").write_text(MODEL, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")

    def run(seed: str, *words: str) -> tuple[int, list[str]]:
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        command = [sys.executable, "-m", "pytest", "-p", "repro", "-p", "no:cacheprovider", *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()

    return run


def section(lines: list[str], heading: str) -> list[str]:
    start = next((number for number, line in enumerate(lines) if line.startswith(f"  {heading} ")), None)
    if start is None:
        return []
    end = next(number for number in range(start + 1, len(lines)) if not lines[number].startswith(" " * 16))
    return [line[16:].strip() for line in lines[start:end]]


def test_the_recorded_values_come_back_under_the_recorded_hash_seed(suite):
    assert suite("1", "-k", "joined", "--repro-record")[0] == 0
    status, lines = suite("32", "-k", "joined")
    assert status == 1
    why = section(lines, "why")
    assert why[0] == "hashseed=1: simulated here, the recorded values come back (proved)"
    assert any(line.startswith("python.hash_seed 1 -> 32") for line in why)
    where = section(lines, "where")
    assert where[0] == 'model.py:5  return ";".join(seen)'
    recorded, now = where[1].removeprefix("its result: ").split(", then ")
    row = next(line for line in lines if line.startswith("  return "))
    assert row.index(recorded.strip("'")[:10]) < row.index(now.strip("'")[:10]), "what is recorded stands first in both"
    assert where[-1] == 'first call with the same arguments and another result: ";".join(seen)'


def test_a_condition_under_which_they_stay_away_is_not_blamed(suite, monkeypatch):
    assert suite("1", "-k", "told", "--repro-record")[0] == 0
    monkeypatch.setenv("TOLD", "now")
    status, lines = suite("32", "-k", "told")
    assert status == 1
    why = section(lines, "why")
    assert why[0] == "hashseed=1: simulated here, the recorded values do not come back: it is not that alone"
    assert not any("proved" in line for line in why)
    assert section(lines, "where") == []


def test_what_a_fresh_process_does_not_show_is_told(suite, tmp_path):
    (tmp_path / "conftest.py").write_text(
        "import os\nif 'PYTEST_REPRO_CHILD' in os.environ:\n    os.environ['TOLD'] = 'then'\n", encoding="utf-8"
    )
    assert suite("1", "-k", "told", "--repro-record")[0] == 0
    (tmp_path / "model.py").write_text(MODEL.replace("return os", "return 'now ' * ('CHILD' not in os.environ) + os"))
    (tmp_path / "conftest.py").write_text(
        "import os\nif 'PYTEST_REPRO_CHILD' in os.environ:\n    os.environ['CHILD'] = '1'\n", encoding="utf-8"
    )
    _, lines = suite("32", "-k", "told")
    told = "a fresh process with nothing changed computes what is recorded: this one ran other tests before"
    assert " ".join(section(lines, "why")).startswith(told)


def test_nothing_is_tried_where_nothing_could_be_simulated_or_nothing_fails(suite, monkeypatch):
    assert suite("1", "-k", "told", "--repro-record")[0] == 0
    monkeypatch.setenv("TOLD", "now")
    _, lines = suite("1", "-k", "told")
    assert not any("simulated here" in line for line in lines)
    _, lines = suite("32", "-k", "told", "--repro-policy=R101=accept")
    assert not any("fresh" in line for line in lines)


def test_three_tests_of_a_session_are_tried_and_no_more(suite, tmp_path):
    many = "\n".join(
        f"@pytest.mark.replay\ndef test_{number}():\n    return model.joined(['a', 'b', 'c', 'd', 'e', '{number}'])"
        for number in range(5)
    )
    (tmp_path / "test_it.py").write_text(f"import pytest, model\n{many}\n", encoding="utf-8")
    assert suite("1", "--repro-record")[0] == 0
    _, lines = suite("32")
    assert sum("the recorded values come back (proved)" in line for line in lines) <= 3
    assert sum("python.hash_seed 1 -> 32" in line for line in lines) > 3
