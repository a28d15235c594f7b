"""A variation, and its test: it changes the environment of a fresh process, and its reading proves that it did.

``terminal_width.py`` is the file that the how-to puts into ``pytest_repro/variations/``; here it is tried before it
moves in.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from terminal_width import TERMINAL_WIDTH

HERE = Path(__file__).parent
READ = "import terminal_width; print(terminal_width.TERMINAL_WIDTH.read(''))"


@pytest.mark.replay
def test_the_reading_shows_the_change() -> None:
    """Two equal readings would be told as *no effect*."""
    (usual,) = TERMINAL_WIDTH.usual()
    readings = []
    for value in ("80", usual):
        variables = {**os.environ, **TERMINAL_WIDTH.variables(value, os.environ)}
        told = subprocess.check_output([sys.executable, "-c", READ], cwd=HERE, env=variables, text=True)  # noqa: S603
        readings.append(told.strip())
    assert readings == ["80 columns", "43 columns"]


@pytest.mark.parametrize(("value", "fine"), [("43", True), ("wide", False)])
def test_a_value_that_means_nothing_is_refused(value, fine) -> None:
    """``--repro-vary=terminal_width=wide`` is an error before anything runs."""
    assert (TERMINAL_WIDTH.check(value) == "") is fine
