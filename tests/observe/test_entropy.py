"""Entropy: every way to draw it is seen at the user's line and comes back byte for byte; the seams leave no trace."""

from __future__ import annotations

import os
import random
import secrets
import tempfile
import threading
import uuid
from random import seed

import numpy as np
import numpy.random  # numpy imports it late, which draws as well
import pytest

from pytest_repro.observe.entropy import Entropy

HERE = __file__


def model():
    return np.random.default_rng().normal()


def in_a_thread():
    drawn = []
    thread = threading.Thread(target=lambda: drawn.append(np.random.default_rng().random()))
    thread.start()
    thread.join()
    return drawn[0]


def legacy():
    np.random.seed()  # noqa: NPY002  # what old code does
    words = np.random.get_state()[1]  # noqa: NPY002  # likewise
    np.random.set_state(("MT19937", words, 0, 0, 0.0))  # noqa: NPY002  # seed() leaves the position where it was
    return np.random.random()  # noqa: NPY002  # likewise


def reseeded():
    seed()
    return random.random()


def named():
    return uuid.uuid4()


def numbered():
    return uuid.uuid1()


class Own(random.Random):
    """A subclass of somebody's."""


WAYS = {
    "numpy": (model, "np.random.default_rng()"),
    "numpy legacy": (legacy, "np.random.seed()"),
    "RandomState": (lambda: np.random.RandomState().rand(), "np.random.RandomState()"),
    "PCG64": (lambda: np.random.Generator(np.random.PCG64()).random(), "np.random.PCG64()"),
    "Random": (lambda: random.Random().random(), "random.Random()"),
    "subclass": (lambda: Own().random(), "Own()"),
    "seed, by name": (reseeded, "seed()"),
    "SystemRandom": (lambda: random.SystemRandom().random(), "random.SystemRandom().random()"),
    "secrets": (lambda: secrets.token_hex(8), "secrets.token_hex(8)"),
    "getrandom": (lambda: os.getrandom(5, flags=os.GRND_NONBLOCK), "os.getrandom(5, flags=os.GRND_NONBLOCK)"),
    "urandom": (lambda: os.urandom(5), "os.urandom(5)"),
    "uuid4": (named, "uuid.uuid4()"),
    "uuid1": (numbered, "uuid.uuid1()"),
    "thread": (in_a_thread, "np.random.default_rng()"),
    "comprehension": (lambda: [rng.random() for rng in (np.random.default_rng() for _ in "ab")], None),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_draw_is_seen_at_its_line_and_comes_again_byte_for_byte(way):
    draw, call = WAYS[way]
    entropy = Entropy()
    with entropy.recording():
        first = draw()
    (site,) = entropy.sites
    assert (site.file, site.through) == (HERE, "")
    assert site.call == (call or "np.random.default_rng()")
    assert entropy.sites[site] == (1 if call else 2)
    with entropy.serving([site]):
        assert draw() == first
    with entropy.serving([]):
        assert draw() != first


def test_afterwards_everything_is_as_it_was():
    def found():
        return [os.urandom, random._urandom, random.Random.seed.__code__, uuid.uuid1]

    before = found()
    entropy = Entropy()
    with entropy.recording():
        assert found() != before
    assert found() == before
    assert "_repro_seeded" not in vars(random)


def test_one_session_inside_another_leaves_the_outer_one_at_work():
    outer, inner = Entropy(), Entropy()
    with outer.recording():
        with inner.recording():
            random.Random()
        random.Random()
    assert [*inner.sites.values()] == [*outer.sites.values()] == [1]
    assert random.Random(5).random() == random.Random(5).random()


def test_what_has_a_seed_draws_nothing():
    entropy = Entropy()
    four, none = 4, None
    with entropy.recording(used=True):
        np.random.RandomState(four)
        np.random.RandomState(seed=four)
        random.Random(1).random()
        random.seed(2)
        np.random.default_rng(3).random()
        np.random.RandomState(4)
    assert not entropy.sites
    with entropy.recording(used=True):
        np.random.RandomState(none)
        np.random.RandomState(None)
    assert [site.call for site in entropy.sites] == ["np.random.RandomState(none)", "np.random.RandomState(None)"]


def test_one_site_is_served_and_the_others_draw_anew():
    def draw():
        return [np.random.default_rng().random(), random.Random().random()]

    entropy = Entropy()
    with entropy.recording():
        first = draw()
    one, other = entropy.sites
    with entropy.serving([one]):
        again = draw()
    assert again[0] == first[0]
    assert again[1] != first[1]
    with entropy.serving([other]):
        assert draw()[1] == first[1]


def test_more_draws_than_were_recorded_and_draws_of_another_size_come_anew():
    size = 4

    def draw():
        return os.urandom(size)

    entropy = Entropy()
    with entropy.recording():
        first = draw()
    with entropy.serving(entropy.sites):
        assert draw() == first
        assert draw() != first
    size = 9
    with entropy.serving(entropy.sites):
        assert len(draw()) == 9


def test_a_file_of_a_library_is_the_user_s_own_where_it_is_the_test(tmp_path):
    folder = tmp_path / "site-packages"
    folder.mkdir()
    module = folder / "installed.py"
    text = "import random\ndef test():\n    return random.Random()\n"
    module.write_text(text)
    names = {"__name__": "installed"}
    exec(compile(text, str(module), "exec"), names)  # noqa: S102  # as if it were imported from there
    for own in ((), (str(module),)):
        entropy = Entropy(own)
        with entropy.recording():
            names["test"]()
        (site,) = entropy.sites
        assert site.file == (str(module) if own else HERE)
        assert site.through == ("" if own else "installed.test")


def test_a_temporary_folder_s_name_is_a_draw_like_any_other():
    entropy = Entropy()
    tempfile._name_sequence, kept = None, tempfile._name_sequence
    try:
        with entropy.recording():
            tempfile.mktemp()  # noqa: S306  # its name alone is wanted
    finally:
        tempfile._name_sequence = kept
    assert [site.call for site in entropy.sites] == ["tempfile.mktemp()"]


def test_torch_s_new_seed_is_seen_and_served():
    torch = pytest.importorskip("torch")

    def draw():
        torch.seed()
        return torch.rand(3)

    entropy = Entropy()
    state = torch.get_rng_state()
    try:
        with entropy.recording():
            first = draw()
        with entropy.serving(entropy.sites):
            assert torch.equal(draw(), first)
        assert [site.call for site in entropy.sites] == ["torch.seed()"]
    finally:
        torch.set_rng_state(state)
