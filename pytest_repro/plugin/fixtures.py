"""The fixtures. ``repro``, ``repro_seed``, ``repro_rng`` pin; only a marker or ``--repro=all`` replays.

``repro_environment`` and ``repro_lock`` look and touch nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import numpy as np

    from pytest_repro.plugin.contracts import Environment, Lockfile
    from pytest_repro.plugin.recording import Repro


@pytest.fixture
def repro_seed(request: pytest.FixtureRequest) -> int:
    """The seed of this test, an int in [0, 2**32): derived from the session seed and the test's id."""
    from pytest_repro.plugin.recording import seed_of  # noqa: PLC0415  # loaded only when asked for

    return seed_of(request)


@pytest.fixture
def repro_rng(repro_seed: int) -> np.random.Generator:
    """A numpy.random.Generator seeded for this test alone."""
    import numpy as np  # noqa: PLC0415  # loaded only when asked for

    return np.random.default_rng(repro_seed)


@pytest.fixture
def repro(request: pytest.FixtureRequest, repro_seed: int) -> Repro:
    """Record values to be compared (``repro.record(loss=loss)``); the test's ``seed`` and ``rng``."""
    from pytest_repro.plugin.recording import Repro  # noqa: PLC0415  # loaded only when asked for

    return Repro(request.node, repro_seed)


@pytest.fixture
def repro_environment(request: pytest.FixtureRequest) -> Environment:
    """The environment, typed (``repro_environment.blas.kernel``), and ``.require(numpy=">=2", threads=1)``."""
    from pytest_repro.plugin.contracts import Environment  # noqa: PLC0415  # loaded only when asked for
    from pytest_repro.plugin.premises import premises_of  # noqa: PLC0415  # likewise

    return Environment.of(premises_of(request.config).snapshot)


@pytest.fixture
def repro_lock(request: pytest.FixtureRequest) -> Lockfile:
    """The lock file of this project; ``.check()`` fails where what is installed is not what is locked."""
    from pytest_repro.plugin.contracts import Lockfile  # noqa: PLC0415  # loaded only when asked for
    from pytest_repro.plugin.premises import premises_of  # noqa: PLC0415  # likewise

    return Lockfile(premises_of(request.config))
