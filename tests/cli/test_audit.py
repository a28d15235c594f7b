"""`pytest-repro audit`: the scorecard, and waivers under which only new or worse fails."""

from __future__ import annotations

import json

import pytest

from pytest_repro.controls.catalogue import CATALOGUE

SUITE = """
import os, pathlib, pytest

def turn():
    # 0 and 1 in turns, kept where no look at what outlives a test finds it: two runs differ by the same size each time
    kept = pathlib.Path(__file__).with_name("turn")
    now = int(kept.read_text()) if kept.exists() else 0
    kept.write_text(str(1 - now))
    return now

@pytest.mark.replay(tol=1e-12)
def test_steady():
    value = 0.1 + 0.2
    assert value

@pytest.mark.replay
def test_drifts():
    value = 1.0 + float(os.environ.get("SIZE", "1e-9")) * turn()
    assert value > 0

def test_unmarked():
    assert True
"""

ACCEPT = ("--accept", "--owner=@numerics", "--reason=known since 2.3", "--until=2999-01-31")


@pytest.fixture
def audit(command, tmp_path):
    tmp_path.joinpath("test_it.py").write_text(SUITE, encoding="utf-8")
    return lambda *words, **environment: command("audit", *words, **environment)


def test_the_scorecard_has_a_row_for_every_control_in_all_families(audit):
    done = audit("--json")
    card = json.loads(done.stdout)
    assert done.returncode == card["exit_status"] == 1
    assert sorted(row["id"] for row in card["rows"]) == sorted(f"RPR-{control.code}" for control in CATALOGUE)
    rows = {row["id"]: row for row in card["rows"]}
    assert rows["RPR-R101"]["state"] == "broken"
    assert rows["RPR-R101"]["findings"][0]["test"] == "test_it.py::test_drifts"
    assert rows["RPR-S204"]["measured"] == "2 of 3 tests pinned"
    assert rows["RPR-R108"]["measured"] == "2 of 3 tests replayed"
    assert rows["RPR-R301"]["measured"] == "1 test with a tolerance, 0 measured"
    assert all(row["evidence"] for row in card["rows"] if row["state"] != "not checked")


def test_the_text_is_told_after_pytest_s_own_output(audit):
    done = audit()
    tests, _, card = done.stdout.rpartition("\nhardware ")
    assert "1 failed, 2 passed" in tests
    for family in ("replay limits", "seeds", "environment", "locks", "hardware"):
        assert f"\n{family}" in card
    assert card.rstrip().splitlines()[-1].startswith("audit fails: ")


def test_without_tests_nothing_is_said_of_them(audit):
    done = audit("--no-tests", "--json")
    rows = {row["id"]: row for row in json.loads(done.stdout)["rows"]}
    assert rows["RPR-R101"]["state"] == "not checked"
    assert rows["RPR-E301"]["state"] == "holds"
    assert done.returncode == 0


def test_words_of_pytest_are_handed_on(audit):
    rows = {row["id"]: row for row in json.loads(audit("--json", "-k", "steady").stdout)["rows"]}
    assert rows["RPR-R101"]["state"] == "holds"


def test_what_is_accepted_passes_until_it_gets_worse(audit, tmp_path):
    accepted = audit(*ACCEPT)
    assert accepted.returncode == 0, accepted.stderr
    assert "added to repro-waivers.toml, until 2999-01-31" in accepted.stdout
    text = tmp_path.joinpath("repro-waivers.toml").read_text(encoding="utf-8")
    assert 'test = "test_it.py::test_drifts"' in text
    assert 'owner = "@numerics"' in text
    again = audit("--json")
    assert again.returncode == 0, again.stdout
    assert {row["id"]: row["state"] for row in json.loads(again.stdout)["rows"]}["RPR-R101"] == "waived"
    assert audit(SIZE="1e-3").returncode == 1


def test_accepting_twice_changes_nothing(audit, tmp_path):
    audit(*ACCEPT)
    before = tmp_path.joinpath("repro-waivers.toml").read_bytes()
    assert "0 of " in audit(*ACCEPT).stdout
    assert tmp_path.joinpath("repro-waivers.toml").read_bytes() == before


def test_a_broken_waiver_file_is_never_overwritten(audit, tmp_path):
    tmp_path.joinpath("repro-waivers.toml").write_text("[[waiver]\n", encoding="utf-8")
    done = audit(*ACCEPT)
    assert done.returncode == 4
    assert "[RPR-B613]" in done.stderr
    assert tmp_path.joinpath("repro-waivers.toml").read_text(encoding="utf-8") == "[[waiver]\n"


def test_a_suite_that_does_not_start_is_told_by_pytest_s_own_status(audit):
    assert audit("--no-such-option").returncode == 4


def test_a_tolerance_that_a_recorded_calibration_stands_behind_is_audited(audit, tmp_path):
    def row(*words: str) -> tuple[str, str]:
        rows = json.loads(audit("--json", "-k", "steady", *words).stdout)["rows"]
        found = next(one for one in rows if one["id"] == "RPR-R301")
        return found["measured"], found["state"]

    assert row() == ("1 test with a tolerance, 0 measured", "broken")
    assert row("--repro-calibrate", "--repro-vary=hashseed", "--repro-record")[1] == "holds"
    assert list(tmp_path.glob("__envelopes__/*.json"))
    assert row() == ("1 test with a tolerance, 1 measured", "holds")
