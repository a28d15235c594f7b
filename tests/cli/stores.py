"""Stores to look into: a small module recorded under four profiles, each on a machine of its own."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pytest_repro.cli import main
from pytest_repro.envelope import Envelope
from pytest_repro.environment.snapshot import snapshot
from pytest_repro.store.change import Change
from pytest_repro.store.local import LocalStore
from pytest_repro.store.recorded import Recorded
from pytest_repro.values.registry import Freezer

TOKEN = "ghp_" + "a1B2" * 9
LOSS = 0.6931471805599453
WEIGHTS = np.linspace(0.0, 1.0, 100)
DAY = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)


def recorded(values, environment=None, **facts):
    """A recorded test of values by address."""
    freezer, observations = Freezer(), {}
    for address, value in values.items():
        observations.update(freezer.freeze(address, value, masked=False))
    run = Envelope(
        nodeid="test_m.py::test_fit",
        label="run 1",
        session_seed=0,
        seed=7,
        outcomes={"setup": "passed", "call": "passed"},
        observations=observations,
    )
    known = {"owner": "kim", "commit": "1f3c9e2a", "dirty": False, "runs": 2, "difference": 0.0, "plugin": "0.1.0"}
    kept = {} if environment is None else environment.to_dict()
    key = "" if environment is None else environment.context_id
    lock = {"file": "uv.lock", "digest": "3f2a1c", "state": "in step"}
    return Recorded.of(run, recorded=DAY, environment=kept, environment_id=key, lock=lock, **known | facts)


@pytest.fixture(scope="session")
def here():
    """This machine's environment."""
    return snapshot(Path(os.curdir))


def with_kernel(environment, kernel):
    """The same machine with another kernel in its BLAS, where one is loaded or not."""
    return replace(
        environment, blas=replace(environment.blas, name="openblas", version="0.3.31", kernel=kernel, pools=None)
    )


def fit(loss=LOSS, **more):
    """What the test of the module computes."""
    return {"record.loss": loss, "record.weights": WEIGHTS * (loss / LOSS), "asserted.token": TOKEN, **more}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The folder of a project that the command is run in."""
    root = tmp_path / "project"
    root.joinpath("tests").mkdir(parents=True)
    root.joinpath("pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    root.joinpath("tests", "test_m.py").write_text("def test_fit(): pass\ndef test_count(): pass\n", encoding="utf-8")
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p repro")
    monkeypatch.setattr(sys, "path", [*sys.path])  # collecting adds the folder of tests, and imports the module
    yield root
    sys.modules.pop("test_m", None)


@pytest.fixture
def put(project):
    """Writes tests by name into a profile; all that could not be written would be told."""

    def put(profile, tests, *, module="tests/test_m.py", root=project):
        path = root / module
        path.parent.mkdir(parents=True, exist_ok=True)
        changes = [
            Change(module=path, profile=profile, name=name, recorded=test, wish="changed")
            for name, test in tests.items()
        ]
        done = LocalStore().write(changes)
        assert not done.refused
        return done

    return put


@pytest.fixture
def four(put, here):
    """Four profiles: two alike, one apart by rounding with another BLAS kernel, one without a value."""
    haswell, skylake = with_kernel(here, "Haswell"), with_kernel(here, "SkylakeX")
    count = recorded({"record.n": 3}, skylake)
    put("linux-a", {"test_fit": recorded(fit(), skylake), "test_count": count})
    put("linux-b", {"test_fit": recorded(fit(), skylake), "test_count": count})
    put(
        "haswell",
        {"test_fit": recorded(fit(LOSS * (1 + 4e-16)), haswell), "test_count": recorded({"record.n": 3}, haswell)},
    )
    without = fit()
    del without["record.weights"]
    put("short", {"test_fit": recorded(without, skylake), "test_count": count})


@pytest.fixture
def command(capsys):
    """``command("show", "--json")`` gives status, output and errors of the command, in this process."""

    def command(*words):
        capsys.readouterr()
        status = main.main(words)
        said = capsys.readouterr()
        assert all(len(line) <= 120 for line in said.out.splitlines()) or "--json" in words, said.out
        assert TOKEN not in said.out + said.err
        return status, said.out, said.err

    return command


def door(word, folder):
    """A subcommand in a process of its own, as users run it."""
    words = [sys.executable, "-m", "pytest_repro.cli.main", word]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
