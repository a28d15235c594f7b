"""A training of a few steps: parameters of the model are compared one by one, within a tolerance.

Needs torch; without it the tests are skipped.
"""

import pytest


@pytest.fixture
def torch():
    """The library, or a skip."""
    return pytest.importorskip("torch", reason="the lesson is about torch")


@pytest.mark.replay(tol=1e-6)
def test_training(torch) -> None:
    """Data and initial weights come from torch's default generator, which is pinned."""
    data = torch.randn(32, 3)
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(5):
        loss = (model(data) - data.sum(1, keepdim=True)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 10


@pytest.mark.replay
def test_order(torch, repro_seed: int) -> None:
    """A generator of one's own needs a seed."""
    generator = torch.Generator().manual_seed(repro_seed)
    order = torch.randperm(10, generator=generator)
    assert order.sum() == 45
