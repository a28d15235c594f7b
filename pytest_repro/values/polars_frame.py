"""Tables of polars: a frame's columns each by its own law, nulls as a mask of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pytest_repro.values import lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.key import canonical
from pytest_repro.values.scalar import Scalar
from pytest_repro.values.words import Words

if TYPE_CHECKING:
    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping

_SORTS = ("DataFrame", "Series")


def _sort(value: object) -> str:
    for cls in lineage.classes(value):
        name = lineage.name(cls).rpartition(".")[2]
        if lineage.root(cls) == "polars" and (name in _SORTS or name in ("DataType", "Expr")):
            return name
    return ""


def owns(value: object) -> bool:
    """Whether a value is a frame, a series, an expression or a dtype of polars; a lazy frame has no value yet."""
    return bool(_sort(value))


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:
    """Columns as children."""
    item = cast("Any", value)
    match _sort(value):
        case "DataFrame":
            columns = [(f"[{canonical(column.name, keeping)}]", column) for column in item.get_columns()]
            label = Scalar("name", f"{lineage.name(type(value))} {item.shape}")
            names = Words.kept("columns", [column.name for _, column in columns], keeping)
            return Parts([(".type", label), (".columns", names)], columns)
        case "Series":
            return _series(item)
        case _:
            return Scalar("name", str(value))


def _series(series: Any) -> Parts:
    leaves = [(".dtype", Scalar("name", f"Series {series.dtype} ({len(series)},)"))]
    missing = series.is_null()
    children: list[tuple[str, object]] = [(".mask", missing.to_numpy())]
    if series.dtype.is_numeric() and not series.dtype.is_decimal():
        children.append(("", series.fill_null(0).to_numpy()))
    elif series.dtype.is_temporal():
        children.append(("", series.to_physical().fill_null(0).to_numpy()))
    elif str(series.dtype) == "Boolean":
        children.append(("", series.fill_null(value=False).to_numpy()))
    elif str(series.dtype) == "String":  # an array of texts is one leaf, a list with gaps is not
        children.append(("", np.array(series.to_list(), dtype=object)))
    else:
        children.append(("", series.to_list()))
    return Parts(leaves, children)
