"""Tensors and modules of torch: values as on the CPU, whatever the device, layout and pending conjugation.

Whether a tensor requires a gradient, and the gradient itself, are no part of its value; of a module the parameters,
buffers (those that it does not save as well) and the training flags are.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from pytest_repro.values import lineage, narrow
from pytest_repro.values.array import keep
from pytest_repro.values.frozen import Parts
from pytest_repro.values.opaque import Opaque
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_repro.values.array import Array
    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping

_SORTS = {
    "torch.masked.maskedtensor.core.MaskedTensor": "masked",
    "torch._subclasses.fake_tensor.FakeTensor": "shape",
    "torch.nn.parameter.UninitializedTensorMixin": "uninitialised",
    "torch.Tensor": "tensor",
    "torch.nn.modules.module.Module": "module",
    "torch.optim.optimizer.Optimizer": "optimizer",
    "torch.optim.lr_scheduler.LRScheduler": "optimizer",
    "torch.amp.grad_scaler.GradScaler": "optimizer",
    "torch.Size": "size",
    "torch.dtype": "name",
    "torch.device": "name",
    "torch.layout": "name",
    "torch.memory_format": "name",
    "torch.finfo": "name",
    "torch.iinfo": "name",
}
_COMPRESSED = {
    "torch.sparse_csr": ("crow_indices", "col_indices"),
    "torch.sparse_bsr": ("crow_indices", "col_indices"),
    "torch.sparse_csc": ("ccol_indices", "row_indices"),
    "torch.sparse_bsc": ("ccol_indices", "row_indices"),
}
"""Layouts and the methods that read their places out; ``values`` reads the numbers."""


def _sort(value: object) -> str:
    return lineage.sort(value, ("torch",), _SORTS)


def owns(value: object) -> bool:
    """Whether a value is a tensor, module, optimizer or descriptor of torch."""
    return bool(_sort(value))


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:
    """A tensor's dtype as leaf and its values as an array; a module by its state."""
    rule = _FREEZE.get(_sort(value))
    return Scalar("name", str(value)) if rule is None else rule(value, keeping)


def _type(label: str) -> tuple[str, Frozen]:
    return ".type", Scalar("name", label)


def _label(tensor: Any) -> str:
    return f"{lineage.name(type(tensor))} {tensor.dtype} {list(map(int, tensor.shape))}"


def _tensor(tensor: Any, keeping: Keeping) -> Parts:
    torch = cast("Any", sys.modules["torch"])
    if tensor.is_nested:  # it has no shape
        leaves = [_type(f"{lineage.name(type(tensor))} {tensor.dtype} nested")]
        return Parts(leaves, [(f"[{at}]", part) for at, part in enumerate(tensor.detach().unbind())])
    dense = tensor.layout is torch.strided
    leaves = [_type(_label(tensor) if dense else f"{_label(tensor)} {tensor.layout}")]
    if tensor.device.type == "meta":  # shape and dtype, and nothing behind them
        return Parts(leaves, [])
    with torch.no_grad():
        plain = tensor.detach()
        children: list[tuple[str, object]] = []
        if plain.is_quantized:
            children, plain = _scale(torch, plain), plain.int_repr()
        if not dense and (places := _places(torch, plain)):
            plain = plain.coalesce() if plain.layout is torch.sparse_coo else plain
            # how wide the places are stored is no part of the value
            children = [(f".{name}", getattr(plain, name)().cpu().long().numpy()) for name in places]
            return Parts([*leaves, (".values", _numbers(torch, plain.values(), keeping))], children)
        leaves.append(("", _numbers(torch, plain if dense else plain.to_dense(), keeping)))
        return Parts(leaves, children)


def _numbers(torch: Any, plain: Any, keeping: Keeping) -> Array:
    """A dense tensor as an array; one of a dtype that nothing computes with (bits, less than a byte) by its bytes."""
    plain = plain.cpu().resolve_conj().resolve_neg()
    name = str(plain.dtype).removeprefix("torch.")
    if name in narrow.MANTISSA:
        return keep(name, plain.to(torch.complex64 if "complex" in name else torch.float32).numpy(), keeping)
    try:
        return keep("array", plain.numpy(), keeping)
    except TypeError:
        raw = plain if plain.element_size() == 1 else plain.contiguous()
        return keep("array", raw.view(torch.uint8).numpy(), keeping)


def _places(torch: Any, plain: Any) -> tuple[str, ...]:
    """The methods that tell where the values of a sparse tensor stand; a dense array of it may fit into no memory."""
    return ("indices",) if plain.layout is torch.sparse_coo else _COMPRESSED.get(str(plain.layout), ())


def _scale(torch: Any, plain: Any) -> list[tuple[str, object]]:
    """What turns the integers of a quantised tensor into numbers, under torch's own names."""
    if plain.qscheme() in (torch.per_tensor_affine, torch.per_tensor_symmetric):
        return [(f".{name}", getattr(plain, name)()) for name in ("q_scale", "q_zero_point")]
    names = ("scales", "zero_points", "axis")
    return [(f".q_per_channel_{name}", getattr(plain, f"q_per_channel_{name}")()) for name in names]


def _masked(tensor: Any) -> Parts:
    mask, data = tensor.get_mask().detach(), tensor.get_data().detach()
    # what lies under the mask is no part of the value
    return Parts([_type(_label(tensor))], [(".mask", mask), (".data", data.masked_fill(~mask, 0))])


def _module(module: Any) -> Parts:
    base = cast("Any", sys.modules["torch.nn"]).Module
    leaves = [_type(lineage.name(type(module))), (".training", Scalar("bool", bool(module.training)))]
    # nn.Module's own methods, past an override; state dicts are flat, so the module's tree is in the names.
    state = dict(base.state_dict(module))
    for path, part in base.named_modules(module):
        dot = f"{path}." if path else ""
        if bool(part.training) != bool(module.training):  # a part that was frozen by itself
            leaves.append((f".{dot}training", Scalar("bool", bool(part.training))))
        held = dict(base.named_buffers(part, recurse=False))
        state.update({f"{dot}{name}": held[name] for name in held if f"{dot}{name}" not in state})
    return Parts(leaves, [(f".{name}", item) for name, item in state.items()])


def _state(item: Any) -> Parts:
    return Parts([_type(lineage.name(type(item)))], [(".state", item.state_dict())])


_FREEZE: dict[str, Callable[[Any, Keeping], Frozen | Parts]] = {
    "tensor": _tensor,
    "masked": lambda item, _: _masked(item),
    "shape": lambda item, _: Parts([_type(_label(item))], []),
    "uninitialised": lambda item, _: Opaque(lineage.name(type(item)), "not initialised yet"),
    "module": lambda item, _: _module(item),
    "optimizer": lambda item, _: _state(item),
    "size": lambda item, _: Scalar("name", f"torch.Size({list(map(int, tuple.__iter__(item)))})"),
}
"""How each sort is frozen; descriptors are their own text."""
