"""Suites in a folder of their own, run by pytest inside this process or apart."""

from __future__ import annotations

import json
import linecache
import os
import shutil
import sys
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

import numpy as np  # noqa: F401  # imported here once: pytester throws out what a nested run imports, numpy minds
import numpy.ma  # and it imports these parts late
import numpy.random  # noqa: F401  # likewise
import pytest

import pytest_repro.plugin.baselines  # likewise: half of our own rooms loaded twice would not know the other half
import pytest_repro.plugin.contracts
import pytest_repro.plugin.recordings
import pytest_repro.plugin.session  # noqa: F401

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def run(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Write a test module and run pytest on it: ``run(source, "--repro=all")``."""

    def run(source: str, *arguments: str, **files: str) -> pytest.RunResult:
        for planted in ("repro_turn", "repro_turns"):  # what sources keep in sys to alternate, from earlier tests
            vars(sys).pop(planted, None)
        linecache.clearcache()  # a module written twice within one second would be read as it was
        shutil.rmtree(
            pytester.path / "__pycache__", ignore_errors=True
        )  # and compiled as it was, where its length stays
        pytester.makepyfile(test_it=dedent(source), **{name: dedent(text) for name, text in files.items()})
        return pytester.runpytest("-p", "no:randomly", "-p", "no:cacheprovider", *arguments)

    return run


TELLTALE = """
import json, os
TOLD = []
def pytest_runtest_logreport(report):
    TOLD.append((report.nodeid, report.when, "x" * hasattr(report, "wasxfail") + report.outcome))
def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        with open(os.environ["TELLTALE"], "w") as file:
            json.dump(TOLD, file)
"""


class Session(NamedTuple):
    """What a session told.

    Attributes:
        ret: Its exit status.
        reports: Node id, phase and outcome of each report as every plugin sees it, in order; x stands before an outcome
            that has to do with xfail.
        result: Its output.
    """

    ret: int
    reports: list[tuple[str, str, str]]
    result: pytest.RunResult

    def summary(self) -> str:
        """The line of ours that is always there; empty where nothing was replayed."""
        lines = [line for line in self.result.outlines if line.startswith("repro: ") and "replayed" in line]
        return lines[0] if lines else ""


@pytest.fixture
def apart(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Session]:
    """Run pytest in a process of its own, with our plugin and the named ones alone: ``apart("-n2", plugins="xdist")``.

    Loading nothing else takes a third of the time, and a plugin that is not asked for cannot help.
    """
    told = pytester.path / "told.json"
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("TELLTALE", str(told))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(pytester.path), os.environ.get("PYTHONPATH", "")]))
    pytester.makepyfile(telltale=TELLTALE)

    def apart(*arguments: str, plugins: str = "", cache: bool = False) -> Session:
        chosen = [word for name in ("repro", "telltale", *plugins.split()) for word in ("-p", name)]
        told.unlink(missing_ok=True)
        result = pytester.runpytest_subprocess(*chosen, *([] if cache else ["-p", "no:cacheprovider"]), *arguments)
        reports = json.loads(told.read_text()) if told.exists() else []
        return Session(int(result.ret), [tuple(report) for report in reports], result)

    return apart
