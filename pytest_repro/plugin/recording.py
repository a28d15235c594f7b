"""What the fixtures hand out: the test's seed, its generator, and a place to record values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.plugin.run import RUN
from pytest_repro.plugin.seeding import SEED

if TYPE_CHECKING:
    import numpy as np
    import pytest

    from pytest_repro.plugin.contracts import Environment, Lockfile


def seed_of(request: pytest.FixtureRequest) -> int:
    """The seed of the test that asks; pins its generators first where nobody did.

    A fixture asked for by ``getfixturevalue`` was not seen at collection, so the pinning happens here.
    """
    kept: int | None = request.node.stash.get(SEED, None)
    if kept is not None:
        return kept
    from pytest_repro.plugin.session import start  # noqa: PLC0415  # most sessions never come here

    session = start(request.config)
    seed = session.seed_of(request.node)
    session.pins.hold()
    session.pins.pin(seed)
    request.addfinalizer(session.pins.release)
    return seed


class Repro:
    """Records values of one test to be compared, and holds its seed.

    Attributes:
        seed: The seed of this test, in ``[0, 2**32)``.
    """

    __slots__ = ("_item", "_rng", "seed")

    def __init__(self, item: pytest.Item, seed: int) -> None:
        self._item = item
        self._rng: np.random.Generator | None = None
        self.seed = seed

    @property
    def rng(self) -> np.random.Generator:
        """A ``numpy.random.Generator`` seeded for this test; the same object each time within one test."""
        if self._rng is None:
            import numpy as np  # noqa: PLC0415  # loaded only when asked for

            self._rng = np.random.default_rng(self.seed)
        return self._rng

    @property
    def environment(self) -> Environment:
        """What the fixture ``repro_environment`` hands out."""
        from pytest_repro.plugin.contracts import Environment  # noqa: PLC0415  # loaded only when asked for
        from pytest_repro.plugin.premises import premises_of  # noqa: PLC0415  # likewise

        return Environment.of(premises_of(self._item.config).snapshot)

    @property
    def lock(self) -> Lockfile:
        """What the fixture ``repro_lock`` hands out."""
        from pytest_repro.plugin.contracts import Lockfile  # noqa: PLC0415  # loaded only when asked for
        from pytest_repro.plugin.premises import premises_of  # noqa: PLC0415  # likewise

        return Lockfile(premises_of(self._item.config))

    def record(self, **values: object) -> None:
        """Keep values under ``record.NAME``, as they are now; later changes do not matter.

        Recording makes the test explicit: it is judged on what it records, its return value and its outcome, unless
        its marker says ``observe=``. A name recorded again gets ``@1``, ``@2``... behind it.

        Args:
            values: Any kinds of value: numbers, arrays, tensors, tables, containers, objects.
        """
        run = self._item.stash.get(RUN, None)
        if run is not None:
            run.record(values)
