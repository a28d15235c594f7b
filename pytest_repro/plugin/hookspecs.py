"""The hooks that this plugin offers to others."""

from __future__ import annotations


def pytest_repro_seed(seed: int) -> None:
    """Seed a generator that this plugin does not know.

    Called whenever a test or a wider-scoped fixture is pinned.

    Args:
        seed: In ``[0, 2**32)``.
    """
