"""`pytest-repro env`: everything known, nothing private, comparable."""

from __future__ import annotations

import getpass
import json
import os
import platform
from pathlib import Path

from pytest_repro.environment.fields import fields
from pytest_repro.environment.snapshot import Snapshot


def test_every_fact_has_a_line_and_what_is_unknown_says_why(command):
    done = command("env")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    tables = {info.address for info in fields() if info.table}
    named = {line.split()[0] for line in lines if line}
    for info in fields():
        if info.address not in tables:
            assert any(
                name == info.address or name.startswith((f"{info.address}.", f"{info.address}[")) for name in named
            )
    assert any(line.startswith("gpu.driver") and "unknown: " in line for line in lines) or "gpu.driver" in done.stdout


def test_a_saved_environment_is_read_back_as_it_was(command):
    data = json.loads(command("env", "--json").stdout)
    again = Snapshot.from_dict(data)
    assert again.to_dict() == data
    assert again.numpy.version


def test_nothing_private_is_printed(command, tmp_path):
    secret = "ghp_" + "a1B2" * 9
    for arguments in (("env",), ("env", "--json")):
        text = command(*arguments, OMP_NUM_THREADS="2", TZ=secret, PYTEST_ADDOPTS=f"-p repro -k {secret}").stdout
        assert len(text) > 1000
        for private in (secret, platform.node() * (len(platform.node()) > 3), str(tmp_path), str(Path.home()) + os.sep):
            assert not private or private not in text
        if len(getpass.getuser()) > 4:
            assert getpass.getuser() not in text


def test_the_cause_of_a_difference_comes_first(command, tmp_path):
    for name, environment in (("before", {}), ("after", {"OPENBLAS_NUM_THREADS": "1"})):
        saved = command("env", "--json", **environment).stdout
        tmp_path.joinpath(f"{name}.json").write_text(saved, encoding="utf-8")
    if os.cpu_count() == 1 or json.loads(saved)["sections"]["blas"]["threads"] is None:
        return  # one core, or a BLAS that does not say
    done = command("env", "before.json", "after.json")
    assert done.returncode == 0
    first = next(line for line in done.stdout.splitlines() if line.startswith("  1  "))
    assert first.split()[1] == "blas.threads"
    told = json.loads(command("env", "before.json", "after.json", "--json").stdout)
    assert told["differences"][0]["address"] == "blas.threads"


def test_a_difference_is_a_failure_where_that_is_asked_for(command, tmp_path):
    for name, environment in (("before", {}), ("after", {"PYTHONHASHSEED": "7"})):
        saved = command("env", "--json", **environment).stdout
        tmp_path.joinpath(f"{name}.json").write_text(saved, encoding="utf-8")
    assert command("env", "before.json", "after.json").returncode == 0
    assert command("env", "before.json", "after.json", "--exit-code").returncode == 1
    assert command("env", "before.json", "before.json", "--exit-code").returncode == 0
    assert command("env", "before.json", "after.json", "--exit-code", "--json").returncode == 1
    alone = command("env", "--exit-code")
    assert alone.returncode == 4
    assert "RPR-U104" in alone.stderr


def test_a_file_that_is_no_environment_is_told_with_its_place(command, tmp_path):
    tmp_path.joinpath("cut.json").write_text('{"schema": "pytest-repro/snap', encoding="utf-8")
    tmp_path.joinpath("other.json").write_text("[]", encoding="utf-8")
    for name, said, fresh in (
        ("cut.json", "the file is not JSON in 'cut.json:1'", "cut.json"),
        ("other.json", "this is no saved environment in 'other.json.schema'", "snapshot.json"),
        ("gone.json", "the file cannot be read: no such file or directory in 'gone.json'", "gone.json"),
    ):
        done = command("env", name)
        assert done.returncode == 4
        assert done.stderr == f"pytest-repro: {said}  [RPR-E306]\n  mend: pytest-repro env --json > {fresh}\n"


def test_a_module_is_imported_first_where_it_is_named(command):
    done = command("env", "--json", "--with", "no_such_module")
    assert done.returncode == 4
    assert "no_such_module cannot be imported: ModuleNotFoundError" in done.stderr
