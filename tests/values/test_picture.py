"""Pictures of PIL."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import EXACT

image = pytest.importorskip("PIL.Image", reason="pictures are those of PIL")


def frozen(value):
    return Freezer().freeze("p", value)


def pixels(*, at=None):
    values = np.zeros((4, 5, 3), np.uint8)
    if at:
        values[at] = 7
    return image.fromarray(values)


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "F", "I", "RGBA", "CMYK"])
def test_equal_pictures_freeze_alike_and_a_pixel_is_seen(mode):
    first, same, other = (pixels(at=at).convert(mode) for at in (None, None, (2, 3, 1)))
    if mode in ("1", "P"):  # of few colours: the pixel is set as one of them
        other.putpixel((3, 2), 1)
    assert frozen(first) == frozen(same) != frozen(other)
    assert not [leaf for leaf in frozen(first).values() if leaf.kind == "opaque"]


def test_a_pixel_is_addressed_as_in_an_array():
    before, after = frozen(pixels()), frozen(pixels(at=(2, 3, 1)))
    found = measure(before["p"], after["p"], EXACT)
    assert (found.differing, found.worst) == (1, (2, 3, 1))
    assert before["p.mode"].show() == "RGB 5 x 4"


def test_another_palette_is_another_picture():
    first, other = pixels().convert("P"), pixels().convert("P")
    other.putpalette([9] * 768)
    assert frozen(first)["p"] == frozen(other)["p"]
    assert frozen(first) != frozen(other)
    assert other.palette.dirty, "what waits is handed on by whoever draws, not by the comparison"


def test_a_file_that_nobody_read_stays_unread(tmp_path):
    pixels().save(tmp_path / "a.png")
    with image.open(tmp_path / "a.png") as opened:
        assert frozen(opened)["p.pixels"].why == "not read from the file yet"
        opened.load()
        assert frozen(opened)["p"] == frozen(pixels())["p"]


def test_a_derived_class_is_read_past_its_methods():
    class Own(image.Image):
        def tobytes(self, *_):
            raise AssertionError

        def load(self):
            raise AssertionError

    own = Own()
    vars(own).update(vars(pixels()))
    assert frozen(own)["p"] == frozen(pixels())["p"]
