"""The digest of a result: equal bits alone give equal digests, in any order, on any machine."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_repro.envelope import Envelope
from pytest_repro.store.result import result
from pytest_repro.values.registry import Freezer


def run(ids=(), **values):
    freezer, seen = Freezer(), {}
    for name, value in values.items():
        seen.update(freezer.freeze(name.replace("__", "."), value, masked=False))
    return Envelope(nodeid="t", label="run 1", session_seed=0, seed=0, observations=seen, ids=frozenset(ids))


BIG = np.arange(5000.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.1, np.nextafter(0.1, 1)),
        (0.0, -0.0),
        ("a", "b"),
        (1, True),
        ([1, 2], (1, 2)),
        (BIG, BIG.reshape(50, 100)),
        (BIG, np.where(BIG == 4999, -1.0, BIG)),
        (BIG, BIG.astype("f4")),
    ],
)
def test_equal_digests_are_equal_bits(one, other):
    copy = one.copy() if hasattr(one, "copy") else one
    assert result(run(locals__x=one)) == result(run(locals__x=copy))
    assert result(run(locals__x=one)) != result(run(locals__x=other))
    assert result(run(locals__x=one)) != result(run(locals__y=one))


def test_the_order_in_which_values_are_seen_does_not_count():
    assert result(run(locals__x=1, locals__y=2)) == result(run(locals__y=2, locals__x=1))


def test_what_is_left_out_and_generators_and_identities_do_not_count():
    bare = result(run(locals__x=1))
    assert result(run(locals__x=1, locals__y=3), {"locals.y"}) == bare
    assert result(run(locals__x=1, locals__y=3), ignore=["y"]) == bare
    assert result(run(locals__x=1, rng__numpy="state")) == bare
    first, second = 140_000_000_000_000, 140_000_000_000_016
    assert result(run([first], locals__key=first)) == result(run([second], locals__key=second))
    assert result(run(locals__key=first)) != result(run(locals__key=second))
