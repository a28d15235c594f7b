"""Odd circumstances: each small one of the list is survived, and a run that does not survive is found."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parents[1] / "benchmarks"


with pytest.MonkeyPatch.context() as _patch:
    _patch.syspath_prepend(PROGRAMS)
    odd = importlib.import_module("hostile_odd")
    ODDS = [one for one in importlib.import_module("hostile_suites").ODDS if one.small]


@pytest.mark.parametrize("one", ODDS, ids=[one.name for one in ODDS])
def test_what_no_user_plans_for_is_survived(one, tmp_path):
    if "xdist" in one.words:
        pytest.importorskip("xdist")
    found = odd.examined(one, tmp_path / "project")
    if found is None:
        pytest.skip("it cannot be made here")
    ran, lost = found
    assert lost == [], ran.output


def test_a_run_that_does_not_survive_is_found(tmp_path):
    conftest = "def pytest_runtest_teardown(): raise KeyError('INTERNALERROR')"
    _, lost = odd.examined(odd.Odd("it", status=5, says=("never",), conftest=conftest), tmp_path / "project")
    assert lost == ["'INTERNALERROR' in the output", "exit status 1, and 5 is deserved", "nothing says 'never'"]
