"""Values of each library through their stored form: what comes back is equal, and nothing differs from it."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from pytest_repro.values.registry import Freezer, measure
from pytest_repro.values.tolerance import EXACT

NUMBERS = np.linspace(0.0, 1.0, 40)


def figure(matplotlib):
    made = matplotlib.figure.Figure()
    importlib.import_module("matplotlib.backends.backend_agg").FigureCanvasAgg(made)
    axes = made.add_subplot()
    axes.plot([0, 1], [1, 2], label="one")
    axes.legend()
    return made


def model(pydantic):
    kind = pydantic.create_model("Kind", rate=(float, ...), path=(list[int], ...))
    return kind(rate=1.5, path=[1, 2])


def attrs_object(attrs):
    return attrs.make_class("Made", ["a", "b"])(1.5, [1, 2])


def fitted(_scipy):
    return importlib.import_module("scipy.interpolate").CubicSpline([0.0, 1.0, 2.0], [0.0, 1.0, 4.0])


def rotation(_scipy):
    return importlib.import_module("scipy.spatial.transform").Rotation.from_euler("z", 30, degrees=True)


def matrix(_scipy):
    return importlib.import_module("scipy.sparse").csr_matrix(np.eye(3))


def tree(_sklearn):
    made = importlib.import_module("sklearn.tree").DecisionTreeRegressor(max_depth=2, random_state=0)
    return made.fit(NUMBERS.reshape(-1, 1), NUMBERS**2)


def graph(networkx):
    made = networkx.Graph()
    made.add_edge("a", "b", weight=1.5)
    return made


def frame(library):
    return library.DataFrame({"price": [1.5, None], "name": ["x", "y"]})


def labelled(xarray):
    return xarray.DataArray(NUMBERS[:2], dims=["t"], coords={"t": ("t", [1, 2], {"unit": "s"})}, attrs={"unit": "m"})


def picture(_pillow):
    return importlib.import_module("PIL.Image").fromarray(np.arange(12, dtype=np.uint8).reshape(2, 2, 3))


VALUES = {
    "matplotlib.figure": lambda _: figure(importlib.import_module("matplotlib")),
    "pydantic": model,
    "attrs": attrs_object,
    "scipy": fitted,
    "scipy.spatial": rotation,
    "scipy.sparse": matrix,
    "sklearn": tree,
    "networkx": graph,
    "pandas": frame,
    "polars": frame,
    "pyarrow": lambda arrow: arrow.table({"a": [1.5, None], "s": ["x", "y"]}),
    "xarray": labelled,
    "PIL": picture,
    "sympy": lambda sympy: sympy.sin(sympy.Symbol("x")) ** 2 / 3,
    "torch": lambda torch: torch.nn.Linear(3, 2).to(torch.bfloat16),
    "jax.numpy": lambda jnp: {"w": jnp.ones(3, dtype="bfloat16"), "b": (jnp.zeros(2),)},
    "tensorflow": lambda tf: [tf.Variable(NUMBERS), tf.ragged.constant([[1.0], [2.0, 3.0]])],
}


@pytest.mark.parametrize("library", VALUES)
def test_a_value_comes_back_from_its_stored_form_as_it_was(library, through_json):
    value = VALUES[library](pytest.importorskip(library, exc_type=ImportError))
    leaves = Freezer().freeze("v", value)
    assert not all(leaf.kind == "opaque" for leaf in leaves.values())
    for address, leaf in leaves.items():
        back = through_json(leaf)
        assert back == leaf, address
        assert measure(leaf, back, EXACT).identical, address
        assert back.show(60) == leaf.show(60), address
