"""What outlives one test: its parameters, wider-scoped fixture values, globals of its module and of the project."""

from __future__ import annotations

import functools
import itertools
import os
import re
import sys
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, cast

from pytest_repro.observe.keeping import Slot
from pytest_repro.values import lineage

if TYPE_CHECKING:
    import pytest
    from _pytest.fixtures import FixtureDef

NEVER = (ModuleType, FunctionType, BuiltinFunctionType, MethodType, type)
"""Code, not state; attributes of the project's own classes are looked at one by one."""

_SETUP = re.compile(r"_(?:xunit|unittest)_(setup_\w+?|setUp\w+?)_fixture_(.+)")
"""What pytest calls the fixtures that it makes of functions by the conventions of xunit."""

RUNNING = "PYTEST_CURRENT_TEST"
"""The variable by which pytest tells which test runs."""

MOST_MODULES = 200
"""Modules of a project that are looked at; a larger project is looked at in part."""


def slots(item: pytest.Item) -> list[Slot]:
    """Everything that a run of ``item`` may leave changed for the next."""
    found = _parameters(item) + _fixtures(item) + _process()
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


class _Environment:
    """Puts the variables of this process back, all at once."""

    def __setitem__(self, _key: str, value: object) -> None:
        variables = cast("dict[str, str]", value)
        for name in [name for name in os.environ if name != RUNNING and name not in variables]:
            del os.environ[name]
        os.environ.update({name: text for name, text in variables.items() if os.environ.get(name) != text})


def _process() -> list[Slot]:
    """What belongs to the process as a whole."""
    variables = {name: text for name, text in os.environ.items() if name != RUNNING}
    return [Slot("os.environ", _Environment(), "environ", variables), Slot("sys.path", None, "path", sys.path)]


def _modules(item: pytest.Item, module: ModuleType | None) -> list[ModuleType]:
    """The test's own module, then the project's modules that are loaded."""
    root = item.config.rootpath
    found = [] if module is None else [module]
    for loaded in list(sys.modules.values()):
        file = getattr(loaded, "__file__", None)
        if loaded is module or not isinstance(file, str) or len(found) > MOST_MODULES:
            continue
        if _is_own(file, root):
            found.append(loaded)
    return found


@functools.lru_cache(maxsize=1 << 14)
def _is_own(file: str, root: Path) -> bool:
    """Whether a file is the project's; asked of thousands of modules before and after each further run."""
    path = Path(file)
    return path.is_relative_to(root) and not {"site-packages", "dist-packages"} & set(path.parts)


class _Attributes:
    """Binds attributes of a class, by no line of its metaclass."""

    def __init__(self, cls: type) -> None:
        self._cls = cls

    def __setitem__(self, key: str, value: object) -> None:
        if lineage.names(self._cls).get(key, lineage.MISSING) is not value:
            type.__setattr__(self._cls, key, value)


def _of_class(cls: type, module: ModuleType) -> list[Slot]:
    """Attributes of a class of the module's own that are state."""
    if lineage.module(cls) != module.__name__:
        return []
    holder = _Attributes(cls)
    return [
        Slot(f"class attribute {lineage.name(cls)}.{key}", holder, key, attribute)
        for key, attribute in list(lineage.names(cls).items())
        if not key.startswith("__")
        and not lineage.descends(attribute, *NEVER)
        and lineage.lookup(attribute, "__get__") is lineage.MISSING
    ]


def _of_function(function: FunctionType, module: ModuleType) -> list[Slot]:
    """Attributes of a function of the module's own, and the defaults of its parameters: a list there is state."""
    if function.__module__ != module.__name__:
        return []
    called = f"{module.__name__}.{function.__qualname__}"
    held = (("attributes", vars(function)), ("default arguments", function.__defaults__))
    return [Slot(f"{what} of {called}", None, what, value) for what, value in held if value]


def _globals(module: ModuleType) -> list[Slot]:
    names: dict[str, object] = vars(module)
    found = []
    for name, value in list(names.items()):
        if name.startswith(("__", "@")):
            continue
        if lineage.descends(value, type):
            found += _of_class(cast("type", value), module)
        elif lineage.descends(value, FunctionType):
            found += _of_function(cast("FunctionType", value), module)
        elif not lineage.descends(value, *NEVER):
            found.append(Slot(f"module global {module.__name__}.{name}", names, name, value))
    return found
