"""The scorecard as text that fits a terminal, and as JSON."""

from __future__ import annotations

import json

import pytest

from pytest_repro.controls.audit import Row, Said, Scorecard
from pytest_repro.controls.catalogue import CATALOGUE, control
from pytest_repro.report.scorecard import WIDTH, summary, text, to_json


def made(code="S204", state="holds", *said, **changes):
    plain = {"measured": "3 of 3 tests pinned", "action": control(code).action, "owner": "@a", "evidence": "0" * 12}
    return Row(control=control(code), state=state, findings=said, **{**plain, **changes})


def test_a_scorecard_reads_by_family_with_what_is_wrong_below():
    broken = made(
        "L401",
        "broken",
        Said(
            "",
            "1 of 9 packages is not what uv.lock pins",
            "warn",
            waived=False,
            reasons=("numpy   locked 2",),
            steps=("uv sync",),
        ),
        measured="uv.lock 3f2a1c: 1 differs",
        action="warn",
    )
    known = made(
        "R101", "waived", Said("t.py::t", "x; waived until 2027-01-31 by kim: r", "accept", waived=True, steps=("no",))
    )
    card = Scorecard(rows=(made(), broken, known, made("B611", "not checked")), notes=("look twice",))
    assert text(card, {"hardware": "a CPU", "lock": ""}) == (
        "hardware     a CPU\n"
        "note         look twice\n"
        "\n"
        "seeds\n"
        "  holds        S204  seeds not pinned                  3 of 3 tests pinned                 warn    @a\n"
        "\n"
        "locks\n"
        "  broken       L401  installed differs from the lock   uv.lock 3f2a1c: 1 differs           warn    @a\n"
        "               1 of 9 packages is not what uv.lock pins\n"
        "                 numpy   locked 2\n"
        "               next  uv sync\n"
        "\n"
        "replay limits\n"
        "  waived       R101  value drift                       3 of 3 tests pinned                 fail    @a\n"
        "               t.py::t: x; waived until 2027-01-31 by kim: r\n"
        "\n"
        "baselines\n"
        "  not checked  B611  waiver expired                    3 of 3 tests pinned                 fail    @a\n"
        "\n"
        "audit passes: 1 control holds, 1 broken (1 to warn), 1 waived, 1 not checked"
    )


def test_no_line_is_wider_than_the_terminal():
    said = tuple(
        Said(f"tests/test_{n}.py::test", "word " * 60, "fail", waived=False, steps=("do " * 60,)) for n in range(9)
    )
    rows = tuple(made(one.code, "broken", *said, measured="x" * 200, owner="@o" * 50) for one in CATALOGUE)
    shown = text(Scorecard(rows=rows), {"hardware": "word " * 60})
    assert max(map(len, shown.splitlines())) <= WIDTH
    assert "and 4 findings more" in shown


@pytest.mark.parametrize(
    ("rows", "ended", "line"),
    [
        ((), None, "audit passes: 0 controls hold"),
        ((made("R101", "broken", action="fail"),), None, "audit fails: 0 controls hold, 1 broken (1 to fail)"),
        ((made("R106", "broken", action="accept"),), 0, "audit passes: 0 controls hold, 1 broken (1 accepted)"),
        ((made(), made()), 1, "audit fails: 2 controls hold"),
    ],
)
def test_the_last_line_says_it_all(rows, ended, line):
    assert summary(Scorecard(rows=rows, ended=ended)) == line


def test_secrets_are_masked_in_both_forms_and_json_stays_json():
    secret = "hunter2-and-more"  # noqa: S105  # made up
    row = made("R102", "broken", Said("t.py::t", f'password="{secret}" was wrong', "fail", waived=False))
    card = Scorecard(rows=(row,), notes=(f"token={secret}",))
    assert secret not in text(card)
    assert secret not in to_json(card)
    assert json.loads(to_json(card))["rows"][0]["id"] == "RPR-R102"
