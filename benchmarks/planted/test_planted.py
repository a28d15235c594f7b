"""A test a bug; nothing here is meant to pass under everything."""

from __future__ import annotations

import asyncio

import model
import numpy as np
import pytest

BEGUN = 1_700_000_000


def test_deep():
    weights = model.fit(8)
    assert np.isfinite(weights).all()


def test_split():
    order, held = model.split_data(100)
    assert len(held) == 3


def test_object():
    network = model.Network(4)
    out = network.forward(np.ones(4))
    assert out < 5


def test_generator():
    total = 0.0
    for _, value in model.batches(10):
        total += value
    assert total >= 0


def test_coroutine():
    value = asyncio.run(model.download(3))
    assert value >= 3


def test_thread():
    value = model.in_thread()
    assert value < 1


def test_pool():
    values = model.pooled()
    assert len(values) == 3


def test_ufunc():
    values = model.jittered(np.arange(3.0))
    assert values.size == 3


def test_uuid():
    name = model.run_name("run")
    assert name.startswith("run")


@pytest.fixture
def noise():
    drawn = np.random.default_rng().normal(size=3)  # BUG fixture
    return drawn


def test_fixture(noise):
    power = float(noise @ noise)
    assert power > 0


def test_comprehension():
    values = [np.random.default_rng().random() for _ in range(3)]  # BUG comprehension
    assert len(values) == 3


def test_recursion():
    values = model.spread()
    assert len(values) == 1


def test_library():
    from scipy.stats import qmc

    points = qmc.Sobol(2)  # BUG library
    first = points.random(4)
    assert first.size == 8


def test_clockseed():
    drawn = model.clock_seed()
    assert drawn.size == 4


def test_paced():
    total = model.paced(np.ones(5))
    assert total >= 5


def test_cache():
    value = model.cached("solution")
    assert value >= 0


def test_history():
    value = model.counted(3)
    assert value > 0


def test_shared():
    values = model.shared_draw(3)
    assert values.size == 3


@pytest.fixture(scope="module")
def bag():
    return []


def test_leak(bag):
    bag.append(1.5)  # BUG leak
    total = sum(bag)
    assert total > 0


def test_completed():
    order = model.finished()
    assert len(order) == 24


def test_set():
    order = model.unique(["alpha", "beta", "gamma", "delta", "epsilon", "zeta"])
    assert len(order) == 6


def test_setdict():
    place = model.encoded(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"])
    assert place >= 0


@pytest.fixture
def folder(tmp_path):
    for number in range(12):
        (tmp_path / f"part{number * 37 % 101}.csv").write_text("x")
    return tmp_path


def test_listdir(folder):
    names = model.listed(folder)
    assert len(names) == 12


def test_iterdir(folder):
    names = model.rows_of(folder)
    assert len(names) == 12


def test_empty():
    out = model.buffer(3000)
    assert out.size == 3000


def test_zone():
    day = model.today(BEGUN)
    assert day


@pytest.mark.replay(tol=0)
def test_product():
    row = model.product(500)
    assert row.size == 250_000


@pytest.mark.replay(tol=0)
def test_ties():
    order = model.ranked(3000)
    assert order.size == 3000


@pytest.mark.replay(tol=0)
def test_kernel():
    row = model.solved(60)
    assert row.size == 60


@pytest.mark.replay(tol=0)
def test_libm():
    values = model.wave((3498, 3843, 4030, 4970, 6030))
    assert len(values) == 5
