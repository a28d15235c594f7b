"""Array files: our headers are numpy's, and nothing else is read."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import ReproError
from pytest_repro.store import npy


@pytest.mark.parametrize("dtype", ["<f8", ">f4", "|b1", "<c16", "<U3", "|S5", "<M8[ns]", "<m8[25us]", "|V3", "<i2"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3, 4), (1,) * 32])
def test_what_is_written_numpy_reads_and_so_do_we(dtype, shape):
    values = np.zeros(shape, dtype)
    data = npy.header(values.dtype, shape) + bytes(npy.raw(values))
    again = np.load(io.BytesIO(data), allow_pickle=False)
    assert (again.dtype, again.shape) == (values.dtype, shape)
    assert npy.parsed(data[: npy.LONGEST]) == (values.dtype, shape, len(data) - values.nbytes)
    assert (len(data) - values.nbytes) % 64 == 0


def forged(text):
    body = text.encode("latin-1")
    return npy.MAGIC + len(body).to_bytes(2, "little") + body


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an array file of format 1.0"),
        (b"\x93NUMPY\x02\x00", "not an array file of format 1.0"),
        (npy.MAGIC + b"\xff\xff" + b" " * 100, "unexpected header of an array file"),
        (forged("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }\n"), "unexpected dtype '|O'"),
        (forged("{'descr': 'zz', 'fortran_order': False, 'shape': (3,), }\n"), "unknown dtype 'zz'"),
        (forged("{'descr': '|V0', 'fortran_order': False, 'shape': (3,), }\n"), "unexpected dtype '|V0'"),
        (forged("{'descr': '<f8', 'fortran_order': True, 'shape': (3,), }\n"), "unexpected header of an array file"),
        (forged("{'descr': '<f8', 'fortran_order': False, 'shape': (-3,), }\n"), "unexpected header of an array file"),
        (forged("__import__('os')\n"), "unexpected header of an array file"),
    ],
)
def test_any_other_header_is_refused(data, message, refused):
    assert refused(npy.parsed, data) == f"{message}  [RPR-B602]\n  mend: pytest --repro-record-all"


@given(st.binary(max_size=200), st.booleans())
def test_no_header_does_anything_but_be_refused(data, prefixed):
    try:
        npy.parsed((npy.MAGIC if prefixed else b"") + data)
    except ReproError as error:
        assert error.code == "B602"  # noqa: PT017  # an error is one of two good ends


def test_an_empty_array_that_claims_more_than_numpy_has_is_refused():
    with pytest.raises(ReproError, match="more elements than numpy has"):
        npy.parsed(npy.header(np.dtype("<f8"), (0, 10**17, 10**17)))
