"""Arrays of numbers, dates, bytes and texts: one leaf each, copied or spilled, of every numpy dtype.

Lists and tuples of more than sixteen floats or integers become one leaf as well, labelled by what they were, so that a
list, a tuple and an array of the same numbers differ structurally. Structured, masked and object arrays are containers:
their fields, masks and elements are frozen each by its own law.
"""

from __future__ import annotations

import array as stdlib_array
import hashlib
import math
import sys
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from pytest_repro.values import attributes, bits, distance, entry, lineage, narrow
from pytest_repro.values.difference import Difference, parted
from pytest_repro.values.frozen import Frozen, Parts
from pytest_repro.values.scalar import Scalar
from pytest_repro.values.secrets import mask
from pytest_repro.values.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pytest_repro.values.keeping import Home, Keeping
    from pytest_repro.values.tolerance import Tolerance

KINDS = ("array",)
PLAIN = "biufcSUmMV"
"""The dtype kinds of which one leaf is made."""

_SIMPLE = "biufcSUmM"  # the same without void, which may be structured

MANY = 16
"""Items above which a sequence of one type becomes one leaf: 1,000 floats take 50 us so, and 500 us one by one."""


TEXTS = 4096
"""Items above which an array of texts is kept as it is: to look for accidents takes 2 us each."""


class Array(NamedTuple):
    """An array, kept.

    Attributes:
        label: What it was: ``array``, ``numpy.float64``, ``list[float]``, ``numpy.matrix``, ``bfloat16``.
        values: Read-only, contiguous, of plain type; memory-mapped if spilled. None where only a digest is kept.
        dtype: The dtype of the values.
        shape: Their shape.
        digest: SHA-256 of the values where they are not kept, else empty.
        home: The temporary folder of a spilled array, which lives as long as the leaf.
    """

    label: str
    values: NDArray[Any] | None
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    digest: str = ""
    home: Home | None = None

    @property
    def kind(self) -> str:
        """``array``; the label tells what sort."""
        return "array"

    def __eq__(self, other: object) -> bool:
        """The same label, dtype, shape and bytes."""
        if not isinstance(other, Array) or self._sort() != other._sort():
            return False
        if self.values is None or other.values is None:
            return self.hash() == other.hash()
        return bits.identical(self.values, other.values)

    def __ne__(self, other: object) -> bool:
        """The opposite: a tuple's own would compare the parts."""
        return not self == other

    def __hash__(self) -> int:
        """Of everything but the values."""
        return hash((self.label, self.dtype.str, self.shape))

    def _sort(self) -> tuple[str, str, tuple[int, ...]]:
        return self.label, self.dtype.str, self.shape

    def _dtype(self) -> str:
        """What a reader calls the dtype: of numbers that are kept in a wider one, their own."""
        return self.label if self.label in narrow.MANTISSA else str(self.dtype)

    def hash(self) -> str:
        """SHA-256 of the values."""
        return self.digest or _digest(cast("NDArray[Any]", self.values))

    def show(self, width: int = 24) -> str:
        """The first numbers, shape and dtype, as far as the width allows."""
        if self.values is None:
            return entry.cut(f"{_dims(self.shape)} {self._dtype()} {self.digest}", width)
        flat = _legible(self.values.reshape(-1))
        if not self.shape:
            return entry.cut(mask(_short(flat[0], 17)), width)
        return _listed(flat, self.shape, width, self._dtype())

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:
        """Label, shape and dtype exactly; numbers by the tolerance, everything else exactly."""
        then = cast("Array", other)
        if self.label != then.label:
            return parted(f"{self.label}, then {then.label}")
        if self.shape != then.shape:
            return parted(f"shape {_dims(self.shape)}, then {_dims(then.shape)}")
        if self.dtype != then.dtype:
            return parted(f"dtype {self.dtype}, then {then.dtype}")
        if self.values is None or then.values is None:
            size = math.prod(self.shape)
            if self.hash() == then.hash():
                return Difference(count=size, differing=0, beyond=0)
            return Difference(count=size, shape="values differ", detail="too large to keep: digests differ")
        return distance.compare(self.values, then.values, tolerance, self.label)

    def to_dict(self) -> dict[str, object]:
        """``{"kind", "label", "dtype", "shape", "base64"}``: the values' bytes in C order, or their digest."""
        head: dict[str, object] = {
            "kind": "array",
            "label": self.label,
            "dtype": self.dtype.str,
            "shape": list(self.shape),
        }
        if self.values is None or _tells(self.values):
            return head | {"sha256": self.hash()}
        return head | {"base64": entry.written(self.values.tobytes())}


