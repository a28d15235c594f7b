"""Sparse matrices of scipy: the entries in one canonical order, the storage format as a leaf of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from pytest_repro.values import lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from pytest_repro.values.keeping import Keeping


def owns(value: object) -> bool:
    """Whether a value is a sparse matrix or array of scipy."""
    return any(lineage.module(cls).startswith("scipy.sparse") for cls in lineage.classes(value)) and _issparse(value)


def _issparse(value: object) -> bool:
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and bool(cast("Any", sparse).issparse(value))


def freeze(value: object, keeping: Keeping) -> Parts:  # noqa: ARG001
    """Coordinates and values, duplicates summed, sorted by row; what is stored as zero stays an entry."""
    matrix = cast("Any", value)
    label = f"{lineage.name(type(value))} {tuple(map(int, matrix.shape))} {matrix.dtype}"
    entries = matrix.tocoo(copy=True)
    entries.sum_duplicates()
    coordinates = entries.coords if hasattr(entries, "coords") else (entries.row, entries.col)
    # The width of the indices depends on the size and the way a matrix came about: it is no part of the value.
    axes = [(f".coords[{axis}]", places.astype("int64")) for axis, places in enumerate(coordinates)]
    leaves = [(".format", Scalar("name", str(matrix.format))), (".type", Scalar("name", label))]
    return Parts(leaves, [*axes, (".data", entries.data)])
