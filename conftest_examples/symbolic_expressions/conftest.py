"""sympy has a generator of its own, seeded by the operating system when it is imported: a hook seeds it."""

import sys


def pytest_repro_seed(seed: int) -> None:
    """Called before each run of a replayed test; sympy is not imported where no test did."""
    if "sympy" in sys.modules:
        sys.modules["sympy"].core.random.seed(seed)
