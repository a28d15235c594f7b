"""Models of pydantic: fields, extra fields and private attributes, past every property; addresses by their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.values import attributes, lineage
from pytest_repro.values.frozen import Parts
from pytest_repro.values.scalar import Scalar

if TYPE_CHECKING:
    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping

_URLS = ("_BaseUrl", "_BaseMultiHostUrl")


def _named(value: object, *names: str) -> bool:
    return any(
        lineage.root(cls) == "pydantic" and lineage.name(cls).rpartition(".")[2] in names
        for cls in lineage.classes(value)
    )


def owns(value: object) -> bool:
    """Whether a value is a model of pydantic, or one of its addresses of the net."""
    return _named(value, "BaseModel", *_URLS)


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:  # noqa: ARG001
    """Fields as children; what pydantic keeps for itself (which fields were set) is no part of the value."""
    leaves = [(".type", Scalar("name", lineage.name(type(value))))]
    if _named(value, *_URLS):
        return Parts(leaves, [("", str(object.__getattribute__(value, "_url")))])
    held = dict(attributes.visible(value) or [])
    for name in ("__pydantic_extra__", "__pydantic_private__"):
        held.update(_part(value, name))
    if "type" in held:
        leaves = [(".__class__", leaves[0][1])]
    return Parts(leaves, [(f".{name}", item) for name, item in held.items()])


def _part(value: object, name: str) -> dict[str, object]:
    """One of the dictionaries that pydantic keeps beside the fields; empty if there is none."""
    try:
        found = object.__getattribute__(value, name)
    except AttributeError:
        return {}
    return {key: item for key, item in dict.items(found) if type(key) is str} if type(found) is dict else {}
