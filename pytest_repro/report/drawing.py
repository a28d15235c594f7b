"""Charts of drifted values as inline SVG: two runs above one another, where a table differs, how often how far.

Drawn without pyplot, so nothing global is left behind; without a text of the user, which stands in the page around
them; in colours of the page's style, so that they are read on light and on dark.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pytest_repro.controls.counting import counted
from pytest_repro.report.plots import DECADES

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure as Canvas

    from pytest_repro.report.document import Plot, Test

MOST = 60
"""Charts on one page: one takes 10 kB and some 30 ms."""

SIZE = (4.4, 2.3)
"""Inches; the page scales them."""

HUGE = 1e150
"""Values from here on are gaps in a series: the range of an axis would be beyond what a float holds."""

LEAST = 1e-20
"""Least relative difference that has a colour of its own: no float64 that differs does so by less than 1e-16."""

CROWD = 100
"""Elements in one bar from which the axis is logarithmic: a single one is seen beside them."""

COLOURS = {"#0a0b01": "--ink", "#0a0b02": "--line", "#0a0b03": "--one", "#0a0b04": "--other"}
"""What a chart is drawn in, and the name in the page's style that takes its place."""

INK, LINE, ONE, OTHER = COLOURS

STYLE = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 8,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


class Figure(NamedTuple):
    """One chart.

    Attributes:
        value: What is drawn.
        svg: Markup that holds no text of a user.
        label: What it shows, for those who do not see it.
        caption: What it is.
        keys: What its two lines are, where it has two.
    """

    value: str
    svg: str
    label: str
    caption: str
    keys: tuple[str, ...]


class Drawing:
    """The charts of a page, as many as it may have."""

    def __init__(self) -> None:
        self.left_out = 0
        self._drawn = 0

    def of(self, test: Test) -> list[Figure]:
        """The charts of a test; those beyond the number that a page may have are counted."""
        found = []
        for at, plot in enumerate(test.plots):
            if plot in test.plots[:at] or plot.kind not in _DRAW:
                continue  # two findings may be about the same value
            numbers = _numbers(plot)
            if numbers is None:
                continue
            if self._drawn >= MOST:
                self.left_out += 1
                continue
            self._drawn += 1
            say, draw = _DRAW[plot.kind]
            keys = plot.runs if plot.kind == "series" else ()
            svg = _svg(draw, numbers, f"chart-{self._drawn}")
            caption = f"{plot.runs[0]} and {plot.runs[1]}: {_CAPTIONS[plot.kind]}"
            found.append(Figure(plot.value, svg, say(plot.value, numbers), caption, keys))
        return found


_CAPTIONS = {
    "series": "element by element",
    "image": "relative difference by row and column, the largest of each block; blank: equal",
    "spread": "how many elements differ by which power of ten",
}


def _numbers(plot: Plot) -> np.ndarray[Any, Any] | None:
    """The plot as an array of its kind; None where there is nothing to draw: a report is read from anywhere."""
    try:
        found = np.array(plot.data, dtype=float)
    except (TypeError, ValueError, OverflowError):
        return None
    shapes = {"series": found.ndim == 2 and len(found) == 2, "image": found.ndim == 2, "spread": found.ndim == 1}  # noqa: PLR2004  # two runs; rows and columns
    if not shapes[plot.kind] or (plot.kind == "spread" and found.size != len(DECADES) + 1):
        return None
    if plot.kind == "series":
        found = np.where(np.abs(found) < HUGE, found, np.nan)  # what is no number is neither less nor more
    else:
        found = np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0)
        low, high = (LEAST, 10.0) if plot.kind == "image" else (1.0, HUGE)
        found = np.where(found > 0, found.clip(low, high), 0.0)
    return found if found.size and np.isfinite(found).any() else None


def _say_series(value: str, numbers: np.ndarray[Any, Any]) -> str:
    parts = [
        f"from {np.nanmin(line):.3g} to {np.nanmax(line):.3g}" if np.isfinite(line).any() else "no finite value"
        for line in numbers
    ]
    return f"{value}: two lines of {counted(numbers.shape[1], 'point')}, one {parts[0]}, the other {parts[1]}"


def _say_image(value: str, numbers: np.ndarray[Any, Any]) -> str:
    at = np.unravel_index(int(numbers.argmax()), numbers.shape)
    size = f"{counted(numbers.shape[0], 'row')} by {counted(numbers.shape[1], 'column')}"
    differing = int((numbers > 0).sum())
    worst = f"largest {numbers.max():.2g} at row {at[0]}, column {at[1]}"
    return f"{value}: {size}, {differing} of {numbers.size} blocks differ, {worst}"


def _say_spread(value: str, numbers: np.ndarray[Any, Any]) -> str:
    parts = [f"{int(count)} by 1e{power:+03d}" for power, count in zip(DECADES, numbers[1:], strict=True) if count]
    return f"{value}: {int(numbers[0])} equal; {', '.join(parts) or 'none differs'}"


