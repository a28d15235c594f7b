"""The budget of a campaign: another test is the first each day, and all are covered in the days that are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.plugin.campaign import days_to_cover, rotated

DAYS = st.integers(0, 20_000)


@given(st.integers(1, 60), st.integers(1, 60), DAYS)
def test_a_budget_covers_all_tests_in_the_days_that_are_told(number, budget, day):
    ids = tuple(map(str, range(number)))
    compared = min(number, budget)
    start = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(days=day)
    covered: set[str] = set()
    for later in range(days_to_cover(compared, number)):
        covered |= set(rotated(ids, start + timedelta(days=later))[:compared])
    assert covered == set(ids)


@given(st.lists(st.text(), unique=True), DAYS)
def test_a_rotation_keeps_every_test_and_its_neighbour(names, day):
    now = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(days=day)
    ids = tuple(names)
    turned = rotated(ids, now)
    assert sorted(turned) == sorted(ids)
    assert ids in [turned[at:] + turned[:at] for at in range(len(ids) + 1)]
    assert rotated(ids, now + timedelta(hours=1)) in (turned, rotated(ids, now + timedelta(days=1)))


def test_nothing_compared_covers_nothing():
    assert days_to_cover(0, 5) == 0
