"""Recompiled code: when it is made, when it is not, and why."""

from __future__ import annotations

import linecache
import subprocess
import sys
from pathlib import Path

import pytest
from _pytest.assertion.rewrite import rewrite_asserts

from pytest_repro.observe import recompile
from pytest_repro.observe.recompile import Recompiler, Template, same

SOURCE = "def f(x): return x * 2\n\n\ndef test_it():\n    assert f(1) == 2\n"


def rewrite(tree, source, filename):
    rewrite_asserts(tree, source, filename)


def test_a_function_is_recompiled_once(load):
    module, recompiler = load(SOURCE), Recompiler()
    first = recompiler.template(module.test_it, rewrite)
    assert isinstance(first, Template)
    assert recompiler.template(module.test_it, rewrite) is first


def test_the_oldest_function_is_forgotten(load):
    module, recompiler = load(SOURCE), Recompiler(most=1)
    first = recompiler.template(module.test_it, rewrite)
    recompiler.template(module.f, rewrite)
    assert recompiler.template(module.test_it, rewrite) is not first


def reason(function):
    return Recompiler().template(function, rewrite)


def test_a_lambda_is_left_alone(load):
    assert reason(load("g = lambda: len('a')\n").g) == "a lambda has no body of statements"


def test_code_without_a_file_has_no_source():
    names = {}
    exec("def g(): assert len('a')", names)  # noqa: S102  # as doctest and attrs do
    assert reason(names["g"]) == "no source"


def test_a_line_beyond_the_file_is_no_source(load):
    module = load(SOURCE)
    moved = module.test_it.__code__.replace(co_firstlineno=99)
    assert reason(type(module.f)(moved, vars(module))) == "no source"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        pytest.param(("== 2", "== 3"), "source does not give the code that runs", id="constant"),
        pytest.param(("f(1)", "-f(1)"), "source does not give the code that runs", id="operator"),
        pytest.param(("\n\n\n", "\n\n\n\n"), "source changed on disk", id="line"),
        pytest.param(("test_it", "test_at"), "source changed on disk", id="name"),
        pytest.param(("assert", "assert assert"), "source changed on disk", id="no-python"),
    ],
)
def test_a_source_that_changed_is_not_compiled(load, edit, expected):
    module = load(SOURCE)
    path = Path(module.test_it.__code__.co_filename)
    path.write_text(SOURCE.replace(*edit), encoding="utf-8")
    linecache.checkcache(str(path))
    assert reason(module.test_it) == expected


def test_code_that_another_hook_changed_is_not_exchanged(load):
    module = load(SOURCE)
    module.test_it.__code__ = module.test_it.__code__.replace(
        co_names=("f", *module.test_it.__code__.co_names[1:-1], "g")
    )
    assert reason(module.test_it) == "source does not give the code that runs"


def test_code_of_another_function_is_not_exchanged(load):
    module = load("def make(k):\n    def test_it():\n        assert k\n    return test_it\ntest_it = make(1)\n")
    other = module.test_it.__code__.replace(co_freevars=("z",))
    assert reason(type(module.make)(other, vars(module), closure=module.test_it.__closure__)) == "closure differs"


def test_a_rewriter_that_fails_is_a_reason(load):
    def failing(*_arguments):
        raise KeyError("x")

    assert Recompiler().template(load(SOURCE).test_it, failing) == "cannot be recompiled: KeyError: 'x'"


def test_a_rewriter_that_works_in_another_way_costs_the_operands_alone(load, monkeypatch):
    module = load("def f(x): return x * 2\ndef test_it():\n    x = [f(3)]\n    assert f(1) == 2\n")
    monkeypatch.setattr("pytest_repro.observe.operands.alike", lambda *_nodes: False)
    template = Recompiler().template(module.test_it, rewrite)
    assert template.reason == "operands of asserts are not recorded: this pytest rewrites them in another way"
    names = {*template.code.co_consts} & {f"{recompile.TAG}{number}" for number in range(9)}
    assert [template.sites[recompile._number(name)].address for name in names] == ["asserted.f(3)"]


def test_what_pytest_did_not_rewrite_is_compiled_without_its_rewriter(load):
    calls = []

    def counting(tree, source, filename):
        calls.append(filename)
        rewrite_asserts(tree, source, filename)

    assert isinstance(Recompiler().template(load(SOURCE, rewritten=False).test_it, counting), Template)
    assert calls == []


def test_warnings_of_the_compiler_are_not_given_again(load, recwarn):
    module = load("def f(x): return x\ndef test_it():\n    assert f(1)\n")
    path = Path(module.test_it.__code__.co_filename)
    path.write_text(
        "def f(x): return x\ndef test_it():\n    assert (f(1) is 1, 'always true', '\\d')\n", encoding="utf-8"
    )
    reason(module.test_it)
    assert not recwarn.list


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param("x = 1", "x = 1", True, id="same"),
        pytest.param("x = 1", "x = 1.0", False, id="types-of-constants"),
        pytest.param("x = 0.0", "x = -0.0", False, id="signs-of-zero"),
        pytest.param("x = y in {1, 2, 'a'}", "x = y in {'a', 2, 1}", True, id="order-of-a-set"),
        pytest.param("def g(): return 1", "def g(): return 2", False, id="inner-functions"),
        pytest.param("x = y\nz = 1", "x = y;z = 1", False, id="lines"),
        pytest.param("x = 1e400 - 1e400", "x = 1e400 - 1e400", True, id="nan"),
    ],
)
def test_code_is_the_same_if_it_runs_alike(one, other, expected):
    assert same(compile(one, "a", "exec"), compile(other, "b", "exec")) is expected


def test_importing_this_room_imports_neither_pytest_nor_numpy():
    program = (
        "import sys, pytest_repro.observe.asserted, pytest_repro.observe.frame, pytest_repro.observe.streams,"
        " pytest_repro.observe.files, pytest_repro.observe.callee;"
        "print([name for name in ('pytest', '_pytest', 'pluggy', 'numpy') if name in sys.modules])"
    )
    root = Path(recompile.__file__).parents[2]
    command = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(root)!r}); {program}"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
