"""Waiving: what is known is set aside, what is new or worse stays."""

from __future__ import annotations

import json
from datetime import date

import pytest

from pytest_repro.compare import Gap
from pytest_repro.controls.occurrence import Occurrence, size_of
from pytest_repro.controls.verdict import Finding, Verdict
from pytest_repro.controls.waiver import Waiver
from pytest_repro.controls.waivers import Waivers
from pytest_repro.controls.waiving import of_waivers, unusable, waive, waive_findings
from pytest_repro.errors import ReproError
from pytest_repro.values.difference import Difference
from pytest_repro.values.tolerance import Tolerance

TODAY = date(2026, 7, 1)
TEST = "tests/test_fit.py::test_fit"


def gap(address, relative=1e-9, also=(), **said):
    difference = Difference(relative=relative, **said)
    return Gap(address=address, before=None, after=None, difference=difference, tolerance=Tolerance(), also=also)


def within(address):
    return gap(address, beyond=0)


def verdict(*gaps, code="R101", action="fail"):
    finding = Finding(code=code, sentence="some of 9 differ", action=action, gaps=gaps, steps=("seed it",))
    return Verdict(nodeid=TEST, findings=(finding,))


def waiver(address="*", accepted=1e-9, code="R101", test=TEST, until=date(2027, 1, 31), **said):
    return Waiver(
        code=code, test=test, address=address, accepted=accepted, owner="kim", reason="solver", until=until, **said
    )


def waived(some, *waivers, today=TODAY, condition="replay"):
    return waive(some, Waivers(entries=waivers), today, condition)


@pytest.mark.parametrize(
    ("difference", "size"),
    [
        (Difference(relative=1e-9), 1e-9),
        (Difference(relative=1e-9, structural="shape (3,), then (4,)"), "structural"),
        (Difference(relative=1e-9, nonfinite=1), "structural"),
        (Difference(), "structural"),
    ],
)
def test_a_size_is_the_relative_difference_where_there_is_one(difference, size):
    assert size_of(Gap(address="a", before=None, after=None, difference=difference, tolerance=Tolerance())) == size


def test_without_a_waiver_everything_stays_and_is_open():
    some = verdict(gap("locals.w"), within("locals.v"))
    done = waived(some)
    assert done.verdict == some
    assert done.used == ()
    assert done.open == (Occurrence("R101", TEST, "locals.w", "replay", 1e-9),)


def test_a_finding_that_is_covered_whole_is_accepted_and_says_by_whom():
    entry = waiver()
    done = waived(verdict(gap("locals.w"), within("locals.v")), entry)
    (finding,) = done.verdict.findings
    assert finding.headline == ("RPR-R101 value drift: some of 9 differ; waived until 2027-01-31 by kim: solver")
    assert (finding.action, finding.waived, finding.steps) == ("accept", True, ())
    assert [one.address for one in finding.gaps] == ["locals.v"]
    assert done.verdict.action == "accept"
    assert done.used == (entry.key,)
    assert done.open == ()


def test_what_is_not_covered_stays_with_its_action():
    done = waived(verdict(gap("locals.w"), gap("locals.new")), waiver("w"))
    (finding,) = done.verdict.findings
    assert finding.sentence == "some of 9 differ; 1 of them waived"
    assert (finding.action, finding.waived, finding.steps) == ("fail", False, ("seed it",))
    assert [one.address for one in finding.gaps] == ["locals.new"]
    assert [one.address for one in done.open] == ["locals.new"]


def test_worse_than_accepted_is_not_covered():
    assert waived(verdict(gap("locals.w", 1e-8)), waiver()).verdict.action == "accept"
    assert waived(verdict(gap("locals.w", 1.1e-8)), waiver()).verdict.action == "fail"
    assert waived(verdict(gap("locals.w", structural="missing")), waiver()).verdict.action == "fail"


def test_what_is_worse_says_than_what_and_who_accepted_it():
    (finding,) = waived(verdict(gap("locals.w", 1e-5), gap("locals.v")), waiver()).verdict.findings
    assert finding.sentence == "some of 9 differ; 1 of them waived; 1 worse than waived"
    assert finding.reasons == ("w: 1.0e-05 is worse than the 1e-09 that kim accepted",)
    (finding,) = waived(verdict(gap("locals.w", structural="missing")), waiver()).verdict.findings
    assert finding.reasons == ("w: structural is worse than the 1e-09 that kim accepted",)


