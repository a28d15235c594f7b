"""Which seed a test, and a wider-scoped fixture, is pinned to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_repro.seeds.derive import seed_for_fixture, seed_for_test

if TYPE_CHECKING:
    from _pytest.fixtures import FixtureDef, SubRequest

SEED = pytest.StashKey[int]()
"""The seed of a test whose generators are pinned."""


def of_item(session_seed: int, item: pytest.Item) -> int:
    """Stable under order, selection and distribution: of the session seed and the node id alone."""
    # xdist's loadgroup puts the group behind the id of a test that is the same test
    return seed_for_test(session_seed, item.nodeid.rpartition("@")[0] if _grouped(item) else item.nodeid)


def of_fixture(session_seed: int, definition: FixtureDef[Any], request: SubRequest) -> int:
    """Of the session seed, where the fixture is defined, its name and its parameter."""
    param = str(getattr(request, "param_index", 0))
    return seed_for_fixture(session_seed, definition.baseid, definition.argname, param)


def _grouped(item: pytest.Item) -> bool:
    return "@" in item.nodeid and item.get_closest_marker("xdist_group") is not None
