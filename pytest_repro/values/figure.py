"""Figures of matplotlib: as rendered, and the data of what stands in their axes.

The picture tells everything that can be seen, and the data what a pixel is too coarse for. A figure is drawn as a copy,
so that neither its layout nor its limits, its canvas or pyplot's list of figures know of it.
"""

from __future__ import annotations

import io
import pickle
import sys
import types
import warnings
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pytest_repro.values import lineage, origin
from pytest_repro.values.frozen import Parts
from pytest_repro.values.opaque import Opaque
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping

PIXELS = 1 << 20  # of a rendered figure; a larger one is drawn at fewer dots an inch
_DATA = {
    "matplotlib.lines.Line2D": (("_xorig", "xdata"), ("_yorig", "ydata")),
    "matplotlib.cm.ScalarMappable": (("_A", "array"),),
    "matplotlib.colorizer._ScalarMappable": (("_A", "array"),),  # its name since 3.10
    "matplotlib.collections.Collection": (("_offsets", "offsets"),),
    "matplotlib.patches.Rectangle": (("_x0", "x"), ("_y0", "y"), ("_width", "width"), ("_height", "height")),
    "matplotlib.text.Text": (("_text", "text"),),
}
"""Where artists keep what they were given, and how it is told; where drawing puts them is the picture's part."""


def _bases(value: object) -> set[str]:
    return {lineage.name(cls) for cls in lineage.classes(value) if lineage.root(cls) == "matplotlib"}


def owns(value: object) -> bool:
    """Whether a value is a figure, axes or anything drawn in them."""
    return "matplotlib.artist.Artist" in _bases(value)


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:  # noqa: ARG001
    """A figure as rendered and by its axes; axes by the data of what stands in them."""
    leaves: list[tuple[str, Frozen]] = [(".type", Scalar("name", lineage.name(type(value))))]
    held = cast("dict[str, Any]", object.__getattribute__(value, "__dict__"))
    bases = _bases(value)
    if "matplotlib.figure.Figure" in bases:
        axes = [*_around(held), *((f".axes[{at}]", part) for at, part in enumerate(_axes(held)))]
        try:
            return Parts(leaves, [*axes, (".rendered", rendered(value))])
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001  # the data of its axes can be compared all the same
            why = f"not drawn: {error}" if type(error) is Foreign else f"not drawn: {lineage.name(type(error))}"
            return Parts([*leaves, (".rendered", Opaque("picture", why))], axes)
    if "matplotlib.axes._base._AxesBase" in bases:
        return Parts(leaves, _contents(held))
    if "matplotlib.legend.Legend" in bases:
        return Parts(leaves, _legend(held))
    found = [(f".{told}", held[name]) for kin in _DATA if kin in bases for name, told in _DATA[kin] if name in held]
    return Parts(leaves, found) if found else Opaque(lineage.name(type(value)), "told by the picture of its figure")


def _axes(held: dict[str, Any]) -> list[object]:
    return list(held["_axstack"].as_list()) if "_axstack" in held else []


def _around(held: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """What a figure holds beside its axes: its title, legends and texts."""
    if held.get("_suptitle") is not None:
        yield ".suptitle", held["_suptitle"]
    for name in ("legends", "texts"):
        others = (artist for artist in held.get(name, ()) if artist is not held.get("_suptitle"))
        yield from ((f".{name}[{at}]", artist) for at, artist in enumerate(others))


def _legend(held: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """The title and the words of a legend; the signs before them are drawn from the artists that they stand for."""
    box = held.get("_legend_title_box")
    if box is not None:
        yield ".title", object.__getattribute__(box, "__dict__").get("_text")
    yield from ((f".texts[{at}]", text) for at, text in enumerate(held.get("texts", ())))


def _contents(held: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Texts and artists of axes: ``.title``, ``.lines[0]``, by the sort of artist as matplotlib's own lists are."""
    if held.get("legend_") is not None:
        yield ".legend", held["legend_"]
    for name in ("title", "xaxis", "yaxis"):
        inside = object.__getattribute__(held[name], "__dict__")
        yield (f".{name}.label", inside["label"]) if "label" in inside else (f".{name}", held[name])
    counts: dict[str, int] = {}
    for artist in held.get("_children", ()):
        sort = next((plural for name, plural in _SORTS if name in _bases(artist)), "artists")
        at = counts[sort] = counts.get(sort, -1) + 1
        yield f".{sort}[{at}]", artist


_SORTS = (
    ("matplotlib.lines.Line2D", "lines"),
    ("matplotlib.image.AxesImage", "images"),
    ("matplotlib.collections.Collection", "collections"),
    ("matplotlib.patches.Patch", "patches"),
    ("matplotlib.text.Text", "texts"),
)


class Foreign(Exception):  # noqa: N818  # told as a reason, never raised to anybody
    """What is drawn by code that is not matplotlib's."""


class _Copier(pickle.Pickler):
    """Copies a figure without pyplot's hold on it; refuses what would run code of the project under test."""

    figure: object = None

    def reducer_override(self, item: Any) -> Any:
        """The figure's own state without the mark by which pyplot takes it up again."""
        maker = item if isinstance(item, type | types.FunctionType) else type(item)
        module = str(maker.__module__)
        if module != "builtins" and not origin.installed(module):
            raise Foreign(f"{module}.{maker.__qualname__} is the project's own")
        if item is self.figure:
            make, arguments, state = cast("tuple[Any, ...]", object.__reduce_ex__(item, 2))[:3]
            return make, arguments, {name: kept for name, kept in state.items() if name != "_restore_to_pylab"}
        return NotImplemented


def rendered(figure: object) -> NDArray[np.uint8]:
    """The pixels of a copy of the figure, as matplotlib's own Agg canvas draws them; bounded in number."""
    into = io.BytesIO()
    copier = _Copier(into)
    copier.figure = figure
    copier.dump(figure)
    copy = pickle.loads(into.getvalue())  # noqa: S301  # written one line above
    width, height = copy.get_size_inches()
    copy.dpi = min(float(copy.dpi), (PIXELS / max(float(width * height), 1e-6)) ** 0.5)
    canvas = _canvas()(copy)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a glyph that a font has not is told where the user draws, not here
        canvas.draw()
    return np.array(canvas.buffer_rgba())


def _canvas() -> Any:
    backend = sys.modules.get("matplotlib.backends.backend_agg")
    if backend is None:
        raise Foreign("no canvas of Agg was imported")
    return cast("Any", backend).FigureCanvasAgg
