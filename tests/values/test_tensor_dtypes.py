"""Every dtype and every layout that the installed torch has: nothing is lost on the way, and nothing differs silently.

Which dtypes there are is asked of torch itself, so that a new one fails here first.
"""

from __future__ import annotations

import warnings

import pytest

from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import EXACT, Tolerance

torch = pytest.importorskip("torch", reason="the dtypes are those of torch")

ALL = sorted(
    {one for one in vars(torch).values() if isinstance(one, torch.dtype)} - {torch.bits16}, key=str
)  # bits16 is made below: nothing fills it
QUANTISED = [one for one in ALL if str(one).startswith(("torch.qint", "torch.quint"))]
COMPUTED = [one for one in ALL if one not in QUANTISED and not str(one).startswith(("torch.bits", "torch.float4"))]
BYTES = [one for one in COMPUTED if str(one).lstrip("torch.uin") in set("1234567")]
NUMBERS = [one for one in COMPUTED if one not in BYTES]
PACKED = [one for one in ALL if one not in NUMBERS and one not in QUANTISED]


def frozen(value):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torch calls nested and compressed layouts a prototype
        return Freezer().freeze("x", value)


def made(build):
    """What a maker makes; its warnings are torch's own business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return build()


def parted(before, after):
    """The addresses at which two frozen values differ."""
    assert before.keys() == after.keys()
    return {address for address in before if not measure(before[address], after[address], EXACT).identical}


def test_every_dtype_of_torch_is_in_one_of_the_groups():
    assert len(NUMBERS) >= 15
    assert set(ALL) == {*NUMBERS, *PACKED, *QUANTISED}


@pytest.mark.parametrize("dtype", NUMBERS, ids=str)
def test_numbers_of_a_dtype_are_kept_and_told_apart(dtype, through_json):
    def tensor(last):
        return made(lambda: torch.tensor([1, 0, last]).to(dtype))  # half of a complex number is told to be new

    leaves = frozen(tensor(1))
    assert leaves["x.type"].show(80) == f"torch.Tensor {dtype} [3]"
    assert leaves["x"].values.real.tolist()[::2] == [1, 1]
    assert leaves["x"].show(60).endswith(str(dtype).removeprefix("torch."))
    assert all(through_json(leaf) == leaf for leaf in leaves.values())
    assert parted(leaves, frozen(tensor(1))) == set()
    assert parted(leaves, frozen(tensor(0))) == {"x"}


@pytest.mark.parametrize("dtype", PACKED, ids=str)
@pytest.mark.parametrize("turned", [False, True])
def test_a_dtype_that_nothing_computes_with_is_compared_by_its_bytes(dtype, turned, through_json):
    def tensor(last):
        found = torch.tensor([[1, 2], [3, last]], dtype=torch.uint8).view(dtype)
        return found.t() if turned else found

    leaves = frozen(tensor(4))
    assert leaves["x.type"].show(80) == f"torch.Tensor {dtype} [2, 2]"
    assert leaves["x"].values.tolist() == ([[1, 3], [2, 4]] if turned else [[1, 2], [3, 4]])
    assert all(through_json(leaf) == leaf for leaf in leaves.values())
    assert parted(leaves, frozen(tensor(5))) == {"x"}


def test_wider_bits_are_their_bytes_in_the_order_of_their_elements():
    bits = torch.tensor([[1, 0, 2, 0], [3, 0, 4, 0]], dtype=torch.uint8).view(torch.bits16)
    assert frozen(bits.t())["x"].values.tolist() == [[1, 0, 3, 0], [2, 0, 4, 0]]


@pytest.mark.parametrize("dtype", QUANTISED, ids=str)
def test_quantised_numbers_are_their_integers_and_their_scale(dtype, through_json):
    def quantised(scale, point=1):
        return made(lambda: torch.quantize_per_tensor(torch.tensor([0.0, 0.5, 1.0, 1.5]) * scale, scale, point, dtype))

    try:
        leaves = frozen(quantised(0.5))
    except RuntimeError as refused:
        assert "quint2x4" in str(dtype), refused  # noqa: PT017  # torch names the dtype, and quantises by channel alone
        return
    assert leaves["x.type"].show(80) == f"torch.Tensor {dtype} [4]"
    assert (leaves["x.q_scale"].value, leaves["x.q_zero_point"].value) == (0.5, 1)
    assert all(through_json(leaf) == leaf for leaf in leaves.values())
    assert parted(leaves, frozen(quantised(0.25))) == {"x.q_scale"}


def test_numbers_quantised_by_channel_have_a_scale_for_each():
    def quantised(second):
        scales, points = torch.tensor([0.5, second]), torch.tensor([0, 1])
        return made(lambda: torch.quantize_per_channel(torch.zeros(2, 2), scales, points, 0, torch.qint8))

    leaves = frozen(quantised(0.5))
    assert leaves["x"].values.tolist() == [[0, 0], [1, 1]]
    assert leaves["x.q_per_channel_axis"].value == 0
    assert parted(leaves, frozen(quantised(0.25))) == {"x.q_per_channel_scales"}


SPARSE = {
    "sparse_coo": (lambda dense: dense.to_sparse(), {"indices"}),
    "sparse_csr": (lambda dense: dense.to_sparse_csr(), {"crow_indices", "col_indices"}),
    "sparse_csc": (lambda dense: dense.to_sparse_csc(), {"ccol_indices", "row_indices"}),
    "sparse_bsr": (lambda dense: dense.to_sparse_bsr((2, 2)), {"crow_indices", "col_indices"}),
    "sparse_bsc": (lambda dense: dense.to_sparse_bsc((2, 2)), {"ccol_indices", "row_indices"}),
}


@pytest.mark.parametrize("layout", SPARSE)
@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "int64", "bool", "complex64"])
def test_a_sparse_tensor_is_its_places_and_values_under_torchs_names(layout, dtype, through_json):
    convert, places = SPARSE[layout]
    dense = torch.eye(4).to(getattr(torch, dtype))
    leaves = frozen(made(lambda: convert(dense)))
    assert leaves["x.type"].show(80) == f"torch.Tensor torch.{dtype} [4, 4] torch.{layout}"
    assert leaves.keys() == {"x.type", "x.values", *(f"x.{name}" for name in places)}
    assert all(through_json(leaf) == leaf for leaf in leaves.values())
    other = dense.clone()
    other[3, 3] = 0
    other[3, 2] = 1
    moved = frozen(made(lambda: convert(other)))
    assert parted(leaves, moved) & {f"x.{name}" for name in (*places, "values")}


def test_duplicates_of_a_sparse_tensor_are_summed_and_a_large_one_is_never_filled():
    def sparse(*parts):
        return torch.sparse_coo_tensor(*parts, check_invariants=True)

    twice = sparse([[0, 0]], [1.0, 2.0], (3,))
    assert parted(frozen(twice), frozen(sparse([[0]], [3.0], (3,)))) == set()
    vast = sparse([[5], [7]], [1.5], (10**9, 10**9))  # 4 exabytes, were it dense
    assert frozen(vast)["x.values"].values.tolist() == [1.5]


def test_the_layout_of_onednn_is_compared_by_its_values():
    if not torch.backends.mkldnn.is_available():
        pytest.skip("this build of torch has no oneDNN")
    leaves = frozen(torch.eye(2).to_mkldnn())
    assert leaves["x.type"].show(80) == "torch.Tensor torch.float32 [2, 2] torch._mkldnn"
    assert leaves["x"].values.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("layout", [torch.strided, torch.jagged], ids=str)
def test_a_nested_tensor_is_its_parts(layout):
    def nested(last):
        return made(lambda: torch.nested.nested_tensor([torch.ones(2), torch.tensor([1.0, 2.0, last])], layout=layout))

    leaves = frozen(nested(3.0))
    assert leaves["x[1]"].values.tolist() == [1, 2, 3]
    assert parted(leaves, frozen(nested(4.0))) == {"x[1]"}


@pytest.mark.parametrize(
    ("build", "values"),
    [
        (lambda: torch.tensor(1.5), 1.5),
        (lambda: torch.empty(0, 3), []),
        (lambda: torch.arange(4.0).reshape(2, 2).t(), [[0, 2], [1, 3]]),
        (lambda: torch.arange(6.0)[::2], [0, 2, 4]),
        (lambda: torch.ones(1).expand(3), [1, 1, 1]),
        (lambda: torch.ones(2, requires_grad=True) * 2, [2, 2]),
        (lambda: torch.tensor([1 + 2j]).conj(), [1 - 2j]),
        (lambda: torch.tensor([1 + 2j]).conj().imag, [-2]),
        (lambda: torch.ones(2, 1, 2, 1).to(memory_format=torch.channels_last).squeeze(), [[1, 1], [1, 1]]),
    ],
    ids=["0-d", "empty", "transposed", "strided", "expanded", "graph", "conj", "neg", "channels last"],
)
def test_a_view_is_what_it_shows(build, values):
    leaf = frozen(build())["x"]
    assert leaf.values.tolist() == values
    assert leaf.values.flags.c_contiguous


def test_tensors_of_inference_mode_and_of_a_subclass_are_values_like_any():
    with torch.inference_mode():
        assert frozen(torch.ones(2))["x"].values.tolist() == [1, 1]
    kin = torch.ones(2).as_subclass(type("Kin", (torch.Tensor,), {}))
    assert frozen(kin)["x.type"].show(80) == f"{__name__}.Kin torch.float32 [2]"


def test_what_has_a_shape_and_no_numbers_is_its_type_alone():
    fake = torch._subclasses.FakeTensorMode().from_tensor(torch.ones(2))
    for value in (torch.ones(2, device="meta", dtype=torch.bfloat16), fake):
        assert frozen(value).keys() == {"x.type"}
    lazy = frozen(made(lambda: torch.nn.LazyLinear(3)))
    assert (lazy["x.weight"].kind, lazy["x.weight"].why) == ("opaque", "not initialised yet")


def test_what_lies_under_a_mask_is_no_part_of_the_value():
    def masked(hidden, seen=1.0):
        data, mask = torch.tensor([seen, hidden]), torch.tensor([True, False])
        return frozen(made(lambda: torch.masked.masked_tensor(data, mask)))

    assert parted(masked(5.0), masked(6.0)) == set()
    assert parted(masked(5.0), masked(5.0, seen=2.0)) == {"x.data"}


@pytest.mark.parametrize("name", ["bfloat16", "float8_e4m3fn", "float8_e5m2", "float16"])
def test_steps_of_a_narrow_dtype_are_its_own_and_one_is_rounding(name):
    dtype = getattr(torch, name)
    start = torch.full((4,), 1.5).to(dtype)
    words = start.view(torch.int16 if start.element_size() == 2 else torch.int8)
    after = (words + 1).view(dtype)
    before, then = frozen(start)["x"], frozen(after)["x"]
    found = measure(before, then, EXACT)
    assert (found.ulp, found.shape) == (1.0, "rounding-like")
    assert not measure(before, then, Tolerance(ulp=1)).drifted
    assert measure(before, frozen((words + 2).view(dtype))["x"], Tolerance(ulp=1)).drifted
