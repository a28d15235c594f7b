"""Values of libraries that can be made again from their parts; a library is never imported for it."""

from __future__ import annotations

import inspect
import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from pytest_repro.reproducer.recipe import Items, Lost, Made, Name, Recipe, Source
from pytest_repro.values import lineage

Of = Callable[[object], Recipe]
"""Makes the recipe of a part."""

GENERATOR = """
def generator(state):
    bits = getattr(np.random, state["bit_generator"])()
    bits.state = state
    return np.random.Generator(bits)
""".strip()
LEGACY = """
def legacy_generator(state):
    made = np.random.RandomState()
    made.set_state(state)
    return made
""".strip()
PYTHON = """
def python_generator(state):
    made = random.Random()
    made.setstate(state)
    return made
""".strip()


def _generator(value: Any, of: Of) -> Recipe | None:
    if type(value) is np.random.Generator:
        state = of(value.bit_generator.state)
        return Made(Source("generator", GENERATOR, (("np", Name("numpy", "")),)), (state,))
    if type(value) is np.random.RandomState:
        state = of(value.get_state(legacy=False))
        return Made(Source("legacy_generator", LEGACY, (("np", Name("numpy", "")),)), (state,))
    if type(value) is random.SystemRandom:
        return Made(Name("random", "SystemRandom"), ())
    if type(value) is random.Random:
        state = of(random.Random.getstate(value))
        return Made(Source("python_generator", PYTHON, (("random", Name("random", "")),)), (state,))
    return None


def _sparse(value: Any, of: Of) -> Recipe | None:
    if "scipy" not in lineage.roots(value) or getattr(value, "format", None) not in ("csr", "csc", "bsr", "coo"):
        return None
    parts = value.coords if value.format == "coo" else (value.indices, value.indptr)
    inner = Items("tuple", tuple(map(of, parts)))
    data = (of(value.data), inner) if value.format == "coo" else (of(value.data), *inner.items)
    shape = of(tuple(int(one) for one in value.shape))
    return Made(Name("scipy.sparse", type(value).__name__), (Items("tuple", data),), (("shape", shape),))


def _tensor(value: Any, of: Of) -> Recipe | None:
    torch: Any = sys.modules.get("torch")
    if torch is None or type(value) is not torch.Tensor:
        return None
    if value.requires_grad or value.device.type != "cpu" or value.layout is not torch.strided:
        return Lost("a tensor that is on a device, sparse, or part of a graph of gradients")
    try:
        return Made(Name("torch", "from_numpy"), (of(value.numpy()),))
    except (TypeError, RuntimeError):
        return Lost(f"a tensor of {value.dtype}")


def _estimator(value: Any, of: Of) -> Recipe | None:
    """What scikit-learn makes again by ``clone``: the class and its parameters, before it is fitted."""
    if "sklearn" not in lineage.roots(value) or not callable(getattr(value, "get_params", None)):
        return None
    kind = of(type(value))
    if not isinstance(kind, Name):
        return Lost(f"a {lineage.name(type(value))}")
    held = value.get_params(deep=False)
    if any(name.endswith("_") and not name.startswith("_") for name in vars(value)):
        return Lost(f"a fitted {lineage.name(type(value))}")
    usual = {name: one.default for name, one in inspect.signature(type(value).__init__).parameters.items()}
    named = [(name, of(one)) for name, one in held.items() if one is not usual.get(name)]
    defaults = {name: of(one) for name, one in usual.items() if one is not inspect.Parameter.empty}
    return Made(kind, (), tuple((name, recipe) for name, recipe in named if recipe != defaults.get(name)))


def _graph(value: Any, of: Of) -> Recipe | None:
    if type(value) not in {getattr(sys.modules.get("networkx"), name, None) for name in ("Graph", "DiGraph")}:
        return None
    nodes = {source: {target: dict(data) for target, data in near.items()} for source, near in value._adj.items()}  # noqa: SLF001  # in the order kept
    if any(value._node.values()) or value.graph:  # noqa: SLF001  # likewise
        return Lost("a graph with attributes of its nodes")
    return Made(Name("networkx", type(value).__name__), (of(nodes),))


def _frame(value: Any, of: Of) -> Recipe | None:
    pandas: Any = sys.modules.get("pandas")
    if pandas is None or type(value) not in (pandas.DataFrame, pandas.Series):
        return None
    columns = [value] if type(value) is pandas.Series else [value[name] for name in value.columns]
    plain = all(isinstance(one.dtype, np.dtype) for one in columns)
    if not plain or (type(value) is pandas.DataFrame and not value.columns.is_unique):
        return Lost(f"a {type(value).__name__} with columns that are no plain arrays")
    index = () if isinstance(value.index, pandas.RangeIndex) else (("index", of(value.index.to_numpy())),)
    if type(value) is pandas.Series:
        return Made(Name("pandas", "Series"), (_column(value, of),), (*index, ("name", of(value.name))))
    data = tuple(Items("tuple", (of(name), _column(one, of))) for name, one in zip(value.columns, columns, strict=True))
    return Made(Name("pandas", "DataFrame"), (Items("dict", data),), index)


def _column(series: Any, of: Of) -> Recipe:
    values = series.to_numpy()
    return of(values.tolist() if values.dtype.hasobject else values)


MAKERS = (_generator, _sparse, _tensor, _estimator, _graph, _frame)
"""Each gives the recipe of a value, or None where it is another's; none of them looks at the same types."""
