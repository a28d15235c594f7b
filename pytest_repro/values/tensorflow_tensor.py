"""Tensors, variables and modules of tensorflow, and the models of keras on whichever library computes for it.

Names that keras makes up count the layers of the whole process (``dense_3``), and would not be the same in a second
run: a weight is told by its place, ``model.layers[1].kernel``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_repro.values import attributes, lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.opaque import Opaque
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping

_SORTS = {
    "tensorflow.python.framework.ops.EagerTensor": "tensor",
    "tensorflow.python.framework.tensor.Tensor": "traced",
    "tensorflow.python.ops.variables.Variable": "variable",
    "tensorflow.python.ops.ragged.ragged_tensor.RaggedTensor": "ragged",
    "tensorflow.python.framework.sparse_tensor.SparseTensor": "sparse",
    "tensorflow.python.framework.indexed_slices.IndexedSlices": "slices",
    "tensorflow.python.framework.dtypes.DType": "dtype",
    "tensorflow.python.framework.tensor_shape.TensorShape": "shape",
    "tensorflow.python.trackable.data_structures.ListWrapper": "list",
    "tensorflow.python.trackable.data_structures._DictWrapper": "dict",
    "keras.src.backend.common.keras_tensor.KerasTensor": "traced",
    "keras.src.backend.common.variables.Variable": "keras variable",
    "keras.src.random.seed_generator.SeedGenerator": "seeds",
    "keras.src.layers.layer.Layer": "layer",
    "keras.src.optimizers.base_optimizer.BaseOptimizer": "variables",
    "keras.src.metrics.metric.Metric": "variables",
    "tensorflow.python.module.module.Module": "module",
}


def _sort(value: object) -> str:
    return lineage.sort(value, ("tensorflow", "keras"), _SORTS)


def owns(value: object) -> bool:
    """Whether a value is a tensor, variable or module of tensorflow, or a layer, optimiser or metric of keras."""
    return bool(_sort(value))


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:  # noqa: ARG001
    """Dtype and shape as leaf and values as an array; a model by the weights of its layers."""
    return _FREEZE[_sort(value)](cast("Any", value))


def _type(item: Any) -> list[tuple[str, Frozen]]:
    return [(".type", Scalar("name", lineage.name(type(item))))]


def _plain(item: Any, label: str) -> Frozen | Parts:
    leaves: list[tuple[str, Frozen]] = [(".type", Scalar("name", f"{label} {item.dtype.name} {item.shape}"))]
    if item.dtype.name in ("resource", "variant"):
        return Parts([*leaves, (".handle", Opaque(label, "a handle to what tensorflow keeps"))], [])
    return Parts(leaves, [("", item.numpy())])


def _sparse(item: Any) -> Parts:
    """Entries in the order of their places: in which they came is no part of the value."""
    order = sorted(range(len(item.indices)), key=item.indices.numpy().tolist().__getitem__)
    shape = item.dense_shape.numpy().tolist()
    leaves = [(".type", Scalar("name", f"tf.SparseTensor {item.dtype.name} {shape}"))]
    return Parts(leaves, [(".indices", item.indices.numpy()[order]), (".values", item.values.numpy()[order])])


def _ragged(item: Any) -> Parts:
    splits = [(f".nested_row_splits[{at}]", part) for at, part in enumerate(item.nested_row_splits)]
    return Parts(_type(item), [(".flat_values", item.flat_values), *splits])


def _slices(item: Any) -> Parts:
    return Parts(_type(item), [(f".{name}", getattr(item, name)) for name in ("values", "indices", "dense_shape")])


def _layer(item: Any) -> Parts:
    """Weights under their own names, seeds, and the layers inside; the optimiser where a model was compiled."""
    leaves = [*_type(item), (".trainable", Scalar("bool", bool(item.trainable)))]
    # what variables, seeds and layers hold is tracked in lists of keras's own
    own = [*item._trainable_variables, *item._non_trainable_variables]  # noqa: SLF001
    children: list[tuple[str, object]] = [(f".{one.name}", one) for one in own]
    children += _listed("seed_generators", item._seed_generators)  # noqa: SLF001
    children += _listed("layers", item.layers if hasattr(item, "layers") else item._layers)  # noqa: SLF001
    optimizer = getattr(item, "optimizer", None)
    return Parts(leaves, children if optimizer is None else [*children, (".optimizer", optimizer)])


def _module(item: Any) -> Parts:
    """Public attributes, and every variable: those that stand behind private ones as well."""
    found = [(f".{name}", part) for name, part in attributes.visible(item) or []]
    return Parts(_type(item), [*found, *_listed("variables", item.variables)])


def _listed(name: str, items: Iterable[object]) -> list[tuple[str, object]]:
    return [(f".{name}[{at}]", one) for at, one in enumerate(items)]


_FREEZE: dict[str, Callable[[Any], Frozen | Parts]] = {
    "tensor": lambda item: _plain(item, "tf.Tensor"),
    "variable": lambda item: _plain(item, "tf.Variable"),
    "traced": lambda item: Opaque(lineage.name(type(item)), "traced, not computed yet"),
    "ragged": _ragged,
    "sparse": _sparse,
    "slices": _slices,
    "dtype": lambda item: Scalar("name", f"tf.{item.name}"),
    "shape": lambda item: Scalar("name", f"tf.TensorShape {item}"),
    "list": lambda item: Parts([], [("", list(item))]),  # a list in name only: it keeps its items elsewhere
    "dict": lambda item: Parts([], [("", dict(item))]),
    "keras variable": lambda item: Parts([], [("", item.value)]),  # the tensor of the library that computes
    "seeds": lambda item: Parts(_type(item), [(".state", item.state)]),
    "layer": _layer,
    "variables": lambda item: Parts(_type(item), _listed("variables", item.variables)),
    "module": _module,
}
"""How each sort is frozen."""
