"""What outlives one test: its parameters, wider-scoped fixture values, globals of its module and of the project."""

from __future__ import annotations

import itertools
import re
import sys
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, cast

from pytest_repro.observe.keeping import Slot

if TYPE_CHECKING:
    import pytest
    from _pytest.fixtures import FixtureDef

NEVER = (ModuleType, FunctionType, BuiltinFunctionType, MethodType, type)
"""Code, not state; attributes of the project's own classes are looked at one by one."""

_SETUP = re.compile(r"_(?:xunit|unittest)_(setup_\w+?|setUp\w+?)_fixture_(.+)")
"""What pytest calls the fixtures that it makes of functions by the conventions of xunit."""

MOST_MODULES = 200
"""Modules of a project that are looked at; a larger project is looked at in part."""


def slots(item: pytest.Item) -> list[Slot]:
    """Everything that a run of ``item`` may leave changed for the next."""
    found = _parameters(item) + _fixtures(item)
    module = getattr(item, "module", None)
    for loaded in _modules(item, module):
        found += _globals(loaded)
    return found


def _parameters(item: pytest.Item) -> list[Slot]:
    callspec = getattr(item, "callspec", None)
    params: dict[str, object] = getattr(callspec, "params", {})
    return [Slot(f"parametrize argument {name}", params, name, value) for name, value in params.items()]


def wider(item: pytest.Item) -> list[FixtureDef[Any]]:
    """The fixtures of wider scope that a test uses and that are set up."""
    info: Any = getattr(item, "_fixtureinfo", None)
    definitions = itertools.chain.from_iterable(getattr(info, "name2fixturedefs", {}).values())
    return [one for one in definitions if one.scope != "function" and getattr(one, "cached_result", None) is not None]


def called(definition: FixtureDef[Any]) -> str:
    """What a report calls a fixture: ``module fixture model``, ``setup_class of TestCycles``."""
    found = _SETUP.fullmatch(definition.argname)
    return f"{found[1]} of {found[2]}" if found is not None else f"{definition.scope} fixture {definition.argname}"


def _fixtures(item: pytest.Item) -> list[Slot]:
    found = []
    for definition in wider(item):
        value, _, error = cast("tuple[object, object, object]", definition.cached_result)
        if error is None:
            found.append(Slot(called(definition), None, definition.argname, value))
    return found


def _modules(item: pytest.Item, module: ModuleType | None) -> list[ModuleType]:
    """The test's own module, then the project's modules that are loaded."""
    root = item.config.rootpath
    found = [] if module is None else [module]
    for loaded in list(sys.modules.values()):
        file = getattr(loaded, "__file__", None)
        if loaded is module or not isinstance(file, str) or len(found) > MOST_MODULES:
            continue
        path = Path(file)
        if path.is_relative_to(root) and not {"site-packages", "dist-packages"} & set(path.parts):
            found.append(loaded)
    return found


def _globals(module: ModuleType) -> list[Slot]:
    names: dict[str, object] = vars(module)
    found = []
    for name, value in list(names.items()):
        if name.startswith(("__", "@")):
            continue
        if isinstance(value, type) and value.__module__ == module.__name__:
            found += [
                Slot(f"class attribute {module.__name__}.{value.__qualname__}.{key}", None, key, attribute)
                for key, attribute in list(vars(value).items())
                if not key.startswith("__") and not isinstance(attribute, NEVER) and not hasattr(attribute, "__get__")
            ]
        elif not isinstance(value, NEVER):
            found.append(Slot(f"module global {module.__name__}.{name}", names, name, value))
    return found
