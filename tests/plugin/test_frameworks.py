"""Trainings on the real libraries, replayed: workers of a loader, seeds, the clock; each where it is installed."""

from __future__ import annotations

import importlib.util

import pytest

TRAINING = """
import random, time
import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset

class Noisy(Dataset):
    def __init__(self, draw):
        self.draw = draw
    def __len__(self):
        return 8
    def __getitem__(self, at):
        return torch.tensor([float(at), self.draw()])

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = torch.nn.Linear(2, 4)
        self.layer2 = torch.nn.Linear(4, 1)
    def forward(self, batch):
        return self.layer2(self.layer1(batch).tanh())

def from_all():
    return float(np.random.normal()) + random.random() + torch.rand(()).item()

def from_clock():
    return time.time() % 1

def from_system():
    return float(np.random.default_rng().normal())

def train(draw, workers):
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    for batch in DataLoader(Noisy(draw), batch_size=2, shuffle=True, num_workers=workers):
        loss = model(batch).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model

@pytest.mark.replay
@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("draw", [DRAWS])
def test_train(draw, workers):
    model = train(draw, workers)
    assert model.training
"""


def has(library):
    return pytest.mark.skipif(importlib.util.find_spec(library) is None, reason=f"{library} is not installed here")


@has("torch")
def test_a_training_through_workers_that_draw_from_every_global_generator_agrees(apart, pytester):
    pytester.makepyfile(TRAINING.replace("DRAWS", "from_all"))
    done = apart()
    assert done.ret == 0, done.result.stdout.str()
    assert done.summary().startswith("repro: 2 tests replayed")
    assert "no drift" in done.summary()


@has("torch")
@pytest.mark.parametrize("draw", ["from_clock", "from_system"])
def test_a_training_whose_workers_draw_without_a_seed_drifts_at_the_weights(apart, pytester, draw):
    pytester.makepyfile(TRAINING.replace("DRAWS", draw))
    done = apart()
    assert done.ret == 1
    assert "2 drifts" in done.summary()
    lines = done.result.outlines
    assert len([line for line in lines if line.startswith("  model.layer1.weight ")]) == 2
    # what a worker draws is told, what it reads from the clock is not
    reasons = [line[16:] for line in lines if line.startswith("  why ")]
    assert len(reasons) == (1 if draw == "from_clock" else 2)
    begin = "the clock decides it" if draw == "from_clock" else "RPR-S201 unseeded numpy: np.random.default_rng() at"
    assert all(reason.startswith(begin) for reason in reasons)
    assert any("for batch in DataLoader(" in line for line in lines)


@has("tensorflow")
def test_a_model_of_keras_agrees_and_one_seeded_by_the_clock_drifts_at_its_layer(apart, pytester):
    pytester.makepyfile(
        """
        import time
        import pytest
        import tensorflow as tf

        def train():
            model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2), tf.keras.layers.Dropout(0.5)])
            model.compile("adam", "mse")
            model.fit(tf.random.normal((8, 3)), tf.ones((8, 2)), verbose=0)
            return model

        @pytest.mark.replay
        def test_pinned():
            model = train()
            assert model.built

        @pytest.mark.replay
        def test_clock():
            tf.keras.utils.set_random_seed(time.time_ns() % 2**32)
            model = train()
            assert model.built
        """
    )
    done = apart()
    assert done.ret == 1
    assert "2 tests replayed" in done.summary()
    assert "1 drift " in done.summary()
    told = done.result.stdout.str()
    assert "  model.layers[0].kernel  " in told
    assert "serving the same readings removes the drift" in told


@has("jax")
def test_a_tree_of_jax_agrees_and_a_key_from_the_clock_drifts_at_its_leaf(apart, pytester):
    pytester.makepyfile(
        """
        import time
        import jax
        import pytest

        def init(key):
            first, second = jax.random.split(key)
            return {"layer1": {"w": jax.random.normal(first, (2, 3))}, "scale": (jax.random.normal(second),)}

        @pytest.mark.replay
        def test_seeded(repro_seed):
            params = init(jax.random.key(repro_seed))
            assert params

        @pytest.mark.replay
        def test_clock():
            params = init(jax.random.key(time.time_ns() % 2**31))
            assert params
        """
    )
    done = apart()
    assert done.ret == 1
    assert "1 drift " in done.summary()
    assert '  params["layer1"]["w"]  ' in done.result.stdout.str()
