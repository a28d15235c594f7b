"""Modules made from source as pytest makes them, and functions run under a recorder."""

from __future__ import annotations

import ast
import importlib.util
import itertools
import sys
from typing import NamedTuple

import pytest
from _pytest.assertion.rewrite import rewrite_asserts  # handed in by the plugin; its signature is held by these tests

from pytest_repro.observe.asserted import Asserted
from pytest_repro.observe.recompile import Recompiler
from pytest_repro.observe.recorder import Recorder


class Kept(NamedTuple):
    """The least that the recorder asks of a frozen value."""

    value: object
    kind: str = "kept"

    def to_dict(self):
        return {"kind": self.kind, "value": repr(self.value)}


def keep(address, value):
    return {address: Kept(value)}


class Watched(NamedTuple):
    """One watched run.

    Attributes:
        recorder: What was recorded.
        reason: Why something was not.
        result: What the function returned.
    """

    recorder: Recorder
    reason: str
    result: object

    @property
    def values(self):
        return {address: leaf.value for address, leaf in self.recorder.leaves.items()}


def rewrite(tree, source, filename):
    rewrite_asserts(tree, source, filename)


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Make a module of a source, rewritten by pytest or not."""
    numbers = itertools.count()

    def make(source, *, rewritten=True):
        name = f"made_{next(numbers)}"
        path = tmp_path / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        tree = ast.parse(path.read_bytes(), str(path))
        if rewritten:
            rewrite_asserts(tree, path.read_bytes(), str(path))
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(tree, str(path), "exec", dont_inherit=True), vars(module))  # noqa: S102  # as pytest's import hook
        return module

    return make


@pytest.fixture
def watch():
    """Run a function under a recorder; the code it had is back afterwards."""
    recompiler = Recompiler()

    def run(function, *arguments, call=None, **options):
        recorder = Recorder(options.pop("freeze", keep), **options)
        before = function.__code__
        with Asserted(function, recorder, recompiler, rewrite=rewrite) as asserted:
            result = (call or function)(*arguments)
        assert function.__code__ is before
        return Watched(recorder, asserted.reason, result)

    return run


@pytest.fixture(params=[True, False], ids=["rewritten", "plain"])
def rewritten(request):
    return request.param
