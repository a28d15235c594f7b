"""Another order of the tests: the reverse, in which modules and classes stay together."""

from __future__ import annotations

from pytest_repro.variations.variation import Variation

TEST_ORDER = Variation(
    name="test_order",
    kind="behaviour",
    changes="tests run in the reverse order",
    stands_for="a selection, xdist, or a shuffled run",
    proof="the order itself",
    mend="give each test its own: a function-scoped fixture, a copy, a reset in teardown",
    usual=lambda: ("reversed",),
    check=lambda value: "" if value == "reversed" else f"test_order has the one value reversed, not {value!r:.40}",
    read=lambda value: value or "as collected",  # who starts the process turns the order round
)
