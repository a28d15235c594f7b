"""Tensors and modules of torch: values as on the CPU, whatever the device, layout and pending conjugation.

Whether a tensor requires a gradient, and the gradient itself, are no part of its value; of a module the parameters,
buffers and the training flag are.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from pytest_repro.values import lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping

_SORTS = {
    "torch.Tensor": "tensor",
    "torch.nn.modules.module.Module": "module",
    "torch.optim.optimizer.Optimizer": "optimizer",
    "torch.optim.lr_scheduler.LRScheduler": "optimizer",
    "torch.Size": "size",
    "torch.dtype": "name",
    "torch.device": "name",
    "torch.layout": "name",
    "torch.memory_format": "name",
}
_AS_FLOAT = ("torch.bfloat16", "torch.float8")  # dtypes that numpy lacks; float32 holds every value of them exactly


def _sort(value: object) -> str:
    for cls in lineage.classes(value):
        if lineage.root(cls) == "torch" and (found := _SORTS.get(lineage.name(cls))):
            return found
    return ""


def owns(value: object) -> bool:
    """Whether a value is a tensor, module, optimizer or descriptor of torch."""
    return bool(_sort(value))


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:  # noqa: ARG001
    """A tensor's dtype as leaf and its values as an array; a module by its state."""
    item = cast("Any", value)
    match _sort(value):
        case "tensor":
            return _tensor(item)
        case "module":
            return _module(item)
        case "optimizer":
            return Parts([(".type", Scalar("name", lineage.name(type(value))))], [(".state", item.state_dict())])
        case "size":
            return Scalar("name", f"torch.Size({list(map(int, tuple.__iter__(item)))})")
        case _:
            return Scalar("name", str(value))


def _tensor(tensor: Any) -> Parts:
    torch = cast("Any", sys.modules["torch"])
    if tensor.is_nested:  # it has no shape
        leaves = [(".type", Scalar("name", f"{lineage.name(type(tensor))} {tensor.dtype} nested"))]
        return Parts(leaves, [(f"[{at}]", part) for at, part in enumerate(tensor.detach().unbind())])
    label = f"{lineage.name(type(tensor))} {tensor.dtype} {list(map(int, tensor.shape))}"
    if tensor.layout is not torch.strided:
        label = f"{label} {tensor.layout}"
    leaves = [(".type", Scalar("name", label))]
    if tensor.device.type == "meta":  # shape and dtype, and nothing behind them
        return Parts(leaves, [])
    with torch.no_grad():
        plain = tensor.detach()
        if plain.is_quantized:
            plain = plain.int_repr()
        if plain.layout is not torch.strided:
            plain = plain.to_dense()
        plain = plain.cpu().resolve_conj().resolve_neg()
        if str(plain.dtype).startswith(_AS_FLOAT):
            plain = plain.float()
        if plain.dtype is torch.complex32:
            plain = plain.to(torch.complex64)
        return Parts(leaves, [("", plain.numpy())])


def _module(module: Any) -> Parts:
    nn = sys.modules["torch.nn"]
    leaves = [
        (".type", Scalar("name", lineage.name(type(module)))),
        (".training", Scalar("bool", bool(module.training))),
    ]
    # nn.Module's own method, past an override; state dicts are flat, so the module's tree is in the names.
    state = cast("Any", nn).Module.state_dict(module)
    return Parts(leaves, [(f".{name}", item) for name, item in dict.items(state)])
