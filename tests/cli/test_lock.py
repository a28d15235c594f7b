"""`pytest-repro lock`: the state of the lock as text, JSON and exit status."""

from __future__ import annotations

import json

import numpy as np


def test_a_lock_in_step_ends_with_0_and_one_out_of_it_by_policy(command, tmp_path):
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"numpy=={np.__version__}\n", encoding="utf-8")
    fine = command("lock")
    assert fine.returncode == 0
    assert fine.stdout.startswith("lock ")
    assert " in step" in fine.stdout.splitlines()[0]
    lock.write_text("numpy==1.0\n", encoding="utf-8")
    assert command("lock").returncode == 0
    failed = command("lock", "--policy=L401=fail")
    assert failed.returncode == 1
    assert "RPR-L401 installed differs from the lock: " in failed.stdout


def test_the_policy_of_the_ini_file_holds(command, tmp_path):
    tmp_path.joinpath("pytest.ini").write_text("[pytest]\nrepro_policy = L401=fail\n", encoding="utf-8")
    tmp_path.joinpath("requirements.txt").write_text("numpy==1.0\n", encoding="utf-8")
    assert command("lock").returncode == 1


def test_json_holds_the_lock_its_packages_and_findings(command, tmp_path):
    tmp_path.joinpath("requirements.txt").write_text("numpy==1.0\n", encoding="utf-8")
    told = json.loads(command("lock", "--json").stdout)
    assert told["schema"] == "pytest-repro/lock"
    assert "RPR-L401" in [finding["code"] for finding in told["findings"]]


def test_a_lock_can_be_named_from_any_folder_of_the_project(command, tmp_path):
    tmp_path.joinpath("locks").mkdir()
    tmp_path.joinpath("locks/ci.txt").write_text(f"numpy=={np.__version__}\n", encoding="utf-8")
    assert "locks/ci.txt" in command("lock", "locks/ci.txt").stdout
    gone = command("lock", "gone.txt")
    assert gone.returncode == 4
    assert "there is no lock file 'gone.txt'" in gone.stderr


def test_a_conftest_is_not_imported_for_a_look_at_the_lock(command, tmp_path):
    tmp_path.joinpath("conftest.py").write_text("raise SystemExit(7)\n", encoding="utf-8")
    tmp_path.joinpath("requirements.txt").write_text(f"numpy=={np.__version__}\n", encoding="utf-8")
    assert command("lock").returncode == 0


def test_an_ini_file_that_pytest_refuses_is_told(command, tmp_path):
    tmp_path.joinpath("pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    done = command("lock")
    assert done.returncode == 4
    assert "--no-such-option" in done.stderr
    assert "Traceback" not in done.stderr
