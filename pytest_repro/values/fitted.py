"""Fitted objects of scipy that keep their numbers in C or under underscores: interpolators, rotations, trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pytest_repro.values import attributes, lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_repro.values.keeping import Keeping


def _spline(knots: Any, coefficients: Any, degree: int) -> list[tuple[str, object]]:
    # the fit leaves room behind the last coefficient
    return [(".t", knots), (".c", coefficients[: len(knots) - degree - 1]), (".k", degree)]


_READ: dict[str, Callable[[Any], list[tuple[str, object]]]] = {
    "Rotation": lambda item: [(".as_quat()", item.as_quat())],
    "RigidTransform": lambda item: [(".as_matrix()", item.as_matrix())],
    # what the fit worked in holds memory that was never filled; knots, coefficients and degree are the spline
    "UnivariateSpline": lambda item: _spline(*item._eval_args),  # noqa: SLF001
    "cKDTree": lambda item: [(".data", np.asarray(item.data)), (".leafsize", int(item.leafsize))],
}


_DELEGATE = "_delegate_to"
"""Since scipy 1.18 the attribute under which an interpolator keeps the one that has its numbers, by kind of array."""


def _sort(value: object) -> str:
    for cls in lineage.classes(value):
        name, module = lineage.name(cls).rpartition(".")[2], lineage.module(cls)
        if module.startswith(("scipy.spatial", "scipy.interpolate")) and name in _READ:
            return name
    for cls in lineage.classes(value):
        module = lineage.module(cls)
        if module.startswith("scipy.interpolate") and not lineage.descends(value, tuple, BaseException):
            return "interpolate"
    return ""


def owns(value: object) -> bool:
    """Whether a value is an interpolator, a rotation or a tree of neighbours."""
    return bool(_sort(value))


def freeze(value: object, keeping: Keeping) -> Parts:  # noqa: ARG001
    """What a library method reads out; of an interpolator its numbers, under the names that users know."""
    leaves = [(".type", Scalar("name", lineage.name(type(value))))]
    rule = _READ.get(_sort(value))
    return Parts(leaves, rule(value) if rule else _numbers(value))


def _numbers(value: object) -> list[tuple[str, object]]:
    """Public attributes as they are, private ones where they hold numbers: the rest are helpers and caches."""
    found: dict[str, object] = {}
    held = attributes.visible(value, private=True) or []
    inner = dict(held).get(_DELEGATE)
    if inner is not None:
        return _numbers(inner)
    for name, item in held:
        public = name.lstrip("_")
        if not name.startswith("_") or (public not in found and _holds(item)):
            found[public] = item
    return [(f".{name}", item) for name, item in found.items()]


def _holds(item: object) -> bool:
    if lineage.descends(item, tuple, list):
        return all(_holds(part) for part in cast("tuple[object, ...]", item))
    return lineage.descends(item, np.ndarray, np.generic, float, int, str)
