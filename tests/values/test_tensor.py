"""Tensors, modules, optimisers and schedules of torch; every dtype and layout has a file of its own."""

from __future__ import annotations

import pytest

from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import EXACT

torch = pytest.importorskip("torch")


def frozen(value):
    return Freezer().freeze("x", value)


def shown(value):
    return {address: leaf.show(60) for address, leaf in frozen(value).items()}


def test_a_pending_conjugation_or_negation_is_resolved():
    tensor = torch.tensor([1 + 2j]).conj()
    assert shown(tensor)["x"] == "[1-2j] (1,) complex64"
    assert shown(tensor.imag)["x"] == "[-2] (1,) float32"


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


class Layers(torch.nn.Module):
    """Two layers, one of them with statistics of its own, and buffers that are saved and that are not."""

    def __init__(self):
        super().__init__()
        self.layer1 = torch.nn.Linear(8, 4)
        self.norm = torch.nn.BatchNorm1d(4)
        self.register_buffer("angles", torch.ones(2), persistent=False)
        self.tied = self.layer1


def parted(before, after):
    assert before.keys() == after.keys()
    return {
        address: found for address in before if not (found := measure(before[address], after[address], EXACT)).identical
    }


def test_a_weight_is_told_by_the_name_of_the_state_dict_and_its_index():
    model = Layers()
    before = frozen(model)
    with torch.no_grad():
        model.layer1.weight[3, 7] += 1
    assert {address: found.worst for address, found in parted(before, frozen(model)).items()} == {
        "x.layer1.weight": (3, 7),
        "x.tied.weight": (3, 7),
    }


def test_a_buffer_that_is_not_saved_is_compared_as_well():
    model = Layers()
    assert "angles" not in model.state_dict()
    before = frozen(model)
    model.angles[1] = 2
    assert parted(before, frozen(model)).keys() == {"x.angles"}


def test_a_part_that_was_frozen_by_itself_tells_so():
    model = Layers()
    assert [address for address in frozen(model) if address.endswith("training")] == ["x.training"]
    model.norm.eval()
    assert shown(model)["x.norm.training"] == "False"


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # of torch.compile's own imports
def test_a_model_in_a_wrapper_keeps_its_names():
    inside = torch.nn.Linear(1, 1)
    assert "x.module.weight" in frozen(torch.optim.swa_utils.AveragedModel(inside))
    assert "x._orig_mod.weight" in frozen(torch.compile(inside))


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "NAdam"])
def test_the_state_of_every_optimizer_is_compared(name):
    def stepped(scale):
        weights = torch.nn.Parameter(torch.ones(2))
        options = {"momentum": 0.9} if name == "SGD" else {}
        optimizer = getattr(torch.optim, name)([weights], lr=0.5, **options)

        def closure():
            optimizer.zero_grad()
            loss = (weights.square() * scale).sum()
            loss.backward()
            return loss

        for _ in range(2):
            optimizer.step(closure)
        return frozen(optimizer)

    assert stepped(1.0) == stepped(1.0)
    assert all(address.startswith('x.state["state"][0]') for address in parted(stepped(1.0), stepped(2.0)))
    assert parted(stepped(1.0), stepped(2.0))


def test_an_optimizer_is_its_state():
    weights = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([weights], lr=0.5, momentum=0.9)
    weights.sum().backward()
    optimizer.step()
    leaves = shown(optimizer)
    assert leaves['x.state["param_groups"][0]["lr"]'] == "0.5"
    assert leaves['x.state["state"][0]["momentum_buffer"]'] == "[1, 1] (2,) float32"


@pytest.mark.parametrize(
    "make",
    [
        lambda optim: torch.optim.lr_scheduler.StepLR(optim, 2),
        lambda optim: torch.optim.lr_scheduler.CosineAnnealingLR(optim, 5),
        lambda optim: torch.optim.lr_scheduler.OneCycleLR(optim, 0.1, total_steps=5),
        lambda optim: torch.optim.lr_scheduler.ReduceLROnPlateau(optim, patience=0),
    ],
    ids=["step", "cosine", "one cycle", "plateau"],
)
def test_a_schedule_is_its_state(make):
    def after(steps):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
        schedule = make(optimizer)
        for _ in range(steps):
            optimizer.step()
            schedule.step(*([1.0] if "Plateau" in type(schedule).__name__ else []))
        return frozen(schedule)

    assert after(2) == after(2)
    assert 'x.state["last_epoch"]' in parted(after(2), after(3))


def test_a_scaler_of_gradients_is_its_state():
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0)
    assert shown(scaler)['x.state["scale"]'] == "8.0"


def test_a_loader_is_its_settings_and_its_data_and_advancing_it_is_left_alone():
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.arange(4.0)), batch_size=2)
    leaves = shown(loader)
    assert (leaves["x.batch_size"], leaves["x.dataset.tensors[0]"]) == ("2", "[0, 1, 2, 3] (4,) float32")
    batches = iter(loader)
    assert frozen(batches)["x"].kind == "opaque"
    assert len(list(batches)) == 2


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
        (lambda: torch.iinfo(torch.int8), "iinfo(min=-128, max=127, dtype=int8)"),
    ],
)
def test_descriptors_are_their_names(make, line):
    assert shown(make()) == {"x": line}
