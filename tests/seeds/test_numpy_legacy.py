"""numpy's global generator: pinned as ``numpy.random.seed`` does, set aside untouched and put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_repro.seeds.numpy_legacy import NumpyLegacy

if TYPE_CHECKING:
    from collections.abc import Iterator

np: Any = pytest.importorskip("numpy", reason="numpy's seeder needs numpy")
pytest.importorskip("numpy.random", reason="numpy 2.3 and later import it lazily")


def draws() -> list[float]:
    return [np.random.normal(), *np.random.rand(3), np.random.normal(), int(np.random.randint(10**6))]


def whole() -> tuple[object, ...]:
    state = np.random.get_state(legacy=False)
    return (repr(state["state"]["key"].tolist()), state["state"]["pos"], state["has_gauss"], state["gauss"])


@pytest.fixture(autouse=True)
def _as_found() -> Iterator[None]:
    found, state = np.random.get_bit_generator(), np.random.get_state()
    yield
    np.random.set_bit_generator(found)
    np.random.set_state(state)


@pytest.fixture(name="seeder")
def _seeder() -> NumpyLegacy:
    return NumpyLegacy(np.random)


def test_the_fast_ways_prove_exact_with_this_numpy(seeder: NumpyLegacy) -> None:
    """When numpy moves a name, this fails, and the seeder falls back to get_state."""
    assert (seeder._swaps_half, seeder._read.__name__) == (True, "by_address")


def test_a_pin_is_what_seed_is(seeder: NumpyLegacy) -> None:
    found = seeder.hold()
    seeder.pin(2**32 + 5)
    pinned = draws()
    np.random.seed(5)
    assert draws() == pinned
    seeder.put_back(found)


@pytest.mark.parametrize("way", ["fast", "fallback"])
@pytest.mark.parametrize("halves", [pytest.param(0, id="no-half"), pytest.param(1, id="cached-half-of-normal")])
def test_the_state_found_is_put_back_exactly(seeder: NumpyLegacy, halves: int, way: str) -> None:
    """The cached half too: it stands beside the bit generator, and a swap alone forgets it."""
    seeder._swaps_half = way == "fast"
    np.random.seed(11)
    for _ in range(halves):
        np.random.normal()
    bit_generator, state = np.random.get_bit_generator(), whole()
    found = seeder.hold()
    seeder.pin(5)
    np.random.normal()
    seeder.put_back(found)
    assert np.random.get_bit_generator() is bit_generator
    assert whole() == state


def test_holds_nest_and_each_stretch_goes_on_where_it_was(seeder: NumpyLegacy) -> None:
    np.random.seed(1)
    outside = whole()
    outer = seeder.hold()
    seeder.pin(2)
    np.random.normal()
    within = whole()
    inner = seeder.hold()
    seeder.pin(3)
    np.random.normal()
    seeder.put_back(inner)
    assert whole() == within
    seeder.put_back(outer)
    assert whole() == outside


def test_what_no_pin_follows_is_not_left_behind_in_the_next_stretch(seeder: NumpyLegacy) -> None:
    """Bit generators of ours are used again; a pin starts them afresh, without a cached half."""
    streams = []
    for _ in range(2):
        found = seeder.hold()
        seeder.pin(8)
        streams.append(draws())
        np.random.normal()
        seeder.put_back(found)
    assert streams[0] == streams[1]


def test_a_global_generator_of_another_kind_is_pinned_and_put_back(seeder: NumpyLegacy) -> None:
    """numpy.random.seed keeps the kind that a user set, and the cached half with it, which is no pin."""
    np.random.set_bit_generator(np.random.PCG64(4))
    np.random.normal()
    mine, expected = np.random.get_bit_generator(), repr(np.random.get_state(legacy=False))
    assert len(seeder.state()) == 16
    found = seeder.hold()
    np.random.set_bit_generator(np.random.PCG64(5))
    np.random.normal()
    seeder.pin(6)
    pinned = draws()
    seeder.put_back(found)
    assert (np.random.get_bit_generator() is mine, repr(np.random.get_state(legacy=False))) == (True, expected)
    np.random.set_bit_generator(np.random.PCG64(6))
    assert draws() == pinned


def test_the_digest_sees_each_draw_and_each_half_and_draws_nothing(seeder: NumpyLegacy) -> None:
    np.random.seed(0)
    start, state = seeder.state(), whole()
    assert whole() == state
    np.random.normal()
    with_half = seeder.state()
    np.random.normal()
    without = seeder.state()
    np.random.seed(0)
    assert seeder.state() == start
    assert len({start, with_half, without}) == 3


def test_the_digest_of_a_known_state_is_the_same_everywhere_and_by_either_way(seeder: NumpyLegacy) -> None:
    np.random.seed(0)
    fast = seeder.state()
    seeder._read = lambda bit_generator: (
        bit_generator.state["state"]["key"].astype("<u4").tobytes()
        + bit_generator.state["state"]["pos"].to_bytes(4, "little")
    )
    assert fast == seeder.state() == "59ff6fd384d251c7"