def _draw_series(canvas: Canvas, numbers: np.ndarray[Any, Any]) -> None:
    axes = _axes(canvas)
    axes.plot(numbers[0], color=ONE, linewidth=1.6)
    axes.plot(numbers[1], color=OTHER, linewidth=1.3, linestyle=(0, (3, 2)))  # dashed: told apart without colour
    axes.set_xlabel("element" if numbers.shape[1] < 200 else "element, thinned out")  # noqa: PLR2004  # plots.POINTS
    axes.grid(axis="y", color=LINE, linewidth=0.5, alpha=0.5)
    _count(axes.xaxis)


def _draw_image(canvas: Canvas, numbers: np.ndarray[Any, Any]) -> None:
    from matplotlib.colors import LogNorm  # noqa: PLC0415  # an extra
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415  # an extra

    axes = canvas.add_axes((0.1, 0.17, 0.66, 0.77))
    some = numbers[numbers > 0]
    low, high = (float(some.min()), float(some.max())) if some.size else (LEAST, 1.0)
    norm = LogNorm(10.0 ** math.floor(math.log10(low)), 10.0 ** (math.floor(math.log10(high)) + 1))
    shown = axes.imshow(np.ma.masked_equal(numbers, 0), cmap="viridis", norm=norm, aspect="auto", interpolation="none")
    axes.set_xlabel("column")
    axes.set_ylabel("row")
    for axis in (axes.xaxis, axes.yaxis):
        _count(axis)
    bar = canvas.colorbar(shown, cax=canvas.add_axes((0.8, 0.17, 0.03, 0.77)))
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick:.0e}"))
    bar.ax.minorticks_off()


def _draw_spread(canvas: Canvas, numbers: np.ndarray[Any, Any]) -> None:
    axes = _axes(canvas)
    axes.bar([0], numbers[:1], color="none", edgecolor=ONE, linewidth=1.2)  # hollow: told apart without colour
    axes.bar(range(2, len(numbers) + 1), numbers[1:], color=OTHER)
    marked = [power for power in DECADES if power % 4 == 0]
    places = [power - DECADES[0] + 2 for power in marked]
    axes.set_xticks([0, *places], ["equal", *("1" if not power else f"1e{power}" for power in marked)])
    axes.set_xlabel("relative difference")
    axes.set_ylabel("elements")
    if numbers.max() >= CROWD:
        axes.set_yscale("symlog", linthresh=1)
        axes.yaxis.set_major_formatter("{x:g}")
    else:
        _count(axes.yaxis)
    axes.grid(axis="y", color=LINE, linewidth=0.5, alpha=0.5)
    axes.set_axisbelow(True)


def _axes(canvas: Canvas) -> Axes:
    """Fixed margins: as good as a layout that is computed, in a third of the time."""
    return canvas.add_axes((0.13, 0.19, 0.84, 0.75))


def _count(axis: Axis) -> None:
    """Ticks at whole numbers only."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415  # an extra

    axis.set_major_locator(MaxNLocator(nbins=8, integer=True))


_DRAW: dict[str, tuple[Callable[[str, np.ndarray[Any, Any]], str], Callable[[Canvas, np.ndarray[Any, Any]], None]]] = {
    "series": (_say_series, _draw_series),
    "image": (_say_image, _draw_image),
    "spread": (_say_spread, _draw_spread),
}


def _svg(draw: Callable[[Canvas, np.ndarray[Any, Any]], None], numbers: np.ndarray[Any, Any], salt: str) -> str:
    """A chart as an element that can stand in a page beside others; the same for the same numbers."""
    held = io.StringIO()
    with warnings.catch_warnings(action="ignore"):  # a library's own, of its import as well: not of the session told
        import matplotlib as mpl  # noqa: PLC0415  # an extra
        from matplotlib.figure import Figure as Canvas  # noqa: PLC0415  # an extra

        style: Any = {**STYLE, "svg.hashsalt": salt}  # names of ids are salted: charts of one page share none
        with mpl.rc_context():
            mpl.rcdefaults()  # the user's own style would draw the same numbers otherwise on each machine
            mpl.rcParams.update(style)
            canvas = Canvas(figsize=SIZE)
            draw(canvas, numbers)
            canvas.savefig(held, format="svg", metadata={"Date": None, "Creator": None})
    return _inline(held.getvalue())


def _inline(svg: str) -> str:
    """Without what a page has once: the prolog, rules for all elements, and names that nothing refers to."""
    inner = svg[svg.index("<svg") :]
    inner = re.sub(r"<metadata>.*?</metadata>|<style\b.*?</style>|<!--.*?-->", "", inner, flags=re.DOTALL)
    inner = re.sub(r"<defs>\s*</defs>", "", inner)
    used = set(re.findall(r"(?:url\(#|href=\"#)([^\")]+)", inner))
    inner = re.sub(r" id=\"([^\"]*)\"", lambda found: found[0] if found[1] in used else "", inner)
    head, _, rest = inner.partition(">")
    box = re.search(r'viewBox="[^"]*"', head)
    inner = f'<svg {box[0] if box else ""} aria-hidden="true" focusable="false">{rest}'
    inner = re.sub(r"font: ([^;\"]*?px) [^;\"]*", r"font: \1 system-ui, sans-serif", inner)
    inner = re.sub(r" font-family: [^;\"]*;?", "", inner)  # the page's own
    for colour, name in COLOURS.items():
        inner = inner.replace(colour, f"var({name})")
    return "\n".join(line.strip() for line in inner.splitlines() if line.strip())
