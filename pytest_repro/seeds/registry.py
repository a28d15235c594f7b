"""The libraries whose global generators are pinned, in the order in which it is done."""

from __future__ import annotations

from pytest_repro.seeds.cupy_current import CupyCurrent
from pytest_repro.seeds.factory_boy import FactoryBoy
from pytest_repro.seeds.faker_shared import FakerShared
from pytest_repro.seeds.model_bakery import open_model_bakery
from pytest_repro.seeds.numpy_legacy import NumpyLegacy
from pytest_repro.seeds.polyfactory_shared import open_polyfactory
from pytest_repro.seeds.python import open_random
from pytest_repro.seeds.seeder import Library
from pytest_repro.seeds.tensorflow_eager import TensorflowEager
from pytest_repro.seeds.torch_generators import TorchGenerators

# A seeder touches its own library alone, so the values that a test draws do not depend on this order. It is the order
# of put-backs, too, reversed. JAX has no row: its keys are passed by hand. Nor has Hypothesis: see same_examples.
LIBRARIES: tuple[Library, ...] = (
    # The accelerated first: only they can fail for want of a device, and then nothing else was touched yet.
    Library("cupy", "cupy", "random", CupyCurrent),
    Library("torch", "torch", "default_generator", TorchGenerators),
    Library("tensorflow", "tensorflow", "random", TensorflowEager),
    # Makers of test data: their generators are random.Random objects of their own. Faker first, since factory_boy and
    # polyfactory draw from its generator.
    Library("faker", "faker.generator", "Generator", FakerShared),
    Library("factory_boy", "factory.random", "reseed_random", FactoryBoy),
    Library("polyfactory", "polyfactory.factories.base", "BaseFactory", open_polyfactory),
    Library("model_bakery", "model_bakery.random_gen", "baker_random", open_model_bakery),
    # The two that everything else draws from come last: should a seeder above draw a number of them, it is undone.
    Library("numpy", "numpy.random", "set_bit_generator", NumpyLegacy),
    Library("python", "random", "_inst", open_random),
)
