"""Both runs of this test draw the same numbers, because conftest.py seeds the library."""

import lottery
import pytest


@pytest.mark.replay
def test_draws_are_the_same_in_both_runs() -> None:
    """Without the hook of conftest.py this drifts: six numbers in the second run that the first did not draw."""
    draws = [lottery.draw() for _ in range(6)]
    assert all(1 <= number <= 49 for number in draws)
