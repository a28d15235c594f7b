"""Each further library: pinned as its own seeding does, and given back as it was found.

Most of them are no dependency of the tests; run in an environment that has them (torch, tensorflow, faker, ...).
"""

from __future__ import annotations

import importlib
import types
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pytest_repro.seeds.cupy_current import CupyCurrent
from pytest_repro.seeds.registry import LIBRARIES
from pytest_repro.seeds.torch_generators import TorchGenerators

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_repro.seeds.seeder import Seeder


def torch_draws() -> list[Any]:
    import torch  # noqa: PLC0415

    return [torch.rand(3).tolist(), torch.randn(17).tolist(), torch.randint(10**6, (2,)).tolist()]


def torch_seed(seed: int) -> None:
    import torch  # noqa: PLC0415

    torch.manual_seed(seed)


def tensorflow_draws() -> list[Any]:
    import tensorflow as tf  # noqa: PLC0415

    return [tf.random.uniform((3,)).numpy().tolist(), tf.random.normal((2,)).numpy().tolist()]


def tensorflow_seed(seed: int) -> None:
    import tensorflow as tf  # noqa: PLC0415

    tf.random.set_seed(seed)


def faker_draws() -> list[Any]:
    from faker import Faker  # noqa: PLC0415

    fake = Faker()
    return [fake.name(), fake.binary(length=4), fake.random.gauss(0, 1)]


def faker_seed(seed: int) -> None:
    from faker import Faker  # noqa: PLC0415

    Faker.seed(seed)


def factory_draws() -> list[Any]:
    from factory.fuzzy import FuzzyText  # noqa: PLC0415

    return [FuzzyText().fuzz(), importlib.import_module("factory.random").randgen.gauss(0, 1)]


def factory_seed(seed: int) -> None:
    importlib.import_module("factory.random").reseed_random(seed)


def polyfactory_draws() -> list[Any]:
    base = importlib.import_module("polyfactory.factories.base")
    return [base.BaseFactory.__random__.random(), base.BaseFactory.__random__.gauss(0, 1)]


def polyfactory_seed(seed: int) -> None:
    importlib.import_module("polyfactory.constants").DEFAULT_RANDOM.seed(seed)


def bakery_draws() -> list[Any]:
    random_gen = importlib.import_module("model_bakery.random_gen")
    return [random_gen.gen_integer(0, 10**6), random_gen.baker_random.gauss(0, 1)]


def bakery_seed(seed: int) -> None:
    importlib.import_module("model_bakery.random_gen").baker_random.seed(seed)


CASES = {
    "torch": (torch_draws, torch_seed),
    "tensorflow": (tensorflow_draws, tensorflow_seed),
    "faker": (faker_draws, faker_seed),
    "factory_boy": (factory_draws, factory_seed),
    "polyfactory": (polyfactory_draws, polyfactory_seed),
    "model_bakery": (bakery_draws, bakery_seed),
}


class Opened(NamedTuple):
    """One library as the tests see it."""

    seeder: Seeder
    draws: Callable[[], list[Any]]
    seed: Callable[[int], None]


@pytest.fixture(name="library", params=sorted(CASES))
def _library(request: pytest.FixtureRequest) -> Opened:
    """One library's seeder, its draws and its own way to be seeded."""
    row = next(row for row in LIBRARIES if row.name == request.param)
    pytest.importorskip(row.module, reason=f"{request.param} is not installed here", exc_type=ImportError)
    module = row.loaded()
    assert module is not None
    return Opened(row.open(module), *CASES[request.param])


def test_a_pin_is_what_the_librarys_own_seeding_is(library: Opened) -> None:
    seeder, draws, seed = library
    found = seeder.hold()
    seeder.pin(7)
    pinned = draws()
    seed(7)
    assert draws() == pinned
    seeder.put_back(found)


def test_the_stream_found_goes_on_where_it_was(library: Opened) -> None:
    """After one draw of each sort, so that cached halves of normal draws are part of it."""
    seeder, draws, seed = library
    seed(3)
    draws()
    expected = draws()
    seed(3)
    draws()
    found = seeder.hold()
    seeder.pin(8)
    draws()
    seeder.put_back(found)
    if type(seeder).__name__ == "TensorflowEager":
        pytest.skip("TensorFlow's kernels keep counters that nothing can read: its module says so")
    assert draws() == expected


def test_the_digest_follows_the_stream_and_draws_nothing(library: Opened) -> None:
    seeder, draws, _ = library
    found = seeder.hold()
    digests = []
    for _ in range(2):
        seeder.pin(8)
        digests.append(seeder.state())
        assert seeder.state() == digests[-1]
        draws()
        digests.append(seeder.state())
    seeder.put_back(found)
    assert digests[:2] == digests[2:]
    assert digests[0] != digests[1]


