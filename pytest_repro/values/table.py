"""Tables of pandas: frames, columns, indices and the single values that stand in them.

A column becomes one array where it is made of numbers or texts, and a categorical its categories and codes. What is
missing in an extension column is a mask of its own, so that 0 behind a mask is no value.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pytest_repro.values import lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.key import canonical
from pytest_repro.values.masks import TIME
from pytest_repro.values.scalar import Scalar
from pytest_repro.values.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping

_FRAMES = ("DataFrame", "Series", "Index", "ExtensionArray")
_SCALARS = (
    "Timestamp",
    "Timedelta",
    "Period",
    "Interval",
    "Styler",
    "NaTType",
    "NAType",
    "ExtensionDtype",
    "CategoricalDtype",
    "BaseOffset",
)


def _sort(value: object) -> str:
    """The name of pandas' own class that a value is an instance of: ``DataFrame``; empty if it is none."""
    for cls in lineage.classes(value):
        name = lineage.name(cls).rpartition(".")[2]
        if lineage.root(cls) == "pandas" and name in (*_FRAMES, *_SCALARS):
            return name
    return ""


def owns(value: object) -> bool:
    """Whether a value is a table, column, index or single value of pandas."""
    return bool(_sort(value))


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:
    """Columns and index as children; a single value by its canonical text."""
    sort, item = _sort(value), cast("Any", value)
    rule = _RULES.get(sort)
    return rule(item, keeping) if rule else Scalar("name", f"{lineage.name(type(value))} {item}")


def _stamp(stamp: Any, keeping: Keeping) -> Scalar:
    present = keeping.masked and keeping.masks.present(stamp.to_pydatetime(warn=False))
    return Scalar("datetime", TIME if present else stamp.isoformat())


def _pandas() -> Any:
    return sys.modules["pandas"]


def _named(value: object, dtype: object) -> Scalar:
    return Scalar("name", f"{lineage.name(type(value)).rpartition('.')[2]} {dtype}")


def _frame(frame: Any, keeping: Keeping) -> Parts:
    plain = frame if type(frame) is _pandas().DataFrame else _pandas().DataFrame(frame)  # past a subclass's overrides
    texts = [canonical(name, keeping) for name in plain.columns]
    allowed = keeping.room(len(texts))
    columns = [(f"[{text}]", _values(plain.iloc[:, at].array)) for at, text in enumerate(texts[:allowed])]
    leaves: list[tuple[str, Frozen]] = [
        (".type", Scalar("name", f"{lineage.name(type(frame))} {plain.shape}")),
        (".columns", Words.kept("columns", texts, keeping)),
    ]
    return Parts(leaves, [(".index", plain.index), *columns, *_attrs(plain)])


def _attrs(plain: Any) -> list[tuple[str, object]]:
    """What the user wrote beside the values."""
    return [(".attrs", plain.attrs)] if plain.attrs else []


def _values(column: Any) -> object:
    """The array inside a column of a dtype of numpy; an extension column as it is."""
    return np.asarray(column) if _is_numpy(column.dtype) else column


def _is_numpy(dtype: Any) -> bool:
    # pandas wraps numpy's dtypes for its own columns, under a name that it changed once.
    return isinstance(dtype, np.dtype) or type(dtype).__name__ in ("NumpyEADtype", "PandasDtype")


def _series(series: Any, keeping: Keeping) -> Parts:
    plain = series if type(series) is _pandas().Series else _pandas().Series(series)
    leaves = [(".dtype", _named(series, plain.dtype)), (".name", Scalar("name", canonical(plain.name, keeping)))]
    return Parts(leaves, [(".index", plain.index), *_column(plain.array), *_attrs(plain)])


def _index(index: Any, keeping: Keeping) -> Frozen | Parts:
    pandas = _pandas()
    names = ", ".join(canonical(name, keeping) for name in index.names)
    if isinstance(index, pandas.RangeIndex):
        return Scalar("range", f"RangeIndex({index.start}, {index.stop}, {index.step}), name {names}")
    leaves = [(".dtype", _named(index, index.dtype)), (".names", Scalar("name", names))]
    if isinstance(index, pandas.MultiIndex):
        return Parts(leaves, [(f".levels[{at}]", index.get_level_values(at)) for at in range(index.nlevels)])
    return Parts(leaves, _column(index.array))


def _column(column: Any) -> list[tuple[str, object]]:
    """The values of a column, and apart from them what is missing where zeros stand in for it."""
    pandas = _pandas()
    if isinstance(column, pandas.Categorical):
        ordered = "ordered" if column.ordered else "unordered"
        return [(".categories", column.categories), (".codes", column.codes), (".order", ordered)]
    dtype = column.dtype
    if isinstance(dtype, pandas.SparseDtype) or _is_numpy(dtype):
        return [("", np.asarray(column))]
    if isinstance(dtype, pandas.DatetimeTZDtype | pandas.PeriodDtype):
        return [("", np.asarray(column.asi8))]
    if isinstance(dtype, pandas.IntervalDtype):
        sides = [(".left", column.left), (".right", column.right)]
        return [(".closed", column.closed), *((name, _values(side.array)) for name, side in sides)]
    if dtype.kind in "biuf" and hasattr(dtype, "numpy_dtype"):
        filled = column.to_numpy(dtype=dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
        return [(".mask", np.asarray(column.isna())), ("", filled)]
    return [("", np.asarray(column, dtype=object))]


_RULES: dict[str, Callable[[Any, Keeping], Frozen | Parts]] = {
    "DataFrame": _frame,
    "Series": _series,
    "Index": _index,
    "ExtensionArray": lambda array, _: Parts([(".dtype", _named(array, array.dtype))], _column(array)),
    "Timestamp": _stamp,
    "Interval": lambda item, _: Parts(
        [(".closed", Scalar("name", item.closed))], [(".left", item.left), (".right", item.right)]
    ),
    "Styler": lambda style, _: Parts(  # what it draws with has a random name; the frame is the value
        [(".type", Scalar("name", lineage.name(type(style))))], [(".data", style.data)]
    ),
    "Timedelta": lambda span, _: Scalar("timedelta", span.isoformat()),
}
