"""A library with a global generator of its own: a linear congruence, seeded from the clock."""

import time

_state = time.time_ns() % 2**32


def seed(value: int) -> None:
    """Start the sequence anew."""
    global _state  # noqa: PLW0603  # the lesson: libraries do this
    _state = value


def draw() -> int:
    """A number from 1 to 49."""
    global _state  # noqa: PLW0603  # as above
    _state = (1_664_525 * _state + 1_013_904_223) % 2**32
    return 1 + (_state >> 16) % 49
