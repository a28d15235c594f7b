"""Where two envelopes part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.compare import addresses_of, compare, unsteady, within, without
from pytest_repro.envelope import FORMAT, Envelope
from pytest_repro.values.registry import Freezer, from_dict
from pytest_repro.values.tolerance import Tolerances, tolerances_from


def envelope(label="run 1", ids=(), **values):
    """An envelope of values by address, with double underscores for dots."""
    freezer = Freezer()
    observations = {}
    for name, value in values.items():
        observations.update(freezer.freeze(name.replace("__", "."), value, masked=False))
    return Envelope(
        nodeid="t.py::t", label=label, session_seed=0, seed=1, observations=observations, ids=frozenset(ids)
    )


def gaps(before, after, tol=None, ignore=()):
    return compare(before, after, tolerances_from(tol) if tol is not None else Tolerances(), ignore)


def test_equal_envelopes_have_no_gaps_and_count_what_was_compared():
    found = gaps(envelope(locals__x=1.5, record__y="a"), envelope(locals__x=1.5, record__y="a"))
    assert (found.gaps, found.compared, found.opaque) == ((), 2, ())


def test_outcome_and_generator_states_count_for_nothing():
    found = gaps(envelope(outcome__call="passed", rng__python="x"), envelope(outcome__call="passed", rng__python="y"))
    assert found.compared == 0
    assert [gap.address for gap in found.drifts] == ["rng.python"]


def test_what_is_missing_or_new_is_structural():
    found = gaps(envelope(locals__a=1, locals__b=2), envelope(locals__b=2, locals__c=3), tol=1e9)
    assert [(gap.address, gap.difference.structural) for gap in found.drifts] == [
        ("locals.a", "missing"),
        ("locals.c", "new"),
    ]


def test_a_difference_within_the_tolerance_is_a_gap_and_no_drift():
    found = gaps(envelope(locals__x=1.0), envelope(locals__x=1.0 + 1e-9), tol=1e-6)
    assert [gap.address for gap in found.gaps] == ["locals.x"]
    assert found.drifts == ()


def test_ignored_addresses_are_counted_and_their_patterns_found():
    found = gaps(envelope(locals__x=1, locals__y=1), envelope(locals__x=2, locals__y=1), ignore=("x", "never"))
    assert (found.gaps, found.ignored, found.found) == ((), 1, frozenset({"x"}))


def test_one_value_seen_under_two_names_is_told_once_under_the_name_a_reader_knows():
    before, after = ({"asserted__f()": x, "locals__x": x, "locals__y": 1} for x in (0.25, 0.75))
    (gap,) = gaps(envelope(**before), envelope(**after)).gaps
    assert gap.addresses == ("locals.x", "asserted.f()")


def test_gaps_are_set_apart_by_each_name_of_their_values():
    before, after = ({"asserted__f()": x, "locals__x": x, "locals__y": y} for x, y in ((0.25, 1), (0.75, 2)))
    found = gaps(envelope(**before), envelope(**after)).drifts
    assert addresses_of(found) == {"locals.x", "locals.y", "asserted.f()"}
    for names in [{"locals.x"}, {"asserted.f()"}, {"locals.y", "locals.x"}, set(), addresses_of(found)]:
        inside, beside = within(found, names), without(found, names)
        assert addresses_of(inside) == names
        assert addresses_of(beside) == addresses_of(found) - names
    (renamed,) = without(found, {"locals.x", "locals.y"})
    assert (renamed.address, renamed.also, renamed.before.value) == ("asserted.f()", (), 0.25)


def test_integers_that_are_identities_of_their_runs_are_no_values():
    before, after = 140_000_000_000_000, 140_000_000_000_016
    found = gaps(envelope(locals__key=before, ids=[before]), envelope(locals__key=after, ids=[after]))
    assert found.gaps == ()
    assert gaps(envelope(locals__key=before), envelope(locals__key=after)).drifts


def test_opaque_values_are_listed_and_not_counted():
    found = gaps(envelope(locals__lock=iter([])), envelope(locals__lock=iter([])))
    assert found.compared == 0
    assert [address for address, _ in found.opaque] == ["locals.lock"]


def test_an_envelope_written_down_holds_its_format_and_every_value():
    written = envelope(locals__x=float("nan"), record__y=[1.0, 2.0]).to_dict()
    assert written["format"] == FORMAT
    assert {address: from_dict(entry).to_dict() for address, entry in written["observations"].items()} == written[
        "observations"
    ]


@given(
    st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1, 1)), min_size=1, max_size=6),
    st.sampled_from([{"rtol": 1e-3}, {"atol": 1e-3}, {"rtol": 1e-4, "atol": 1e-5}, {"ulp": 3}, 1e-3]),
)
def test_the_part_of_a_tolerance_that_is_used_is_never_told_too_small(pairs, tol):
    before, after = (np.array([x + move * 1e-4 * (1 + abs(x)) * side for x, move in pairs]) for side in (0, 1))
    tolerances = {"*": tol}
    for a, b in [(before, after), (float(before[0]), float(after[0]))]:
        for gap in gaps(envelope(locals__x=a), envelope(locals__x=b), tol=tolerances).gaps:
            if gap.difference.drifted:
                assert gap.share is None
                continue
            each = [_used(x, y, a, b, gap.tolerance) for x, y in zip(np.atleast_1d(a), np.atleast_1d(b), strict=True)]
            assert max(each) <= gap.share * (1 + 1e-9) + 1e-12
            assert gap.share <= 1
            if np.ndim(a) == 0:
                assert gap.share == pytest.approx(each[0])


def _used(x, y, a, b, tolerance):
    size = max(np.abs(a).max(), np.abs(b).max())
    apart = abs(x - y)
    parts = [
        (apart, tolerance.rtol * max(abs(x), abs(y))),
        (apart, tolerance.absolute(size)),
        (apart / np.spacing(max(abs(x), abs(y))), tolerance.ulp),
    ]
    return min(gap / most for gap, most in parts if most) if apart else 0.0


def test_no_part_of_a_tolerance_is_used_where_none_is_stated_or_nothing_can_be_subtracted():
    assert [gap.share for gap in gaps(envelope(locals__x=1.0), envelope(locals__x=2.0)).gaps] == [None]
    assert [gap.share for gap in gaps(envelope(locals__x="a"), envelope(locals__x="b"), tol=1).gaps] == [None]


def test_what_parts_a_tests_own_runs_is_unsteady():
    first = envelope(locals__x=1, locals__y=np.arange(3.0), locals__z=5)
    assert unsteady(first, []) == frozenset()
    same = envelope(locals__x=2, locals__y=np.arange(3.0), locals__z=5)
    assert unsteady(first, [same]) == {"locals.x"}
    assert unsteady(first, [same, envelope(locals__x=1)]) == {"locals.x", "locals.y", "locals.z"}
