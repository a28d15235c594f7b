"""Which names a module imports, told from one function."""

from __future__ import annotations

import pytest

from pytest_repro.observe.imported import exact, guessed

SOURCE = """
import math, os.path as path
from pathlib import Path
from functools import reduce
class Own:
    @staticmethod
    def go(): return 1
own = Own()
def f(rows):
    rows.append(math.floor(2.5)); own.go(); Own.go(); Path.cwd(); path.join("a", "b")
    return [(lambda: math.sqrt(4))(), reduce]
def g(rows, own=own):
    with rows.here(), math.nothing(): pass
    return own.go()
"""


@pytest.mark.parametrize(("name", "names"), [("f", {"math", "path", "Path"}), ("g", {"math"})])
def test_bytecode_tells_what_is_imported(load, name, names):
    assert exact(getattr(load(SOURCE), name).__code__) == names


@pytest.mark.parametrize(("name", "names"), [("f", {"math", "path", "Path", "reduce"}), ("g", {"math"})])
def test_values_tell_nearly_the_same(load, name, names):
    assert guessed(getattr(load(SOURCE), name)) == names


def test_an_instance_that_was_imported_is_found_in_the_second_attempt(load, watch):
    load("class Own:\n    def go(self): return 1\nown = Own()\n")
    module = load(
        "from made_0 import own\nfrom contextlib import nullcontext as n\n"
        "def test_it():\n    with n():\n        assert own.go() == 1\n"
    )
    watched = watch(module.test_it)
    assert watched.reason == ""
    assert watched.values == {"asserted.own.go()": 1}
