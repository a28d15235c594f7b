"""Arrays as ``.npy`` files of numpy's format 1.0: written byte for byte alike everywhere, read without any evaluation.

The header is our own text rather than numpy's: the digest of the file is its name, and numpy's padding has changed
before. Reading takes exactly what writing makes, so that no header can claim more than the file holds.
"""

from __future__ import annotations

import hashlib
import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pytest_repro.values import entry
from pytest_repro.values.array import PLAIN, dtype_named

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = b"\x93NUMPY\x01\x00"
LONGEST = 1024  # bytes of a header: 64 lengths and a dtype fit into half of it
ALIGN = 64
_FORM = re.compile(
    r"\{'descr': '([^'\\]{1,40})', 'fortran_order': False, 'shape': \(((?:[0-9]{1,18}, ?){0,63}[0-9]{0,18})\), \} *\n"
)


class Head(NamedTuple):
    """What a header says.

    Attributes:
        dtype: Of the elements.
        shape: Lengths.
        start: Bytes before the first element.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self.start + math.prod(self.shape) * self.dtype.itemsize


def header(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    """The bytes before the elements, padded so that these are aligned."""
    lengths = f"{shape[0]}," if len(shape) == 1 else ", ".join(map(str, shape))
    text = f"{{'descr': '{dtype.str}', 'fortran_order': False, 'shape': ({lengths}), }}"
    length = -(-(len(MAGIC) + 2 + len(text) + 1) // ALIGN) * ALIGN - len(MAGIC) - 2
    return MAGIC + length.to_bytes(2, "little") + text.ljust(length - 1).encode("ascii") + b"\n"


def parsed(begin: bytes) -> Head:
    """The header at the beginning of a file.

    Args:
        begin: The first ``LONGEST`` bytes, or all if there are fewer.

    Raises:
        ReproError: ``B602``, any other header than :func:`header` makes.
    """
    if not begin.startswith(MAGIC):
        raise entry.malformed("not an array file of format 1.0")
    start = len(MAGIC) + 2 + int.from_bytes(begin[len(MAGIC) : len(MAGIC) + 2], "little")
    found = _FORM.fullmatch(begin[len(MAGIC) + 2 : start].decode("latin-1")) if start <= len(begin) else None
    if found is None:
        raise entry.malformed("unexpected header of an array file")
    shape = tuple(int(length) for length in found[2].split(",") if length.strip())
    dtype = dtype_named(found[1])
    if dtype.kind not in PLAIN or dtype.names is not None or dtype.str != found[1] or not dtype.itemsize:
        raise entry.malformed(f"unexpected dtype {found[1]!r}")
    if math.prod(max(1, length) for length in shape) * dtype.itemsize > entry.LONGEST:  # an empty one may claim more
        raise entry.malformed("more elements than numpy has")
    if begin[:start] != header(dtype, shape):
        raise entry.malformed("unexpected header of an array file")
    return Head(dtype, shape, start)


def digest(values: NDArray[Any]) -> str:
    """SHA-256 of the file that an array makes.

    Args:
        values: Contiguous in C order, of plain dtype.
    """
    found = hashlib.sha256(header(values.dtype, values.shape))
    found.update(raw(values))
    return found.hexdigest()


def raw(values: NDArray[Any]) -> memoryview:
    """The elements' bytes, uncopied."""
    return values.reshape(-1).view(np.uint8).data
