"""Tensors and modules of torch: values as on the CPU, whatever the layout."""

from __future__ import annotations

import pytest

from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import EXACT

torch = pytest.importorskip("torch")


def frozen(value):
    return Freezer().freeze("x", value)


def shown(value):
    return {address: leaf.show(60) for address, leaf in frozen(value).items()}


@pytest.mark.parametrize(
    "dtype",
    [
        "float16",
        "float32",
        "float64",
        "bfloat16",
        "float8_e4m3fn",
        "complex64",
        "complex128",
        "int8",
        "int64",
        "uint8",
        "bool",
    ],
)
def test_a_tensor_of_every_dtype_is_its_dtype_and_its_values(dtype, through_json):
    tensor = torch.tensor([0, 1, 1]).to(getattr(torch, dtype))
    leaves = frozen(tensor)
    assert leaves["x.type"].show(80) == f"torch.Tensor torch.{dtype} [3]"
    assert leaves["x"].values.real.tolist() == [0, 1, 1]
    assert all(through_json(leaf) == leaf for leaf in leaves.values())


def test_a_pending_conjugation_or_negation_is_resolved():
    tensor = torch.tensor([1 + 2j]).conj()
    assert shown(tensor)["x"] == "[1-2j] (1,) complex64"
    assert shown(tensor.imag)["x"] == "[-2] (1,) float32"


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support:UserWarning")
def test_a_sparse_tensor_is_compared_by_its_values_and_named_by_its_layout():
    assert shown(torch.eye(2).to_sparse()) == {
        "x.type": "torch.Tensor torch.float32 [2, 2] torch.sparse_coo",
        "x": "[1, 0, 0, 1] (2, 2) float32",
    }
    assert shown(torch.eye(2).to_sparse_csr())["x.type"] == "torch.Tensor torch.float32 [2, 2] torch.sparse_csr"


def test_a_gradient_is_no_part_of_the_value():
    plain, tracked = torch.ones(2), torch.ones(2, requires_grad=True)
    tracked.sum().backward()
    assert frozen(plain) == frozen(tracked)


def test_a_change_in_place_after_freezing_changes_nothing():
    tensor = torch.ones(2)
    leaves = frozen(tensor)
    tensor.zero_()
    assert measure(leaves["x"], frozen(torch.ones(2))["x"], EXACT).identical


def test_a_module_is_its_state_and_its_training_flag_past_an_override():
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def state_dict(self, *_, **__):
            raise AssertionError

    leaves = shown(Net().eval())
    assert leaves["x.training"] == "False"
    assert [address for address in leaves if not address.endswith(".type")] == [
        "x.training",
        "x.layer.weight",
        "x.layer.bias",
    ]


def test_an_optimizer_is_its_state():
    weights = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([weights], lr=0.5, momentum=0.9)
    weights.sum().backward()
    optimizer.step()
    leaves = shown(optimizer)
    assert leaves['x.state["param_groups"][0]["lr"]'] == "0.5"
    assert leaves['x.state["state"][0]["momentum_buffer"]'] == "[1, 1] (2,) float32"


def test_a_generator_that_drew_stands_at_another_place():
    generator = torch.Generator().manual_seed(1)
    before = frozen(generator)["x"]
    assert (before.kind, before.algorithm) == ("generator state", "torch.Generator")
    torch.rand(1, generator=generator)
    assert not measure(before, frozen(generator)["x"], EXACT).identical


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda: torch.float32, "torch.float32"),
        (lambda: torch.device("cpu"), "cpu"),
        (lambda: torch.Size([1, 2]), "torch.Size([1, 2])"),
    ],
)
def test_descriptors_are_their_names(make, line):
    assert shown(make()) == {"x": line}


def test_a_tensor_without_storage_is_its_type_alone():
    assert shown(torch.ones(2, device="meta")) == {"x.type": "torch.Tensor torch.float32 [2]"}
