"""Where a class comes from: the project under test, or the standard library and what is installed."""

from __future__ import annotations

import sys
import sysconfig
from functools import lru_cache

_INNOCENT = {"abc", "_abc", "typing", "typing_extensions", "collections.abc", "_collections_abc", "builtins", "_typing"}
"""Modules whose bases say nothing about who wrote a class."""

_SITES = ("site-packages", "dist-packages")


@lru_cache(maxsize=1024)
def installed(module: str) -> bool:
    """Whether a module belongs to the standard library or to an installed package."""
    if module in _INNOCENT:
        return False
    if module.partition(".")[0] in sys.stdlib_module_names:
        return True
    found = sys.modules.get(module)
    try:
        file = object.__getattribute__(found, "__file__")
    except AttributeError:
        return False
    if type(file) is not str:
        return False
    parts = file.replace("\\", "/").split("/")
    return any(site in parts for site in _SITES) or file.startswith(
        (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
    )
