"""A second item for the same test, so that a hidden run shares nothing with the visible one.

An item run twice keeps its instance, its captured sections and its user properties from the first time (pytest 8.0 even
its ``self``), so each hidden run gets a fresh item, made the way pytest made the first.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest


def clone(item: pytest.Item) -> pytest.Item:
    """A fresh item with the node id, markers and parameters of ``item``."""
    new: Any = _function(item) if isinstance(item, pytest.Function) else _copied(item)
    if new.nodeid != item.nodeid:
        new._nodeid = item.nodeid  # noqa: SLF001  # xdist's loadgroup adds a suffix to the id after collection
    new.own_markers = list(item.own_markers)
    for marker in new.own_markers:
        new.keywords[marker.name] = marker
    new.stash._storage.update(item.stash._storage)  # noqa: SLF001  # a stash has no public way to walk it
    # what other plugins hung on the item at collection; underscored names are pytest's own state of one run
    for name, value in vars(item).items():
        if not name.startswith("_"):
            vars(new).setdefault(name, value)
    fresh: pytest.Item = new
    return fresh


def _function(item: pytest.Function) -> pytest.Item:
    arguments: dict[str, Any] = {}
    if getattr(item.obj, "__self__", None) is None:
        arguments["callobj"] = item.obj  # keeps the wrappers that other plugins put around a plain function
    return type(item).from_parent(
        item.parent,
        name=item.name,
        callspec=getattr(item, "callspec", None),
        fixtureinfo=item._fixtureinfo,  # noqa: SLF001  # pytest-asyncio clones items the same way
        originalname=item.originalname,
        **arguments,
    )


def _copied(item: pytest.Item) -> pytest.Item:
    """A shallow copy with pytest's state of one run taken out: doctests and items of other plugins."""
    new: Any = copy.copy(item)
    new._report_sections = []  # noqa: SLF001  # else the hidden run's output shows in the visible report
    new.user_properties = list(item.user_properties)
    new.stash = new._store = type(item.stash)()  # noqa: SLF001  # pytest keeps one stash under both names
    if hasattr(new, "dtest"):
        # DocTestRunner.run clears the globals when it is done
        new.dtest = copy.copy(new.dtest)
        new.dtest.globs = dict(new.dtest.globs)
    if hasattr(new, "_initrequest"):
        new._initrequest()  # noqa: SLF001  # fixtures of doctests are asked for through the item's own request
    copied: pytest.Item = new
    return copied