def read(data: Mapping[str, object]) -> Array:
    """The array that an entry describes.

    Raises:
        ReproError: ``B602``: a dtype that is unknown or holds objects, a shape that does not fit the bytes.
    """
    label = entry.field(data, "label", str)
    text = entry.field(data, "dtype", str)
    dtype = dtype_named(text, "dtype")
    if dtype.kind not in PLAIN or dtype.names is not None or dtype.str != text:
        raise entry.malformed(f"unexpected dtype {text!r:.60}", "dtype")
    shape = entry.lengths(data, "shape")
    if "sha256" in data:
        return Array(label, None, dtype, shape, entry.field(data, "sha256", str))
    raw = entry.raw(data, "base64")
    if math.prod(shape) * dtype.itemsize != len(raw):
        raise entry.malformed(
            f"unexpected length {len(raw)} (expected {math.prod(shape) * dtype.itemsize} bytes)", "base64"
        )
    if not dtype.itemsize:  # no bytes bound the shape, which may claim more than any memory
        raise entry.malformed(f"unexpected dtype {text!r}", "dtype")
    try:
        values = np.frombuffer(raw, dtype).reshape(shape).copy()
    except ValueError as error:
        raise entry.malformed(f"{error}", "shape") from None
    return _leaf(label, values)


_NUMERIC = {dtype.str: dtype for dtype in map(np.dtype, "?bBhHiIlLqQefdFD")}
"""What nearly every entry names, under the name that numpy writes: to catch warnings costs more than all else."""


def dtype_named(text: str, place: str = "") -> np.dtype[Any]:
    """The dtype that a text names.

    Raises:
        ReproError: ``B602``: there is none, or numpy warns of the name, which is none that it writes itself.
    """
    known = _NUMERIC.get(text)
    if known is not None:
        return known
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return np.dtype(text)
    except (TypeError, ValueError, SyntaxError, Warning):
        raise entry.malformed(f"unknown dtype {text!r:.60}", place) from None


def _leaf(label: str, values: NDArray[Any], home: Home | None = None) -> Array:
    if values.dtype.itemsize > 8:  # noqa: PLR2004  # long doubles only, or their pairs
        bits.canonical(values)
    values.setflags(write=False)
    return Array(label, values, values.dtype, values.shape, "", home)


