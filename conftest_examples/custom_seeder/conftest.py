"""A generator that pytest-repro does not know is seeded by a hook, in the conftest.py of a suite or in a plugin."""

import lottery


def pytest_repro_seed(seed: int) -> None:
    """Called before each run of a replayed test; the same test gets the same seed."""
    lottery.seed(seed)
