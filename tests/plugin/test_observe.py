"""What is observed: by default, on request, and where a test records."""

from __future__ import annotations

import pytest

ALTERNATE = """
import logging, os, pytest, sys, warnings
import numpy as np
def turn():
    sys.repro_turn = not getattr(sys, "repro_turn", False)
    return sys.repro_turn
def either(first, second): return first if turn() else second
def decorated(test):
    def around():  # no functools.wraps
        return test()
    return around
"""

SHOWN = {
    "locals": ("def test_it():\n    x = either(1, 2)\n", "x "),
    "asserted": ("def test_it():\n    assert either(1, 2) < 3\n", "either(1, 2) "),
    "asserted by a helper": (
        "def test_it():\n    np.testing.assert_allclose(either(1.0, 2.0), 1.5, atol=1)\n",
        "either(1.0, 2.0) ",
    ),
    "asserted in a loop": ("def test_it():\n    for i in range(3):\n        assert either(1, 2) < 3\n", "either(1, 2)"),
    "locals under a decorator": ("@decorated\ndef test_it():\n    x = either(1, 2)\n", "x "),
    "asserted under a decorator": ("@decorated\ndef test_it():\n    assert either(1, 2) < 3\n", "either(1, 2) "),
    "return": ("def test_it():\n    return either(1, 2)\n", "return "),
    "return of parts": ("def test_it():\n    return [either('a', 'b'), 'c']\n", "return[0] "),
    "record": ("def test_it(repro):\n    repro.record(loss=either(0.5, 0.25))\n", "loss "),
}

ON_REQUEST = {
    "stdout": ("print('step', either(1, 2))", "stdout[0] "),
    "stderr": ("print('step', either(1, 2), file=sys.stderr)", "stderr[0] "),
    "warnings": ("warnings.warn(either('one', 'two'))", "warnings[0] "),
    "logs": ("logging.warning(either('one', 'two'))", "logs[0] "),
    "files": ("(path / 'out.txt').write_text(either('a', 'b'))", "files.out.txt"),
}


@pytest.mark.parametrize(("body", "row"), SHOWN.values(), ids=SHOWN)
def test_what_a_test_looks_at_is_observed_without_a_word(run, body, row):
    result = run(ALTERNATE + "@pytest.mark.replay\n" + body, "-W", "error::pytest.PytestReturnNotNoneWarning")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"  {row.replace('[', '[[]')}*drift*"])


@pytest.mark.parametrize("category", ON_REQUEST)
def test_what_a_test_writes_is_observed_on_request(run, category):
    action, row = ON_REQUEST[category]
    body = f"def act(path): {action}\n@pytest.mark.replay{{}}\ndef test_it(tmp_path):\n    act(tmp_path)\n"
    assert run(ALTERNATE + body.format(""), "-W", "default").ret == 0
    result = run(ALTERNATE + body.format(f"(observe='+{category}')"), "-W", "default")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"  {row.replace('[', '[[]')}*drift*"])


def test_a_warning_that_is_observed_reaches_the_user_once(run):
    source = "@pytest.mark.replay(observe='+warnings')\ndef test_it():\n    warnings.warn('only one')\n"
    result = run(ALTERNATE + source, "-W", "default")
    result.assert_outcomes(passed=1, warnings=1)


def test_a_test_that_records_is_judged_on_that_unless_it_says_more(run):
    body = "def test_it(repro):\n    scratch = either(1, 2)\n    repro.record(loss=0.5)\n"
    run(ALTERNATE + "@pytest.mark.replay\n" + body).assert_outcomes(passed=1)
    run(ALTERNATE + "@pytest.mark.replay(observe=('locals', 'record'))\n" + body).assert_outcomes(failed=1)


def test_a_category_can_be_taken_out(run):
    body = "def test_it():\n    x = either(1, 2)\n"
    run(ALTERNATE + "@pytest.mark.replay(observe='-locals')\n" + body).assert_outcomes(passed=1)


def test_what_is_recorded_is_kept_as_it_was_and_never_masked(run):
    result = run(
        ALTERNATE
        + """
import uuid
@pytest.mark.replay
def test_it(repro):
    x = np.zeros(3)
    repro.record(x=x)
    x[0] = either(1, 2)
@pytest.mark.replay
def test_uuid(repro): repro.record(key=str(uuid.uuid4()))
@pytest.mark.replay
def test_local_uuid(): key = str(uuid.uuid4())
"""
    )
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*test_uuid [[]drift]*"])


def test_a_marked_test_that_shows_nothing_is_told_and_one_of_all_is_counted(run):
    source = "import pytest\n@pytest.mark.replay\ndef test_marked(): pass\ndef test_other(): pass\n"
    result = run(source, "--repro=all")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "RPR-R104 test_it.py::test_marked: the test shows no value beside its outcome",
            "repro: 2 tests replayed, 0 values compared, no drift, 1 warned, 2 with nothing compared *",
        ]
    )


def test_a_test_without_source_is_compared_by_its_locals_and_says_so(run):
    source = "import pytest\nexec('@pytest.mark.replay\\ndef test_it():\\n    x = 1\\n')\n"
    result = run(source, "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["test_it.py::test_it  compared 1 value; asserted values not seen: *source*"])


def test_a_returned_value_warns_only_where_nobody_asked_for_replay(run):
    source = "import pytest\n@pytest.mark.replay\ndef test_marked():\n    return 1\ndef test_plain():\n    return 1\n"
    run(source, "-W", "default").assert_outcomes(passed=2, warnings=1)


def test_generator_states_alone_are_a_note(run):
    result = run(
        ALTERNATE + "import random\ndef draw():\n    if turn(): random.random()\n"
        "@pytest.mark.replay\ndef test_it():\n    x = 1\n    draw()\n"
    )
    result.assert_outcomes(passed=1)
    assert "RPR-" not in result.stdout.str()