def _digest(values: NDArray[Any]) -> str:
    flat = np.ascontiguousarray(values).reshape(-1)
    found = hashlib.sha256()
    step = max(1, (1 << 22) // max(1, values.dtype.itemsize))
    for start in range(0, flat.size, step):
        found.update(flat[start : start + step].tobytes())
    return found.hexdigest()


def keep(label: str, values: NDArray[Any], keeping: Keeping) -> Array:
    """A plain array as a leaf: copied while the budget lasts, then spilled if a tolerance may hold, else digested."""
    if values.dtype.kind in "US" and 0 < values.size <= TEXTS:
        values = _unmasked(values, keeping)
    if not values.dtype.itemsize:  # a text of no width: nothing but dtype and shape
        return Array(label, None, values.dtype, values.shape, _digest(values))
    if values.nbytes <= 1024 or keeping.fits(values.nbytes, keeping.budget.spill):  # noqa: PLR2004  # as in text
        return _leaf(label, np.array(values, order="C", copy=True, subok=False))
    if values.dtype.kind in "fc":
        plain = np.array(values, order="C", copy=True, subok=False)
        bits.canonical(plain)
        mapped, home = keeping.spill(plain)
        return Array(label, mapped, values.dtype, values.shape, "", home)
    return Array(label, None, values.dtype, values.shape, _digest(values))


def _unmasked(values: NDArray[Any], keeping: Keeping) -> NDArray[Any]:
    """An array of texts without the accidents in them; itself where there are none, or it holds what is no text."""
    wide = values.dtype.itemsize // (4 if values.dtype.kind == "U" else 1)
    if wide < keeping.masks.shortest or _legible(flat := values.reshape(-1)).dtype.kind not in "US":
        return values
    items = flat.tolist()
    clean = keeping.text if values.dtype.kind == "U" else keeping.raw
    kept = [clean(item) for item in items]
    return values if kept == items else np.array(kept).reshape(values.shape)


def of_numbers(items: Sequence[object], label: str, keeping: Keeping) -> Array | Words | None:
    """A long list of nothing but floats, integers or texts as one leaf; None if it is something else."""
    # a plain list of numbers is one value at any length: its order and its shape of difference tell more than its items
    if not items or (len(items) <= MANY and (label != "list" or type(items[0]) is str)):
        return None
    kinds = set(map(id, map(type, items)))  # ids, since a metaclass may define __hash__
    if len(kinds) != 1:
        return None
    first = type(items[0])
    if first is str:
        return Words.kept(f"{label}[str]", cast("Sequence[str]", items), keeping)
    dtype = np.float64 if first is float else np.int64 if first is int else None
    if dtype is None:
        return None
    try:
        return keep(f"{label}[{first.__name__}]", np.array(items, dtype=dtype), keeping)
    except OverflowError:  # an integer beyond 64 bits: the items one by one
        return None


def owns(value: object) -> bool:
    """Whether a value is an array or scalar of numpy, or an ``array.array``."""
    return lineage.descends(value, np.ndarray, np.generic, stdlib_array.array, np.dtype, np.ufunc)


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:
    """The array as one leaf, or as the fields, mask or elements that it holds."""
    if type(value) is np.ndarray and value.dtype.kind in _SIMPLE and value.dtype.isbuiltin != narrow.USERS:
        return keep("array", value, keeping)
    for kin, rule in _RULES:
        if lineage.descends(value, *kin):
            return rule(value, keeping)
    if (ma := sys.modules.get("numpy.ma")) is not None and lineage.descends(value, ma.MaskedArray):
        return _masked(value, keeping)
    label = "array" if type(value) is np.ndarray else lineage.name(type(value))
    plain = np.asarray(value)  # a subclass as its base, uncopied
    dtype = plain.dtype
    if dtype.names is not None:
        names = dtype.names
        return Parts(
            [(".dtype", Scalar("name", f"{label}{_dims(plain.shape)} {dtype}"))],
            [(_key(name), plain[name]) for name in names],
        )
    if dtype.kind in PLAIN and dtype.isbuiltin != narrow.USERS:
        return attributes.beside(value, keep(label, plain, keeping))
    return (_objects if dtype.kind == "O" else _foreign)(label, plain, keeping)


def _typed(value: Any, keeping: Keeping) -> Frozen:
    if value.typecode in "uw":
        return Words.kept("array.array", [stdlib_array.array.tounicode(value)], keeping)
    return keep("array.array", np.asarray(memoryview(value)), keeping)


def _masked(value: Any, keeping: Keeping) -> Parts:  # noqa: ARG001
    data, mask = np.ma.getdata(value), np.ma.getmaskarray(value)
    if data.dtype.names is not None:
        fields = [
            (_key(name), cast("Any", np.ma.MaskedArray(data[name], mask=mask[name]))) for name in data.dtype.names
        ]
        return Parts(
            [(".dtype", Scalar("name", f"{lineage.name(type(value))}{_dims(data.shape)} {data.dtype}"))], fields
        )
    visible = np.array(data, subok=False)
    # What lies under the mask is no part of the value.
    visible[mask] = None if visible.dtype.kind == "O" else np.zeros((), visible.dtype)
    return Parts([], [(".mask", mask), (".data", visible), *_fill(value, data.dtype)])


def _fill(value: Any, dtype: np.dtype[Any]) -> list[tuple[str, object]]:
    """What stands for masked elements, where it is another than numpy's own: that one is set when first asked for."""
    held = getattr(value, "_fill_value", None)  # to ask by the public name sets it
    if held is None or dtype.kind not in _SIMPLE:
        return []
    own = np.ma.MaskedArray(np.empty(0, dtype)).fill_value
    return [] if np.asarray(own).tobytes() == np.asarray(held).tobytes() else [(".fill_value", held)]


_RULES: tuple[tuple[tuple[type, ...], Callable[[Any, Keeping], Frozen | Parts]], ...] = (
    ((np.dtype, np.ufunc), lambda value, _: Scalar("name", str(value))),
    ((stdlib_array.array,), _typed),
)


def _objects(label: str, plain: NDArray[Any], keeping: Keeping) -> Frozen | Parts:
    if plain.size > MANY and Words.fit(flat := plain.reshape(-1).tolist()):
        return Words.kept(f"{label}{_dims(plain.shape)}", flat, keeping)
    shape = Scalar("name", f"{label}{_dims(plain.shape)} {plain.dtype}")
    return Parts([(".dtype", shape)], _elements(plain, keeping.room(plain.size)))


def _elements(plain: NDArray[Any], limit: int) -> Iterator[tuple[str, object]]:
    if not plain.ndim:
        yield "[()]", plain.item()
        return
    for flat in range(limit):
        index = np.unravel_index(flat, plain.shape)
        yield f"[{','.join(str(int(axis)) for axis in index)}]", plain[index]


def _foreign(label: str, plain: NDArray[Any], keeping: Keeping) -> Frozen:
    """Dtypes outside numpy's own list: its variable-width text, and those of other packages by their bytes."""
    if plain.dtype.kind == "T":
        return Words.kept(f"{label}{_dims(plain.shape)} {plain.dtype}", plain.reshape(-1).tolist(), keeping)
    if numbers := narrow.widened(plain):
        return keep(*numbers, keeping)
    raw = np.ascontiguousarray(plain).view(np.uint8)
    return keep(f"{label} {plain.dtype}", raw, keeping)


def _key(name: str) -> str:
    return f'["{name}"]'


def _dims(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _tells(values: NDArray[Any]) -> bool:
    """Whether an array of texts holds a secret."""
    flat = _legible(values.reshape(-1))
    if flat.dtype.kind not in "SU":
        return False
    told = "\n".join(map(str, flat.tolist()))
    return mask(told) is not told


def _short(value: object, digits: int) -> str:
    if isinstance(value, np.floating | np.complexfloating) and digits < 17:  # noqa: PLR2004
        return f"{value:.{digits}g}"
    if isinstance(
        value, np.longdouble | np.clongdouble | np.datetime64 | np.timedelta64 | np.float32 | np.float16 | np.complex64
    ):
        return str(value)
    return repr(value.item()) if isinstance(value, np.generic) else repr(value)


def _legible(flat: NDArray[Any]) -> NDArray[Any]:
    """What numpy keeps and cannot write, as numbers: characters of any 32 bits, moments without a unit."""
    if flat.dtype.kind == "M" and np.datetime_data(flat.dtype)[0] == "generic" and not np.isnat(flat).all():
        return flat.view(flat.dtype.str.replace("M", "i", 1)[:3])
    if flat.dtype.kind != "U" or not flat.size:
        return flat
    points = np.ascontiguousarray(flat).view(np.dtype(np.uint32).newbyteorder(flat.dtype.byteorder))
    return points if points.max(initial=0) > sys.maxunicode else flat


def _listed(flat: NDArray[Any], shape: tuple[int, ...], width: int, dtype: str) -> str:
    for tail in (f" {_dims(shape)} {dtype}", f" {_dims(shape)}", ""):
        for number in range(min(6, flat.size), 0, -1):
            items = ", ".join(_short(item, 3) for item in flat[:number])
            items = mask(items) if flat.dtype.kind in "SU" else items
            line = f"[{items}{', ...' if number < flat.size else ''}]{tail}"
            if len(line) <= width:
                return line
    return entry.cut(f"{_dims(shape)} {dtype}", width)
