"""What of a run is recorded, and the envelope that comes of it."""

from __future__ import annotations

import datetime as dt

from pytest_repro.compare import compare
from pytest_repro.store.recorded import Recorded
from pytest_repro.values.tolerance import Tolerances

LATER = dt.datetime(2026, 2, 28, 9, 30, 15, 999, tzinfo=dt.timezone(dt.timedelta(hours=2)))


def test_integers_that_are_identities_of_their_run_are_recorded_as_such(write, store, module, observe, page):
    run, address = observe({"record.key": 0x7F00DEADBEE0, "record.n": 3}, ids=[0x7F00DEADBEE0]), 0x7F00CAFE0000
    test = Recorded.of(run, recorded=LATER)
    write({"t": test})
    assert '"record.key": {"kind": "identity"}' in page.read_text(encoding="utf-8")
    again = store.book(module, "default").get("t").envelope("t")
    assert not compare(again, observe({"record.key": address, "record.n": 3}, ids=[address]), Tolerances()).gaps
    assert compare(again, observe({"record.key": address, "record.n": 3}), Tolerances()).gaps


def test_only_what_survives_an_edit_is_recorded_unless_more_is_wanted(observe):
    run = observe({"locals.x": 1, "record.x": 2, "return": 3, "asserted.f()": 4, "rng.numpy.state": 5})
    assert list(Recorded.of(run, recorded=LATER).observations) == ["record.x", "return", "asserted.f()"]
    assert list(Recorded.of(run, recorded=LATER, categories=("locals",)).observations) == ["locals.x"]


def test_an_envelope_of_a_recorded_test_stands_in_the_order_of_reports(observe):
    run = observe({"record.b": 1, "record.a": 2, "asserted.f()": 4, "outcome.call": "passed"})
    found = Recorded.of(run, recorded=LATER).envelope("t", "linux")
    assert list(found.observations) == ["outcome.call", "asserted.f()", "record.a", "record.b"]
    assert (found.label, found.nodeid, found.seed) == ("linux", "t", 7)


def test_a_moment_is_kept_in_universal_time_and_whole_seconds(observe):
    assert Recorded.of(observe({}), recorded=LATER).recorded == dt.datetime(2026, 2, 28, 7, 30, 15, tzinfo=dt.UTC)
