"""Tables and arrays of arrow: a table's columns each by its own law, nulls as a mask of their own."""

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

_TABLES = ("Table", "RecordBatch")
_ARRAYS = ("Array", "ChunkedArray")
_SINGLE = ("Scalar", "Buffer", "Tensor")
_NAMED = ("DataType", "Schema", "Field")
_NUMBERS = ("int", "uint", "float", "double", "halffloat")


def _sort(value: object) -> str:
    for cls in lineage.classes(value):
        name = lineage.name(cls).rpartition(".")[2]
        if lineage.root(cls) == "pyarrow" and name in (*_TABLES, *_ARRAYS, *_SINGLE, *_NAMED):
            return name
    return ""


def owns(value: object) -> bool:
    """Whether a value is a table, array, tensor, buffer, schema or scalar of arrow."""
    return bool(_sort(value))


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:
    """Columns as children; how a column is cut into chunks is no part of the value."""
    item, sort = cast("Any", value), _sort(value)
    if sort in _TABLES:
        names = list(map(str, item.schema.names))
        columns = [(f"[{canonical(name, keeping)}]", item.column(at)) for at, name in enumerate(names)]
        label = Scalar("name", f"{lineage.name(type(value))} {item.num_rows, item.num_columns}")
        words = Words.kept("columns", names, keeping)
        return Parts([(".type", label), (".columns", words)], [*columns, *_metadata(item.schema)])
    if sort in _ARRAYS:
        return _column(item)
    if sort in _SINGLE:
        return _single(item, sort)
    return Scalar("name", f"{lineage.name(type(value))} {item}")


def _single(item: Any, sort: str) -> Parts:
    dtype = f" {item.type}" if hasattr(item, "type") else ""
    leaves = [(".type", Scalar("name", f"{lineage.name(type(item))}{dtype}"))]
    match sort:
        case "Scalar":
            return Parts(leaves, [("", item.as_py())])
        case "Buffer":
            return Parts(leaves, [("", item.to_pybytes())])
        case _:
            return Parts(leaves, [("", item.to_numpy())])


def _metadata(schema: Any) -> list[tuple[str, object]]:
    """What stands beside the columns, except pandas' own note, which names versions."""
    kept = {key: text for key, text in (schema.metadata or {}).items() if key != b"pandas"}
    return [(".schema.metadata", kept)] if kept else []


def _column(column: Any) -> Parts:
    leaves = [(".dtype", Scalar("name", f"{column.type} ({len(column)},)"))]
    missing = column.is_null()
    children: list[tuple[str, object]] = [(".mask", missing.to_numpy(**_copied(missing)))]
    if str(column.type).startswith(_NUMBERS):
        children.append(("", column.fill_null(0).to_numpy(**_copied(column))))
    elif str(column.type) == "bool":
        children.append(("", column.fill_null(False).to_numpy(**_copied(column))))  # noqa: FBT003
    elif str(column.type) in ("string", "large_string"):  # an array of texts is one leaf, a list with gaps is not
        children.append(("", np.array(column.to_pylist(), dtype=object)))
    else:
        children.append(("", column.to_pylist()))
    return Parts(leaves, children)


def _copied(column: Any) -> dict[str, bool]:
    # A chunked array has no zero_copy_only=False in old versions: it always copies.
    return {} if hasattr(column, "num_chunks") else {"zero_copy_only": False}
