"""Figures of matplotlib."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_repro.values import figure
from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import EXACT

pytest.importorskip("matplotlib", reason="figures are those of matplotlib")

import matplotlib.pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D


def frozen(value):
    return Freezer().freeze("f", value)


def drawn(last=4.0, **options):
    made = Figure(**options)
    FigureCanvasAgg(made)
    axes = made.add_subplot()
    axes.plot([0, 1, 2], [0, 1, last])
    axes.bar([1, 2], [3, last])
    axes.scatter([1, 2], [3, last])
    axes.imshow([[1, last]])
    axes.set_title("growth")
    return made


def test_equal_figures_freeze_alike():
    leaves = frozen(drawn())
    assert leaves == frozen(drawn())
    assert leaves["f.rendered"].shape == (480, 640, 4)
    assert leaves["f.axes[0].title.text"].show() == "'growth'"
    assert not [leaf for leaf in leaves.values() if leaf.kind == "opaque"]


def test_a_difference_below_a_pixel_is_measured_in_the_data():
    before, after = frozen(drawn()), frozen(drawn(4.0 + 1e-9))
    assert before["f.rendered"] == after["f.rendered"]
    found = measure(before["f.axes[0].lines[0].ydata"], after["f.axes[0].lines[0].ydata"], EXACT)
    assert (found.differing, found.worst) == (1, (2,))
    parted = {address for address in before if before[address] != after[address]}
    assert parted == {
        "f.axes[0].lines[0].ydata",
        "f.axes[0].patches[1].height",
        "f.axes[0].collections[0].offsets.data",
        "f.axes[0].images[0].array.data",
    }


def test_a_figure_knows_nothing_of_being_drawn():
    made = drawn(layout="constrained")
    made.canvas.mpl_connect("draw_event", pytest.fail)
    canvas, stale, place = made.canvas, made.stale, made.axes[0].get_position().bounds
    frozen(made)
    assert (made.canvas, made.stale, made.axes[0].get_position().bounds) == (canvas, stale, place)


def test_pyplot_knows_nothing_of_it():
    made, _ = plt.subplots()
    try:
        numbers = plt.get_fignums()
        assert frozen(made)["f.rendered"].kind == "array"
        assert (plt.get_fignums(), plt.gcf()) == (numbers, made)
    finally:
        plt.close(made)


def test_a_large_figure_is_drawn_at_fewer_dots():
    rendered = figure.rendered(drawn(figsize=(40, 40), dpi=300))
    assert rendered.shape[0] * rendered.shape[1] <= figure.PIXELS


def test_what_draws_by_the_projects_own_code_is_not_drawn():
    class Own(Line2D):
        def draw(self, *_):
            raise AssertionError

    for change in (
        lambda axes: axes.add_line(Own([0, 1], [2, 3])),
        lambda axes: axes.xaxis.set_major_formatter(lambda *_: pytest.fail("called")),
    ):
        made = drawn()
        change(made.axes[0])
        leaves = frozen(made)
        assert "is the project's own" in leaves["f.rendered"].why
        assert leaves["f.axes[0].lines[0].ydata"].show() == "[0, 1, 4] (3,) float64"
    assert np.array_equal(frozen(Own([0, 1], [2, 3]))["f.ydata"].values, [2, 3])


def test_legends_and_the_texts_of_a_figure_are_their_words():
    def labelled(word):
        made = drawn()
        made.axes[0].lines[0].set_label(word)
        made.axes[0].legend(title="kinds")
        made.legend([made.axes[0].lines[0]], [word])
        made.suptitle("both")
        return frozen(made)

    leaves = labelled("wheat")
    told = {address: leaf.show() for address, leaf in leaves.items() if address.endswith(".text")}
    assert told["f.axes[0].legend.title.text"] == "'kinds'"
    assert told["f.axes[0].legend.texts[0].text"] == told["f.legends[0].texts[0].text"] == "'wheat'"
    assert told["f.suptitle.text"] == "'both'"
    assert not [leaf for leaf in leaves.values() if leaf.kind == "opaque"]
    other = labelled("barley")
    assert {address for address in leaves if leaves[address] != other[address]} == {
        "f.axes[0].legend.texts[0].text",
        "f.legends[0].texts[0].text",
        "f.rendered",
    }
