"""Pictures by their pixels: one of PIL, one that matplotlib draws.

Needs matplotlib, which needs PIL. A figure is compared as the picture that it renders, whatever its objects hold: one
point that moved is told as pixels that differ. A file in SVG is text, with identifiers that matplotlib makes at random
unless ``svg.hashsalt`` is set, and the date unless it is left out.
"""

import io

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="the lesson is about matplotlib")

from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image


@pytest.mark.replay
def test_noise(repro_rng) -> None:
    """A picture whose noise is seeded."""
    picture = Image.fromarray(repro_rng.integers(0, 256, size=(16, 16), dtype=np.uint8))
    assert picture.size == (16, 16)


@pytest.mark.replay
def test_figure(repro_rng) -> None:
    """A figure, and the file that it is written to."""
    figure = Figure(figsize=(2, 2), dpi=50)
    figure.add_subplot().plot(repro_rng.normal(size=9), clip_on=True)
    with rc_context({"svg.hashsalt": "lesson"}), io.StringIO() as file:
        figure.savefig(file, format="svg", metadata={"Date": None})
        svg = file.getvalue().splitlines()
    assert svg[-1] == "</svg>"
