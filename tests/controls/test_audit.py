"""The scorecard: every control with a state, whatever is known."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from pytest_repro.controls.audit import scorecard
from pytest_repro.controls.catalogue import CATALOGUE
from pytest_repro.controls.evidence import Evidence, SuiteRun
from pytest_repro.controls.lockfiles import LockReport
from pytest_repro.controls.lockstep import judge
from pytest_repro.controls.occurrence import Occurrence
from pytest_repro.controls.waiver import Waiver
from pytest_repro.controls.waivers import Waivers
from pytest_repro.environment.distribution import Distribution
from pytest_repro.environment.git import Git
from pytest_repro.errors import ReproError
from pytest_repro.locks.lock import Lock, Pin, Staleness

TODAY = date(2026, 7, 1)
TEST = "tests/test_fit.py::test_fit"


def facts(nodeid=TEST, findings=(), **said):
    plain = {"nodeid": nodeid, "compared": 3, "findings": [list(one) for one in findings], "patterns": [], "found": []}
    return {**plain, "waived": [], "open": [], **said}


def whole_run(*some, **said):
    return SuiteRun(**{"facts": some or (facts(),), "collected": 1, "pinned": 1, "replayed": 1, **said})


def judged(surroundings, policy=None, owners=lambda _path: "", **said):
    evidence = Evidence(**{"snapshot": surroundings(), "today": TODAY, **said})
    return scorecard(evidence, policy or {}, owners)


def states(card):
    return {row.control.code: row.state for row in card.rows}


def row(card, code):
    return next(row for row in card.rows if row.control.code == code)


def lock(pinned="2.4.6", installed="2.4.6"):
    pin = Pin(name="numpy", version=pinned, hashed=True)
    made = Lock(form="uv.lock", path="uv.lock", digest="3f2a1c" * 8, pins=(pin,), names=frozenset({"numpy"}))
    step = judge(made, [Distribution(name="numpy", version=installed)], Staleness(state="fresh", reason="as locked"))
    return LockReport(lockstep=step, why="the only one")


def test_every_control_has_a_row_in_the_order_of_families(surroundings):
    rows = judged(surroundings).rows
    assert sorted(row.control.code for row in rows) == sorted(control.code for control in CATALOGUE)
    assert list(dict.fromkeys(row.control.code[0] for row in rows)) == ["S", "E", "L", "H", "R", "B"]


def test_what_was_not_looked_at_is_not_checked_and_says_why(surroundings):
    card = judged(surroundings)
    found = states(card)
    assert {code for code, state in found.items() if state == "not checked"} == {
        *(code for code in found if code[0] in "SRL" or code.startswith("B60")),
        *("E302", "E306"),
    }
    assert row(card, "R101").measured == "no tests were run"
    assert row(card, "L401").measured == "no lock was looked for"
    assert row(card, "R101").evidence == ""
    assert card.notes == ("no tests were run: nothing is known about seeds and replay limits",)
    assert card.exit_status == 0


def test_where_all_is_well_everything_that_can_be_checked_holds(surroundings):
    card = judged(surroundings, run=whole_run(), lock=lock())
    assert {code for code, state in states(card).items() if state != "holds"} == {"E302", "E306"}
    assert card.exit_status == 0
    assert row(card, "L401").measured == "uv.lock 3f2a1c in step"


def test_a_drift_fails_the_audit_with_its_test_and_its_owner(surroundings):
    drift = facts(
        findings=[("R101", "fail", "1 of 3 values differ")], open=[["R101", TEST, "locals.w", "replay", 1e-9]]
    )
    card = judged(surroundings, owners=lambda path: f"@{path}", run=whole_run(drift, exit_status=1))
    found = row(card, "R101")
    assert (found.state, found.action, found.owner) == ("broken", "fail", "@tests/test_fit.py")
    assert found.measured == "in 1 of 1 replayed test"
    assert found.findings[0][:4] == (TEST, "1 of 3 values differ", "fail", False)
    assert card.open == (Occurrence("R101", TEST, "locals.w", "replay", 1e-9),)
    assert card.exit_status == 1


def test_a_finding_whose_action_is_accept_is_broken_and_fails_nothing(surroundings):
    card = judged(surroundings, snapshot=surroundings(git=Git(commit="a" * 40, dirty=True)))
    assert (row(card, "E304").state, row(card, "E304").action, card.exit_status) == ("broken", "accept", 0)
    strict = judged(surroundings, {"E304": "fail"}, snapshot=surroundings(git=Git(commit="a" * 40, dirty=True)))
    assert (row(strict, "E304").action, strict.exit_status) == ("fail", 1)
    assert strict.open == (Occurrence("E304", "", "", "", "structural"),)


def entry(code="R101", test=TEST, until=date(2027, 1, 31), **said):
    return Waiver(code=code, test=test, owner="kim", reason="r", until=until, **said)


def test_what_somebody_answers_for_is_waived(surroundings):
    key = entry().key
    drift = facts(findings=[("R101", "accept", "1 of 3 differ; waived until 2027-01-31 by kim: r")], waived=[key])
    card = judged(surroundings, run=whole_run(drift), waivers=Waivers(entries=(entry(),)))
    assert states(card)["R101"] == "waived"
    assert states(card)["B612"] == "holds"
    assert card.exit_status == 0
    assert row(card, "B611").measured == "1 waiver"


def test_a_waiver_about_the_project_is_applied_here(surroundings):
    dirty = surroundings(git=Git(commit="a" * 40, dirty=True))
    waivers = Waivers(entries=(entry("E304", ""),))
    card = judged(surroundings, {"E304": "fail"}, snapshot=dirty, waivers=waivers)
    assert states(card)["E304"] == "waived"
    assert states(card)["B612"] == "holds"


def test_expired_and_unused_waivers_are_rows_of_their_own(surroundings):
    waivers = Waivers(entries=(entry(until=date(2026, 6, 30)), entry(test="tests/test_gone.py::test_gone")))
    card = judged(surroundings, run=whole_run(), waivers=waivers)
    assert (states(card)["B611"], states(card)["B612"], card.exit_status) == ("broken", "broken", 1)
    part = judged(surroundings, run=whole_run(whole=False), waivers=Waivers(entries=waivers.entries[1:]))
    assert states(part)["B612"] == "holds"


def test_a_waiver_file_that_cannot_be_used_is_the_row_of_its_code(surroundings):
    error = ReproError("B614", "a waiver without owner", place="repro-waivers.toml:3.owner")
    found = states(judged(surroundings, unusable=error))
    assert [found[code] for code in ("B611", "B612", "B613", "B614")] == ["not checked"] * 3 + ["broken"]


@pytest.mark.parametrize(
    ("said", "code", "sentence"),
    [
        ({"replayed": 0, "facts": ()}, "R108", "none of 1 collected tests is replayed"),
        ({"pinned": 0}, "S204", "1 of 1 tests start from no pinned seed"),
        ({"stated": 2}, "R301", "nothing was measured for the tolerances of 2 tests"),
        (
            {"notices": ("seeder 'a:b' could not be loaded and pins nothing (X)  [RPR-S203]\n  mend: python",)},
            "S203",
            "seeder 'a:b' could not be loaded and pins nothing (X)",
        ),
        ({"facts": (facts(patterns=["w*", "v*"], found=["v*"]),)}, "R107", "'w*' found nothing in this run"),
    ],
)
def test_what_only_the_whole_run_shows_is_a_row(surroundings, said, code, sentence):
    found = row(judged(surroundings, run=whole_run(**said)), code)
    assert (found.state, found.findings[0].sentence) == ("broken", sentence)


def test_the_lock_is_judged_by_its_own_controls(surroundings):
    card = judged(surroundings, lock=lock(installed="2.3.1"))
    found = row(card, "L401")
    assert (found.state, found.action, found.measured) == ("broken", "warn", "uv.lock 3f2a1c: 1 differs")
    assert "numpy   locked 2.4.6   installed 2.3.1" in found.findings[0].reasons
    assert states(card)["L402"] == "holds"


def test_without_a_lock_its_contents_are_not_checked(surroundings):
    found = states(judged(surroundings, lock=LockReport(lockstep=None, why="no lock file is in the project")))
    assert found["L408"] == "broken"
    assert {found[code] for code in ("L401", "L402", "L403", "L404", "L407", "L409", "L410")} == {"not checked"}


def test_a_lock_that_cannot_be_read_fails_the_audit(surroundings):
    error = ReproError("L406", "conflict markers", place="uv.lock:3", mend="uv lock")
    card = judged(surroundings, lock=LockReport(lockstep=None, why="", broken=(error,)))
    assert (states(card)["L406"], states(card)["L408"], card.exit_status) == ("broken", "holds", 1)


@pytest.mark.parametrize(("ended", "status"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 0)])
def test_a_run_that_tells_nothing_is_no_pass(surroundings, ended, status):
    card = judged(surroundings, run=whole_run(exit_status=ended))
    assert card.exit_status == status
    assert bool(card.notes) is (status > 0)


def test_equal_evidence_has_equal_digests_and_other_evidence_others(surroundings):
    one, two = (judged(surroundings, run=whole_run()) for _ in range(2))
    assert [row.evidence for row in one.rows] == [row.evidence for row in two.rows]
    more = judged(surroundings, run=whole_run(facts(compared=4)))
    moved = {row.control.code for row, then in zip(one.rows, more.rows, strict=True) if row.evidence != then.evidence}
    assert moved == {
        *("R101", "R102", "R104", "R105", "R106", "R109", "R302", "S201", "S202"),
        *(code for code in states(one) if code.startswith("R11")),
        *(code for code in states(one) if code.startswith("B60")),
    }
    assert len(row(one, "R101").evidence) == 12


def test_many_owners_are_counted(surroundings):
    some = [facts(f"t{number}.py::t", [("R101", "fail", "x")]) for number in range(3)]
    card = judged(surroundings, owners=lambda path: f"@{path}", run=whole_run(*some))
    assert row(card, "R101").owner == "@t0.py and 2 more"


def test_the_scorecard_is_plain_json(surroundings):
    card = judged(surroundings, run=whole_run(facts(findings=[("R101", "fail", "x")])), lock=lock())
    data = json.loads(json.dumps(card.to_dict()))
    assert (data["schema"], data["version"]) == ("pytest-repro/audit", "1.0")
    found = next(row for row in data["rows"] if row["id"] == "RPR-R101")
    assert set(found) == {
        *("id", "version", "title", "family", "metric", "measured", "contract", "question", "state", "action"),
        *("owner", "evidence", "findings"),
    }
    assert sum(data["counts"].values()) == len(CATALOGUE)


def test_an_audit_leaves_what_it_judges_as_it_is(surroundings):
    evidence = Evidence(snapshot=surroundings(), today=TODAY, run=whole_run(facts(findings=[("R101", "fail", "x")])))
    before = repr(evidence)
    scorecard(evidence, {}, lambda _path: "")
    assert repr(replace(evidence)) == before
