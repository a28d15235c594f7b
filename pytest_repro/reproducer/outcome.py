"""Outcomes: the parts of a result as digests, and the way in Python from the result to one of them."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_repro.observe.sight import Sight, of_leaf
from pytest_repro.values.budget import Budget
from pytest_repro.values.masks import Masks
from pytest_repro.values.registry import Freezer

if TYPE_CHECKING:
    from collections.abc import Mapping

BUDGET = Budget(depth=6, leaves=2_000, private=True)

MOST = 50
"""Parts of a result of which a way is looked for."""

_STEP = re.compile(r"\[(?:-?\d+|'[^'\\]*')\]|\.[A-Za-z_]\w*")


class Parts:
    """Digests of the parts of a value."""

    def __init__(self, masks: Masks | None = None) -> None:
        self._masks = masks or Masks()
        self._sight = Sight(self._masks)

    def __call__(self, value: object) -> Mapping[str, int]:
        """By address below the value; a plain array or number is one part."""
        if type(value) in (np.ndarray, float, int, bool, type(None)):
            return {"": self._sight(value).digest}
        found = Freezer(budget=BUDGET, masks=self._masks).freeze("", value, masked=False)  # a uuid is a value here
        return {address: of_leaf(leaf) for address, leaf in found.items()}


def ways(result: object, parts: Mapping[str, int]) -> dict[str, str]:
    """Python's ways from a result to its parts, by address, where there is one that leads to a plain value.

    Args:
        result: As it is.
        parts: What :class:`Parts` gives of it.
    """
    if type(result) is np.random.Generator:
        return {"": ".random(3)"}
    if type(result) is np.random.RandomState:
        return {"": ".random_sample(3)"}
    if type(result) is random.Random:
        return {"": ".random()"}
    found = {address: address for address in list(parts)[:MOST] if _leads(result, address)}
    whole = isinstance(result, list | tuple | str | dict | set | frozenset) or not parts.keys() - {""}
    return found | ({"": ""} if whole and " at 0x" not in repr(result) else {})


def _leads(result: object, address: str) -> bool:
    steps = _STEP.findall(address)
    if "".join(steps) != address:
        return False
    found: Any = result
    for step in steps:
        try:
            found = getattr(found, step[1:]) if step.startswith(".") else found[_key(step)]
        except Exception:  # noqa: BLE001  # a library's attribute may raise anything: then it is no way
            return False
    return numeric(found) and (isinstance(found, np.ndarray) or "." in address or not address)


def _key(step: str) -> int | str:
    """``3`` of ``[3]``, ``a`` of ``['a']``."""
    inner = step[1:-1]
    return inner[1:-1] if inner.startswith("'") else int(inner)


def numeric(value: object) -> bool:
    """Whether numpy can compare and keep a value."""
    if isinstance(value, np.ndarray):
        return not value.dtype.hasobject
    if isinstance(value, np.generic):
        return not value.dtype.hasobject
    return isinstance(value, bool | float | complex) or (isinstance(value, int) and abs(value) < 1 << 63)


def looked_at(outcome: object) -> dict[str, object]:
    """What a worker answers of an outcome."""
    parts = dict(Parts()(outcome))
    finite = True
    if numeric(outcome):
        array = np.asarray(outcome)
        finite = bool(np.isfinite(array).all()) if array.dtype.kind in "fc" else True
    text = repr(outcome)
    return {
        "parts": parts,
        "numeric": numeric(outcome),
        "finite": finite,
        "text": text[:2_000],
    }
