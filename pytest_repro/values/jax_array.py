"""Arrays of jax: values as on the host, keys of its generators by their data; variables of flax by what they hold."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pytest_repro.values import lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.opaque import Opaque
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping

_ARRAYS = ("ArrayImpl", "PRNGKeyArray", "Array", "Tracer")


def _sort(value: object) -> str:
    for cls in lineage.classes(value):
        name = lineage.name(cls).rpartition(".")[2]
        if name == "Variable" and lineage.module(cls).startswith("flax.nnx"):
            return name
        if lineage.root(cls) in ("jax", "jaxlib") and name in _ARRAYS:
            return name
    return ""


def owns(value: object) -> bool:
    """Whether a value is an array, a key or a tracer of jax, or a variable of flax."""
    return bool(_sort(value))


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:  # noqa: ARG001
    """Dtype as leaf and values as an array; a tracer stands for values that do not exist yet."""
    label = lineage.name(type(value))
    if _sort(value) == "Tracer":
        return Opaque(label, "traced, not computed yet")
    if _sort(value) == "Variable":  # parameters, statistics, counters: past the methods by which it poses as an array
        return Parts([(".sort", Scalar("name", label))], [("", object.__getattribute__(value, "_raw_value"))])
    item, jax = cast("Any", value), cast("Any", sys.modules["jax"])
    leaves = [(".type", Scalar("name", f"jax.Array {item.dtype} {tuple(item.shape)}"))]
    if jax.dtypes.issubdtype(item.dtype, jax.dtypes.prng_key):
        item = jax.random.key_data(item)
    return Parts(leaves, [("", np.asarray(item))])