def test_faker_is_no_more_seeded_afterwards_than_it_was() -> None:
    """Faker's binary() asks the operating system unless it was seeded."""
    generator = pytest.importorskip("faker.generator", reason="faker is not installed here")
    seeder = next(row for row in LIBRARIES if row.name == "faker").open(generator)
    before = generator.Generator._is_seeded, generator.Generator._global_seed
    found = seeder.hold()
    seeder.pin(1)
    assert generator.Generator._is_seeded
    seeder.put_back(found)
    assert (generator.Generator._is_seeded, generator.Generator._global_seed) == before


class FakeGenerator:
    """A torch generator's three methods on one int."""

    def __init__(self) -> None:
        self.value: object = "entropy"

    def get_state(self) -> object:
        return self.value

    def set_state(self, value: object) -> None:
        self.value = value

    def manual_seed(self, seed: int) -> None:
        self.value = seed


class FakeTracker:
    def __init__(self) -> None:
        self.manual_seed_all_cb: object = None
        self.call_order: list[Any] = []

    def queue_seed_all(self, callback: object, trace: object) -> None:
        self.manual_seed_all_cb = (callback, trace)
        self.call_order = [None, self.manual_seed_all_cb]


def fake_torch(*, initialized: bool) -> Any:
    devices = (FakeGenerator(), FakeGenerator()) if initialized else ()
    cuda: Any = types.SimpleNamespace(
        is_initialized=lambda: bool(cuda.default_generators),
        default_generators=devices,
        _lazy_seed_tracker=FakeTracker(),
    )
    return types.SimpleNamespace(
        default_generator=FakeGenerator(),
        cuda=cuda,
        backends=types.SimpleNamespace(),
        version=types.SimpleNamespace(cuda="13.0"),
    )


def test_torch_pins_each_device_that_is_in_use() -> None:
    torch = fake_torch(initialized=True)
    seeder = TorchGenerators(torch)
    found = seeder.hold()
    seeder.pin(2**64 + 5)
    generators = [torch.default_generator, *torch.cuda.default_generators]
    assert [generator.value for generator in generators] == [5, 5, 5]
    seeder.put_back(found)
    assert [generator.value for generator in generators] == ["entropy"] * 3


def test_torch_seeds_a_device_that_is_first_used_within_the_stretch() -> None:
    torch = fake_torch(initialized=False)
    seeder = TorchGenerators(torch)
    found = seeder.hold()
    seeder.pin(1)
    seeder.pin(5)
    torch.cuda.default_generators = (FakeGenerator(),)
    for call in torch.cuda._lazy_seed_tracker.call_order:
        if call:
            call[0]()
    assert torch.cuda.default_generators[0].value == 5
    seeder.put_back(found)
    assert torch.cuda.default_generators[0].value == 5


def test_torch_leaves_nothing_queued_for_a_device_that_was_not_used() -> None:
    torch = fake_torch(initialized=False)
    seeder = TorchGenerators(torch)
    found = seeder.hold()
    seeder.pin(1)
    seeder.put_back(found)
    assert vars(torch.cuda._lazy_seed_tracker) == {"manual_seed_all_cb": None, "call_order": []}


def test_torchs_own_queue_has_the_names_that_the_seeder_uses() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed here")
    assert {"manual_seed_all_cb", "call_order"} <= set(vars(torch.cuda._lazy_seed_tracker))


def test_cupy_stands_a_generator_of_ours_in_place_and_puts_the_users_back() -> None:
    """On a stand-in: cupy needs a GPU even to be asked for its generator."""

    class RandomState:
        def __init__(self, seed: object) -> None:
            self.seeded = seed

    users = RandomState("user")
    current = [users]
    cupy: Any = types.SimpleNamespace(
        random=types.SimpleNamespace(
            RandomState=RandomState,
            get_random_state=lambda: current[0],
            set_random_state=lambda state: current.__setitem__(0, state),
            seed=lambda seed: setattr(current[0], "seeded", seed),
        )
    )
    seeder = CupyCurrent(cupy)
    outer = seeder.hold()
    seeder.pin(2**32 + 1)
    ours = current[0]
    inner = seeder.hold()
    seeder.pin(2)
    assert (current[0].seeded, ours.seeded, users.seeded) == (2, 1, "user")
    seeder.put_back(inner)
    assert current[0] is ours
    seeder.put_back(outer)
    assert current[0] is users
