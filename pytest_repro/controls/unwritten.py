"""Memory that nothing wrote to: under the condition that fills it, its filling stands in what a test computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_repro.compare import addresses_of
from pytest_repro.controls.conditions import compared, fills
from pytest_repro.values import bits
from pytest_repro.values.array import Array
from pytest_repro.values.floating import Float
from pytest_repro.variations.uninitialized import filling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pytest_repro.compare import Gap
    from pytest_repro.controls.conditions import Terms, Varied


def unwritten(varied: Sequence[Varied], terms: Terms) -> frozenset[str]:
    """Addresses that move with what fills fresh memory, where one of them shows the filling itself; else none.

    Two unchanged processes may part there, too: such memory holds whatever was there before. So it takes the bytes
    themselves to tell that from a draw.

    Args:
        varied: One test under its conditions.
        terms: What the test allows.
    """
    for one in varied:
        if not fills(one.condition) or one.before is None or one.after is None:
            continue
        ((_, value),) = one.condition.members
        drifts = compared(one.condition, one.before, one.after, terms)[0].drifts
        if any(_filled(gap, filling(value)) for gap in drifts):
            return addresses_of(drifts)
    return frozenset()


def _filled(gap: Gap, byte: int) -> bool:
    """Whether the filling stands in a value, and did not without the condition."""
    before, after = _numbers(gap.before), _numbers(gap.after)
    return after is not None and bits.holds(after, byte) and (before is None or not bits.holds(before, byte))


def _numbers(leaf: object) -> NDArray[Any] | None:
    if isinstance(leaf, Float):
        return np.array([leaf.value])
    return leaf.values if isinstance(leaf, Array) else None