def test_a_waiver_that_is_too_small_is_not_called_unused():
    entry = waiver()
    done = waived(verdict(gap("locals.w", 1e-5)), entry)
    assert done.used == ()
    waivers = Waivers(entries=(entry,))
    assert of_waivers(waivers, used=[], ran=[TEST], left=done.open, today=TODAY, policy={}) == ()
    assert len(of_waivers(waivers, used=[], ran=[TEST], today=TODAY, policy={})) == 1


@pytest.mark.parametrize(
    "entry",
    [
        waiver(until=date(2026, 6, 30)),
        waiver(test="tests/test_other.py::test_fit"),
        waiver(code="R102"),
        waiver(condition="blas"),
    ],
)
def test_expired_waivers_and_those_of_something_else_cover_nothing(entry):
    assert waived(verdict(gap("locals.w")), entry).used == ()


def test_a_waiver_of_any_name_of_a_value_covers_it():
    done = waived(verdict(gap("locals.w", also=("asserted.fit(X)",))), waiver("fit(X)"))
    assert done.verdict.action == "accept"


def test_the_first_waiver_to_end_is_named_where_several_cover():
    first, second = waiver("a", until=date(2026, 8, 1)), waiver("b")
    (finding,) = waived(verdict(gap("locals.a"), gap("locals.b")), first, second).verdict.findings
    assert finding.sentence == "some of 9 differ; waived until 2026-08-01 by kim: solver (and 1 more)"


def test_a_finding_without_values_is_waived_as_a_whole():
    done = waived(verdict(code="R104", action="warn"), waiver(code="R104", accepted="structural"))
    assert done.verdict.findings[0].waived
    assert waived(verdict(code="R104", action="warn")).open == (Occurrence("R104", TEST, "", "replay", "structural"),)


def test_what_the_policy_accepts_is_not_open():
    assert waived(verdict(gap("locals.t"), code="R106", action="accept")).open == ()


def test_a_finding_about_the_session_is_waived_name_by_name():
    lock = Finding(code="L401", sentence="2 of 9 packages differ", action="warn", about=("numpy", "scipy"))
    entry = waiver("scipy", "structural", "L401", "")
    (finding,), used, left = waive_findings((lock,), Waivers(entries=(entry,)), TODAY)
    assert finding.sentence == "2 of 9 packages differ; 1 of them waived"
    assert finding.about == ("numpy",)
    assert (used, left) == ((entry.key,), (Occurrence("L401", "", "numpy", "", "structural"),))
    both = Waivers(entries=(entry, waiver("numpy", "structural", "L401", "")))
    assert waive_findings((lock,), both, TODAY).findings[0].action == "accept"


def test_what_travels_is_plain():
    done = waived(verdict(gap("locals.w"), gap("locals.new")), waiver("w"))
    again = json.loads(json.dumps([done.used, done.open]))
    assert [Occurrence(*one) for one in again[1]] == list(done.open)
    assert tuple(again[0]) == done.used


def test_expired_and_unused_waivers_are_findings():
    old, idle, busy = waiver("old", until=date(2026, 6, 30)), waiver("idle"), waiver("busy")
    waivers = Waivers(entries=(busy, idle, old))
    expired, unused = of_waivers(waivers, used=[busy.key], ran=[TEST], today=TODAY, policy={"B612": "accept"})
    assert expired.headline == "RPR-B611 waiver expired: 1 waiver is expired"
    assert expired.reasons == (f"R101 {TEST} old, was waived until 2026-06-30 by kim: solver",)
    assert unused.headline == "RPR-B612 waiver unused: 1 waiver is unused"
    assert unused.reasons == (f"R101 {TEST} idle, is waived until 2027-01-31 by kim: solver",)
    assert (expired.action, unused.action) == ("fail", "accept")


def test_a_waiver_file_that_cannot_be_used_is_a_finding():
    error = ReproError("B614", "a waiver without owner", place="repro-waivers.toml:3.owner", mend='owner = "@numerics"')
    finding = unusable(error, {})
    assert finding.headline == (
        "RPR-B614 waiver without owner or reason: "
        "a waiver without owner in repro-waivers.toml:3.owner; nothing is waived"
    )
    assert (finding.action, finding.steps) == ("fail", ('owner = "@numerics"',))
